"""Whom the platform retires is forgotten here."""

import pytest
from celery.exceptions import Retry
from cert_completion_openedx import retirement, tasks
from cert_completion_openedx.models import RetiredLearner
from cert_completion_records.models import LearnerCertification
from django.core.management import CommandError, call_command
from django.db import transaction
from openedx.core.djangoapps.user_api.accounts.signals import USER_RETIRE_LMS_MISC

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportRow, LedgerEntry
from tests.openedx.conftest import HEADINGS, form


@pytest.fixture
def sent(monkeypatch):
    """How often the task was sent."""
    sent = []
    monkeypatch.setattr(tasks.forget_retired, "apply_async", lambda *args, **options: sent.append(options))
    return sent


@pytest.fixture
def ana(world, django_user_model, client, registrar):
    """Somebody of whom an import has written a record."""
    client.post("/certification-imports/upload/", form(f"{HEADINGS}ana,Forklift,,31/05/2025,\n"))
    api.work_off(api.newest(api.SYSTEM)[0].id)
    assert LearnerCertification.objects.count() == 1
    return django_user_model.objects.get(username="ana")


def retire(user):
    """As the platform does: it sends the signal while the user still has their name, and changes that soon after."""
    USER_RETIRE_LMS_MISC.send(sender=None, user=user)
    user.username = "retired__user_5f3c"
    user.save()


def is_anywhere(text):
    ledger = LedgerEntry.objects.filter(detail__contains=text) | LedgerEntry.objects.filter(username__contains=text)
    return ledger.exists() or ImportRow.objects.filter(cells__contains=text).exists()


def test_the_platform_connects_the_receiver(ana, sent):
    assert is_anywhere("ana")
    retire(ana)
    assert len(sent) == 1
    assert RetiredLearner.objects.get().username == "ana"
    tasks.forget_retired()
    assert not is_anywhere("ana")
    assert not LearnerCertification.objects.exists()
    assert not RetiredLearner.objects.exists()


def test_nobody_is_kept_whose_retirement_was_rolled_back(ana, sent):
    with transaction.atomic():
        retire(ana)
        transaction.set_rollback(True)
    assert sent == []
    assert not RetiredLearner.objects.exists()


def test_the_signal_may_come_again(ana, sent):
    """With the name that the platform has given them since."""
    retire(ana)
    USER_RETIRE_LMS_MISC.send(sender=None, user=ana)
    assert RetiredLearner.objects.get().username == "ana"
    assert retirement.forget_all() == retirement.forget_all() == 0
    assert not is_anywhere("ana")


def test_what_cannot_be_kept_stops_the_pipeline(ana, sent, monkeypatch):
    monkeypatch.setattr(retirement, "remember", lambda user: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        retire(ana)


def test_a_broker_that_is_down_stops_nothing(ana, monkeypatch, caplog):
    def apply_async(*args, **options):
        raise ConnectionError("ana")

    monkeypatch.setattr(tasks.forget_retired, "apply_async", apply_async)
    retire(ana)
    assert RetiredLearner.objects.count() == 1
    assert "ConnectionError" in caplog.text
    assert "ana" not in caplog.text


def test_it_is_sent_to_the_queue_of_the_site(ana, sent, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "QUEUE": "edx.lms.core.high"}
    retire(ana)
    assert sent == [{"retry": False, "queue": "edx.lms.core.high"}]


class TestTrouble:
    @pytest.fixture
    def failing(self, ana, sent, monkeypatch):
        def forget_learner(user, username, **more):
            raise api.HostsNotReached("ana")

        retire(ana)
        with monkeypatch.context() as patch:
            patch.setattr(api, "forget_learner", forget_learner)
            yield

    def test_the_command_says_that_somebody_is_left(self, failing, caplog):
        with pytest.raises(CommandError, match="1 retired learners"):
            call_command("cert_completion_forget_retired")
        assert RetiredLearner.objects.count() == 1
        assert "HostsNotReached" in caplog.text
        assert "ana" not in caplog.text

    def test_the_task_tries_again_later(self, failing):
        with pytest.raises(Retry):
            tasks.forget_retired()


def test_the_command_forgets_whoever_is_left(ana, sent, capsys):
    retire(ana)
    call_command("cert_completion_forget_retired")
    assert capsys.readouterr().out == "Nobody is left to be forgotten.\n"
    assert not is_anywhere("ana")
