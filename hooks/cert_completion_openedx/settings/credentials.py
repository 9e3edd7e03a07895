"""Settings of Credentials, in all its environments."""

from typing import Any

from cert_completion_openedx.settings.common import REQUEST_LIMIT_BYTES
from cert_completion_openedx.settings.filling import Defaults, fill

DEFAULTS: Defaults = {
    "CERT_COMPLETION": {"REQUEST_LIMIT_BYTES": REQUEST_LIMIT_BYTES},
    "CERT_COMPLETION_RECORDS": {},
    "CERT_COMPLETION_OPENEDX": {},
}


def plugin_settings(settings: Any) -> None:
    fill(settings, DEFAULTS)
