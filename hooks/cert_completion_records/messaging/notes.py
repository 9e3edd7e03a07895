"""What one message is about, and the words and dates in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from cert_completion_records import conf
from cert_completion_records.links import own_record_of_learning_path
from cert_completion_records.models import Certification, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One message to one learner. `about` is the date that makes it another than one of the same trigger.

    `key` is unique for ever. The dates are those of the current record, as far as the message tells of one; `day` is
    the day on which it is sent, `site` the domain of the site whose import wrote the record, "" if that is not known.
    """

    key: str
    trigger: Trigger
    learner: Any
    certification: Certification
    day: date
    about: date | None = None
    completed: date | None = None
    expires: date | None = None
    window_opens: date | None = None
    site: str = ""


def language_of(learner: Any) -> str:
    """The language in which the learner reads: what the site says, as far as the site has it, else its own."""
    tell = conf.learner_language()
    code = tell(learner) if tell else None
    try:
        return translation.get_supported_language_variant(str(code)) if code else site_language()
    except LookupError:
        return site_language()


def site_language() -> str:
    """The site's own language, by the code under which it stands among the site's languages, if it stands there."""
    try:
        return translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE


def name_of(learner: Any) -> str:
    """The full name, else the user name."""
    full_name = learner.get_full_name() if hasattr(learner, "get_full_name") else ""
    return str(full_name) or str(learner.get_username())


def values_of(note: Note) -> Mapping[str, str]:
    """What each placeholder stands for, in the language that is active, each in one line."""
    values = {
        "learner": name_of(note.learner),
        "username": note.learner.get_username(),
        "certification": str(note.certification),
        "record_of_learning": record_of_learning_address(note.site),
        "completed": _shown(note.completed),
        "window_opens": _shown(note.window_opens),
        "expires": _shown(note.expires),
        "days_left": str(max((note.expires - note.day).days, 0)) if note.expires else "",
    }
    return {name: " ".join(value.split()) for name, value in values.items()}


def record_of_learning_address(domain: str = "") -> str:
    """Where learners see their Record of Learning; "" if the site does not say its address or has no such page.

    `domain`: that of the site in question, for an installation of several, which has no one address.
    """
    site, path = conf.site_url() or (f"https://{domain}" if domain else ""), own_record_of_learning_path()
    return site + path if site and path else ""


def _shown(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
