"""Taking back what rows had written: what the host is asked, and what its answers mean for each row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cert_completion_hooks.types import (
    BeforeImage,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    UndoResult,
    UndoStatus,
)

from cert_completion_plugin.core.changes import DecisionKey, changes_of, key_of, row_key
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision

_UNCLEAR = (Outcome.FAILED, Outcome.DRIFTED)


class UndoState(StrEnum):
    """Where an undo stands. The last two are final."""

    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    UNDOING = "undoing"
    DONE = "done"
    ABANDONED = "abandoned"

    @property
    def is_working(self) -> bool:
        """Whether background work is under way or waiting to begin."""
        return self in (UndoState.PREVIEWING, UndoState.UNDOING)


class UndoStep(StrEnum):
    """What a row of an undo tells of: what would become of it, or what did."""

    PREVIEW = "preview"
    UNDO = "undo"


RIGHT_LOST = "right_lost"
"""The reason at rows that stay because whoever had the import undone may not undo any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowUndo:
    """What became of one row that was to be undone, or what would.

    `assignment_kept`: the assignment that was made with it stays. `reason` is the host's, for one that it cannot take
    back; `reference` is where the operator finds what went wrong. `changed_by` and `changed_at` say who changed it
    since, where known.
    """

    status: UndoStatus
    assignment_kept: bool = False
    reason: str = ""
    reference: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


def changes_to_undo(decisions: Sequence[Decision], batch_id: str) -> list[ChangeToUndo]:
    """The changes that were made of these decisions, each with what was held before it."""
    bases = {row_key(batch_id, decision.line): decision.basis for decision in decisions if decision.basis}
    return [
        ChangeToUndo(change=change, before=BeforeImage(assigned=basis.assigned_before, current=basis.current_before))
        for change in changes_of(decisions, batch_id)
        if (basis := bases[change.key])
    ]


def undone_rows(
    changes: Iterable[ChangeToUndo],
    items: Iterable[EvidenceItem],
    results: Mapping[str, UndoResult],
    faults: Mapping[str, str] | None = None,
) -> dict[str, RowUndo]:
    """Row key -> what the host answered, for every row that these changes and items wrote.

    `faults` has references, by the same keys, for what could not be asked. The assignment belongs to the row of which
    the change has its key.
    """
    rows = {asked.change.key: _row_keys(asked.change) for asked in changes} | {item.key: [item.key] for item in items}
    return {
        each: _row_undo(each, results[key], (faults or {}).get(key, ""))
        for key, of_key in rows.items()
        for each in of_key
    }


def _row_undo(key: str, result: UndoResult, reference: str) -> RowUndo:
    if result.status is UndoStatus.CANNOT:
        return RowUndo(status=UndoStatus.CANNOT, reason=result.reason, reference=reference)
    is_kept = key in result.kept or (result.status is UndoStatus.CHANGED_SINCE and not result.kept)
    if is_kept:
        by, at = result.changed_by, result.changed_at
        return RowUndo(status=UndoStatus.CHANGED_SINCE, changed_by=by, changed_at=at)
    return RowUndo(status=UndoStatus.UNDONE, assignment_kept=result.assignment_kept and key == result.key)


def _row_keys(change: CompletionChange) -> list[str]:
    current = [change.current] if change.current else []
    return [record.row_key for record in (*current, *change.history)]


def together(decisions: Iterable[Decision], lines: Collection[int]) -> list[Decision]:
    """The decisions that wrote anything together with one of these lines: a change is undone whole.

    `decisions` are as they were written; those that write nothing are left out.
    """
    written = [decision for decision in decisions if decision.outcome.writes]
    keys: set[DecisionKey] = {key_of(decision) for decision in written if decision.line in lines}
    return [decision for decision in written if key_of(decision) in keys]


def may_be_undone(outcomes: Iterable[Outcome], *, shares_connection: bool) -> bool:
    """Whether a row with one of these outcomes was written, or may have been: see `is_unclear`."""
    return any(outcome.writes or (not shares_connection and outcome in _UNCLEAR) for outcome in outcomes)


def is_unclear(reported: Decision) -> bool:
    """Whether a host with a store of its own may have written the row even so: the word of it may have got lost.

    What a host writes on our connection is reported or was never written.
    """
    return reported.outcome in _UNCLEAR
