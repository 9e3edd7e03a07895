"""The life of an undo: asked for, previewed, confirmed with a reason, done; or given up before it was confirmed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction

from cert_completion_plugin.batches import announcing, clock
from cert_completion_plugin.batches.offers import undo_is_offered
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.undoing import UndoState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import log, undos
from cert_completion_plugin.store.values import Batch, Undo, text_of_lines

MOST_OF_REASON = 1000
"""The longest reason in characters."""


class Obstacle(StrEnum):
    """Why an import cannot be undone: no host can, it has not ended, nothing of it is recorded, or the ledger that says
    what was is deleted.
    """

    NOT_OFFERED = "not_offered"
    NOT_ENDED = "not_ended"
    NOTHING_RECORDED = "nothing_recorded"
    ROWS_DELETED = "rows_deleted"


class NotUndoable(Exception):
    """An import cannot be undone; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class ReasonMissing(ValueError):
    """Whoever undoes an import has to say why."""


def obstacle(batch: Batch) -> Obstacle | None:
    """Why the import cannot be undone; None if it can, also if nothing but kept rows is left of it."""
    if not undo_is_offered():
        return Obstacle.NOT_OFFERED
    if not batch.has_ended:
        return Obstacle.NOT_ENDED
    is_over = batch.state in (BatchState.FINISHED, BatchState.CANCELLED)
    if not is_over or not undos.may_be_undone(batch.counts, shares_connection=_shares_connection()):
        return Obstacle.NOTHING_RECORDED
    return Obstacle.ROWS_DELETED if batch.ledger_deleted_at is not None else None


def _shares_connection() -> bool:
    return gateway().shares_connection(DEFAULT_DB_ALIAS)


def preview(batch: Batch, user_id: Any, username: str) -> Undo:
    """Have told what an undo would do, anew if it was told before; one that is under way goes on.

    Raises NotUndoable.
    """
    if found := obstacle(batch):
        raise NotUndoable(found)
    before = undos.last(batch.id)
    if before is None or not before.state.is_working:
        # Where somebody was faster, theirs is as good.
        by = {"user_id": user_id, "username": username}
        is_asked = undos.ask(batch, before, shares_connection=_shares_connection(), now=clock.now(), **by)
    else:
        is_asked = False
    undo = undos.last(batch.id)
    if undo is None:
        raise NotUndoable(Obstacle.ROWS_DELETED)
    if is_asked:
        announcing.undo_asked(undo, user_id)
    return undo


def confirm(batch: Batch, number: int, user_id: Any, username: str, reason: str) -> bool:
    """Have the undo with this number done as it was previewed; says whether this call did.

    It does not if the preview is not complete, was done, given up, or made anew. Raises ReasonMissing.
    """
    given = text_of_lines(reason, MOST_OF_REASON)
    if not given:
        raise ReasonMissing
    undo = undos.last(batch.id)
    if undo is None or undo.number != number or undo.state is not UndoState.PREVIEWED:
        return False
    by = {"user_id": user_id, "username": username}
    with transaction.atomic():
        is_confirmed = undos.confirm(undo, reason=given, now=clock.now(), **by)
        if is_confirmed:
            log.add(batch, user_id, log.Logged.UNDONE, given)
            announcing.undo_confirmed(undo, user_id)
    return is_confirmed


def abandon(batch: Batch, number: int) -> bool:
    """Give up an undo that was not confirmed yet; says whether this call did."""
    undo = undos.last(batch.id)
    if undo is None or undo.number != number or undo.state not in (UndoState.PREVIEWING, UndoState.PREVIEWED):
        return False
    is_abandoned = undos.abandon(undo, clock.now())
    if is_abandoned:
        announcing.undo_abandoned(undo)
    return is_abandoned


def waits_until(undo: Undo) -> datetime | None:
    """When the first work of an undo that was told to wait is tried again; None if none of it waits."""
    return undos.waits_until(undo, clock.now())
