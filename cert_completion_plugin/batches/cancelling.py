"""Cancelling an import between two portions of work: what was written stays written (import-rules.md §6)."""

from typing import Any

from django.db import transaction

from cert_completion_plugin.batches import announcing, clock, deciding, holding_back, writing
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.batches.rights import LostRight
from cert_completion_plugin.core.all_or_nothing import cancelled
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.store import batches, log, plans, portions, rows
from cert_completion_plugin.store.values import Batch, PortionWork, column_text


def cancel(batch_id: int, user_id: Any, username: str) -> bool:
    """Cancel an import; says whether this call did. One that has ended, or was cancelled before, stays as it is.

    Before there are portions it ends at once, without rows. After that the workers leave out the portions that nobody
    has begun; with `all_or_nothing` they take back what was written.
    """
    now = clock.now()
    who = {"cancelled_at": now, "cancelled_by_id": user_id, "cancelled_by_name": column_text(username, 255)}
    with transaction.atomic():
        is_cancelled = (
            _end_reading(batch_id, who)
            or _discard(batch_id, who)
            or _stop_work(batch_id, who)
            or _discard(batch_id, who)
        )
        if is_cancelled:
            announcing.cancel_asked(batch_id, user_id)
    return is_cancelled


def discard(batch_id: int, user_id: Any, username: str) -> bool:
    """End an import that waits for approval, with nothing written; says whether it still waited."""
    now = clock.now()
    who = {"cancelled_at": now, "cancelled_by_id": user_id, "cancelled_by_name": column_text(username, 255)}
    is_discarded = _discard(batch_id, who)
    if is_discarded:
        announcing.discarded(batch_id, user_id)
    return is_discarded


def stop(batch: Batch, lost: LostRight) -> Batch:
    """Cancel an import that nobody may have written on any more; returns it as it is now.

    Of several workers that find so, one does it. It stands in the admin's history under the name of whoever lost the
    right, if there still is such a user.
    """
    told = {"cancelled_at": clock.now(), "stopped": lost.as_json()}
    with transaction.atomic():
        if _stop_work(batch.id, told):
            log.add(batch, lost.key or None, log.Logged.STOPPED)
            announcing.stopped(batch.id, lost)
    present = batches.get(batch.id)
    assert present is not None
    return present


def _discard(batch_id: int, who: dict[str, Any]) -> bool:
    """The workers cancel its portions from their plans."""
    states, seen = [BatchState.AWAITING_APPROVAL], {"cancelled_at": None}
    return batches.move(batch_id, states, BatchState.WRITING, now=who["cancelled_at"], seen=seen, **who)


def _end_reading(batch_id: int, who: dict[str, Any]) -> bool:
    """A reader that is at it finds that it may not go on."""
    now = who["cancelled_at"]
    states = (BatchState.RECEIVED, BatchState.READING, BatchState.NEEDS_ANSWER)
    nothing: dict[str, Any] = {"rows_read": 0, "reader_state": {}, "due_at": None, "finished_at": now}
    return batches.move(batch_id, states, BatchState.CANCELLED, now=now, **nothing, **who)


def _stop_work(batch_id: int, who: dict[str, Any]) -> bool:
    if not batches.ask_to_cancel(batch_id, **who):
        return False
    batch = batches.get(batch_id)
    if batch and holding_back.is_asked_for(batch):
        batches.hold_back(batch_id, {"phase": "cancelled"})
    return True


def is_left_out(batch: Batch, portion: PortionWork) -> bool:
    """Whether a portion is not to be written any more and nothing of it can have been written."""
    if batch.cancelled_at is None:
        return False
    return portion.state == portions.WAITING or (batch.held_back is None and not _was_begun(batch, portion))


def _was_begun(batch: Batch, portion: PortionWork) -> bool:
    """Whether a host with a store of its own may have written from this plan what we do not know of."""
    if batch.state is not BatchState.WRITING or portion.attempts == 0 or Recorder(batch).shares_connection:
        return False
    # A plan that waited for approval and did not get it was never begun, however often leaving it out is tried.
    return batch.is_approved or not plans.exists(batch.id, batch.plan)


def leave_out(batch: Batch, portion: PortionWork) -> None:
    """Report the rows of a portion as cancelled, save those that its plan would not have written."""
    with transaction.atomic():
        if portions.claim(portion, portions.HELD_BACK, clock.now()):
            writing.keep(batch, portion, portions.HELD_BACK, _cancelled(batch, portion))


def _cancelled(batch: Batch, portion: PortionWork) -> list[Any]:
    if portion.state == portions.PLANNED:
        return cancelled(writing.planned(batch, portion))
    found = rows.in_slices(batch.id, portion.first_slice, portion.last_slice)
    return deciding.undecided(batch, found, Outcome.CANCELLED)
