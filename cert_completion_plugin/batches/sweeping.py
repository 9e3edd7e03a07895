"""Finding work that got lost on its way to a worker."""

from dataclasses import dataclass
from datetime import timedelta

from cert_completion_plugin import conf
from cert_completion_plugin.batches import clock
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import batches, portions


@dataclass(frozen=True, slots=True)
class NextWork:
    """What an import waits for: that its file is read, that these portions are worked on, or that it is closed."""

    batch_id: int
    read: bool
    portions: tuple[int, ...]


def next_work(batch_id: int) -> NextWork | None:
    """The work that is left to do on an import; None if there is none for workers."""
    batch = batches.get(batch_id)
    if batch is None or not batch.state.is_working:
        return None
    if batch.state in (BatchState.RECEIVED, BatchState.READING):
        return NextWork(batch_id, True, ())
    return NextWork(batch_id, False, tuple(portions.due_ids(batch, clock.now())))


def sent(batch_id: int) -> None:
    """Remember that the work of an import was sent to the workers just now."""
    batches.update(batch_id, sent_at=clock.now())


def stalled() -> list[int]:
    """The imports on which nothing has happened for the time that the settings allow, oldest first."""
    patience = timedelta(seconds=conf.settings().stalled_after_seconds)
    now = clock.now()
    return batches.stalled_ids(now - patience, now)


def unfinished() -> list[int]:
    """The imports that have work to do, oldest first."""
    return batches.working_ids()
