from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "cert_completion_records"
    verbose_name = _("Certification records")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cert_completion_records import checks
        from cert_completion_records.messaging.switches import create_messages

        checks.register()
        post_migrate.connect(create_messages, sender=self, dispatch_uid="cert_completion_records.messages")
