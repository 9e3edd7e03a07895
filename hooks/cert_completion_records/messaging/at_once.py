"""Messages that an import sends at once (the hook `send_messages`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cert_completion_hooks import BatchInfo, Message, MessageResult, MessageStatus
from django.contrib.auth import get_user_model
from django.utils.translation import gettext

from cert_completion_records.clock import today
from cert_completion_records.keys import certification_id, chunks, learner_id
from cert_completion_records.messaging.channels import open_channel
from cert_completion_records.messaging.delivery import Delivered, Delivery, Fate, ServerDown
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.switches import Switch, of_certifications
from cert_completion_records.models import Certification, SentMessage, Trigger
from cert_completion_records.models.hashes import fingerprint


@dataclass(frozen=True, slots=True)
class _Known:
    """The learners and certifications that the messages of one call are about, by key, and what is on for them."""

    learners: Mapping[str, Any]
    certifications: Mapping[str, Certification]
    switches: Mapping[Trigger, Mapping[int, Switch]]
    site: str


def send_messages(batch: BatchInfo, messages: Sequence[Message]) -> list[MessageResult]:
    """Mail each message unless its key was mailed before.

    A key is kept before its mail leaves: after a crash in between, the mail is lost rather than sent twice. It is
    forgotten again if the mail server does not take the mail, so that the plugin can ask again.
    """
    known = _known(messages, batch.site)
    down = ""
    results = []
    with open_channel() as channel:
        delivery = Delivery(channel)
        for message in messages:
            try:
                results.append(_later(message, down) if down else _send(message, known, delivery))
            except ServerDown as error:
                down = str(error)
                results.append(_later(message, down))
    return results


def _known(messages: Sequence[Message], site: str) -> _Known:
    users = get_user_model()._default_manager
    learner_ids = {learner_id(message.learner_key) for message in messages} - {None}
    certification_ids = {pk for one in messages if (pk := certification_id(one.certification_key)) is not None}
    found = [row for ids in chunks(certification_ids) for row in Certification.objects.filter(pk__in=ids)]
    triggers = {Trigger(message.trigger) for message in messages}
    return _Known(
        learners={str(user.pk): user for ids in chunks(learner_ids) for user in users.filter(pk__in=ids)},
        certifications={str(row.pk): row for row in found},
        switches={trigger: of_certifications(trigger, [row.pk for row in found]) for trigger in triggers},
        site=site,
    )


def _send(message: Message, known: _Known, delivery: Delivery) -> MessageResult:
    learner = known.learners.get(message.learner_key)
    certification = known.certifications.get(message.certification_key)
    if learner is None or certification is None:
        return _never(message, gettext("The learner or the certification is gone."))
    trigger = Trigger(message.trigger)
    if not known.switches[trigger][certification.pk].is_on:
        return _never(message, gettext("This message is switched off for this certification."))
    note = Note(
        key=message.key,
        trigger=trigger,
        learner=learner,
        certification=certification,
        day=today(),
        site=known.site,
    )
    return _result(message, delivery.deliver(note))


def _result(message: Message, delivered: Delivered) -> MessageResult:
    match delivered.fate:
        case Fate.SENT:
            return MessageResult(key=message.key, status=MessageStatus.SENT)
        case Fate.LATER:
            return _later(message, delivered.reason)
        case Fate.SETTLED_BEFORE:
            return _as_before(message)
        case Fate.UNKNOWN:
            return _never(message, _cut_off())
        case Fate.NOT_SENT:
            return _never(message, delivered.reason)


def _as_before(message: Message) -> MessageResult:
    """The answer to a key that was asked for before: what became of it then."""
    before = SentMessage.objects.filter(key_hash=fingerprint(message.key)).first()
    if before is None:
        return _never(message, gettext("The learner or the certification is gone."))
    if before.outcome == SentMessage.Outcome.SENT:
        return MessageResult(key=message.key, status=MessageStatus.SENT)
    return _never(message, before.reason or _cut_off())


def _cut_off() -> str:
    return gettext("Sending was cut off. It may have arrived or not; it is not sent again.")


def _never(message: Message, reason: str) -> MessageResult:
    return MessageResult(key=message.key, status=MessageStatus.NEVER, reason=reason)


def _later(message: Message, reason: str) -> MessageResult:
    return MessageResult(key=message.key, status=MessageStatus.LATER, reason=reason)
