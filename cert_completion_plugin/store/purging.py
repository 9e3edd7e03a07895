"""Deleting what was marked (`store.retention`), in short transactions: it may stop anywhere, and be done again.

Each of them holds the import's row, so that two who delete at once take turns.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cert_completion_hooks.types import UndoStatus
from django.db import transaction
from django.db.models import QuerySet

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.messages import MessageState
from cert_completion_plugin.core.outcomes import BatchState, Phase
from cert_completion_plugin.core.undoing import UndoState, UndoStep
from cert_completion_plugin.models import (
    FilePiece,
    ImportBatch,
    ImportRow,
    ImportUndo,
    LedgerEntry,
    Message,
    RowIssue,
    UndoRow,
)
from cert_completion_plugin.store import retention
from cert_completion_plugin.store.retention import Kept
from cert_completion_plugin.store.values import dumps

ROWS_AT_ONCE = 2000
PIECES_AT_ONCE = 8

NO_CELLS = "[]"
"""The cells of a row of which they were deleted: every row of a file has some."""


def delete(batch_id: int, kept: Kept) -> Iterator[int]:
    """Delete some at a time: after each transaction, how many rows of tables it took away or emptied.

    Raises Overtaken when somebody else has finished it. What a file has in a storage is deleted by `store.files`.
    """
    match kept:
        case Kept.FILE:
            pieces = FilePiece.objects.filter(batch_id=batch_id)
            yield from _by_runs(batch_id, kept, pieces, "number", at_once=PIECES_AT_ONCE)
        case Kept.ROWS:
            yield from _delete_cells(batch_id)
        case Kept.LEDGER:
            yield from _delete_ledger(batch_id)
    retention.end(batch_id, kept)


def _delete_cells(batch_id: int) -> Iterator[int]:
    def empty(rows: QuerySet[ImportRow]) -> int:
        return rows.exclude(cells=NO_CELLS).update(cells=NO_CELLS)

    rows = ImportRow.objects.filter(batch_id=batch_id)
    # Emptied rows stay: whoever goes on where somebody stopped does not go through them again.
    first = rows.exclude(cells=NO_CELLS).order_by("line").values_list("line", flat=True).first()
    if first is not None:
        yield from _by_runs(batch_id, Kept.ROWS, rows.filter(line__gte=first), take=empty)
    given_up = ImportUndo.objects.filter(batch_id=batch_id, state=UndoState.ABANDONED)
    for previewed in _undo_rows(given_up, [UndoStep.PREVIEW]):
        yield from _by_runs(batch_id, Kept.ROWS, previewed)
    _forget_what_was_read(batch_id)


def _forget_what_was_read(batch_id: int) -> None:
    """Where its headings should be, a file that was refused may have a learner."""
    told = {"headings": dumps([]), "file_issues": dumps([]), "reader_state": dumps({})}
    refused = ImportBatch.objects.filter(pk=batch_id, state__in=(BatchState.REFUSED, BatchState.FAILED))
    refused.update(**told)


def _delete_ledger(batch_id: int) -> Iterator[int]:
    for rows in _ledger(batch_id):
        yield from _by_runs(batch_id, Kept.LEDGER, rows)


def _ledger(batch_id: int) -> Iterator[QuerySet[Any]]:
    """What belongs to single rows, each beginning with the columns of an index that ends with the line."""
    yield from _undo_rows(ImportUndo.objects.filter(batch_id=batch_id), UndoStep)
    last_plan = ImportBatch.objects.values_list("plan", flat=True).get(pk=batch_id)
    for plan in range(1, 1 + last_plan):
        for phase in Phase:
            of_phase = {"batch_id": batch_id, "plan": plan, "phase": str(phase)}
            for code in Code:
                yield RowIssue.objects.filter(**of_phase, code=str(code))
            yield LedgerEntry.objects.filter(**of_phase)
    for state in MessageState:
        yield Message.objects.filter(batch_id=batch_id, state=state)
    yield ImportRow.objects.filter(batch_id=batch_id)


def _undo_rows(undos: QuerySet[ImportUndo], steps: Iterable[UndoStep]) -> Iterator[QuerySet[UndoRow]]:
    for undo_id in undos.values_list("pk", flat=True):
        for step in steps:
            for status in UndoStatus:
                yield UndoRow.objects.filter(undo_id=undo_id, step=str(step), status=str(status))


def _deleted(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


def _by_runs(
    batch_id: int,
    kept: Kept,
    rows: QuerySet[Any],
    column: str = "line",
    *,
    at_once: int = ROWS_AT_ONCE,
    take: Callable[[QuerySet[Any]], int] = _deleted,
) -> Iterator[int]:
    """Take rows away by runs of `column`, each run in a transaction of its own; how many each took."""
    after = -1
    while True:
        rest = rows.filter(**{f"{column}__gt": after})
        with transaction.atomic():
            retention.hold(batch_id, kept)
            run = list(rest.order_by(column).values_list(column, flat=True)[:at_once])
            if not run:
                return
            after = run[-1]
            taken = take(rest.filter(**{f"{column}__lte": after}))
        yield taken
