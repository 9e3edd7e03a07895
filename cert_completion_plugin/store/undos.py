"""Undos of imports: asking for one, its steps from state to state, its portions and what became of the rows."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import cert_completion_bulk as bulk
from cert_completion_bulk import Among
from cert_completion_hooks.types import UndoStatus
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from cert_completion_plugin.core import undoing
from cert_completion_plugin.core.outcomes import Outcome, Phase
from cert_completion_plugin.core.undoing import RIGHT_LOST, RowUndo, UndoState, UndoStep
from cert_completion_plugin.models import ImportUndo, Portion, UndoPortion, UndoRow
from cert_completion_plugin.store import leases, ledger, retention
from cert_completion_plugin.store.values import (
    Batch,
    Undo,
    UndoneRow,
    UndoProgress,
    UndoWork,
    column_text,
    dumps,
)

WAITING, PREVIEWED, UNDONE = UndoPortion.State.WAITING, UndoPortion.State.PREVIEWED, UndoPortion.State.UNDONE

_OPEN = {UndoState.PREVIEWING: [WAITING], UndoState.UNDOING: [PREVIEWED]}
"""The states of a portion that needs work in this state of its undo."""

_LINES_AT_ONCE = 500
_COLUMNS = (
    *("undo_id", "step", "status", "line"),
    *("assignment_kept", "reason", "reference", "changed_by", "changed_at"),
)


def of_batch(batch_id: int) -> list[Undo]:
    """All undos of an import, the last first."""
    return [_value(row) for row in ImportUndo.objects.filter(batch_id=batch_id).order_by("-number")]


def last(batch_id: int) -> Undo | None:
    row = ImportUndo.objects.filter(batch_id=batch_id).order_by("-number").first()
    return _value(row) if row else None


def undone_among(batch_ids: Collection[int]) -> set[int]:
    """The imports of these of which rows were undone."""
    done = ImportUndo.objects.filter(batch_id__in=batch_ids, state=UndoState.DONE).values_list("batch_id", "counts")
    return {batch_id for batch_id, counts in done if json.loads(counts).get("result", {}).get(UndoStatus.UNDONE)}


def find(batch_id: int, number: int) -> Undo | None:
    row = ImportUndo.objects.filter(batch_id=batch_id, number=number).first()
    return _value(row) if row else None


def working(batch_id: int) -> Undo | None:
    """The undo of this import that workers are at, or wait to be; there is never more than one."""
    undo = last(batch_id)
    return undo if undo is not None and undo.state.is_working else None


def untold(batch_id: int) -> Undo | None:
    """An undo of this import that is done and of which nobody was told yet."""
    row = ImportUndo.objects.filter(batch_id=batch_id, state=UndoState.DONE, told_at__isnull=True).first()
    return _value(row) if row else None


def ask(
    batch: Batch, before: Undo | None, *, shares_connection: bool, user_id: Any, username: str, now: datetime
) -> bool:
    """Make the next undo of an import, in the place of the one `before`; says whether nobody was faster.

    It has a portion for each of the import's of which something may have been written (see `may_be_undone`).
    """
    try:
        with transaction.atomic():
            if not retention.hold_ledger(batch.id):
                return False
            if before is not None and before.state is UndoState.PREVIEWED and not abandon(before, now):
                return False
            undo = ImportUndo.objects.create(
                batch_id=batch.id,
                number=1 + (before.number if before else 0),
                state=UndoState.PREVIEWING,
                asked_by_id=user_id,
                asked_by_name=column_text(username, 255),
                asked_at=now,
            )
            UndoPortion.objects.bulk_create(_portions(undo, batch, shares_connection), batch_size=500)
    except IntegrityError:
        return False
    return True


def _portions(undo: ImportUndo, batch: Batch, shares_connection: bool) -> list[UndoPortion]:
    found = Portion.objects.filter(batch_id=batch.id, plan=batch.plan).order_by("number")
    return [
        UndoPortion(
            undo=undo,
            number=portion.number,
            first_slice=portion.first_slice,
            last_slice=portion.last_slice,
            rows=portion.rows,
        )
        for portion in found
        if may_be_undone(json.loads(portion.counts), shares_connection=shares_connection)
    ]


def may_be_undone(counts: Mapping[str, Mapping[str, int]], *, shares_connection: bool) -> bool:
    """Whether one of the rows that these counts add up was written, or may have been.

    `shares_connection`: whether the host's records commit together with our own tables.
    """
    return undoing.may_be_undone(map(Outcome, counts.get("outcomes", {})), shares_connection=shares_connection)


def move(undo: Undo, target: UndoState, **fields: Any) -> bool:
    """Take an undo from where it was seen to `target`, if it still is there; says whether it was."""
    return bool(ImportUndo.objects.filter(pk=undo.id, state=undo.state).update(state=target, **fields))


def abandon(undo: Undo, now: datetime) -> bool:
    return move(undo, UndoState.ABANDONED, finished_at=now)


def confirm(undo: Undo, *, user_id: Any, username: str, reason: str, now: datetime) -> bool:
    """Let the undo be done as it was previewed; says whether this call did."""
    by = {"confirmed_by_id": user_id, "confirmed_by_name": column_text(username, 255)}
    return move(undo, UndoState.UNDOING, confirmed_at=now, reason=reason, told_at=None, **by)


def end_step(undo: Undo, now: datetime) -> bool:
    """End the preview or the undoing, of which every portion is done; says whether this call did."""
    counts = dict(_counted(undo))
    if undo.state is UndoState.PREVIEWING:
        return move(undo, UndoState.PREVIEWED, previewed_at=now, counts=dumps({"preview": counts}), trouble="null")
    both = {"preview": undo.preview, "result": counts}
    is_moved = move(undo, UndoState.DONE, finished_at=now, counts=dumps(both))
    if is_moved:
        _not_stopped(undo).update(trouble="null")
    return is_moved


def stop(undo: Undo, told: Mapping[str, Any]) -> bool:
    """Keep on the undo what ended it before its time; says whether nobody had before."""
    return bool(_not_stopped(undo).update(trouble=dumps(told)))


def _not_stopped(undo: Undo) -> QuerySet[ImportUndo]:
    """The undo, unless it was ended before its time: that stays told."""
    is_stopped = dumps({"kind": RIGHT_LOST})[1:-1]
    return ImportUndo.objects.filter(pk=undo.id).exclude(trouble__contains=is_stopped)


def set_trouble(undo: Undo, trouble: Mapping[str, Any] | None) -> None:
    _not_stopped(undo).update(trouble=dumps(trouble))


def _of(undo: Undo) -> QuerySet[UndoPortion]:
    return UndoPortion.objects.filter(undo_id=undo.id)


def _open(undo: Undo) -> QuerySet[UndoPortion]:
    """The portions that are not done yet."""
    return _of(undo).filter(state__in=_OPEN.get(undo.state, []))


def all_done(undo: Undo) -> bool:
    return not _open(undo).exists()


def left(undo: Undo, most: int) -> int:
    """How many portions are not done yet; no more than `most` are counted."""
    return _open(undo)[:most].count()


def waits_until(undo: Undo, now: datetime) -> datetime | None:
    return leases.waits_until(_open(undo), now)


def next_moment(undo: Undo, now: datetime) -> datetime | None:
    return leases.next_moment(_open(undo), now)


_WORK = ("id", "undo_id", "number", "first_slice", "last_slice", "rows", "state", "attempts", "claimed_at")


def take_next(undo: Undo, now: datetime) -> UndoWork | None:
    """Take a portion that is due and that nobody works on, and count the attempt; None if there is none."""

    def count(portion: UndoWork) -> bool:
        return leases.count_attempt(_of(undo), portion, now)

    return leases.take_next(_open(undo), _WORK, UndoWork, count, now)


def present(undo: Undo, portion_id: int) -> UndoWork | None:
    """The portion as it is now, if it still needs work."""
    values = _open(undo).filter(pk=portion_id).values(*_WORK).first()
    return UndoWork(**values) if values else None


def claim(undo: Undo, portion: UndoWork, now: datetime) -> bool:
    """Take the portion a step on, as the first statement of the transaction that does the work."""
    return leases.claim(_of(undo), portion, PREVIEWED if undo.state is UndoState.PREVIEWING else UNDONE, now)


def wait(portion: UndoWork, until: datetime, attempts: int) -> None:
    """Let nobody work on a portion before then; so many attempts count as made."""
    UndoPortion.objects.filter(pk=portion.id).update(due_at=until, attempts=attempts)


def progress(undo: Undo) -> UndoProgress:
    """How far the step that is under way has come, added up from the portions."""
    open_states = _OPEN.get(undo.state, [])
    found = list(_of(undo).values_list("state", "rows"))
    done = [rows for state, rows in found if state not in open_states]
    return UndoProgress(rows=sum(rows for _, rows in found), rows_done=sum(done))


def last_progress(undo: Undo) -> datetime:
    """When something last happened on this undo."""
    moments = _of(undo).aggregate(Max("claimed_at"), Max("done_at")).values()
    known: list[datetime] = [each for each in (undo.previewed_at, undo.confirmed_at, *moments) if each]
    return max([undo.asked_at, *known])


def _counted(undo: Undo) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in _of(undo).values_list("counts", flat=True):
        total.update(json.loads(counts))
    return total


def keep(undo: Undo, portion: UndoWork, rows: Mapping[int, RowUndo]) -> None:
    """Keep what would become of the rows of a portion, or did, and count it; the portion's next step may begin."""
    step = UndoStep.PREVIEW if undo.state is UndoState.PREVIEWING else UndoStep.UNDO
    entry = (undo.id, str(step))
    bulk.insert(UndoRow, _COLUMNS, [(*entry, str(row.status), line, *_particulars(row)) for line, row in rows.items()])
    counts = Counter(str(row.status) for row in rows.values())
    given_back: dict[str, Any] = {"attempts": 0, "claimed_at": None, "due_at": None}
    UndoPortion.objects.filter(pk=portion.id).update(counts=dumps(counts), **given_back)


