"""The ledger: what was planned for and done to each row. Entries are only ever added."""

from collections.abc import Iterable, Sequence
from typing import Any

import cert_completion_bulk as bulk
from cert_completion_bulk import Among
from django.db.models import QuerySet

from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.models import LedgerEntry, RowIssue
from cert_completion_plugin.store.decisions import DetailWriter, decision_from_json
from cert_completion_plugin.store.values import Batch, column_text

_LINES_AT_ONCE = 500
_COLUMNS = (
    "batch_id",
    "plan",
    "phase",
    "line",
    "revision",
    "outcome",
    "username",
    "learner_key",
    "certification_key",
    "completed",
    "expires",
    "window_opens",
    "detail",
)
_ISSUE_COLUMNS = ("batch_id", "plan", "phase", "code", "line")


def add(batch: Batch, phase: Phase, decisions: Sequence[Decision], *, revision: int = 0) -> None:
    """Add one entry for each decision, and its codes into the table that filters use."""
    details = DetailWriter()
    entry = (batch.id, batch.plan, str(phase))
    bulk.insert(LedgerEntry, _COLUMNS, ((*entry, *_of_row(each, revision, details)) for each in decisions))
    if revision:
        _forget_issues(batch, phase, [decision.line for decision in decisions])
    bulk.insert(RowIssue, _ISSUE_COLUMNS, _row_issues(batch, phase, decisions))


def _forget_issues(batch: Batch, phase: Phase, lines: Sequence[int]) -> None:
    for start in range(0, len(lines), _LINES_AT_ONCE):
        some = lines[start : start + _LINES_AT_ONCE]
        RowIssue.objects.filter(Among("line", some), batch_id=batch.id, plan=batch.plan, phase=phase).delete()


def _of_row(decision: Decision, revision: int, details: DetailWriter) -> tuple[Any, ...]:
    """What an entry says of its row, in the order of `_COLUMNS`."""
    return (
        decision.line,
        revision,
        str(decision.outcome),
        column_text(decision.username, 150),
        decision.learner_key,
        decision.certification_key,
        decision.completed,
        decision.expires,
        decision.window_opens,
        details.detail_of(decision),
    )


def _row_issues(batch: Batch, phase: Phase, decisions: Iterable[Decision]) -> list[tuple[Any, ...]]:
    common = batch.id, batch.plan, str(phase)
    return [
        (*common, code, decision.line)
        for decision in decisions
        if decision.issues
        for code in dict.fromkeys(str(issue.code) for issue in decision.issues)
    ]


def latest(batch: Batch, phase: Phase, lines: Sequence[int]) -> dict[int, tuple[Decision, int]]:
    """The decisions of these lines in a phase, each with its revision; of several revisions the last."""
    found: dict[int, tuple[Decision, int]] = {}
    for start in range(0, len(lines), _LINES_AT_ONCE):
        some = entries(batch, phase).filter(Among("line", lines[start : start + _LINES_AT_ONCE]))
        for entry in some.order_by("line", "revision"):
            found[entry.line] = as_decision(entry), entry.revision
    return found


def of_line(batch: Batch, line: int) -> dict[Phase, Decision]:
    """What every phase says of this line, of several revisions the last; phases that say nothing are absent."""
    entries = LedgerEntry.objects.filter(
        batch_id=batch.id, plan=batch.plan, phase__in=[str(phase) for phase in Phase], line=line
    )
    return {Phase(entry.phase): as_decision(entry) for entry in entries.order_by("revision")}


def entries(batch: Batch, phase: Phase, plan: int | None = None) -> QuerySet[LedgerEntry]:
    """The entries of a phase, of the present plan unless another is asked for; of some lines there may be several."""
    return LedgerEntry.objects.filter(batch_id=batch.id, plan=batch.plan if plan is None else plan, phase=phase)


def has_revisions(batch: Batch, phase: Phase) -> bool:
    """Whether lines may have several entries. What was written is revised only where an import was held back."""
    return phase is not Phase.WRITTEN or batch.held_back is not None


def as_decision(entry: LedgerEntry) -> Decision:
    return decision_from_json(
        entry.detail,
        line=entry.line,
        outcome=entry.outcome,
        learner_key=entry.learner_key,
        certification_key=entry.certification_key,
        completed=entry.completed,
        expires=entry.expires,
        window_opens=entry.window_opens,
    )
