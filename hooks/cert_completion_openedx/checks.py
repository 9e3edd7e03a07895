"""System checks: what is wrong with the settings is said at start-up.

Each id is explained in docs/operators/system-checks.md.
"""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_openedx import conf


def register() -> None:
    checks.register(check_settings, "cert_completion_openedx")


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What the setting says can be used."""
    try:
        conf.certificates()
    except ImproperlyConfigured as error:
        hint = f"Correct {conf.NAME} in the settings."
        return [checks.Error(str(error), hint=hint, id="cert_completion_openedx.E001")]
    return []
