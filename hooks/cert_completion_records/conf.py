"""The setting `CERT_COMPLETION_RECORDS`, typed. All its keys are optional."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cert_completion_hooks import EvidenceField, EvidenceType, FieldKind, heading_key, normalised
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.module_loading import import_string

NAME = "CERT_COMPLETION_RECORDS"


class Defaults:
    """Every key, with what holds where the site does not say.

    What stands below a key is its line in docs/operators/settings.md, for operators; links lead from there.
    `tools/settings.py` writes that page anew.
    """

    EVIDENCE_TYPES: Sequence[Mapping[str, Any]] = ()
    """the types of evidence that can be chosen, with their fields: `[{"name": "licence", "label": "Licence", "fields":
    [{"name": "issued", "kind": "date", "label": "Issued on", "required": True}]}]`; kinds are `text`, `date`,
    `number`, `yes_no`, `url` and `choice` (with `choices`)"""

    REPORT_PERMISSION: str = "cert_completion_plugin.view_import_report"
    """the permission without which records do not link to import reports"""

    MESSAGES_LOOK_BACK_DAYS: int = 7
    """how many days late a [message to a learner](messages.md) may be, 1 to 366; what fell due earlier is never
    sent"""

    LEARNER_LANGUAGE: Callable[[Any], Any] | str | None = None
    """a function from a user to the code of the language they read, or its import string; without it all messages are
    in `LANGUAGE_CODE`"""

    SITE_URL: str = ""
    """the address of the site, such as `"https://lms.example.org"`, for links in messages to learners. An installation
    that serves several sites leaves it out: links then lead to the site on which the file was uploaded"""

    CHANNEL: Callable[[], Any] | str | None = None
    """how messages to learners leave, if not by Django's mail: a class as
    `cert_completion_records.messaging.channels.Channel` describes it, or its import string"""


_LONGEST_TYPE_NAME = 100
_SHAPE = (
    "A type needs a 'name' and may have a 'label' and 'fields'; a field needs a 'name' and a 'kind', one of: "
    f"{', '.join(FieldKind)}. A choice also needs 'choices'."
)


class _Malformed(ValueError):
    """What is wrong with a type or a field, in words."""


def _given(key: str) -> Any:
    given = getattr(settings, NAME, {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{NAME} must be a dictionary, not {given!r}.")
    return given.get(key, getattr(Defaults, key))


def report_permission() -> str:
    return str(_given("REPORT_PERMISSION"))


_LONGEST_LOOK_BACK = 366


def look_back_days() -> int:
    """How many days late a message may be. Raises ImproperlyConfigured."""
    days = _given("MESSAGES_LOOK_BACK_DAYS")
    if type(days) is not int or not 1 <= days <= _LONGEST_LOOK_BACK:
        raise ImproperlyConfigured(
            f"{NAME}['MESSAGES_LOOK_BACK_DAYS'] must be a whole number from 1 to {_LONGEST_LOOK_BACK}, not {days!r}."
        )
    return days


def learner_language() -> Callable[[Any], Any] | None:
    """What tells a learner's language; None if the site has nothing that does. Raises ImproperlyConfigured."""
    return _callable("LEARNER_LANGUAGE", "a callable")


def _callable(key: str, what: str) -> Callable[..., Any] | None:
    given = _given(key)
    try:
        found: Callable[..., Any] | None = import_string(given) if isinstance(given, str) else given
    except ImportError as error:
        raise ImproperlyConfigured(f"{NAME}[{key!r}] cannot be imported: {error}") from error
    if found is not None and not callable(found):
        raise ImproperlyConfigured(f"{NAME}[{key!r}] must be {what} or its import string, not {given!r}.")
    return found


def channel() -> Callable[[], Any] | None:
    """What makes the channel by which messages leave; None: the site's mail. Raises ImproperlyConfigured."""
    return _callable("CHANNEL", "a class that sends messages")


def site_url() -> str:
    """The address of the site without a slash at its end; "" if it does not say. Raises ImproperlyConfigured."""
    given = _given("SITE_URL")
    address = str(given).rstrip("/")
    if given and (not isinstance(given, str) or not _is_address(address)):
        raise ImproperlyConfigured(
            f"{NAME}['SITE_URL'] must be an address such as \"https://lms.example.org\", not {given!r}."
        )
    return address


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_clean = not (parts.query or parts.fragment or any(letter.isspace() for letter in text))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and is_clean


def evidence_types() -> tuple[EvidenceType, ...]:
    """The types of evidence that this site offers. Raises ImproperlyConfigured, naming the one that is malformed."""
    given = _given("EVIDENCE_TYPES")
    if not isinstance(given, (list, tuple)):
        raise ImproperlyConfigured(f"{NAME}['EVIDENCE_TYPES'] must be a list, not {given!r}. {_SHAPE}")
    types: dict[str, EvidenceType] = {}
    for one in given:
        try:
            found = _evidence_type(one, types)
        except _Malformed as fault:
            raise ImproperlyConfigured(
                f"{NAME}['EVIDENCE_TYPES'] holds {one!r}, which is not as it should be: {fault} {_SHAPE}"
            ) from fault
        types[found.name] = found
    return tuple(types.values())


def _evidence_type(given: Any, others: Collection[str]) -> EvidenceType:
    name, label = _name_and_label(given)
    if name in others:
        raise _Malformed(f"the type {name!r} stands there twice.")
    if len(name) > _LONGEST_TYPE_NAME:
        raise _Malformed(f"the name of a type has at most {_LONGEST_TYPE_NAME} characters.")
    fields = tuple(map(_evidence_field, _list(given, "fields")))
    headings = [heading_key(field.name) for field in fields]
    for heading, field in zip(headings, fields, strict=True):
        if not heading or headings.count(heading) > 1:
            raise _Malformed(
                f"the field {field.name!r} needs a name that differs from others by more than case, blanks, _ and -."
            )
    return EvidenceType(name=name, label=label, fields=fields)


def _evidence_field(given: Any) -> EvidenceField:
    name, label = _name_and_label(given)
    kind, choices = _kind(given.get("kind")), tuple(map(_text, _list(given, "choices")))
    distinct = set(map(normalised, choices))
    if (kind is FieldKind.CHOICE) != bool(choices) or "" in distinct or len(distinct) < len(choices):
        raise _Malformed(f"the field {name!r} needs 'choices' that differ if it is a choice, and none if it is not.")
    return EvidenceField(
        name=name, kind=kind, label=label, required=bool(given.get("required", False)), choices=choices
    )


def _name_and_label(given: Any) -> tuple[str, str]:
    if not isinstance(given, Mapping):
        raise _Malformed(f"{given!r} is not a dictionary.")
    name = _text(given.get("name"))
    if not normalised(name):
        raise _Malformed("the name is blank.")
    return name, _text(given.get("label", name)) or name


def _text(value: Any) -> str:
    if not isinstance(value, (str, Promise)):
        raise _Malformed(f"a text is needed where there is {value!r}.")
    return str(value)


def _kind(value: Any) -> FieldKind:
    try:
        return FieldKind(value)
    except ValueError:
        raise _Malformed(f"there is no kind {value!r}.") from None


def _list(given: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = given.get(key, ())
    if not isinstance(value, (list, tuple)):
        raise _Malformed(f"{key!r} must be a list, not {value!r}.")
    return value
