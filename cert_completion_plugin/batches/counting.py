"""What pages add up of a portion, so that they never count rows."""

from collections import Counter
from collections.abc import Sequence

from cert_completion_plugin.core.all_or_nothing import holds_back
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store.portions import Counts


def counts_of(decisions: Sequence[Decision]) -> Counts:
    """What the pages add up, and what `all_or_nothing` asks of a complete plan."""
    codes = Counter(code for decision in decisions for code in {str(issue.code) for issue in decision.issues})
    counts = {"outcomes": dict(Counter(str(decision.outcome) for decision in decisions)), "issues": dict(codes)}
    if lines := [decision.line for decision in decisions if holds_back(decision)]:
        counts["blocking"] = {"rows": len(lines), "line": min(lines)}
    return counts
