"""Messages leave by what the setting CHANNEL names, once each, whatever it is."""

import pytest
from cert_completion_hooks import Message, MessageStatus, MessageTrigger
from cert_completion_records import checks, conf, host
from cert_completion_records.clock import today
from cert_completion_records.messaging.delivery import Fate
from cert_completion_records.messaging.refusals import Meaning
from cert_completion_records.messaging.run import count_due, send_due
from cert_completion_records.models import ImportSource, LearnerCertification, LearnerMessage, SentMessage, Trigger
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from tests.records.conftest import batch_info

pytestmark = pytest.mark.django_db


class Pigeons:
    """A channel that keeps what leaves; `meaning` says what the next failure means, if there is to be one."""

    left: list
    closed: int
    meaning: Meaning | None

    def unreachable(self, learner):
        return "Has no roof." if learner.username == "ben" else ""

    def write(self, note, text):
        return note, text

    def get_ready(self):
        pass

    def send(self, letter):
        if self.meaning:
            raise RuntimeError("A hawk.")
        self.left.append(letter)

    def meaning_of(self, error):
        return self.meaning

    def close(self):
        type(self).closed += 1


@pytest.fixture(autouse=True)
def pigeons(settings, monkeypatch):
    for name, value in (("left", []), ("closed", 0), ("meaning", None)):
        monkeypatch.setattr(Pigeons, name, value, raising=False)
    settings.CERT_COMPLETION_RECORDS = {"CHANNEL": Pigeons}
    return Pigeons


def ask(learner, certification, **batch):
    keys = {"learner_key": str(learner.pk), "certification_key": str(certification.pk)}
    message = Message(key="m1", trigger=MessageTrigger.ASSIGNED, **keys)
    (result,) = host.send_messages(batch_info(**batch), [message])
    return result


def test_a_message_leaves_by_it_once_and_no_mail_does(learner, certification, pigeons):
    assert [ask(learner, certification).status for _ in "ab"] == [MessageStatus.SENT] * 2
    ((note, text),) = pigeons.left
    assert (note.learner, note.trigger) == (learner, Trigger.ASSIGNED)
    assert str(certification) in text.body
    assert (pigeons.closed, mail.outbox) == (2, [])


def test_it_says_who_is_not_reached(certification, django_user_model):
    result = ask(django_user_model.objects.create_user("ben", "ben@example.org"), certification)
    assert (result.status, result.reason) == (MessageStatus.NEVER, "Has no roof.")


@pytest.mark.parametrize(
    ("meaning", "status", "kept"),
    [
        (Meaning.LATER, MessageStatus.LATER, 0),
        (Meaning.DOWN, MessageStatus.LATER, 0),
        (Meaning.REFUSED, MessageStatus.NEVER, 1),
        (Meaning.UNKNOWN, MessageStatus.NEVER, 1),
    ],
)
def test_it_says_what_a_failure_means(learner, certification, pigeons, monkeypatch, meaning, status, kept):
    monkeypatch.setattr(pigeons, "meaning", meaning)
    assert ask(learner, certification).status == status
    assert SentMessage.objects.count() == kept


def test_a_message_knows_the_site_on_which_its_file_was_uploaded(learner, certification, pigeons):
    ask(learner, certification, site="academy.example.org")
    ((note, text),) = pigeons.left
    assert note.site == "academy.example.org"
    assert "https://academy.example.org/" in text.body


def test_so_do_those_of_the_scheduled_run(learner, certification, pigeons):
    host.record_completions(batch_info(site="academy.example.org"), [])
    LearnerMessage.objects.update_or_create(trigger=Trigger.CERTIFIED, defaults={"is_on": True})
    LearnerCertification.objects.create(
        learner=learner,
        certification=certification,
        completed=today(),
        announce=True,
        source=ImportSource.objects.get(),
        line=2,
    )
    assert count_due(today()).total(Fate.SENT) == 1
    send_due(today())
    assert {note.site for note, _ in pigeons.left} == {"academy.example.org"}


@pytest.mark.parametrize("given", ["no.such.module.Channel", 7])
def test_a_channel_that_is_none_is_told_at_start_up(settings, given):
    settings.CERT_COMPLETION_RECORDS = {"CHANNEL": given}
    with pytest.raises(ImproperlyConfigured):
        conf.channel()
    assert [found.id for found in checks.check_settings(None)] == ["cert_completion_records.E005"]
