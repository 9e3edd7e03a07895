"""Writing an approved plan: what no longer is as it was when it was planned is `drifted` (import-rules.md §6)."""

from collections.abc import Collection, Iterable, Sequence

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import CertificationRef

from cert_completion_plugin.batches import deciding
from cert_completion_plugin.batches.identity import acting
from cert_completion_plugin.core.changes import DecisionKey, key_of
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import rows
from cert_completion_plugin.store.values import Batch

_NO_NAMES = CertificationRef("", "")
_HELD = (Outcome.ALREADY_HELD, Outcome.DUPLICATE)


def drifted(batch: Batch, decisions: Sequence[Decision]) -> Collection[DecisionKey]:
    """What can be told to have drifted without comparing records, which the host does when it writes.

    Raises HostUnavailable, HostContractError.
    """
    return {*_out_of_reach(batch, decisions), *_no_longer_held(batch, decisions)}


def _out_of_reach(batch: Batch, decisions: Sequence[Decision]) -> Iterable[DecisionKey]:
    """What is written for certifications that the administrator may not write any more.

    One host may tell that and another keep the records: it is asked here as it was for the plan.
    """
    written = [each for each in decisions if each.outcome.writes and each.certification_key and each.trace]
    names = {each.trace.certification for each in written if each.trace and each.trace.certification}
    references = {CertificationRef(*map(normalised, name)) for name in names} - {_NO_NAMES}
    if not references:
        return ()
    host = gateway().acting_for(acting(batch))
    found = host.find_certifications(sorted(references), ignore_case=False)
    barred = {each.key for candidates in found.values() for each in candidates if not each.allowed}
    return (key_of(decision) for decision in written if decision.certification_key in barred)


def _no_longer_held(batch: Batch, decisions: Sequence[Decision]) -> Iterable[DecisionKey]:
    """Of what nothing is written because it is held already: that which is not held any more, or whose learner is gone.

    The host compares what it is asked to write, and only that; so these rows are decided again, on the plan's day.
    """
    written = {key_of(decision) for decision in decisions if decision.outcome.writes}
    found = [each for each in decisions if each.outcome is not Outcome.REJECTED and key_of(each) not in written]
    held = [decision for decision in found if decision.outcome in _HELD]
    if not held:
        return ()
    raw = rows.with_lines(batch.id, [decision.line for decision in found])
    again = {decision.line: decision for decision in deciding.decide(batch, list(raw.values()))}
    return (key_of(decision) for decision in held if not _is_the_same(decision, again[decision.line]))


def _is_the_same(planned: Decision, now: Decision) -> bool:
    return (planned.outcome, planned.pair) == (now.outcome, now.pair)
