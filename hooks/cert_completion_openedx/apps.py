"""The Django app, as the platform's plugin manager finds it.

The platform imports this module while it is still reading its settings: nothing here may need them.
"""

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenEdxConfig(AppConfig):
    name = "cert_completion_openedx"
    verbose_name = _("Certifications in Open edX")
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, Any]] = {
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "settings.common"},
                "production": {"relative_path": "settings.production"},
                "test": {"relative_path": "settings.test"},
            },
            "credentials.djangoapp": {
                "base": {"relative_path": "settings.credentials"},
                "production": {"relative_path": "settings.credentials"},
                "test": {"relative_path": "settings.credentials"},
            },
        },
        "signals_config": {
            "lms.djangoapp": {
                "relative_path": "receivers",
                "receivers": [
                    {
                        "receiver_func_name": "forget_retired",
                        "signal_path": "openedx.core.djangoapps.user_api.accounts.signals.USER_RETIRE_LMS_MISC",
                        "dispatch_uid": "cert_completion_openedx.forget_retired",
                    },
                ],
            },
        },
    }

    def ready(self) -> None:
        from cert_completion_openedx import checks

        checks.register()
