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

    What stands below a field is its line in docs/operators/settings.md, for operators; links lead from there.
    `tools/settings.py` writes that page anew.
    """

    hosts: tuple[str, ...] = ("records",)
    """the active hosts, in the order in which they are asked: names of entry points, or import strings (`"module"`,
    `"package.module"` or `"package.module:attribute"`)"""

    blocked_hosts: tuple[str, ...] = ()
    """hosts of `HOSTS` that are not used after all, nor loaded: for a site whose `HOSTS` comes from elsewhere"""

    blocked_hooks: frozenset[tuple[str, str]] = frozenset()
    """hooks that a host does not answer, so that the next host does: a dictionary such as
    `{"our_lms": ["evidence_types"]}`. `manage.py cert_completion_hosts` lists which host answers what"""

    hook_trace: bool = False
    """whether each call of a host's hook is logged, at level INFO by the logger `cert_completion_plugin.hooks`: hook,
    host, number of keys and seconds, never names or cells"""

    max_bytes: int = 100 * 1024 * 1024
    """the largest file, in bytes; the web server in front has [a limit of its own](workers.md#large-files)"""

    max_rows: int = 1_000_000
    """the most rows in a file"""

    request_limit_bytes: int | None = None
    """the largest request, in bytes, that the web server in front of the site [lets through](workers.md#large-files),
    where that is less than `MAX_BYTES`: the upload page then says how large a file can be there, and what to do with a
    larger one. It limits nothing itself; `None`: nothing is said. In [Open edX](../openedx.md) 4000000 unless the site
    says otherwise"""

    file_storage: str = ""
    """the alias (in `STORAGES`) of the Django storage that keeps uploaded files; by default they are kept in the
    database, so that web and worker need no shared disk"""

    portion_rows: int = 4000
    """about how many rows are worked on in one transaction"""

    portion_seconds: int = 300
    """for how many seconds the work on one portion may go on before it is rolled back and tried again (four times as
    long for a turn at reading). Celery's prefork pool interrupts tasks; its solo and threads pools cannot, and take as
    long as it takes"""

    parallel_portions: int = 16
    """on how many portions of one import workers may be at a time. Imports take turns, so that a small one does not
    wait for a large one"""

    queue: str = ""
    """the name of the Celery queue for imports, at which [a worker has to listen](workers.md#a-queue-for-imports); by
    default they use the site's default queue"""

    max_attempts: int = 5
    """how often a portion is tried before its rows are reported as failed"""

    stalled_after_seconds: int = 180
    """for how many seconds an import may stand still before its work is
    [sent again](monitoring.md#when-work-stands-still)"""

    page_rows: int = 100
    """rows on one page of the report"""

    base_template: str = "admin/base_site.html"
    """the template that the pages extend; it needs the blocks `title`, `extrastyle`, `extrahead`, `breadcrumbs` and
    `content`. Each page is a template of its own with named blocks, in `cert_completion_plugin/templates`"""

    admin_site: str = "django.contrib.admin.site"
    """the admin site in which the pages are at home and the entries of the index stand, as an import string: for a
    site whose `urls.py` has an `AdminSite` of its own, such as `"mysite.admin.site"`"""

    approve_own: bool = True
    """whether those who may approve imports may approve their own. With `False` somebody else has to, and nobody can
    leave the review out"""

    imports_per_user: int | None = None
    """how many imports of one user may wait or work at the same time, plans that wait for approval included; `None`:
    any number. A further file is refused, with what to do; a watched place keeps it"""

    scope: str | None = None
    """`"site"` or `"user"`: of all imports, or of those of each user, one is worked on at a time, and the others
    [wait for their turn](permissions.md#limits). `None`: imports are worked on side by side"""

    defaults: Options = _OPTIONS
    """the options with which the upload page begins for somebody who has not uploaded yet, for example
    `{"import_action": "certify_if_newer", "encoding": "windows-1252"}`; the names and values are those of
    [import-rules.md](../import-rules.md) §2. What is chosen on the page *Options for new imports* goes before them.
    Later the page begins with what each user chose last. Imports that were uploaded keep their options"""

    thresholds: Thresholds = _THRESHOLDS
    """the greatest shares of a file's rows, from 0 to 1, that are recorded without being asked about: `problem_rows`
    (rejected or failed), `unknown_learners`, `overwritten` (current records renewed), `expired_at_once`; for example
    `{"problem_rows": 0.1, "expired_at_once": 0}`. An import that exceeds one waits for approval, also where review is
    switched off"""

    keep_files_days: int | None = 90
    """for how many days after the end of an import its uploaded file is [kept](personal-data.md#how-long-it-is-kept);
    `None`: as long as the cells of its rows"""

    keep_rows_days: int | None = 730
    """the same of the cells of its rows, as they stood in the file; `None`: as long as the ledger"""

    keep_ledger_days: int | None = None
    """the same of the ledger: what was planned for, done to and undone of each row; `None`: for good. The sums stay in
    any case"""

    watched: tuple[WatchedPlace, ...] = ()
    """places from which files are taken up, a list such as `[{"directory": "/srv/imports", "user": "hr-robot",
    "options": {"review": False}}]`; see [watched places](watched-places.md)"""

    watch_seconds: int = 60
    """how often workers look at them, in seconds"""

    api_authentication: tuple[str, ...] = ("rest_framework.authentication.SessionAuthentication",)
    """how the REST API knows its users: authentication classes of Django REST framework, in the order in which they
    are asked; [more](../rest-api.md#for-operators)"""

    metrics_token: str = field(default="", repr=False)
    """the token with which a monitoring system may ask for [health](monitoring.md#is-it-well) and
    [metrics](monitoring.md#metrics), 20 characters or more; without it only users with the permission `view_status`
    may"""

    message_days: int = 7
    """for how many days a message to a learner is tried that cannot be sent, for example while the mail server is
    down"""

    notice_mail: bool = True
    """whether uploaders are mailed (by Django's mail) when their imports have ended; on the pages they are told in any
    case"""

    site_url: str = ""
    """where the site is reached, such as `"https://lms.example.org"`, for the links in those mails; by default what
    `django.contrib.sites` says, where that is installed"""


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
    if key in ("IMPORTS_PER_USER", "REQUEST_LIMIT_BYTES"):
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
