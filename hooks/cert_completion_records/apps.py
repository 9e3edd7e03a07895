from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "cert_completion_records"
    verbose_name = _("Certification records")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cert_completion_records import checks

        checks.register()
