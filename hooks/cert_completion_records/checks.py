"""System checks: what is wrong with the settings is said at start-up.

Each id is explained in docs/operators/system-checks.md.
"""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_records import conf
from cert_completion_records.links import record_of_learning_path


def register() -> None:
    checks.register(check_settings, "cert_completion_records")
    checks.register(check_pages, "cert_completion_records")


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What the setting says can be used; what is said twice is told once."""
    found: dict[str, checks.CheckMessage] = {}
    for id, read in _READ.items():
        try:
            read()
        except ImproperlyConfigured as error:
            hint = f"Correct {conf.NAME} in the settings."
            found.setdefault(str(error), checks.Error(str(error), hint=hint, id=id))
    return list(found.values())


_READ = {
    "cert_completion_records.E001": conf.evidence_types,
    "cert_completion_records.E002": conf.look_back_days,
    "cert_completion_records.E003": conf.learner_language,
    "cert_completion_records.E004": conf.site_url,
    "cert_completion_records.E005": conf.channel,
}


def check_pages(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Learners can open their Record of Learning."""
    if record_of_learning_path("1"):
        return []
    text = "The site's urls do not include cert_completion_records.urls: learners cannot open their Record of Learning."
    hint = 'Add path("", include("cert_completion_records.urls")) to the urlpatterns of the site.'
    return [checks.Warning(text, hint=hint, id="cert_completion_records.W001")]
