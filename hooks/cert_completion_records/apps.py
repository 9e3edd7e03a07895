"""The Django app. Open edX imports this module while it is still reading its settings: nothing here may need them."""

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "cert_completion_records"
    verbose_name = _("Certification records")
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {"namespace": "cert_completion_records", "regex": "^certifications/"},
            "credentials.djangoapp": {"namespace": "cert_completion_records", "regex": "^certifications/"},
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
        from django.db.models.signals import post_migrate

        from cert_completion_records import checks
        from cert_completion_records.messaging.switches import create_messages

        checks.register()
        post_migrate.connect(create_messages, sender=self, dispatch_uid="cert_completion_records.messages")
