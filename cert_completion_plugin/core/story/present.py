"""Whether what a row wrote is still so: what is held now beside what was written. Pure; nobody is asked here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from cert_completion_hooks.types import CertificationState, CompletionRecord, CompletionState, EvidenceItem

from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision


class Standing(StrEnum):
    """How what a row wrote stands now.

    `current`, `in_history` and `evidence`: as it was written. `replaced`: as it was written, but another record is the
    current one now. `changed`: it is there with other particulars. `gone`: it is not there any more. `not_kept`: the
    host keeps no history. For rows that wrote nothing: `held` and `not_held`, of a completion that was held already,
    and `nothing_written`.
    """

    CURRENT = "current"
    IN_HISTORY = "in_history"
    EVIDENCE = "evidence"
    REPLACED = "replaced"
    CHANGED = "changed"
    GONE = "gone"
    NOT_KEPT = "not_kept"
    HELD = "held"
    NOT_HELD = "not_held"
    NOTHING_WRITTEN = "nothing_written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the host holds now about a row's learner and certification, or evidence.

    `record` is what there is of the row's own completion, `current` the learner's current record, `state` where the
    learner stands. `changed_by` and `changed_at` tell who changed anything of the pair last, where the host knows.
    """

    standing: Standing
    state: CertificationState | None = None
    record: CompletionRecord | None = None
    current: CompletionRecord | None = None
    item: EvidenceItem | None = None
    changed_by: str = ""
    changed_at: datetime | None = None


def present_of(
    decision: Decision, row_key: str, state: CompletionState, *, keeps_history: bool = True, keeps_expiry: bool = True
) -> Present:
    """How a row about a learner and certification stands, given what is held of them now."""
    record = _own(decision, row_key, state, keeps_expiry)
    return Present(
        standing=_standing(decision, record, state, keeps_history, keeps_expiry),
        state=CertificationState(state.state),
        record=record,
        current=state.current,
        changed_by=state.changed_by,
        changed_at=state.changed_at,
    )


def _standing(
    decision: Decision, record: CompletionRecord | None, state: CompletionState, keeps_history: bool, keeps_expiry: bool
) -> Standing:
    if decision.outcome is Outcome.ALREADY_HELD:
        return Standing.HELD if record else Standing.NOT_HELD
    if not decision.outcome.writes:
        return Standing.NOTHING_WRITTEN
    if record is None:
        return Standing.GONE if keeps_history or decision.outcome.becomes_current else Standing.NOT_KEPT
    if not _is_as_written(record, decision, keeps_expiry):
        return Standing.CHANGED
    if record is state.current:
        return Standing.CURRENT
    return Standing.REPLACED if decision.outcome.becomes_current else Standing.IN_HISTORY


def _own(decision: Decision, row_key: str, state: CompletionState, keeps_expiry: bool) -> CompletionRecord | None:
    """The record that this row wrote, also where the host does not name the rows that wrote its records.

    Of a row that wrote nothing, the record of the same completion.
    """
    records = [*_in_search_order(decision, state)]
    if decision.outcome.writes:
        named = next((record for record in records if record.row_key == row_key), None)
        if named is not None:
            return named
        records = [
            record for record in records if not record.row_key and _is_as_written(record, decision, keeps_expiry)
        ]
    return next((record for record in records if record.completed == decision.completed), None)


def _in_search_order(decision: Decision, state: CompletionState) -> Iterator[CompletionRecord]:
    current = [state.current] if state.current else []
    yield from [*state.history, *current] if decision.outcome is Outcome.HISTORY else [*current, *state.history]


def _is_as_written(record: CompletionRecord, decision: Decision, keeps_expiry: bool) -> bool:
    if not keeps_expiry:
        return record.completed == decision.completed
    written: tuple[date | None, ...] = (
        decision.completed,
        decision.expires,
        decision.window_opens,
        decision.expires,
    )
    return written == (
        record.completed,
        record.expires,
        record.window_opens,
        record.baseline_expires or record.expires,
    )


def present_evidence(decision: Decision, row_key: str, evidence_type: str, item: EvidenceItem | None) -> Present:
    """How a row about evidence stands, given the item with its names and day that is held now, if one is."""
    return Present(standing=_standing_of_evidence(decision, row_key, evidence_type, item), item=item)


def _standing_of_evidence(decision: Decision, row_key: str, evidence_type: str, item: EvidenceItem | None) -> Standing:
    if decision.outcome is Outcome.ALREADY_HELD:
        return Standing.HELD if item else Standing.NOT_HELD
    if not decision.outcome.writes:
        return Standing.NOTHING_WRITTEN
    if item is None or item.key not in ("", row_key):
        return Standing.GONE
    written = decision.due, evidence_type, dict(decision.fields)
    is_same = written == (item.due, item.evidence_type, dict(item.fields))
    return Standing.EVIDENCE if is_same else Standing.CHANGED
