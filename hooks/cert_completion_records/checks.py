"""System checks: what is wrong with the settings is said at start-up."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_records import conf


def register() -> None:
    checks.register(check_settings, "cert_completion_records")


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What the setting says can be used; what is said twice is told once."""
    found: dict[str, checks.CheckMessage] = {}
    for id, read in _READ.items():
        try:
            read()
        except ImproperlyConfigured as error:
            hint = f"Correct {conf.NAME} in the settings."
            found.setdefault(str(error), checks.Error(str(error), hint=hint, id=f"cert_completion_records.{id}"))
    return list(found.values())


_READ = {
    "E001": conf.evidence_types,
    "E002": conf.look_back_days,
    "E003": conf.learner_language,
    "E004": conf.site_url,
}
