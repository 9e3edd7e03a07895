"""What pages add up of a portion, so that they never count rows."""

from collections import Counter
from collections.abc import Sequence

from cert_completion_plugin.core.all_or_nothing import holds_back
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store.portions import Certifications, Counts


def counts_of(decisions: Sequence[Decision]) -> Counts:
    """What the pages add up, and what `all_or_nothing` asks of a complete plan."""
    told = (decision.issues for decision in decisions if decision.issues)
    codes = Counter(code for issues in told for code in {str(issue.code) for issue in issues})
    outcomes = Counter(decision.outcome for decision in decisions)
    counts = {"outcomes": {str(each): rows for each, rows in outcomes.items()}, "issues": dict(codes)}
    if lines := [decision.line for decision in decisions if holds_back(decision)]:
        counts["blocking"] = {"rows": len(lines), "line": min(lines)}
    return counts


def certifications_of(decisions: Sequence[Decision]) -> Certifications:
    """The certifications that were found for the rows, with the names by which pages look for them."""
    found = {decision.certification_key: decision for decision in decisions if decision.certification_key}
    return {key: list(_names(found[key])) for key in sorted(found)}


def _names(decision: Decision) -> tuple[str, str]:
    """As the host has them, or else as the row gave them."""
    if decision.trace is not None and decision.trace.certification is not None:
        return decision.trace.certification.short_name, decision.trace.certification.id_number
    return decision.short_name, decision.id_number
