"""Settings of the LMS once it has read the site's YAML file, which may have replaced what was set before."""

from typing import Any

from cert_completion_openedx.settings import common
from cert_completion_openedx.settings.filling import fill


def plugin_settings(settings: Any) -> None:
    common.plugin_settings(settings)
    address = getattr(settings, "LMS_ROOT_URL", None)
    if isinstance(address, str) and address.startswith(("https://", "http://")):
        fill(settings, {name: {"SITE_URL": address} for name in ("CERT_COMPLETION", "CERT_COMPLETION_RECORDS")})
