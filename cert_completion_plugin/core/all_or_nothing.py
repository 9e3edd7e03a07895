"""What `all_or_nothing` keeps unwritten, and what becomes of rows that were written before (import-rules.md §6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cert_completion_hooks.types import (
    BeforeImage,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    UndoResult,
    UndoStatus,
)

from cert_completion_plugin.core.changes import changes_of, row_key, unwritten
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision


def holds_back(decision: Decision) -> bool:
    """Whether a row keeps all others from being written: it is rejected, failed or drifted, and not merely unknown.

    A row whose only problem is `certification_not_found` was to be ignored; it holds nothing back.
    """
    if decision.outcome is Outcome.REJECTED:
        problems = {issue.code for issue in decision.issues if issue.is_problem}
        return problems != {Code.CERTIFICATION_NOT_FOUND}
    return decision.outcome in (Outcome.FAILED, Outcome.DRIFTED)


def cancelled(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions, every row that would have been written `cancelled`; the others keep their outcome."""
    return [_cancelled(decision) if decision.outcome.writes else decision for decision in decisions]


@dataclass(frozen=True, slots=True)
class Left:
    """What a host left where it was asked to undo, by the keys of the rows.

    `kept`: records that were written and changed since. `unclear`: it could not take back what may have been written.
    """

    kept: frozenset[str]
    unclear: frozenset[str]


def taken_back(planned: Decision, written: Decision | None, left: Left, batch_id: str) -> Decision:
    """What becomes of a row once its host was asked to undo it.

    `written` is what was reported of it, None if nothing was: a host with a store of its own may have written it even
    so. What was written and stays is reported as written.
    """
    key = row_key(batch_id, planned.line)
    if written is None or not written.outcome.writes:
        if key in left.kept:
            return planned
        return written or next(iter(cancelled([planned])))
    return written if key in left.kept | left.unclear else _cancelled(written)


def _cancelled(decision: Decision) -> Decision:
    return unwritten(decision, Outcome.CANCELLED, decision.issues)


def changes_to_undo(decisions: Sequence[Decision], batch_id: str) -> list[ChangeToUndo]:
    """The changes that were made of these decisions, each with what was held before it."""
    bases = {row_key(batch_id, decision.line): decision.basis for decision in decisions if decision.basis}
    return [
        ChangeToUndo(change=change, before=BeforeImage(assigned=basis.assigned_before, current=basis.current_before))
        for change in changes_of(decisions, batch_id)
        if (basis := bases[change.key])
    ]


def left_over(
    changes: Iterable[ChangeToUndo], items: Iterable[EvidenceItem], results: Mapping[str, UndoResult]
) -> Left:
    """What stays of these changes and items, by what the host answered."""
    rows = {asked.change.key: _row_keys(asked.change) for asked in changes} | {item.key: [item.key] for item in items}
    kept: set[str] = set()
    unclear: set[str] = set()
    for key, of_change in rows.items():
        result = results[key]
        if result.status is UndoStatus.CANNOT:
            unclear.update(of_change)
        else:
            kept.update(of_change if result.status is UndoStatus.CHANGED_SINCE else result.kept)
    return Left(frozenset(kept), frozenset(unclear))


def _row_keys(change: CompletionChange) -> list[str]:
    current = [change.current] if change.current else []
    return [record.row_key for record in (*current, *change.history)]
