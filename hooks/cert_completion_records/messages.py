"""Messages to learners, by Django's mail (the hook `send_messages`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cert_completion_hooks import Message, MessageResult, MessageStatus
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from cert_completion_records.compat import mail_connection
from cert_completion_records.keys import certification_id, chunks, database, learner_id
from cert_completion_records.models import Certification, SentMessage
from cert_completion_records.models.hashes import fingerprint


@dataclass(frozen=True, slots=True)
class _Readers:
    """The learners and certifications that the messages of one call are about, by key."""

    learners: Mapping[str, Any]
    certifications: Mapping[str, Certification]


def send_messages(messages: Sequence[Message]) -> list[MessageResult]:
    """Mail each message unless its key was mailed before.

    A key is kept before its mail leaves: after a crash in between, the mail is lost rather than sent twice. It is
    forgotten again if the mail server does not take the mail, so that the plugin can ask again.
    """
    readers = _readers(messages)
    connection = mail_connection()
    try:
        connection.open()
        return [_send(message, readers, connection) for message in messages]
    except OSError as error:
        return [_later(message, error) for message in messages]
    finally:
        connection.close()


def _readers(messages: Sequence[Message]) -> _Readers:
    users = get_user_model()._default_manager
    learner_ids = {learner_id(message.learner_key) for message in messages} - {None}
    certification_ids = {pk for one in messages if (pk := certification_id(one.certification_key)) is not None}
    return _Readers(
        learners={str(user.pk): user for ids in chunks(learner_ids) for user in users.filter(pk__in=ids)},
        certifications={
            str(row.pk): row for ids in chunks(certification_ids) for row in Certification.objects.filter(pk__in=ids)
        },
    )


def _send(message: Message, readers: _Readers, connection: Any) -> MessageResult:
    learner = readers.learners.get(message.learner_key)
    certification = readers.certifications.get(message.certification_key)
    if learner is None or certification is None:
        return _never(message, "The learner or the certification is gone.")
    if not learner.is_active:
        return _never(message, "The learner is suspended.")
    if not (address := getattr(learner, learner.get_email_field_name(), "")):
        return _never(message, "The learner has no e-mail address.")
    if (claim := _claim(message, learner)) is None:
        return MessageResult(key=message.key, status=MessageStatus.SENT)
    return _mail(message, _email(message, learner, certification, address), connection, claim)


def _never(message: Message, reason: str) -> MessageResult:
    return MessageResult(key=message.key, status=MessageStatus.NEVER, reason=reason)


def _later(message: Message, error: OSError) -> MessageResult:
    return MessageResult(key=message.key, status=MessageStatus.LATER, reason=str(error))


def _claim(message: Message, learner: Any) -> SentMessage | None:
    """Keep the key; None if it was kept before."""
    try:
        with transaction.atomic(using=database()):
            return SentMessage.objects.create(key_hash=fingerprint(message.key), learner=learner)
    except IntegrityError:
        return None


def _email(message: Message, learner: Any, certification: Certification, to: str) -> EmailMessage:
    context = {"learner": learner, "certification": certification}
    folder = "cert_completion_records/mail"
    subject = " ".join(render_to_string(f"{folder}/{message.trigger}_subject.txt", context).split())
    body = render_to_string(f"{folder}/{message.trigger}.txt", context)
    return EmailMessage(subject, body, to=[to])


def _mail(message: Message, email: EmailMessage, connection: Any, claim: SentMessage) -> MessageResult:
    try:
        connection.send_messages([email])
    except OSError as error:  # also every error of smtplib
        claim.delete()
        return _later(message, error)
    except ValueError as error:  # an address or subject that no mail can have
        return _never(message, str(error))
    return MessageResult(key=message.key, status=MessageStatus.SENT)
