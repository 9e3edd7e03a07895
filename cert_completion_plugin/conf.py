"""The site's settings for imports: one dictionary, `CERT_COMPLETION`, read into a typed value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from cert_completion_plugin.core.options import Options, OptionsError
from cert_completion_plugin.core.thresholds import THRESHOLDS, Thresholds
from cert_completion_plugin.core.watched import PlaceError, WatchedPlace, overlapping

NAME = "CERT_COMPLETION"
DAYS = frozenset({"KEEP_FILES_DAYS", "KEEP_ROWS_DAYS", "KEEP_LEDGER_DAYS"})
_MOST_DAYS = 36_500
SITE, USER = SCOPES = ("site", "user")
_OPTIONS = Options()
_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator can set. Each field is a key of `CERT_COMPLETION`, written in capitals.

    `hosts`: names of the active hosts, in the order in which they are asked; an entry point's name or an import string.
    `blocked_hosts`: those of them that are not used after all. `blocked_hooks`: pairs of a host and a hook that it does
    not answer, given as a dictionary from hosts to lists of hooks. `hook_trace`: whether each call of a hook is logged.
    `max_bytes`, `max_rows`: limits of one file. `file_storage`: the alias of the Django storage that keeps uploaded
    files ("" keeps them in the database). `portion_rows`: about how many rows are worked on in one transaction.
    `portion_seconds`: how long the work on one portion may take. `parallel_portions`: on how many portions of one
    import workers may be at a time. `queue`: the Celery queue that imports use ("" is the site's default queue).
    `max_attempts`: how often a portion is tried before its rows are reported as failed. `stalled_after_seconds`: how
    long an import may go without progress before its work is sent to the workers again. `page_rows`: rows on one page
    of the report. `base_template`: the template that the plugin's pages extend. `approve_own`: whether those who may
    approve imports may approve their own, and have rows recorded without a review. `defaults`: the options with which
    the upload form begins for somebody who has not chosen any yet, given as a dictionary.
    `imports_per_user`: how many imports of one user may wait or work at the same time (None: any number). `scope`: in
    what one import works at a time while the others wait for their turn: "site", "user" (what one user uploads), or
    None for no such limit.
    `keep_files_days`, `keep_rows_days`, `keep_ledger_days`: how many days after the end of an import its file, the
    cells of its rows, and what was planned for and done to its rows are kept; with None as long as what follows in this
    list, the last one for good.
    `thresholds`: the shares of a plan's rows, from 0 to 1, above which an import waits for approval, given as a
    dictionary. `message_days`: for how many days a message to a learner is tried that cannot be sent. `notice_mail`:
    whether uploaders are mailed when their imports have ended; their other notices do not depend on it. `site_url`:
    where the site is reached, for links in mails ("" asks django.contrib.sites).
    `watched`: the places from which files are taken up, given as a list of dictionaries. `watch_seconds`: how often
    workers look at them. `api_authentication`: how the REST API knows its users, as import strings of authentication
    classes of Django REST framework, in the order in which they are asked. `metrics_token`: with which a
    monitoring system may ask for metrics and health ("": with none).
    """

    hosts: tuple[str, ...] = ("records",)
    blocked_hosts: tuple[str, ...] = ()
    blocked_hooks: frozenset[tuple[str, str]] = frozenset()
    hook_trace: bool = False
    max_bytes: int = 100 * 1024 * 1024
    max_rows: int = 1_000_000
    file_storage: str = ""
    portion_rows: int = 4000
    portion_seconds: int = 300
    parallel_portions: int = 16
    queue: str = ""
    max_attempts: int = 5
    stalled_after_seconds: int = 180
    page_rows: int = 100
    base_template: str = "admin/base_site.html"
    approve_own: bool = True
    imports_per_user: int | None = None
    scope: str | None = None
    defaults: Options = _OPTIONS
    thresholds: Thresholds = _THRESHOLDS
    keep_files_days: int | None = 90
    keep_rows_days: int | None = 730
    keep_ledger_days: int | None = None
    watched: tuple[WatchedPlace, ...] = ()
    watch_seconds: int = 60
    api_authentication: tuple[str, ...] = ("rest_framework.authentication.SessionAuthentication",)
    metrics_token: str = field(default="", repr=False)
    message_days: int = 7
    notice_mail: bool = True
    site_url: str = ""


SECRETS = frozenset({"METRICS_TOKEN"})
"""Keys whose values are shown to nobody."""


