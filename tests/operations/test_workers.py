"""What workers say of themselves: that they run, since when, where they listen, and with which versions."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import Celery
from django.db import DatabaseError
from django.utils import timezone

from cert_completion_plugin import batches, broker, tasks
from cert_completion_plugin.batches import health
from cert_completion_plugin.models import WorkerSign
from cert_completion_plugin.store import connections, workers
from cert_completion_plugin.versions import versions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """What this process remembers of other tests; and the connection of the tests stays open."""
    monkeypatch.setattr(health, "_last_sign", None)
    monkeypatch.setattr(connections, "close", lambda: None)


@pytest.fixture
def sent(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append((task.name, options)) or True)
    return sent


WORKER = broker.Described("celery@lms", ["imports"], 4)


def lives(monkeypatch, rounds):
    """Runs the thread of a worker that says so for so many rounds; how long it waited each time."""
    waited = []
    monkeypatch.setattr(tasks._shutting_down, "wait", lambda pause: waited.append(pause) or len(waited) == rounds)
    tasks._sign_regularly(WORKER)
    return waited


def test_it_says_every_minute_that_it_runs(monkeypatch):
    assert lives(monkeypatch, 3) == [60, 60, 60]


def test_a_worker_that_starts_says_so_sweeps_and_looks_at_places(settings, monkeypatch):
    begun = []
    monkeypatch.setattr(tasks, "Thread", lambda **given: begun.append(given) or SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(broker, "described", lambda consumer: WORKER)
    tasks._begin_sweeping(sender=None)
    assert [given["target"] for given in begun] == [tasks._sign_regularly, tasks._send_regularly]
    assert begun[0]["args"] == (WORKER,)
    assert all(given["daemon"] for given in begun)


def test_what_it_says_is_kept_until_it_stops(monkeypatch):
    began, stop = timezone.now(), health.worker_stops
    kept = []
    monkeypatch.setattr(batches, "worker_stops", lambda name: kept.extend(workers.all_workers()) or stop(name))
    lives(monkeypatch, 2)
    [worker] = kept
    assert (worker.name, worker.queues, worker.processes, worker.is_command) == ("celery@lms", ("imports",), 4, False)
    assert worker.versions == versions()
    assert worker.started_at
    assert began <= worker.started_at <= worker.seen_at <= timezone.now()
    assert workers.all_workers() == []


def test_a_database_that_is_away_stops_no_worker(monkeypatch, caplog):
    def away(*args, **kwargs):
        raise DatabaseError("no connection for harry")

    monkeypatch.setattr(workers, "introduce", away)
    monkeypatch.setattr(workers, "forget", away)
    lives(monkeypatch, 2)
    assert {record.event for record in caplog.records} == {"sign_not_left"}


def test_its_connection_is_closed_before_its_pool_could_inherit_it(monkeypatch):
    closed = []
    monkeypatch.setattr(connections, "close", lambda: closed.append(True))
    lives(monkeypatch, 2)
    assert len(closed) == 3


def test_processes_of_its_pool_sign_for_it():
    first = timezone.now() - timedelta(minutes=5)
    workers.introduce("celery@lms", first, started_at=first, about={"queues": ["imports"]})
    batches.worker_works("celery@lms")
    [worker] = workers.all_workers()
    assert worker.seen_at > first == worker.started_at
    assert worker.queues == ("imports",)


def test_a_process_signs_every_half_minute_at_most(django_assert_num_queries):
    batches.worker_works("celery@lms")
    with django_assert_num_queries(0):
        batches.worker_works("celery@lms")


def test_a_task_knows_the_worker_that_does_it(monkeypatch):
    monkeypatch.setattr(broker, "gethostname", lambda: "lms")
    assert broker.worker_name() == "lms"
    monkeypatch.setattr(broker, "current_task", SimpleNamespace(request=SimpleNamespace(hostname="imports@lms")))
    assert broker.worker_name() == "imports@lms"


def test_a_worker_is_described_by_what_it_consumes():
    app = Celery("site", broker="memory://", set_as_current=False)
    app.amqp.queues.select(["imports", "mail"])
    consumer = SimpleNamespace(app=app, hostname="imports@lms", controller=SimpleNamespace(concurrency=3))
    assert broker.described(consumer) == broker.Described("imports@lms", ["imports", "mail"], 3)


def test_lost_workers_are_forgotten_after_a_day(sent):
    for name, hours in (("celery@old", 25), ("celery@lms", 23)):
        WorkerSign.objects.create(name=name, seen_at=timezone.now() - timedelta(hours=hours))
    tasks.sweep()
    assert "celery@old" not in {worker.name for worker in workers.all_workers()}
    assert "celery@lms" in {worker.name for worker in workers.all_workers()}


def test_a_long_name_is_cut():
    batches.worker_works("w" * 200)
    assert len(workers.all_workers()[0].name) == 150
