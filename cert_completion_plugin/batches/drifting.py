"""Writing an approved plan: what no longer is as it was when it was planned is `drifted` (import-rules.md §6)."""

from collections.abc import Collection, Iterable, Sequence

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import CertificationRef, EvidenceKey, LearnerStatus, StateKey

from cert_completion_plugin.batches.identity import acting
from cert_completion_plugin.batches.present import certifications
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.core.again import decide_again
from cert_completion_plugin.core.changes import DecisionKey, key_of
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.ports import Host
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch

_NO_NAMES = CertificationRef("", "")
_HELD = (Outcome.ALREADY_HELD, Outcome.DUPLICATE)


def drifted(batch: Batch, decisions: Sequence[Decision]) -> Collection[DecisionKey]:
    """What can be told to have drifted without comparing records, which the host does when it writes.

    Raises HostUnavailable, HostContractError, and database errors that do not name data.
    """
    gone = _out_of_reach(batch, decisions)
    return {*gone.difference(_written_before(batch, decisions, gone)), *_no_longer_held(batch, decisions)}


def _written_before(
    batch: Batch, decisions: Sequence[Decision], gone: Collection[DecisionKey]
) -> Collection[DecisionKey]:
    """What of that which is gone a host with a store of its own has written when our transaction got lost."""
    recorder = Recorder(batch)
    if not gone or recorder.shares_connection:
        return ()
    return recorder.applied([each for each in decisions if each.outcome.writes and key_of(each) in gone])


def _out_of_reach(batch: Batch, decisions: Sequence[Decision]) -> set[DecisionKey]:
    """What is about learners or certifications that are gone, or that the administrator may not write any more.

    One host may tell that and another keep the records: it is asked here as it was for the plan.
    """
    found = [each for each in decisions if each.outcome.writes or each.outcome in _HELD]
    host = gateway().acting_for(acting(batch))
    learners, barred = _deleted(host, found), _barred(host, found)
    return {key_of(each) for each in found if each.learner_key in learners or each.certification_key in barred}


def _deleted(host: Host, decisions: Iterable[Decision]) -> set[str]:
    """The keys of learners who are found by their names and deleted.

    Who is not found may have another name now, and learners cannot be asked for by key: whether they are gone is left
    to the host that writes.
    """
    names = dict.fromkeys(normalised(decision.username) for decision in decisions)
    candidates = host.find_learners(list(names)).values()
    return {each.key for some in candidates for each in some if each.status is LearnerStatus.DELETED}


def _barred(host: Host, decisions: Iterable[Decision]) -> set[str]:
    """The keys of certifications that are not there any more, by whatever name, or may not be written."""
    names = {
        each.certification_key: (each.trace and each.trace.certification) or _NO_NAMES
        for each in decisions
        if each.certification_key
    }
    present = certifications(host, names)
    return {key for key in names if key not in present or not present[key].allowed}


def _no_longer_held(batch: Batch, decisions: Sequence[Decision]) -> Iterable[DecisionKey]:
    """Of what nothing is written because it is held already: that which is not held any more.

    The host compares what it is asked to write, and only that; so these rows are decided again on the plan's day, by
    the keys of what they were found to be about: other names alone change nobody's records.
    """
    written = {key_of(decision) for decision in decisions if decision.outcome.writes}
    held = {key_of(each): None for each in decisions if each.outcome in _HELD and key_of(each) not in written}
    if not held:
        return ()
    assert batch.as_of is not None
    host = gateway().acting_for(acting(batch))
    states = host.find_completion_states([key for key in held if isinstance(key, StateKey)], batch.as_of)
    evidence = host.find_evidence([key for key in held if isinstance(key, EvidenceKey)])
    about = [each for each in decisions if each.outcome is not Outcome.REJECTED and key_of(each) in held]
    again = decide_again(about, states, evidence, batch.options, batch.as_of)
    now = {decision.line: decision.outcome for decision in again}
    return (key_of(each) for each in about if each.outcome in _HELD and each.outcome is not now[each.line])
