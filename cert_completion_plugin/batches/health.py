"""Whether anybody works, and how fast: signs of the workers' life, how long work has been waiting, the pace."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError

from cert_completion_plugin import logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.store import batches, connections, portions, workers
from cert_completion_plugin.store.values import Batch, Pace
from cert_completion_plugin.versions import versions

SIGN_SECONDS = 60
"""How often a worker says that it runs, in seconds."""

LOST_AFTER = timedelta(minutes=3)
"""How long a worker may be silent before it counts as lost."""

KEPT_FOR = timedelta(days=1)
"""How long a lost worker is remembered."""

_SIGN_AT_WORK_SECONDS = 30
_last_sign: datetime | None = None


def worker_works(name: str) -> None:
    """Leave a sign that a worker works: a process does so every half minute at most, and never fails for it."""
    global _last_sign
    now = clock.now()
    if _last_sign is not None and 0 <= (now - _last_sign).total_seconds() < _SIGN_AT_WORK_SECONDS:
        return
    try:
        workers.sign(name, now)
    except DatabaseError:
        connections.mend()
    else:
        _last_sign = now


def worker_runs(name: str, started_at: datetime, **about: Any) -> None:
    """Say of a worker that it runs, since when, and what it is; never fails for it.

    It is called by a thread of the worker's main process, from which its pool must inherit no database connection: so
    the one of this thread is closed again at once.
    """
    _introduce(name, started_at, **about)
    connections.close()


def command_works(name: str) -> None:
    """Say of a command that it does the work of a worker just now."""
    _introduce(name, clock.now(), processes=1, is_command=True)


def _introduce(name: str, started_at: datetime, **about: Any) -> None:
    try:
        told = {**about, "versions": dict(versions())}
        workers.introduce(name, clock.now(), started_at=started_at, about=told)
    except DatabaseError as error:
        logbook.tell_fault(logbook.SIGN_NOT_LEFT, error)
        connections.mend()


def worker_stops(name: str) -> None:
    """Forget a worker that has stopped, so that nobody waits for it. For the same thread."""
    with suppress(DatabaseError):
        workers.forget(name)
    connections.close()


def forget_lost_workers() -> None:
    workers.forget_before(clock.now() - KEPT_FOR)


def worker_seen() -> datetime | None:
    """When a worker last gave a sign of life; None if none ever did."""
    return workers.last_sign()


def waiting_since() -> datetime | None:
    """Since when the import that has waited longest for a worker has done so; None if none is being worked on."""
    return batches.waiting_since()


def pace(batch: Batch) -> Pace:
    """How fast the rows of an import are done just now."""
    return portions.pace(batch, clock.now())
