"""What is left of an import, and of its plan, for those who may not see personal data: states, numbers, codes, lines.

Any cell of a file may name somebody, also one in the place of a heading; so no text out of the file is left.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cert_completion_plugin.api.permissions import PERMISSION_VIEW_PERSONAL_DATA, User, holds
from cert_completion_plugin.core.issues import Issue, IssueDetail
from cert_completion_plugin.store.values import Batch, Plan

MASK = "…"
"""In place of a text."""
_HARMLESS = frozenset({"limit", "kind", "encoding", "marked", "offset"})
"""Details of issues of a file that say nothing of what stands in it."""


def shown_to(user: User, batch: Batch) -> Batch:
    """An import as this user may see it."""
    return batch if holds(user, PERMISSION_VIEW_PERSONAL_DATA) else _masked(batch)


def plan_shown_to(user: User, plan: Plan) -> Plan:
    """A plan as this user may see it; its numbers stay true."""
    if holds(user, PERMISSION_VIEW_PERSONAL_DATA):
        return plan
    return replace(plan, confirmed=(), close_matches=())


def _masked(batch: Batch) -> Batch:
    return replace(
        batch,
        headings=(),
        file_issues=tuple(map(_without_text, batch.file_issues)),
        question=batch.question and {**batch.question, "samples": []},
        answers={name: value for name, value in batch.answers.items() if name != "confirmed"},
        detected={**batch.detected, "dates": _without_proof(batch.detected.get("dates"))},
        reader_state=_where(batch.reader_state),
    )


def _where(reader_state: Mapping[str, Any]) -> Mapping[str, Any]:
    """How far the file is read."""
    reader = reader_state.get("reader", {})
    return {"reader": {name: reader[name] for name in ("offset", "dialect") if name in reader}}


def _without_text(issue: Issue) -> Issue:
    details = {name: _mask(name, value) for name, value in issue.details.items() if name != "nearest"}
    return replace(issue, value=MASK if issue.value else "", details=details)


def _mask(name: str, value: IssueDetail) -> IssueDetail:
    if name in _HARMLESS:
        return value
    return (MASK,) if isinstance(value, tuple) else MASK


def _without_proof(dates: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """That a line proves the format is told, but not what stands on it."""
    if not dates:
        return dates
    return {**dates, "samples": [], "proof_text": MASK if dates.get("proof_text") else ""}
