"""A worker's turn at an import: the next portion that nobody works on, so that imports take turns with each other."""

from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError

from cert_completion_plugin import logbook
from cert_completion_plugin.batches import clock, outbox, undo_portions
from cert_completion_plugin.batches.closing import advance, wind_up
from cert_completion_plugin.batches.portions import attempt, is_worked_on
from cert_completion_plugin.batches.trouble import TryAgain, pause
from cert_completion_plugin.store import batches, connections, portions, undos
from cert_completion_plugin.store.values import Batch, Undo


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows a turn.

    `opens`: the import was taken a step on or back, so that there may be work for many. `seconds`: after how many it
    should have its next turn, 0 for at once; None if all that is left is done by others. `tells`: learners or the
    uploader may have to be told something.
    """

    opens: bool
    seconds: int | None
    tells: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether there is more of the same to do at once."""
        return not self.opens and self.seconds == 0


def take_turn(batch_id: int) -> Turn:
    """Work on one portion of an import, the next one due, and take the import on if it was the last."""
    try:
        return _turn(batch_id)
    except (InterfaceError, OperationalError) as error:
        # Nothing was taken, or it is kept already: another holds a lock, or the connection was lost.
        connections.mend()
        logbook.tell_fault(logbook.TURN_INTERRUPTED, error, batch=batch_id)
        return Turn(False, pause(error, attempts=2))


def _turn(batch_id: int) -> Turn:
    batch = batches.get(batch_id)
    if batch is not None and batch.has_ended and not batch.is_told:
        wind_up(batch)
        return Turn(opens=True, seconds=None, tells=True)
    if batch is not None and (untold := undos.untold(batch_id) if batch.has_ended else None):
        undo_portions.tell(batch, untold)
    if batch is not None and (undo := undos.working(batch_id) if batch.has_ended else None):
        return _turn_at_undo(batch, undo)
    if batch is None or not is_worked_on(batch):
        return Turn(False, None)
    portion = portions.take_next(batch, clock.now())
    if portion is None:
        opens = advance(batch_id)
        seconds = None if opens else _seconds_until(portions.next_moment(batch, clock.now()))
        return Turn(opens, seconds, tells=opens)
    try:
        is_turned = attempt(batch, portion)
    except TryAgain:
        is_turned = False
    opens = advance(batch_id)
    return Turn(opens or is_turned, 0, tells=opens or outbox.is_asked_for(batch))


def _turn_at_undo(batch: Batch, undo: Undo) -> Turn:
    portion = undos.take_next(undo, clock.now())
    if portion is None:
        opens = undo_portions.advance(batch, undo)
        return Turn(opens, None if opens else _seconds_until(undos.next_moment(undo, clock.now())))
    try:
        undo_portions.attempt(batch, undo, portion)
    except TryAgain:
        return Turn(False, 0)
    return Turn(undo_portions.advance(batch, undo), 0)


def _seconds_until(moment: datetime | None) -> int | None:
    return None if moment is None else max(1, round((moment - clock.now()).total_seconds()))
