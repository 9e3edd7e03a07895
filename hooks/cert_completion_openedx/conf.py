"""The setting `CERT_COMPLETION_OPENEDX`, typed. All its keys are optional."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

NAME = "CERT_COMPLETION_OPENEDX"


class Defaults:
    """Every key, with what holds where the site does not say.

    What stands below a key is its line in docs/operators/settings.md, for operators; links lead from there.
    `tools/settings.py` writes that page anew.
    """

    CERTIFICATES: Callable[[], Any] | str | None = None
    """what issues [course certificates](../openedx.md#course-certificates), if not the platform's certificates API: a
    class as `cert_completion_openedx.certificates.platform.Certificates` describes it, or its import string"""


def _given(key: str) -> Any:
    given = getattr(settings, NAME, {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{NAME} must be a dictionary, not {given!r}.")
    return given.get(key, getattr(Defaults, key))


def certificates() -> Callable[[], Any] | None:
    """What issues certificates; None: the platform. Raises ImproperlyConfigured."""
    given = _given("CERTIFICATES")
    try:
        found: Callable[[], Any] | None = import_string(given) if isinstance(given, str) else given
    except ImportError as error:
        raise ImproperlyConfigured(f"{NAME}['CERTIFICATES'] cannot be imported: {error}") from error
    if found is not None and not callable(found):
        raise ImproperlyConfigured(f"{NAME}['CERTIFICATES'] must be a class or its import string, not {given!r}.")
    return found


def queue() -> str:
    """The queue to which the site sends all that imports lead to; "" for its default one."""
    given = getattr(settings, "CERT_COMPLETION", None) or {}
    return str(given.get("QUEUE") or "")
