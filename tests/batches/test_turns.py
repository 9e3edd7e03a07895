"""Imports take turns: who works on which portion next, and when a message is sent on or not."""

from datetime import timedelta

import pytest
from cert_completion_hooks import HostUnavailable
from django.db import OperationalError
from django.utils import timezone

from cert_completion_plugin import api, batches, tasks
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.store import leases, portions
from tests.batches.conftest import let_time_pass, outcomes
from tests.batches.test_sweeping import grow_old

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_row_a_portion(settings, world, monkeypatch):
    """And one portion a turn, as where a portion takes as long as a turn may."""
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)


@pytest.fixture
def queue(monkeypatch):
    """A broker's queue: (task, batch id, countdown), the oldest first."""
    queue = []

    def send(task, *ids, countdown=0):
        queue.append((task, *ids, countdown))
        return True

    monkeypatch.setattr(tasks, "_send", send)
    return queue


def rows_of(count):
    return [f"a{number:02},Forklift,F1,2025-06-01," for number in range(count)]


def work(queue, most=1000):
    """Be the only worker until the queue is empty; what waits, waits no longer."""
    done = []
    while queue and len(done) < most:
        task, batch_id, countdown = queue.pop(0)
        if countdown:
            let_time_pass()
        task(batch_id)
        done.append(batch_id)
    return done


def down(*args, **kwargs):
    raise HostUnavailable("the LMS is being upgraded")


RECORD = "cert_completion_plugin.gateway.facade.Gateway.record_completions"


def test_a_queue_never_holds_more_than_the_setting_allows_of_one_import(submit, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PARALLEL_PORTIONS": 4}
    batch = submit(*rows_of(12))
    tasks.read_batch(batch.id)
    longest = 0
    while queue:
        longest = max(longest, len(queue))
        work(queue, most=1)
    assert longest == 4
    assert api.find(api.SYSTEM, batch.reference).counts["outcomes"] == {"certified": 12}


def test_a_turn_is_long_enough_for_several_small_portions(submit, queue, monkeypatch):
    monkeypatch.setattr(tasks, "TURN_SECONDS", 60)
    batch = submit(*rows_of(12))
    tasks.read_batch(batch.id)
    work(queue, most=1)
    assert api.find(api.SYSTEM, batch.reference).counts["outcomes"] == {"certified": 12}


def test_a_turn_ends_with_the_portion_that_is_begun_when_its_time_is_over(submit, queue, monkeypatch):
    moments = iter(range(100))
    monkeypatch.setattr(tasks, "monotonic", lambda: next(moments))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 3)
    batch = submit(*rows_of(12))
    tasks.read_batch(batch.id)
    work(queue, most=1)
    assert Portion.objects.filter(batch_id=batch.id, state="written").count() == 3


def test_a_small_import_does_not_wait_for_a_large_one(submit, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PARALLEL_PORTIONS": 3}
    large, small = submit(*rows_of(20)), submit(*rows_of(2))
    tasks.read_batch(large.id)
    tasks.read_batch(small.id)
    done = work(queue)
    assert api.find(api.SYSTEM, large.reference).state == api.find(api.SYSTEM, small.reference).state == "finished"
    assert done.index(small.id) == 3
    assert max(place for place, batch_id in enumerate(done) if batch_id == small.id) < 12


def test_those_never_tried_come_first_and_then_the_one_tried_longest_ago(submit):
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    first, second, third = Portion.objects.order_by("number")
    long_ago = timezone.now() - timedelta(hours=1)
    Portion.objects.filter(pk=first.pk).update(claimed_at=long_ago)
    Portion.objects.filter(pk=second.pk).update(claimed_at=long_ago - timedelta(hours=1))
    read = api.find(api.SYSTEM, batch.reference)
    assert read is not None
    taken = [portions.take_next(read, timezone.now()) for _ in range(4)]
    assert [portion and portion.id for portion in taken] == [third.pk, second.pk, first.pk, None]


def test_a_copy_of_a_message_finds_nothing_to_do_and_is_not_sent_on(submit, queue):
    batch = submit(*rows_of(5))
    tasks.read_batch(batch.id)
    queue *= 3
    work(queue)
    assert queue == []
    assert outcomes(batch) == dict.fromkeys(range(2, 7), "certified")
    tasks.work_on_batch(batch.id)
    assert queue == []


def test_a_portion_that_somebody_took_just_now_is_looked_at_again_in_case_it_got_lost(submit, queue):
    batch = submit(*rows_of(1))
    batches.read(batch.id)
    Portion.objects.update(claimed_at=timezone.now())
    tasks.work_on_batch(batch.id)
    assert queue == [(tasks.work_on_batch, batch.id, leases.LEASE.seconds + tasks.SLACK)]


def test_one_that_is_worked_on_for_longer_is_left_to_whoever_holds_its_lock(submit, queue, monkeypatch):
    batch = submit(*rows_of(1))
    batches.read(batch.id)
    Portion.objects.update(claimed_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(portions, "count_attempt", lambda portion, now: False)
    tasks.work_on_batch(batch.id)
    assert queue == []


def test_a_portion_that_has_to_wait_keeps_no_other_waiting(submit, queue, world, monkeypatch):
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    with monkeypatch.context() as patch:
        patch.setattr(RECORD, down)
        batches.take_turn(batch.id)
    for _ in range(2):
        assert batches.take_turn(batch.id) == batches.Turn(False, 0)
    tasks.work_on_batch(batch.id)
    [(task, batch_id, seconds)] = queue
    assert (task, batch_id) == (tasks.work_on_batch, batch.id)
    assert 1 <= seconds <= 10 + tasks.SLACK, "ten seconds after it failed, of which some are over"
    assert len(world.written) == 2


def test_work_that_got_lost_while_one_portion_waits_is_sent_again(submit, queue, monkeypatch):
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    Portion.objects.filter(number=1).update(due_at=timezone.now() + timedelta(minutes=15))
    grow_old(batch)
    assert tasks.resend_stalled() == [batch.id]


def test_where_all_that_is_left_waits_nothing_is_sent_again_before_it_is_due(submit, queue):
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    batches.take_turn(batch.id)
    waits = Portion.objects.exclude(state="written")
    waits.update(due_at=timezone.now() + timedelta(minutes=15))
    grow_old(batch)
    assert tasks.resend_stalled() == []
    waits.update(due_at=timezone.now() - timedelta(minutes=1))
    assert tasks.resend_stalled() == []
    waits.update(due_at=timezone.now() - timedelta(minutes=15))
    assert tasks.resend_stalled() == [batch.id]


def test_a_database_that_is_locked_gives_the_turn_back(submit, queue, monkeypatch):
    batch = submit(*rows_of(1))
    batches.read(batch.id)

    def locked(*args):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(portions, "take_next", locked)
        tasks.work_on_batch(batch.id)
    assert queue == [(tasks.work_on_batch, batch.id, 5 + tasks.SLACK)]
    work(queue)
    assert outcomes(batch) == {2: "certified"}


def test_an_import_that_is_turned_back_gives_work_to_many_again(submit, queue, world, monkeypatch):
    batch = submit(*rows_of(5), commit_policy="all_or_nothing")
    tasks.read_batch(batch.id)
    while api.find(api.SYSTEM, batch.reference).state == "planning":
        work(queue, most=1)
    work(queue, most=2)
    ImportBatch.objects.update(held_back='{"phase":"written","rows":1,"line":3}')
    work(queue)
    assert set(outcomes(batch).values()) == {"cancelled"}
    assert all(world.held(f"a{number:02}", "Forklift").current is None for number in range(5))
