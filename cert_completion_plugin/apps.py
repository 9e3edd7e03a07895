"""The Django app. Open edX imports this module while it is still reading its settings: nothing here may need them."""

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertCompletionPluginConfig(AppConfig):
    name = "cert_completion_plugin"
    verbose_name = _("Certification completion imports")
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {"namespace": "cert_completion_plugin", "regex": "^certification-imports/"},
            "credentials.djangoapp": {"namespace": "cert_completion_plugin", "regex": "^certification-imports/"},
        },
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "settings.common"},
                "production": {"relative_path": "settings.production"},
                "test": {"relative_path": "settings.test"},
            },
            "credentials.djangoapp": {
                "base": {"relative_path": "settings.common"},
                "production": {"relative_path": "settings.production"},
                "test": {"relative_path": "settings.test"},
            },
        },
    }

    def ready(self) -> None:
        from django.core.signals import setting_changed

        from cert_completion_plugin import checks, tasks, watching

        checks.register()
        tasks.look_with(watching.look_once)
        tasks.connect_worker_signals()
        setting_changed.connect(_forget_hosts, dispatch_uid="cert_completion_plugin.hosts")


def _forget_hosts(*, setting: str, **kwargs: Any) -> None:
    from cert_completion_plugin import conf, gateway

    if setting == conf.NAME:
        gateway.reset()
