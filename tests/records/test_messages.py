"""What an import sends at once, and what errors of a mail server mean."""

import smtplib
import socket
from dataclasses import replace

import pytest
from cert_completion_hooks import Message, MessageStatus, MessageTrigger
from cert_completion_records import host
from cert_completion_records.messaging.refusals import Meaning, meaning_of, told
from cert_completion_records.models import LearnerMessage, SentMessage
from django.contrib.auth import get_user_model
from django.core import mail

from tests.records.conftest import batch_info

pytestmark = pytest.mark.django_db
BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _mailers(settings):
    """Django 6.1 asks every site to say so; older versions take no notice."""
    settings.MAILERS = {"default": {"BACKEND": BACKEND}}


@pytest.fixture
def message(learner, certification):
    return Message(
        key="batch-1:2:assigned",
        learner_key=str(learner.pk),
        certification_key=str(certification.pk),
        trigger=MessageTrigger.ASSIGNED,
    )


def send(*messages):
    return [result.status for result in host.send_messages(batch_info(), messages)]


def test_a_learner_is_told_once(message):
    assert send(message) == [MessageStatus.SENT]
    assert send(message) == [MessageStatus.SENT]
    (sent,) = mail.outbox
    assert sent.to == ["ana@example.org"]
    assert sent.subject == "You have been assigned to Fire Safety"
    assert "Hello Ana Lima," in sent.body


@pytest.mark.parametrize("changed", [{"is_active": False}, {"email": ""}])
def test_suspended_learners_and_those_without_address_are_never_told(message, learner, changed):
    get_user_model().objects.filter(pk=learner.pk).update(**changed)
    for _ in range(2):
        (result,) = host.send_messages(batch_info(), [message])
        assert (result.status, bool(result.reason)) == (MessageStatus.NEVER, True)
    get_user_model().objects.filter(pk=learner.pk).update(is_active=True, email="ana@example.org")
    assert send(message) == [MessageStatus.NEVER]
    assert mail.outbox == []


def test_nobody_is_told_of_what_is_gone(message, learner):
    learner.delete()
    assert send(message) == [MessageStatus.NEVER]


def test_nobody_is_told_where_the_message_is_switched_off(message):
    LearnerMessage.objects.filter(trigger="assigned").update(is_on=False)
    (result,) = host.send_messages(batch_info(), [message])
    assert (result.status, "switched off" in result.reason) == (MessageStatus.NEVER, True)
    assert not SentMessage.objects.exists()


def failing(patch, method, error):
    def fail(*arguments):
        raise error

    patch.setattr(f"{BACKEND}.{method}", fail)


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("open", smtplib.SMTPServerDisconnected("gone")),
        ("open", TimeoutError("no answer")),
        ("open", ConnectionRefusedError("refused")),
        ("send_messages", ConnectionRefusedError("refused")),
        ("send_messages", smtplib.SMTPSenderRefused(421, b"closing", "a@b")),
        ("send_messages", smtplib.SMTPRecipientsRefused({"a@b": (450, b"later")})),
    ],
)
def test_a_mail_that_the_server_does_not_take_is_sent_later(message, monkeypatch, method, error):
    with monkeypatch.context() as patch:
        failing(patch, method, error)
        assert send(message) == [MessageStatus.LATER]
    assert not SentMessage.objects.exists()
    assert send(message) == [MessageStatus.SENT]
    assert len(mail.outbox) == 1


def test_a_server_that_is_down_is_asked_once_for_all_messages(message, monkeypatch):
    calls = []

    def refuse(backend):
        calls.append(1)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(f"{BACKEND}.open", refuse)
    others = [replace(message, key=f"batch-1:{line}:assigned") for line in (3, 4, 5)]
    assert send(message, *others) == [MessageStatus.LATER] * 4
    assert len(calls) == 1


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), TimeoutError(), ConnectionResetError()])
def test_a_mail_on_whose_way_the_connection_broke_is_never_sent_again(message, monkeypatch, error):
    with monkeypatch.context() as patch:
        failing(patch, "send_messages", error)
        assert send(message) == [MessageStatus.NEVER]
    (result,) = host.send_messages(batch_info(), [message])
    assert (result.status, bool(result.reason)) == (MessageStatus.NEVER, True)
    assert SentMessage.objects.get().outcome == SentMessage.Outcome.SENDING
    assert mail.outbox == []


def test_what_was_being_sent_when_a_process_died_is_never_sent_again(message, monkeypatch):
    class Killed(BaseException):
        pass

    with monkeypatch.context() as patch:
        failing(patch, "send_messages", Killed())
        with pytest.raises(Killed):
            send(message)
    assert send(message) == [MessageStatus.NEVER]
    assert SentMessage.objects.get().outcome == SentMessage.Outcome.SENDING


def test_an_address_that_no_mail_can_have_is_a_reason(message, learner):
    get_user_model().objects.filter(pk=learner.pk).update(email="ana@example.org\nBcc: all@example.org")
    assert send(message) == [MessageStatus.NEVER]
    assert SentMessage.objects.get().outcome == SentMessage.Outcome.NOT_SENT


def test_names_are_not_escaped_and_stay_in_one_line(message, certification):
    certification.full_name = "Fire &\nSmoke"
    certification.save()
    send(message)
    assert mail.outbox[0].subject == "You have been assigned to Fire & Smoke"


@pytest.mark.parametrize(
    ("error", "meaning", "words"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), Meaning.REFUSED, "550 no such user"),
        (smtplib.SMTPRecipientsRefused({"a@b": (421, b"closing")}), Meaning.DOWN, "421 closing"),
        (smtplib.SMTPRecipientsRefused({"a@b": (452, b"full")}), Meaning.LATER, "452 full"),
        (smtplib.SMTPDataError(554, "looks like spam"), Meaning.REFUSED, "554 looks like spam"),
        (smtplib.SMTPDataError(451, b"local error"), Meaning.LATER, "451 local error"),
        (smtplib.SMTPSenderRefused(550, b"who?", "a@b"), Meaning.DOWN, "550 who?"),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), Meaning.DOWN, "535 wrong"),
        (socket.gaierror("unknown host"), Meaning.DOWN, "gaierror: unknown host"),
        (BrokenPipeError("pipe"), Meaning.UNKNOWN, "BrokenPipeError: pipe"),
        (RuntimeError("a backend's own"), Meaning.DOWN, "RuntimeError: a backend's own"),
    ],
)
def test_what_an_error_means(error, meaning, words):
    assert meaning_of(error) is meaning
    assert told(error) == words
