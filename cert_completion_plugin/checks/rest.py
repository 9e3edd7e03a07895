"""How the REST API knows its users."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from cert_completion_plugin import conf


def check_rest(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """On a site that has the REST API, its authentication classes are there."""
    try:
        names = conf.settings().api_authentication
    except ImproperlyConfigured:
        return []
    wrong = [name for name in names if not _authenticates(name)] if conf.has_rest_api() else []
    text = "API_AUTHENTICATION names {!r}, which is no authentication class of Django REST framework."
    hint = (
        f"Correct API_AUTHENTICATION in {conf.NAME}; it takes import strings such as "
        '"rest_framework.authentication.SessionAuthentication".'
    )
    return [checks.Error(text.format(name), hint=hint, id="cert_completion.E012") for name in wrong]


def _authenticates(name: str) -> bool:
    try:
        return hasattr(import_string(name), "authenticate")
    except ImportError:
        return False
