"""Sending one message once: claim it, hand it over, keep what became of it."""

import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cert_completion_records.keys import database
from cert_completion_records.messaging import refusals
from cert_completion_records.messaging.mails import mail_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.post import Post
from cert_completion_records.messaging.refusals import Meaning
from cert_completion_records.messaging.texts import Texts
from cert_completion_records.models import SentMessage
from cert_completion_records.models.hashes import fingerprint

logger = logging.getLogger("cert_completion_records")

_REASON_LENGTH = 255


class Fate(Enum):
    """What became of a message. `UNKNOWN`: the connection broke while it was being sent, and it is not sent again."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
    LATER = "later"
    SETTLED_BEFORE = "settled before"


@dataclass(frozen=True, slots=True)
class Delivered:
    """`reason`: why it was not sent, a sentence for people."""

    fate: Fate
    reason: str = ""


class ServerDown(Exception):
    """The mail server takes nothing now. The text is what it said, or the network."""


class Delivery:
    """Sends messages one after another over one connection."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._texts = Texts()

    def deliver(self, note: Note) -> Delivered:
        """Send the message unless it was settled before. Raises ServerDown; then it was not, and may be later."""
        if reason := not_to_be_reached(note.learner):
            return _settle(note, reason)
        try:
            mail = mail_of(self._texts.of(note), note.trigger, address_of(note.learner))
        except Exception as error:
            kind = type(error).__name__  # its text may quote a name
            logger.error("the message %s to learner %s cannot be written: %s", note.trigger, note.learner.pk, kind)
            return Delivered(Fate.LATER, f"{type(error).__name__}: {error}")
        self._get_ready()
        claim = _claim(note)
        return self._send(mail, claim) if claim else Delivered(Fate.SETTLED_BEFORE)

    def _get_ready(self) -> None:
        try:
            self._post.get_ready()
        except OSError as error:  # also every error of smtplib
            raise ServerDown(refusals.told(error)) from error

    def _send(self, mail: EmailMessage, claim: SentMessage) -> Delivered:
        try:
            self._post.send(mail)
        except Exception as error:
            return _failed(claim, error)
        _keep(claim, SentMessage.Outcome.SENT)
        return Delivered(Fate.SENT)


def address_of(learner: Any) -> str:
    """The e-mail address; "" if the site has none, or no such field."""
    field = getattr(learner, "get_email_field_name", None)
    return str(getattr(learner, field(), None) or "") if field else ""


def not_to_be_reached(learner: Any) -> str:
    """Why this learner gets no messages, in words; "" if they do."""
    if not learner.is_active:
        return gettext("The learner is suspended.")
    return "" if address_of(learner) else gettext("The learner has no e-mail address.")


def _claim(note: Note, outcome: str = SentMessage.Outcome.SENDING, reason: str = "") -> SentMessage | None:
    """Keep that this message is settled; None if it was before, or if its learner is gone."""
    try:
        with transaction.atomic(using=database()):
            return SentMessage.objects.create(
                key_hash=fingerprint(note.key),
                learner=note.learner,
                certification=note.certification,
                trigger=note.trigger,
                about=note.about,
                outcome=outcome,
                reason=reason[:_REASON_LENGTH],
            )
    except IntegrityError:
        return None


def _settle(note: Note, reason: str) -> Delivered:
    if _claim(note, SentMessage.Outcome.NOT_SENT, reason) is None:
        return Delivered(Fate.SETTLED_BEFORE)
    return Delivered(Fate.NOT_SENT, reason)


def _keep(claim: SentMessage, outcome: str, reason: str = "") -> None:
    SentMessage.objects.filter(pk=claim.pk).update(outcome=outcome, reason=reason[:_REASON_LENGTH])


def _failed(claim: SentMessage, error: Exception) -> Delivered:
    """Keep what a failure means. Raises ServerDown where it is not this message's fault."""
    meaning, reason = refusals.meaning_of(error), refusals.told(error)
    if meaning is Meaning.REFUSED:
        _keep(claim, SentMessage.Outcome.NOT_SENT, reason)
        return Delivered(Fate.NOT_SENT, reason)
    if meaning is Meaning.UNKNOWN:
        _keep(claim, SentMessage.Outcome.SENDING, reason)
        return Delivered(Fate.UNKNOWN, reason)
    claim.delete()
    if meaning is Meaning.DOWN:
        raise ServerDown(reason) from error
    return Delivered(Fate.LATER, reason)
