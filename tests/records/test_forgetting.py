"""The hook `forget_learner` of the record book: nothing is left of a learner, and everything of everybody else."""

from datetime import date

import pytest
from cert_completion_hooks import Actor, EvidenceItem, Message, MessageTrigger, StateKey
from cert_completion_records import host
from cert_completion_records.models import (
    Evidence,
    ImportSource,
    LearnerCertification,
    PastCompletion,
    PendingMessage,
    SentMessage,
)
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType

from tests.records.conftest import batch_info

pytestmark = pytest.mark.django_db
EVERYTHING = (LearnerCertification, PastCompletion, Evidence, PendingMessage, SentMessage)


def counts():
    return [rows._default_manager.count() for rows in EVERYTHING]


@pytest.fixture
def fill(batch, change, record, certification, settings):
    """Gives a learner a current record, history, evidence, messages and entries of the admin's history."""

    def fill(learner, line, username="admin"):
        key = StateKey(str(learner.pk), str(certification.pk))
        actor = Actor(key="0", username=username)
        asked = change(
            key,
            current=record("2026-01-01", "2027-01-01", row_key=f"batch-1:{line}"),
            history=(record("2023-01-01", "2024-01-01", row_key=f"batch-1:{line + 1}"),),
            assign=True,
        )
        host.record_completions(batch(actor=actor), [asked])
        item = EvidenceItem(
            key=f"batch-1:{line + 2}",
            line=line + 2,
            learner_key=key.learner_key,
            name="Canoe",
            short_name="Canoe",
            id_number="",
            completed=date(2025, 1, 1),
        )
        host.record_evidence(batch(actor=actor), [item])
        PendingMessage.objects.create(
            learner=learner, certification=certification, trigger="expired", since=date(2026, 1, 1)
        )
        SentMessage.objects.create(key_hash=f"{line}", learner=learner, trigger="expired")
        for row in (*LearnerCertification.objects.filter(learner=learner), *Evidence.objects.filter(learner=learner)):
            LogEntry.objects.create(
                user=learner,
                content_type=ContentType.objects.get_for_model(type(row)),
                object_id=str(row.pk),
                object_repr=str(row),
                action_flag=CHANGE,
            )
        return key

    return fill


@pytest.fixture
def other(db):
    return get_user_model().objects.create_user("ben")


def test_nothing_is_left_of_a_learner_and_all_of_the_others(fill, learner, other, state_of):
    key, others_key = fill(learner, 2), fill(other, 12)
    before, held = counts(), state_of(others_key)
    assert host.forget_learner([key.learner_key]) == sum(before) // 2
    assert counts() == [count // 2 for count in before]
    assert state_of(others_key).digest() == held.digest()
    assert [entry.object_repr for entry in LogEntry.objects.all() if "ana" in entry.object_repr] == []
    assert LogEntry.objects.count() == 2
    assert host.forget_learner([key.learner_key]) == 0


@pytest.mark.parametrize("key", ["", "0", "999999", "ana", "9" * 30])
def test_unknown_keys_are_nothing(fill, learner, key):
    fill(learner, 2)
    before = counts()
    assert host.forget_learner([key]) == 0
    assert counts() == before


def test_a_learner_who_is_gone_can_be_forgotten(fill, learner):
    key = fill(learner, 2)
    LogEntry.objects.all().delete()
    learner.delete()
    assert host.forget_learner([key.learner_key]) == 0
    assert counts() == [0] * len(EVERYTHING)


def test_the_name_of_an_administrator_goes_from_what_others_hold(fill, learner, other):
    fill(other, 12, username="ana")
    ImportSource.objects.update(uploaded_by="ana")
    Evidence.objects.update(created_by=learner)
    LearnerCertification.objects.update(changed_by="Ana")
    host.forget_learner([str(learner.pk)])
    assert set(ImportSource.objects.values_list("uploaded_by", flat=True)) == {"—"}
    assert set(PastCompletion.objects.values_list("changed_by", flat=True)) == {"—"}
    assert [(item.changed_by, item.created_by_id) for item in Evidence.objects.all()] == [("—", None)]
    assert LearnerCertification.objects.get().changed_by == "Ana"


def test_a_forgotten_message_does_not_stand_in_the_way_of_the_hook(batch, learner, certification):
    message = Message(
        key="m", learner_key=str(learner.pk), certification_key=str(certification.pk), trigger=MessageTrigger.ASSIGNED
    )
    host.send_messages(batch_info(), [message])
    host.forget_learner([str(learner.pk)])
    assert SentMessage.objects.count() == 0
