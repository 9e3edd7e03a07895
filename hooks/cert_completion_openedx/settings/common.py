"""Settings of the LMS."""

from typing import Any

from cert_completion_openedx.settings.filling import Defaults, fill

REQUEST_LIMIT_BYTES = 4_000_000
"""What the web server that comes with the platform lets through: 4 MB."""

DEFAULTS: Defaults = {
    "CERT_COMPLETION": {"HOSTS": ["openedx"], "REQUEST_LIMIT_BYTES": REQUEST_LIMIT_BYTES},
    "CERT_COMPLETION_RECORDS": {
        "CHANNEL": "cert_completion_openedx.messaging.ace.AceChannel",
        "LEARNER_LANGUAGE": "cert_completion_openedx.learners.language_of",
    },
    "CERT_COMPLETION_OPENEDX": {},
}


def plugin_settings(settings: Any) -> None:
    fill(settings, DEFAULTS)
