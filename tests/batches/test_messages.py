"""Messages to learners (import-rules.md §7): who is told, once, and when nobody is any more."""

from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks import Capability, CompletionRecord, MessageTrigger
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cert_completion_plugin import api, batches, gateway
from cert_completion_plugin.core.messages import key_of
from cert_completion_plugin.models import Delivery, Message, Portion
from tests.batches.conftest import let_time_pass, outcomes
from tests.post import Clock, Post, present, silences, states

pytestmark = pytest.mark.django_db

ROWS = ("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,", "a01,Crane,C1,2025-06-01,")


@pytest.fixture
def post(world, monkeypatch):
    return Post(world, monkeypatch)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def imported(submit, post):
    def imported(*rows, **options):
        batch = submit(*rows, **{"messages": "send", **options})
        api.work_off(batch.id)
        return present(batch)

    return imported


def undone(batch, user):
    preview = api.preview_undo(user, batch)
    api.work_off(batch.id)
    assert api.undo(user, batch, "Wrong.", preview=preview.number)
    api.work_off(batch.id)


def test_who_is_newly_assigned_is_told_once_for_each_certification(imported, post, world):
    world.hold("a02", "Crane", assigned=True)
    batch = imported(*ROWS, "a01,Forklift,F1,2024-06-01,", "a02,Crane,C1,2025-06-01,", "nobody,Crane,C1,2025-06-01,")
    assert states(batch) == {2: "sent", 3: "sent", 4: "sent"}
    assert post.sent == [("learner-1", "c-Forklift"), ("learner-2", "c-Forklift"), ("learner-2", "c-Crane")]
    assert api.message_counts(batch) == {"sent": 3}
    assert Delivery.objects.get().finished_at is not None


def test_without_the_option_nobody_is_told_and_nothing_is_asked_of_the_outbox(submit, post):
    with CaptureQueriesContext(connection) as queries:
        batch = submit(*ROWS)
        api.work_off(batch.id)
    assert post.asked == []
    tables = [model._meta.db_table for model in (Message, Delivery)]
    of_outbox = [query["sql"] for query in queries if any(f'"{table}"' in query["sql"] for table in tables)]
    assert of_outbox == []
    assert (api.message_counts(batch), api.delivery(batch), api.next_message_due(batch)) == ({}, None, None)


def test_where_no_host_keeps_who_is_assigned_nobody_is_told_of_it(imported, post, world, monkeypatch):
    able = gateway.gateway().capabilities - {Capability.ASSIGNMENTS}
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", able)
    batch = imported(*ROWS)
    assert states(batch) == {}
    assert set(outcomes(batch).values()) == {"certified"}


def test_who_was_told_by_an_earlier_import_is_not_told_again(imported, post, world):
    imported(ROWS[0])
    world.hold("a00", "Forklift", assigned=False)
    again = imported(*ROWS[:2])
    assert (states(again), silences(again)) == ({2: "never", 3: "sent"}, {2: "asked_before"})
    assert post.sent == [("learner-1", "c-Forklift"), ("learner-2", "c-Forklift")]


def test_who_got_no_message_by_an_earlier_import_is_told_by_a_later_one(imported, post, world, uploader):
    post.mood = "later"
    first = imported(ROWS[0])
    undone(first, uploader)
    assert (states(first), silences(first)) == ({2: "never"}, {2: "undone"})
    post.mood = "up"
    second = imported(ROWS[0])
    assert states(second) == {2: "sent"}
    assert post.sent == [("learner-1", "c-Forklift")]


def test_what_the_host_has_said_that_it_never_sends_is_not_asked_for_again(imported, post, world):
    world.add_learner("s", "suspended")
    row = "s,Crane,C1,2025-06-01,"
    first = imported(row)
    world.hold("s", "Crane", assigned=False)
    second = imported(row)
    assert [silences(batch) for batch in (first, second)] == [{2: "host"}, {2: "asked_before"}]
    assert len(post.asked) == 1


def test_an_undo_after_the_message_has_left_and_the_file_again_tell_nobody_twice(imported, post, uploader):
    first = imported(ROWS[0])
    undone(first, uploader)
    assert states(first) == {2: "sent"}
    second = imported(ROWS[0])
    assert (outcomes(second), states(second)) == ({2: "certified"}, {2: "never"})
    assert len(post.sent) == 1


def test_an_undo_drops_what_has_not_left_and_only_of_rows_that_are_undone(imported, post, world, uploader, clock):
    post.mood = "later"
    batch = imported(*ROWS[:2])
    assert states(batch) == {2: "waiting", 3: "waiting"}
    written = world.held("a01", "Forklift").current
    world.hold("a01", "Forklift", current=replace(written, expires=date(2030, 1, 1)), assigned=True)
    undone(batch, uploader)
    assert (states(batch), silences(batch)) == ({2: "never", 3: "waiting"}, {2: "undone"})
    post.mood = "up"
    clock.pass_(hours=1)
    api.tell(batch.id)
    assert states(batch) == {2: "never", 3: "sent"}


