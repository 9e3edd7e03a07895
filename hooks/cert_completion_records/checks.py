"""System checks: what is wrong with the settings is said at start-up."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_records import conf


def register() -> None:
    checks.register(check_settings, "cert_completion_records")


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The types of evidence in the setting can be offered."""
    try:
        conf.evidence_types()
    except ImproperlyConfigured as error:
        hint = f"Correct {conf.NAME} in the settings."
        return [checks.Error(str(error), hint=hint, id="cert_completion_records.E001")]
    return []
