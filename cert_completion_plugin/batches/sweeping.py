"""Finding work that got lost on its way to a worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cert_completion_plugin import conf
from cert_completion_plugin.batches import clock
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import batches, portions, undos
from cert_completion_plugin.store.values import Batch


@dataclass(frozen=True, slots=True)
class NextWork:
    """What an import waits for: that its file is read, or that so many workers take turns at it."""

    batch_id: int
    read: bool
    turns: int


def next_work(batch_id: int) -> NextWork | None:
    """The work that is left to do on an import; None if there is none for workers."""
    batch = batches.get(batch_id)
    if batch is not None and batch.has_ended and (not batch.is_told or undos.untold(batch_id)):
        return NextWork(batch_id, read=False, turns=1)
    if batch is not None and (undo := undos.working(batch_id) if batch.has_ended else None):
        return NextWork(batch_id, read=False, turns=undos.left(undo, conf.settings().parallel_portions) or 1)
    if batch is None or not batch.state.is_working:
        return None
    if batch.state in (BatchState.RECEIVED, BatchState.READING):
        return NextWork(batch_id, read=True, turns=0)
    # The last step, when no portion is left, needs somebody's turn as well.
    return NextWork(batch_id, read=False, turns=portions.left(batch, conf.settings().parallel_portions) or 1)


def sent(batch_id: int) -> None:
    """Remember that the work of an import was sent to the workers just now."""
    batches.update(batch_id, sent_at=clock.now())


def stalled() -> list[int]:
    """The imports on which nothing has happened for the time that the settings allow, oldest first."""
    return batches.stalled_ids(clock.now() - _patience())


def claim_sending(batch_id: int) -> bool:
    """Whether this call may send the work of a stalled import again; of several at once only one may."""
    now = clock.now()
    return batches.claim_sending(batch_id, now - _patience(), now)


def _patience() -> timedelta:
    return timedelta(seconds=conf.settings().stalled_after_seconds)


def waits_until(batch: Batch) -> datetime | None:
    """When what had to wait is tried again; None if nothing waits."""
    now = clock.now()
    if batch.due_at is not None and batch.due_at > now:
        return batch.due_at
    return portions.waits_until(batch, now)


def unfinished() -> list[int]:
    """The imports that have work to do, oldest first."""
    return batches.unfinished_ids()
