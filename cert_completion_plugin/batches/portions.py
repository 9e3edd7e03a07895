"""A worker's turn at a portion: attempts are counted; what cannot be done now is tried again, in the end given up."""

from typing import Any

from cert_completion_hooks.types import HostUnavailable
from django.db import transaction

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import (
    announcing,
    cancelling,
    clock,
    deciding,
    holding_back,
    persisting,
    rights,
    trouble,
    writing,
)
from cert_completion_plugin.batches.trouble import TryAgain, pause, reference_of
from cert_completion_plugin.core.changes import all_as_failed
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import batches, connections, portions, rows
from cert_completion_plugin.store.values import Batch, PortionWork


def work(portion_id: int) -> bool:
    """Do what is to be done on a portion; done already, or being done by another worker, nothing.

    Says whether the import was held back meanwhile, so that portions done before have new work. Raises TryAgain when it
    could not be done just now; after the last attempt its rows are `failed`.
    """
    portion = portions.get(portion_id)
    batch = portion and batches.get(portion.batch_id)
    if not portion or not batch or not is_worked_on(batch) or not portions.is_open(batch, portion):
        return False
    return portions.count_attempt(portion, clock.now()) and attempt(batch, portion)


def is_worked_on(batch: Batch) -> bool:
    return batch.state in (BatchState.PLANNING, BatchState.WRITING)


def attempt(batch: Batch, portion: PortionWork) -> bool:
    """The same for a portion that was taken: its attempt is counted already."""
    if portion.attempts >= _most_attempts(batch, portion):
        _give_up(batch, portion, None)
    else:
        try:
            _persist(batch, portion)
        except Exception as error:
            connections.mend()
            _after(error, batch, portion.id)
        else:
            announcing.portion_done(batch, portion)
            trouble.is_over(batch)
    return holding_back.began_since(batch)


def _persist(batch: Batch, portion: PortionWork) -> None:
    def still_open(done: PortionWork) -> PortionWork | None:
        present = portions.get(done.id)
        return present if present is not None and portions.is_open(batch, present) else None

    persisting.persist(_about(portion), portion, lambda present: _work(batch, present), still_open)


def _about(portion: PortionWork) -> dict[str, Any]:
    """What a line of the log says of a portion."""
    return {"batch": portion.batch_id, "portion": portion.number}


def _work(batch: Batch, portion: PortionWork) -> None:
    if _begins_to_write(batch) and (lost := rights.lost_to_write(batch)) is not None:
        batch = cancelling.stop(batch, lost)
    if cancelling.is_left_out(batch, portion):
        cancelling.leave_out(batch, portion)
    elif batch.held_back is not None:
        holding_back.hold_back(batch, portion)
    elif batch.state is BatchState.PLANNING:
        writing.plan(batch, portion)
    else:
        writing.write(batch, portion)


def _begins_to_write(batch: Batch) -> bool:
    return batch.state is BatchState.WRITING and batch.cancelled_at is None and batch.held_back is None


def _after(error: Exception, batch: Batch, portion_id: int) -> None:
    """Give the portion up after its last attempt; else raise TryAgain, and let no copy of its task come earlier."""
    portion = portions.get(portion_id)
    assert portion is not None
    if portion.attempts >= _most_attempts(batch, portion):
        if batch.held_back is None or not isinstance(error, HostUnavailable):
            _give_up(batch, portion, error)
            return
        # What is written must not stay only because the host was away for long.
        portions.set_attempts(portion.id, portion.attempts - 1)
    told = {**_about(portion), "attempt": portion.attempts}
    reference = reference_of(logbook.PORTION_INTERRUPTED, error, **told)
    trouble.remember(batch, error, reference)
    seconds = pause(error, portion.attempts)
    portions.wait(portion.id, clock.after(seconds))
    raise TryAgain(seconds) from error


def _most_attempts(batch: Batch, portion: PortionWork) -> int:
    """A planned portion may have used up its attempts when the import is held back: it gets as many again."""
    most = conf.settings().max_attempts
    return 2 * most if batch.held_back is not None and portion.state == portions.PLANNED else most


def _give_up(batch: Batch, portion: PortionWork, error: Exception | None) -> None:
    """Report the rows of the portion as failed; nothing of them was written in our transaction."""
    reference = reference_of(logbook.PORTION_FAILED, error, **_about(portion))
    trouble.remember(batch, error, reference)
    if batch.held_back is not None and portion.state != portions.WAITING:
        holding_back.leave(batch, portion)
        return
    code = Code.HOST_UNAVAILABLE if isinstance(error, HostUnavailable) else Code.INTERNAL_ERROR
    target = _state_of_failed(batch)
    with transaction.atomic():
        if portions.claim(portion, target, clock.now()):
            failed = _failed(batch, portion, Issue(code, details={"reference": reference}))
            writing.keep(batch, portion, target, failed)


def _state_of_failed(batch: Batch) -> str:
    if batch.held_back is not None:
        return portions.HELD_BACK
    return portions.PLANNED if batch.state is BatchState.PLANNING and not batch.cancelled_at else portions.WRITTEN


def _failed(batch: Batch, portion: PortionWork, reason: Issue) -> list[Decision]:
    if portion.state == portions.PLANNED:
        return all_as_failed(writing.planned(batch, portion), reason)
    found = rows.in_slices(batch.id, portion.first_slice, portion.last_slice)
    return deciding.undecided(batch, found, Outcome.FAILED, reason)
