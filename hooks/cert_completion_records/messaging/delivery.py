"""Sending one message once: claim it, hand it over, keep what became of it."""

import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction

from cert_completion_records.keys import database
from cert_completion_records.messaging import refusals
from cert_completion_records.messaging.channels import Channel
from cert_completion_records.messaging.notes import Note
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
    """Sends messages one after another on one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._texts = Texts()

    def deliver(self, note: Note) -> Delivered:
        """Send the message unless it was settled before. Raises ServerDown; then it was not, and may be later."""
        if reason := self._channel.unreachable(note.learner):
            return _settle(note, reason)
        try:
            letter = self._channel.write(note, self._texts.of(note))
        except Exception as error:
            kind = type(error).__name__  # its text may quote a name
            logger.error("the message %s to learner %s cannot be written: %s", note.trigger, note.learner.pk, kind)
            return Delivered(Fate.LATER, f"{type(error).__name__}: {error}")
        self._get_ready()
        claim = _claim(note)
        return self._send(letter, claim) if claim else Delivered(Fate.SETTLED_BEFORE)

    def _get_ready(self) -> None:
        try:
            self._channel.get_ready()
        except OSError as error:  # also every error of smtplib
            raise ServerDown(refusals.told(error)) from error

    def _send(self, letter: Any, claim: SentMessage) -> Delivered:
        try:
            self._channel.send(letter)
        except Exception as error:
            return _failed(claim, error, self._channel.meaning_of(error))
        _keep(claim, SentMessage.Outcome.SENT)
        return Delivered(Fate.SENT)


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


def _failed(claim: SentMessage, error: Exception, meaning: Meaning) -> Delivered:
    """Keep what a failure means. Raises ServerDown where it is not this message's fault."""
    reason = refusals.told(error)
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
