from typing import Any


def plugin_settings(settings: Any) -> None:
    """Take over what the site's YAML file says; some versions of the platform leave that to the apps."""
    tokens = getattr(settings, "ENV_TOKENS", None) or {}
    given = getattr(settings, "CERT_COMPLETION", None) or {}
    settings.CERT_COMPLETION = {**given, **(tokens.get("CERT_COMPLETION") or {})}