def test_a_message_that_comes_back_unsent_after_its_row_was_undone_is_dropped(imported, post, submit, uploader):
    batch = submit(*ROWS[:2], messages="send")
    api.work_off(batch.id)
    batch = present(batch)
    Message.objects.update(state="waiting")
    Delivery.objects.update(finished_at=None)
    post.mood = "later"
    preview = api.preview_undo(uploader, batch)
    batches.take_turn(batch.id)
    assert api.undo(uploader, batch, "Wrong.", preview=preview.number)

    def undo_meanwhile():
        post.before_each = lambda: None
        batches.take_turn(batch.id)

    post.before_each = undo_meanwhile
    batches.deliver(batch.id)
    assert (states(batch), silences(batch)) == ({2: "never", 3: "never"}, {2: "undone", 3: "undone"})


def test_all_or_nothing_tells_nobody_before_the_last_portion_is_written(submit, post, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS, messages="send", commit_policy="all_or_nothing")
    batches.read(batch.id)
    while present(batch).state != "finished":
        batches.take_turn(batch.id)
        if present(batch).state != "finished":
            batches.deliver(batch.id)
            assert batches.claim_delivery(batch.id) is False
            assert post.asked == []
    assert states(batch) == dict.fromkeys((2, 3, 4), "waiting")
    batches.deliver(batch.id)
    assert states(batch) == dict.fromkeys((2, 3, 4), "sent")


def test_an_import_that_was_held_back_tells_nobody(submit, post, world, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS[:2], messages="send", commit_policy="all_or_nothing")
    batches.read(batch.id)
    while Portion.objects.filter(state="written").count() < 1:
        batches.take_turn(batch.id)
    assert list(states(batch).values()) == ["waiting"]
    world.remove_learner("a00" if 3 in states(batch) else "a01")
    for _ in range(20):
        batches.take_turn(batch.id)
        let_time_pass()
    api.work_off(batch.id)
    assert set(outcomes(present(batch)).values()) <= {"cancelled", "rejected", "drifted", "failed"}
    assert (list(states(batch).values()), list(silences(batch).values())) == (["never"], ["held_back"])
    assert post.asked == []


def test_who_was_written_before_an_import_was_cancelled_is_told(submit, post, settings, uploader):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS[:2], messages="send")
    batches.read(batch.id)
    batches.take_turn(batch.id)
    api.cancel(uploader, batch)
    api.work_off(batch.id)
    assert sorted(outcomes(batch).values()) == ["cancelled", "certified"]
    assert list(states(batch).values()) == ["sent"]


def test_a_plan_says_how_many_learners_would_get_which_messages(imported, world, post):
    world.add_learner("s00", "suspended")
    held = CompletionRecord(completed=date(2024, 4, 1), expires=date(2027, 4, 1), window_opens=date(2026, 1, 1))
    world.hold("a02", "Crane", current=held)
    imported("a03,Crane,C1,2025-06-01,")
    world.hold("a03", "Crane", assigned=False)
    plan_of = imported(
        *ROWS,
        "a02,Crane,C1,2025-06-01,",
        "a03,Crane,C1,2025-06-01,",
        "a04,Crane,C1,2020-06-01,",
        "s00,Crane,C1,2025-06-01,",
        "a05,Crane,C1,2025-06-01,",
        "a05,Crane,C1,2024-06-01,",
        review=True,
    )
    plan = api.plan_summary(api.SYSTEM, plan_of)
    assert plan is not None
    assert plan.messages == {
        "assigned": {"learners": 3, "messages": 4},
        "certified": {"learners": 4, "messages": 5},
        "renewed": {"learners": 1, "messages": 1},
    }
    assert states(plan_of) == {}
    without = imported(*ROWS, review=True, messages="none")
    told = api.plan_summary(api.SYSTEM, without)
    assert told is not None
    assert told.messages == {}


def test_a_key_names_learner_certification_and_trigger_and_nothing_else(imported, world):
    batch = imported(*ROWS)
    rows = api.rows(api.SYSTEM, batch)
    keys = {key_of(row, MessageTrigger.ASSIGNED) for row in rows}
    assert keys == set(Message.objects.values_list("key", flat=True))
    assert len(keys) == 3
    assert {len(key) for key in keys} == {64}
    longer = replace(rows[0], learner_key="x" * 100, certification_key="y" * 100)
    other = replace(rows[0], learner_key="x" * 99, certification_key="x" + "y" * 100)
    assert key_of(longer, MessageTrigger.ASSIGNED) != key_of(other, MessageTrigger.ASSIGNED)


def test_where_no_host_can_send_the_option_is_not_offered(submit, world, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", frozenset())
    assert not api.messages_are_offered()
    with pytest.raises(api.OptionNotOffered, match="messages='none'"):
        submit(*ROWS, messages="send")
