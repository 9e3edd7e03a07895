"""From decisions to what the host is asked to write, and back from its answers (import-rules.md §4.1 and §6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from cert_completion_hooks.types import (
    CompletionChange,
    CompletionRecord,
    EvidenceItem,
    EvidenceKey,
    StateKey,
    WriteResult,
    WriteStatus,
)

from cert_completion_plugin.core.issues import Code, Issue, in_order
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision

DecisionKey: TypeAlias = StateKey | EvidenceKey
"""What a decision is about: a learner and certification, or an evidence item."""

_EVIDENCE, _HISTORY = Outcome.EVIDENCE, Outcome.HISTORY
_WRITTEN = (WriteStatus.WRITTEN, WriteStatus.REPEATED)
_NOT_PART_OF_A_PAIR = (Outcome.REJECTED, Outcome.FAILED, Outcome.CANCELLED)


def row_key(batch_id: str, line: int) -> str:
    """The name of a row, unique for ever."""
    return f"{batch_id}:{line}"


def key_of(decision: Decision) -> DecisionKey:
    """What a decision that is not rejected is about."""
    if decision.certification_key or decision.completed is None:
        return decision.state_key
    return EvidenceKey(
        learner_key=decision.learner_key,
        short_name=decision.short_name,
        id_number=decision.id_number,
        completed=decision.completed,
    )


def changes_of(decisions: Iterable[Decision], batch_id: str) -> list[CompletionChange]:
    """One change for each learner and certification for which something is written, in the order of locking.

    `decisions` are all those of the learners and certifications that they name. The same decisions always give the same
    changes, also when they were stored in between and come in another order. Raises ValueError where none of the rows
    written for a learner and certification carries their basis.
    """
    pairs: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions:
        if decision.outcome.writes and decision.outcome is not _EVIDENCE:
            pairs.setdefault(decision.pair, []).append(decision)
    return [_change(pair, pairs[pair], batch_id) for pair in sorted(pairs)]


def _change(pair: tuple[str, str], rows: list[Decision], batch_id: str) -> CompletionChange:
    if len(rows) > 1:
        rows.sort(key=lambda row: row.line)
    line, basis, current = 0, None, None
    history: tuple[CompletionRecord, ...] = ()
    for row in rows:
        if row.basis and basis is None:
            line, basis = row.line, row.basis
        if row.outcome is _HISTORY:
            history += (_record(row, batch_id),)
        elif current is None:
            current = _record(row, batch_id)
    if basis is None:
        raise ValueError(f"No row of {[row.line for row in rows]} carries the basis of {pair}.")
    learner_key, certification_key = pair
    return CompletionChange(
        key=row_key(batch_id, line),
        learner_key=learner_key,
        certification_key=certification_key,
        expected=basis.expected,
        current=current,
        former=basis.former,
        history=history,
        assign=basis.assign,
        announce=basis.announce,
    )


def _record(row: Decision, batch_id: str) -> CompletionRecord:
    return CompletionRecord(
        completed=row.completed,
        expires=row.expires,
        window_opens=row.window_opens,
        row_key=row_key(batch_id, row.line),
        line=row.line,
    )


def items_of(decisions: Iterable[Decision], batch_id: str, evidence_type: str = "") -> list[EvidenceItem]:
    """The evidence items that are created, by line. `evidence_type` is the one chosen for the import."""
    created = [decision for decision in decisions if decision.outcome is Outcome.EVIDENCE]
    created.sort(key=lambda decision: decision.line)
    return [_item(decision, batch_id, evidence_type) for decision in created]


def _item(row: Decision, batch_id: str, evidence_type: str) -> EvidenceItem:
    assert row.completed is not None, "a row that becomes evidence has a completion date"
    return EvidenceItem(
        key=row_key(batch_id, row.line),
        line=row.line,
        learner_key=row.learner_key,
        name=row.short_name or row.id_number,
        short_name=row.short_name,
        id_number=row.id_number,
        completed=row.completed,
        due=row.due,
        evidence_type=evidence_type,
        fields=row.fields,
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """Decisions after the host has answered.

    `decisions`: all of them; rows that the host refused are `failed`, those in conflict are as they were decided.
    `conflicts`: what is no longer as it was when its rows were decided, so that nothing was written for it. The caller
    decides those rows again, or marks them with `as_drifted`.
    """

    decisions: list[Decision]
    conflicts: frozenset[DecisionKey]


def settle(
    decisions: Sequence[Decision],
    results: Mapping[str, WriteResult],
    batch_id: str,
    faults: Mapping[str, Issue] | None = None,
) -> Settled:
    """What became of decisions, given the host's answer to every change and evidence item that was made of them.

    `faults` has the reason, by the same keys, for what failed otherwise than by the host's own word. Raises KeyError
    where an answer is missing.
    """
    refused: dict[DecisionKey, Issue] = {}
    conflicts: set[DecisionKey] = set()
    for decision in decisions:
        if decision.outcome.writes and (decision.basis or decision.outcome is _EVIDENCE):
            result = results[row_key(batch_id, decision.line)]
            if result.status in _WRITTEN:
                continue
            if result.status is WriteStatus.FAILED:
                refused[key_of(decision)] = (faults or {}).get(result.key) or _refusal(result.reason)
            else:
                conflicts.add(key_of(decision))
    return Settled(_as_failed(decisions, refused) if refused else list(decisions), frozenset(conflicts))


def _refusal(reason: str) -> Issue:
    return Issue(Code.HOST_REFUSED, details={"reason": reason})


def in_conflict(settled: Settled) -> list[Decision]:
    """The decisions that have to be taken again: all about what conflicted, written or not.

    Those that failed are among them, since a row that failed may lead.
    """
    return [
        decision
        for decision in settled.decisions
        if decision.outcome is not Outcome.REJECTED and key_of(decision) in settled.conflicts
    ]


def as_failed(decisions: Iterable[Decision], keys: Collection[DecisionKey], reason: Issue) -> list[Decision]:
    """The decisions, those that would have been written for one of the keys `failed` for this reason."""
    return _as_failed(decisions, dict.fromkeys(keys, reason))


def all_as_failed(decisions: Iterable[Decision], reason: Issue) -> list[Decision]:
    """The decisions, all that would have been written `failed` for this reason."""
    return [_failed(decision, reason) if decision.outcome.writes else decision for decision in decisions]


def _as_failed(decisions: Iterable[Decision], reasons: Mapping[DecisionKey, Issue]) -> list[Decision]:
    settled = []
    for decision in decisions:
        reason = reasons.get(key_of(decision)) if decision.outcome.writes else None
        if reason is not None:
            decision = _failed(decision, reason)
        settled.append(decision)
    return settled


def _failed(decision: Decision, reason: Issue) -> Decision:
    return unwritten(decision, Outcome.FAILED, in_order([*decision.issues, reason]))


def as_drifted(decisions: Iterable[Decision], keys: Collection[DecisionKey]) -> list[Decision]:
    """The decisions, all about one of the keys `drifted`, save those that are rejected, failed or cancelled."""
    return [
        unwritten(decision, Outcome.DRIFTED, decision.issues)
        if decision.outcome not in _NOT_PART_OF_A_PAIR and key_of(decision) in keys
        else decision
        for decision in decisions
    ]


def unwritten(decision: Decision, outcome: Outcome, issues: tuple[Issue, ...]) -> Decision:
    """A decision without what only rows that are written have."""
    kept = tuple(issue for issue in issues if issue.code is not Code.EXPIRES_IN_PAST)
    return replace(
        decision, outcome=outcome, issues=kept, expires=None, window_opens=None, repeats_line=None, basis=None
    )