def _particulars(row: RowUndo) -> tuple[Any, ...]:
    changed_by = column_text(row.changed_by, 255)
    return row.assignment_kept, column_text(row.reason, 1000), row.reference, changed_by, row.changed_at


def foretold(undo: Undo, lines: Sequence[int]) -> dict[int, RowUndo]:
    """What the preview said of these lines."""
    rows = UndoRow.objects.filter(undo_id=undo.id, step=UndoStep.PREVIEW, status__in=list(UndoStatus))
    return {row.line: _row_undo(row) for some in _some(lines) for row in rows.filter(Among("line", some))}


def undone_before(batch_id: int, lines: Sequence[int]) -> dict[int, bool]:
    """Of these lines those that were undone, each with whether the assignment made with it was left."""
    rows = UndoRow.objects.filter(step=UndoStep.UNDO, status=UndoStatus.UNDONE, undo__batch_id=batch_id)
    rows = rows.filter(undo__state=UndoState.DONE).order_by("undo__number")
    found: dict[int, bool] = {}
    for some in _some(lines):
        found |= dict(rows.filter(Among("line", some)).values_list("line", "assignment_kept"))
    return found


def _some(lines: Sequence[int]) -> Iterable[Sequence[int]]:
    return (lines[start : start + _LINES_AT_ONCE] for start in range(0, len(lines), _LINES_AT_ONCE))


