"""What `all_or_nothing` keeps unwritten, and what becomes of rows that were written before (import-rules.md §6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
    """Whether a row keeps all others from being written: it is rejected or failed, and not merely unknown.

    A row whose only problem is `certification_not_found` was to be ignored; it holds nothing back.
    """
    if decision.outcome is Outcome.REJECTED:
        problems = {issue.code for issue in decision.issues if issue.is_problem}
        return problems != {Code.CERTIFICATION_NOT_FOUND}
    return decision.outcome is Outcome.FAILED


def cancelled(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions, every row that would have been written `cancelled`; the others keep their outcome."""
    return [_cancelled(decision) if decision.outcome.writes else decision for decision in decisions]


def taken_back(decisions: Iterable[Decision], kept: Collection[str], batch_id: str) -> list[Decision]:
    """The rows that are `cancelled` because what was written for them is undone.

    `kept` holds the row keys of those of which the records could not be taken back; they stay as they are.
    """
    return [
        _cancelled(decision)
        for decision in decisions
        if decision.outcome.writes and row_key(batch_id, decision.line) not in kept
    ]


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


def kept_rows(
    changes: Iterable[ChangeToUndo], items: Iterable[EvidenceItem], results: Mapping[str, UndoResult]
) -> set[str]:
    """The keys of the rows whose records or items a host did not take back."""
    kept = {item.key for item in items if results[item.key].status is not UndoStatus.UNDONE}
    for asked in changes:
        result = results[asked.change.key]
        kept.update(result.kept if result.status is UndoStatus.UNDONE else _row_keys(asked.change))
    return kept


def _row_keys(change: CompletionChange) -> list[str]:
    current = [change.current] if change.current else []
    return [record.row_key for record in (*current, *change.history)]
