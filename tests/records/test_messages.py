import smtplib

import pytest
from cert_completion_hooks import Message, MessageStatus, MessageTrigger
from cert_completion_records import host
from cert_completion_records.models import SentMessage
from django.contrib.auth import get_user_model
from django.core import mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mailers(settings):
    """Django 6.1 asks every site to say so; older versions take no notice."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


@pytest.fixture
def message(learner, certification):
    return Message(
        key="batch-1:2:assigned",
        learner_key=str(learner.pk),
        certification_key=str(certification.pk),
        trigger=MessageTrigger.ASSIGNED,
    )


def send(*messages):
    return [result.status for result in host.send_messages(messages)]


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
    (result,) = host.send_messages([message])
    assert (result.status, bool(result.reason)) == (MessageStatus.NEVER, True)
    assert mail.outbox == []


def test_nobody_is_told_of_what_is_gone(message, learner):
    learner.delete()
    assert send(message) == [MessageStatus.NEVER]


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), ConnectionRefusedError("refused")])
@pytest.mark.parametrize("method", ["open", "send_messages"])
def test_a_mail_that_the_server_does_not_take_is_sent_later(message, monkeypatch, error, method):
    def fail(*arguments):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(f"django.core.mail.backends.locmem.EmailBackend.{method}", fail)
        assert send(message) == [MessageStatus.LATER]
    assert not SentMessage.objects.exists()
    assert send(message) == [MessageStatus.SENT]
    assert len(mail.outbox) == 1


def test_names_are_not_escaped_and_stay_in_one_line(message, certification):
    certification.full_name = "Fire &\nSmoke"
    certification.save()
    send(message)
    assert mail.outbox[0].subject == "You have been assigned to Fire & Smoke"
