"""Writing an approved plan: what no longer is as it was when it was planned is `drifted` (import-rules.md §6)."""

from collections.abc import Collection, Sequence

from cert_completion_plugin.batches import deciding
from cert_completion_plugin.core.changes import DecisionKey, key_of
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import rows
from cert_completion_plugin.store.values import Batch

_HELD = (Outcome.ALREADY_HELD, Outcome.DUPLICATE)


def no_longer_held(batch: Batch, decisions: Sequence[Decision]) -> Collection[DecisionKey]:
    """Of what nothing is written because it is held already: that which is not held any more, or whose learner is gone.

    The host compares what it is asked to write, and only that; so these rows are decided again, on the plan's day.
    Raises HostUnavailable, HostContractError.
    """
    written = {key_of(decision) for decision in decisions if decision.outcome.writes}
    found = [each for each in decisions if each.outcome is not Outcome.REJECTED and key_of(each) not in written]
    held = [decision for decision in found if decision.outcome in _HELD]
    if not held:
        return ()
    raw = rows.with_lines(batch.id, [decision.line for decision in found])
    again = {decision.line: decision for decision in deciding.decide(batch, list(raw.values()))}
    return {key_of(decision) for decision in held if not _is_the_same(decision, again[decision.line])}


def _is_the_same(planned: Decision, now: Decision) -> bool:
    return (planned.outcome, planned.pair) == (now.outcome, now.pair)
