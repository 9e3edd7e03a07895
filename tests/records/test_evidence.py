from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from cert_completion_hooks import Actor, EvidenceItem, WriteStatus
from cert_completion_records import host
from cert_completion_records.models import Evidence
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(learner):
    return EvidenceItem(
        key="batch-1:9",
        line=9,
        learner_key=str(learner.pk),
        name="Canoe Trip",
        short_name="Canoe Trip",
        id_number="",
        completed=date(2025, 5, 5),
        due=date(2025, 6, 1),
        evidence_type="licence",
        fields={"text": "a\0b \u2713", "day": date(2025, 1, 1), "number": Decimal("1.50"), "yes": True},
    )


def write(batch, *items):
    return [(result.key, result.status) for result in host.record_evidence(batch, items)]


def test_an_item_is_created_and_found_again_as_it_was(batch, item):
    admin = get_user_model().objects.create(username="admin")
    assert write(batch(actor=Actor(key=str(admin.pk), username="admin")), item) == [("batch-1:9", WriteStatus.WRITTEN)]
    assert host.find_evidence([item.evidence_key]) == {item.evidence_key: item}
    row = Evidence.objects.get()
    assert (row.created_by, row.came_from) == (admin, "batch-1.csv, line 9")


def test_the_one_who_uploaded_is_named_also_where_another_approved(batch, item):
    write(batch(actor=Actor(key="1", username="approver"), uploaded_by=Actor(key="2", username="uploader")), item)
    assert Evidence.objects.get().source.uploaded_by == "uploader"


def test_other_items_are_not_found(batch, item):
    write(batch(), item)
    others = [
        replace(item.evidence_key, short_name="canoe trip"),
        replace(item.evidence_key, id_number="Canoe Trip"),
        replace(item.evidence_key, completed=date(2025, 5, 6)),
        replace(item.evidence_key, learner_key="x"),
    ]
    assert host.find_evidence(others) == {}


def test_an_item_entered_by_hand_is_found(learner, item):
    Evidence.objects.create(learner=learner, name="x", short_name="Canoe Trip ", completed=date(2025, 5, 5))
    found = host.find_evidence([item.evidence_key])[item.evidence_key]
    assert (found.key, found.line) == ("", None)


def test_a_key_that_was_applied_is_repeated_and_a_taken_identity_conflicts(batch, item, learner):
    write(batch(), item)
    again = replace(item, key="batch-1:10", line=10)
    assert write(batch(), item, again) == [
        ("batch-1:9", WriteStatus.REPEATED),
        ("batch-1:10", WriteStatus.CONFLICT),
    ]
    Evidence.objects.update(completed=date(2020, 1, 1), identity="moved by hand")
    assert write(batch(), item) == [("batch-1:9", WriteStatus.REPEATED)]
    learner.delete()
    assert write(batch(), item) == [("batch-1:9", WriteStatus.CONFLICT)]


def test_of_two_equal_items_one_is_written(batch, item):
    assert [status for _, status in write(batch(), item, replace(item, key="batch-1:10", line=10))] == [
        WriteStatus.WRITTEN,
        WriteStatus.CONFLICT,
    ]


def test_the_number_of_queries_does_not_grow_with_the_items(batch, item, monkeypatch):
    monkeypatch.setattr(type(connection.ops), "bulk_batch_size", lambda self, fields, objs: len(objs))

    def queries(number, start):
        items = [
            replace(item, key=f"batch-1:{line}", line=line, short_name=f"Trip {line}")
            for line in range(start, start + number)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert {status for _, status in write(batch(), *items)} == {WriteStatus.WRITTEN}
            assert len(host.find_evidence([one.evidence_key for one in items])) == number
        return len(captured)

    write(batch(), replace(item, key="batch-1:1", line=1))
    assert queries(10, 100) == queries(200, 1000)
