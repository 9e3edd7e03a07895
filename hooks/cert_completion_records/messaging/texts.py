"""What a message says: the text that an administrator wrote, else the one that is shipped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from cert_completion_records import conf, placeholders
from cert_completion_records.messaging.notes import Note, language_of, values_of
from cert_completion_records.models import MessageText, Trigger
from cert_completion_records.models.message_settings import place_hash, placeholder_names

FOLDER = "cert_completion_records/mail"
_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class Text:
    """Subject (one line) and body, as people read them, in a language."""

    language: str
    subject: str
    body: str


class Texts:
    """Makes the texts of many messages; what administrators wrote is looked up once for each kind."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str, int | None], MessageText | None] = {}

    def of(self, note: Note, language: str = "") -> Text:
        """The text of this message in this language, or in the learner's."""
        language = language or language_of(note.learner)
        written = self.written(note.trigger, language, note.certification.pk)
        if written is None:
            return shipped(note, language)
        return filled_in(note, language, written.subject, written.body)

    def written(self, trigger: Trigger, language: str, certification_id: int | None) -> MessageText | None:
        """What an administrator wrote for it, if anybody did."""
        place = (str(trigger), language, certification_id)
        if place not in self._written:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            self._written[place] = _written(*place)
        return self._written[place]


def _written(trigger: str, language: str, certification_id: int | None) -> MessageText | None:
    """The closest: for the certification before the others, the language before its parent and that before any."""
    hashes = [place_hash(trigger, code, pk) for pk in _distinct(certification_id, None) for code in _codes(language)]
    found = {text.place_hash: text for text in MessageText.objects.filter(place_hash__in=hashes)}
    return next((found[one] for one in hashes if one in found), None)


def _distinct(*values: Any) -> list[Any]:
    return list(dict.fromkeys(values))


def _codes(language: str) -> Iterator[str]:
    """`de-at`, `de`, and "" for any language."""
    while language:
        yield language
        language = language.rpartition("-")[0]
    yield ""


def filled_in(note: Note, language: str, subject: str, body: str) -> Text:
    """The text with its placeholders filled in. Raises KeyError for one that there is not."""
    with translation.override(language):
        values = {**values_of(note)}
        values |= {name: gettext("never") for name in ("completed", "window_opens", "expires") if not values[name]}
        values["days_left"] = values["days_left"] or gettext("unlimited")
    return Text(language, _one_line(placeholders.filled(subject, values)), placeholders.filled(body, values).strip())


def shipped(note: Note, language: str) -> Text:
    """The text of the site's templates."""
    with translation.override(language):
        subject, body = _rendered(note.trigger, {**values_of(note), "user": note.learner})
    return Text(language, _one_line(subject), body)


def shipped_with_placeholders(trigger: Trigger, language: str) -> Text:
    """The text of the site's templates as an administrator can go on from it, with placeholders for what varies."""
    context = {name: f"{{{name}}}" for name in placeholder_names(trigger)}
    if not conf.site_url():
        del context["record_of_learning"]
    with translation.override(language):
        subject, body = _rendered(trigger, context)
    return Text(language, _one_line(subject), body)


def _rendered(trigger: Trigger, context: Mapping[str, Any]) -> tuple[str, str]:
    names = (f"{FOLDER}/{trigger.value}_subject.txt", f"{FOLDER}/{trigger.value}.txt")
    subject, body = (render_to_string(name, dict(context)) for name in names)
    return subject, body.strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