def page(batch: Batch, undo: Undo, step: UndoStep, status: UndoStatus, *, after: int, limit: int) -> list[UndoneRow]:
    """The next `limit` rows of a group with a line above `after`, by line."""
    return _rows(batch, list(_group(undo, step, status).filter(line__gt=after).order_by("line")[:limit]))


def page_before(
    batch: Batch, undo: Undo, step: UndoStep, status: UndoStatus, *, before: int, limit: int
) -> list[UndoneRow]:
    """The last `limit` rows of a group with a line below `before`, by line."""
    found = _group(undo, step, status).filter(line__lt=before).order_by("-line")[:limit]
    return _rows(batch, list(reversed(found)))


def of_line(batch: Batch, line: int) -> list[tuple[Undo, RowUndo]]:
    """What became of a row in the undos that were done, the first first."""
    undos = {undo.id: undo for undo in reversed(of_batch(batch.id))}
    rows = UndoRow.objects.filter(
        undo_id__in=list(undos), step=UndoStep.UNDO, status__in=list(UndoStatus), line=line
    ).order_by("undo_id")
    return [(undos[row.undo_id], _row_undo(row)) for row in rows]


def _group(undo: Undo, step: UndoStep, status: UndoStatus) -> QuerySet[UndoRow]:
    return UndoRow.objects.filter(undo_id=undo.id, step=step, status=status)


def _rows(batch: Batch, rows: Sequence[UndoRow]) -> list[UndoneRow]:
    decisions = ledger.latest(batch, Phase.WRITTEN, [row.line for row in rows])
    # The ledger may be deleted just now.
    return [UndoneRow(decision=decisions[row.line][0], undo=_row_undo(row)) for row in rows if row.line in decisions]


def _row_undo(row: UndoRow) -> RowUndo:
    return RowUndo(
        status=UndoStatus(row.status),
        assignment_kept=row.assignment_kept,
        reason=row.reason,
        reference=row.reference,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )


def _value(row: ImportUndo) -> Undo:
    counts = json.loads(row.counts)
    return Undo(
        id=row.pk,
        batch_id=row.batch_id,
        number=row.number,
        state=UndoState(row.state),
        asked_by_key="" if row.asked_by_id is None else str(row.asked_by_id),
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        previewed_at=row.previewed_at,
        confirmed_by_key="" if row.confirmed_by_id is None else str(row.confirmed_by_id),
        confirmed_by_name=row.confirmed_by_name,
        confirmed_at=row.confirmed_at,
        reason=row.reason,
        finished_at=row.finished_at,
        trouble=json.loads(row.trouble),
        preview=counts.get("preview", {}),
        result=counts.get("result", {}),
    )
