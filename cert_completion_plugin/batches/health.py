"""Whether anybody works, and how fast: signs of the workers' life, how long work has been waiting, the pace."""

from datetime import datetime

from django.db import DatabaseError

from cert_completion_plugin.batches import clock
from cert_completion_plugin.store import batches, connections, portions, workers
from cert_completion_plugin.store.values import Batch, Pace

_SIGN_SECONDS = 30
_last_sign: datetime | None = None


def worker_works() -> None:
    """Leave a sign that a worker works: a process does so every half minute at most, and never fails for it."""
    global _last_sign
    now = clock.now()
    if _last_sign is not None and 0 <= (now - _last_sign).total_seconds() < _SIGN_SECONDS:
        return
    try:
        workers.sign(now)
    except DatabaseError:
        connections.mend()
    else:
        _last_sign = now


def worker_seen() -> datetime | None:
    """When a worker last gave a sign of life; None if none ever did."""
    return workers.last_sign()


def waiting_since() -> datetime | None:
    """Since when the import that has waited longest for a worker has done so; None if none is being worked on."""
    return batches.waiting_since()


def pace(batch: Batch) -> Pace:
    """How fast the rows of an import are done just now."""
    return portions.pace(batch, clock.now())
