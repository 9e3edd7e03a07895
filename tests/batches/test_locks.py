"""Workers that meet in the database, each on a connection of its own; SQLite in memory has but one."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from cert_completion_plugin import api, batches, tasks
from cert_completion_plugin.batches import deciding
from cert_completion_plugin.batches import portions as working
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.store import portions
from tests.batches.conftest import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

ROWS = [f"a{number:02},Forklift,F1,2025-06-01," for number in range(12)]


@pytest.fixture
def batch(world, submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS)
    batches.read(batch.id)
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def beside(function):
    """Run a function in another thread, on a connection of its own, and hand over what it raised."""
    raised = []

    def run():
        try:
            function()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread, raised


def test_portions_that_others_hold_are_passed_over_without_waiting(batch):
    held, done = Event(), Event()
    first, second = list(Portion.objects.order_by("number"))[:2]
    Portion.objects.update(claimed_at=timezone.now() - timedelta(hours=1))

    def hold():
        with transaction.atomic():
            for portion in (first, second):
                work = portions.get(portion.pk)
                assert work is not None
                assert portions.claim(work, portions.WRITTEN, timezone.now())
            held.set()
            assert done.wait(30)
            transaction.set_rollback(True)

    thread, raised = beside(hold)
    try:
        assert held.wait(30)
        taken = portions.take_next(batch, timezone.now())
        assert taken is not None
        assert taken.id not in (first.pk, second.pk)
    finally:
        done.set()
        thread.join()
    assert raised == []


def test_many_workers_take_every_portion_once(batch, world):
    taken = []

    def take():
        while portion := portions.take_next(batch, timezone.now()):
            taken.append(portion.id)

    threads = [beside(take) for _ in range(6)]
    for thread, _ in threads:
        thread.join()
    assert [raised for _, raised in threads] == [[]] * 6
    assert sorted(taken) == sorted(Portion.objects.values_list("pk", flat=True))


def test_two_sweeps_at_once_send_once(batch, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append(ids) or True)
    ImportBatch.objects.update(progressed_at=timezone.now() - timedelta(hours=1), sent_at=None)
    threads = [beside(tasks.resend_stalled) for _ in range(4)]
    for thread, _ in threads:
        thread.join()
    assert len(sent) == len(ROWS)


def test_a_real_deadlock_repeats_the_portion_and_is_no_attempt(batch, monkeypatch):
    """Two transactions that lock two rows in opposite order: the database ends one of them."""
    one, other = list(Portion.objects.order_by("-number"))[:2]
    work, meet, calls = working._work, [Event(), Event()], []

    def lock(portion):
        Portion.objects.select_for_update().get(pk=portion.pk)

    def crosses(batch, portion):
        calls.append(portion.number)
        if len(calls) == 1:
            with transaction.atomic():
                lock(one)
                meet[0].set()
                assert meet[1].wait(30)
                lock(other)
        work(batch, portion)

    def opposite():
        try:
            with transaction.atomic():
                lock(other)
                meet[1].set()
                assert meet[0].wait(30)
                lock(one)
        except OperationalError:
            # Whom the database ends is its own choice.
            calls.append(0)

    monkeypatch.setattr(working, "_work", crosses)
    thread, raised = beside(opposite)
    assert batches.take_turn(batch.id).seconds == 0
    thread.join()
    assert raised == []
    assert len(calls) == 2
    assert list(outcomes(batch).values()) == ["certified"]
    assert Portion.objects.filter(due_at__isnull=False).count() == 0


def test_a_connection_that_was_lost_is_opened_again(batch, monkeypatch):
    decide, lost = deciding.decide, []

    def loses_it(*args):
        if not lost:
            lost.append(True)
            with connection.cursor() as cursor:
                own = "CONNECTION_ID()" if connection.vendor == "mysql" else "pg_backend_pid()"
                cursor.execute(f"SELECT {own}")
                [number] = cursor.fetchone()
                kill = "KILL %s" if connection.vendor == "mysql" else "SELECT pg_terminate_backend(%s)"
                cursor.execute(kill, [number])
        return decide(*args)

    monkeypatch.setattr(deciding, "decide", loses_it)
    assert batches.take_turn(batch.id).seconds == 0
    assert list(outcomes(batch).values()) == ["certified"]
