"""The Django app."""

from typing import Any

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin import conf, gateway


class CertCompletionPluginConfig(AppConfig):
    name = "cert_completion_plugin"
    verbose_name = _("Certification completion imports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cert_completion_plugin import checks, tasks, watching

        checks.register()
        tasks.look_with(watching.look_once)
        tasks.connect_worker_signals()
        setting_changed.connect(_forget_hosts, dispatch_uid="cert_completion_plugin.hosts")


def _forget_hosts(*, setting: str, **kwargs: Any) -> None:
    if setting == conf.NAME:
        gateway.reset()
