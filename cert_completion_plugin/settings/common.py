from typing import Any


def plugin_settings(settings: Any) -> None:
    """Make the dictionary `CERT_COMPLETION` be there, so that a site can add to it key by key."""
    settings.CERT_COMPLETION = {**(getattr(settings, "CERT_COMPLETION", None) or {})}
