"""Undoing an import."""

from collections.abc import Iterable
from datetime import datetime

from cert_completion_hooks.types import UndoStatus

from cert_completion_plugin import tasks
from cert_completion_plugin.api.permissions import PERMISSION_UNDO, PERMISSION_VIEW_PERSONAL_DATA, User, check
from cert_completion_plugin.batches import (
    Obstacle,
    queueing,
    undoing,
)
from cert_completion_plugin.batches.queueing import Place
from cert_completion_plugin.core.undoing import RowUndo, UndoState, UndoStep
from cert_completion_plugin.store import connections, undos
from cert_completion_plugin.store.values import Batch, Undo, UndoneRow, UndoProgress


def undo_obstacle(batch: Batch) -> Obstacle | None:
    """Why an import cannot be undone; None if it can. One that was undone can be again, for what was kept then."""
    return undoing.obstacle(batch)


def preview_undo(user: User, batch: Batch) -> Undo:
    """Have told in the background what an undo of an import would do; nothing is written by that.

    A preview that is there already is made anew, with the next number; what is under way stays under way, and is
    returned. Raises NotUndoable and Denied.
    """
    check(user, PERMISSION_UNDO, batch)
    asked = undoing.preview(batch, user.pk, user.get_username())
    if asked.state.is_working:
        connections.after_commit(tasks.send_next, batch.id)
    return asked


def undo(user: User, batch: Batch, reason: str, *, preview: int) -> bool:
    """Undo an import in the background, as the undo with the number `preview` foretold; says whether this call did.

    What was changed since the preview is kept and listed. It is False if the preview is not complete yet, was
    abandoned, made anew, or done. Raises ReasonMissing and Denied.
    """
    check(user, PERMISSION_UNDO, batch)
    is_confirmed = undoing.confirm(batch, preview, user.pk, user.get_username(), reason)
    if is_confirmed:
        connections.after_commit(tasks.send_next, batch.id)
    return is_confirmed


def abandon_undo(user: User, batch: Batch, *, preview: int) -> bool:
    """Give up the undo with this number before it was confirmed; says whether this call did. Raises Denied."""
    check(user, PERMISSION_UNDO, batch)
    return undoing.abandon(batch, preview)


def undo_state(batch: Batch, number: int | None = None) -> Undo | None:
    """The last undo of an import, or the one with this number; None if there is none."""
    return undos.last(batch.id) if number is None else undos.find(batch.id, number)


def undone_among(batches: Iterable[Batch]) -> set[int]:
    """The `id` of those of these imports of which rows were undone, in one query."""
    return undos.undone_among([batch.id for batch in batches])


def undos_of(batch: Batch) -> list[Undo]:
    """All undos of an import, abandoned ones too, the last first."""
    return undos.of_batch(batch.id)


def undo_progress(undo: Undo) -> UndoProgress:
    """How far the preview or the undoing has come."""
    return undos.progress(undo)


def undo_last_progress(undo: Undo) -> datetime:
    """When something last happened on an undo."""
    return undos.last_progress(undo)


def undo_place(undo: Undo) -> Place | None:
    """Where an undo stands that waits until it is the turn of its import; None if it does not wait for that."""
    return queueing.place_of(undo.batch_id)


def undo_waits_until(undo: Undo) -> datetime | None:
    """When the first work of an undo that was told to wait is tried again; None if none of it waits."""
    return undoing.waits_until(undo)


def undo_rows(
    user: User,
    batch: Batch,
    undo: Undo,
    status: UndoStatus,
    *,
    step: UndoStep | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[UndoneRow]:
    """The rows of one group of an undo, by line: the next `limit` whose line is above `after`.

    `step` None: what became of them once it is done, until then what its preview says. Raises Denied.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return undos.page(batch, undo, step or _step(undo), status, after=after, limit=limit)


def undo_rows_before(
    user: User,
    batch: Batch,
    undo: Undo,
    status: UndoStatus,
    *,
    step: UndoStep | None = None,
    before: int,
    limit: int = 100,
) -> list[UndoneRow]:
    """The same: the last `limit` whose line is below `before`. Raises Denied."""
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return undos.page_before(batch, undo, step or _step(undo), status, before=before, limit=limit)


def _step(undo: Undo) -> UndoStep:
    return UndoStep.UNDO if undo.state is UndoState.DONE else UndoStep.PREVIEW


def undo_of_row(user: User, batch: Batch, line: int) -> list[tuple[Undo, RowUndo]]:
    """What became of the row on this line in the undos of its import, the first one first. Raises Denied."""
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return undos.of_line(batch, line)
