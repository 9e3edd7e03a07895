"""What `all_or_nothing` keeps unwritten, and what becomes of rows that were written before (import-rules.md §6)."""

from collections.abc import Iterable

from cert_completion_hooks.types import UndoStatus

from cert_completion_plugin.core.changes import unwritten
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.undoing import RowUndo


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


def taken_back(planned: Decision, written: Decision | None, undo: RowUndo | None) -> Decision:
    """What becomes of a row once its host was asked to undo it; `undo` is None where there was nothing to ask.

    `written` is what was reported of it, None if nothing was: a host with a store of its own may have written it even
    so. What was written and stays is reported as written.
    """
    is_kept = undo is not None and undo.status is UndoStatus.CHANGED_SINCE
    if written is None or not written.outcome.writes:
        if is_kept:
            return planned
        return written or next(iter(cancelled([planned])))
    stays = is_kept or (undo is not None and undo.status is UndoStatus.CANNOT)
    return written if stays else _cancelled(written)


def _cancelled(decision: Decision) -> Decision:
    return unwritten(decision, Outcome.CANCELLED, decision.issues)
