"""How far an import has come, and whether it can go on."""

from dataclasses import dataclass
from datetime import datetime

from cert_completion_plugin import batches, broker
from cert_completion_plugin.batches import queueing
from cert_completion_plugin.batches.queueing import Place
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import portions
from cert_completion_plugin.store.values import Batch, Pace, Progress


def waits_until(batch: Batch) -> datetime | None:
    """When the first work of an import that was told to wait is tried again; None if none of it waits."""
    return batches.waits_until(batch)


def progress(batch: Batch) -> Progress:
    """How far an import has come, and its rows by outcome and code so far."""
    return portions.progress(batch)


def share_read(batch: Batch) -> float | None:
    """How much of its file was read, from 0 to 1; None where that cannot be told."""
    reader = batch.reader_state.get("reader", {})
    if reader.get("dialect", {}).get("kind") != "text" or not batch.file_size:
        return None
    return min(int(reader["offset"]) / batch.file_size, 1.0)


def pace(batch: Batch) -> Pace:
    """How fast the rows of an import are done just now."""
    return batches.pace(batch)


def place(batch: Batch) -> Place | None:
    """Where an import stands that waits for its turn (setting SCOPE); None if it does not wait for one."""
    return queueing.place_of(batch.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether imports can go on: is the broker reached, when did a worker last work, since when does work wait."""

    broker_answers: bool
    worker_seen: datetime | None
    waiting_since: datetime | None


def health() -> Health:
    """How the background work of the site is doing, asked with patience for about a second."""
    return Health(
        broker_answers=broker.broker_answers(),
        worker_seen=batches.worker_seen(),
        waiting_since=batches.waiting_since(),
    )


def last_progress(batch: Batch) -> datetime:
    """When something last happened on an import; aware where the site uses time zones."""
    return stored.last_progress(batch)