def has_rest_api() -> bool:
    """Whether this site has the REST API: by switching Django REST framework on. Nobody else asks for it."""
    return apps.is_installed("rest_framework")


def settings() -> Settings:
    """The settings as they are now. Raises ImproperlyConfigured, naming the key and what it takes."""
    given = getattr(django_settings, NAME, {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{NAME} must be a dictionary, not {type(given).__name__}.")
    kinds = {field.name.upper(): field.default for field in fields(Settings)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in kinds:
            raise ImproperlyConfigured(f"{NAME} has no key {key!r}. Its keys are: {', '.join(sorted(kinds))}.")
        values[key.lower()] = _checked(key, value, kinds[key])
    return Settings(**values)


def _checked(key: str, value: Any, default: Any) -> Any:
    if key in DAYS:
        return _days(key, value)
    if key == "IMPORTS_PER_USER":
        return _limit(key, value)
    if key == "SCOPE":
        return _scope(key, value)
    if key == "WATCHED":
        return _places(key, value)
    if isinstance(default, Options):
        return _options(key, value)
    if isinstance(default, Thresholds):
        return _thresholds(key, value)
    if isinstance(default, tuple):
        if _are_names(value) and (value or not default):
            return tuple(value)
        number = "one or more names" if default else "names"
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a list of {number}, not {value!r}.")
    if isinstance(default, frozenset):
        return _hooks(key, value)
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be True or False, not {value!r}.")
    if isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a whole number above zero, not {value!r}.")
    if key == "SITE_URL":
        return _address(key, value)
    if isinstance(value, str) and (value or not default):
        return value
    raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a text, not {value!r}.")


def _address(key: str, value: Any) -> str:
    """Mails are written by workers, which no request tells where the site is reached."""
    if isinstance(value, str) and (not value or re.fullmatch(r"https?://[^\s/]+(/\S*)?", value)):
        return value
    text = "must begin with https:// or http:// and the site's domain, such as 'https://lms.example.org'"
    raise ImproperlyConfigured(f"{NAME}[{key!r}] {text}, not {value!r}.")


def _are_names(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)


def _hooks(key: str, value: Any) -> frozenset[tuple[str, str]]:
    if not isinstance(value, Mapping) or not (_are_names([*value]) and all(map(_are_names, value.values()))):
        raise ImproperlyConfigured(
            f'{NAME}[{key!r}] must be a dictionary from hosts to lists of hooks, such as {{"records": '
            f'["evidence_types"]}}, not {value!r}.'
        )
    return frozenset((host, hook) for host, hooks in value.items() for hook in hooks)


def _days(key: str, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_DAYS):
        return value
    raise ImproperlyConfigured(
        f"{NAME}[{key!r}] must be a whole number of days from 1 to {_MOST_DAYS}, or None, not {value!r}."
    )


def _places(key: str, value: Any) -> tuple[WatchedPlace, ...]:
    if not isinstance(value, (list, tuple)):
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a list of dictionaries, not {value!r}.")
    places = []
    for index, given in enumerate(value):
        try:
            places.append(WatchedPlace.from_mapping(given))
        except PlaceError as error:
            raise ImproperlyConfigured(f"{NAME}[{key!r}][{index}] {error}") from error
    if found := overlapping(tuple(places)):
        raise ImproperlyConfigured(f"{NAME}[{key!r}] has places within each other: {found[0]} and {found[1]}.")
    return tuple(places)


def _limit(key: str, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a whole number above zero, or None, not {value!r}.")


def _scope(key: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value in SCOPES:
        return value
    names = ", ".join(map(repr, SCOPES))
    raise ImproperlyConfigured(f"{NAME}[{key!r}] must be one of {names}, or None, not {value!r}.")


def _options(key: str, value: Any) -> Options:
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a dictionary of options, not {value!r}.")
    try:
        return Options.from_mapping(value)
    except OptionsError as error:
        raise ImproperlyConfigured(f"{NAME}[{key!r}]: {error}") from error


def _thresholds(key: str, value: Any) -> Thresholds:
    if not isinstance(value, Mapping) or not all(name in THRESHOLDS for name in value):
        names = ", ".join(THRESHOLDS)
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be a dictionary with the keys {names}, not {value!r}.")
    for name, share in value.items():
        if share is not None and not _is_share(share):
            raise ImproperlyConfigured(f"{NAME}[{key!r}][{name!r}] must be a share from 0 to 1, not {share!r}.")
    return Thresholds(**value)


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
