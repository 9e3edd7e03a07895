"""What a host should hold and what it says it holds: the difference, in words."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from cert_completion_hooks.types import Capability, CompletionRecord, CompletionState


def as_kept(record: CompletionRecord, capabilities: Collection[Capability]) -> CompletionRecord:
    """A record as a host with these capabilities keeps it."""
    if Capability.EXPIRY in capabilities:
        return record
    return replace(record, expires=None, window_opens=None, baseline_expires=None)


def state_as_kept(state: CompletionState, capabilities: Collection[Capability]) -> CompletionState:
    """A state as a host with these capabilities keeps it."""
    has_history = Capability.HISTORY in capabilities
    return replace(
        state,
        current=state.current and as_kept(state.current, capabilities),
        history=tuple(as_kept(record, capabilities) for record in state.history) if has_history else (),
        assigned=state.assigned and Capability.ASSIGNMENTS in capabilities,
    )


def difference(found: CompletionState, expected: CompletionState) -> str:
    """How what is held differs from what should be, in sentences; "" if not at all. The word of the day is left out."""
    parts = []
    if shown(found.current) != shown(expected.current):
        parts.append(f"The current record is {shown(found.current)}; it should be {shown(expected.current)}.")
    surplus, lacking = _unlike(found.history, expected.history), _unlike(expected.history, found.history)
    if surplus:
        parts.append(f"The history holds what it should not: {surplus}.")
    if lacking:
        parts.append(f"The history lacks: {lacking}.")
    if found.assigned != expected.assigned:
        parts.append(f"The learner is {_assigned(found)}; they should be {_assigned(expected)}.")
    return " ".join(parts)


def shown(record: CompletionRecord | None) -> str:
    """A record as the messages of the kit name it."""
    if record is None:
        return "none"
    baseline = record.baseline_expires or record.expires
    extended = "" if baseline == record.expires else f" (before extension {baseline})"
    came_from = f", row {record.row_key}, line {record.line}" if record.row_key or record.line else ", from no import"
    dates = f"completed {record.completed}, expires {record.expires}{extended}, window opens {record.window_opens}"
    return f"[{dates}{came_from}]"


def _unlike(records: Iterable[CompletionRecord], others: Iterable[CompletionRecord]) -> str:
    """Those of the records that the others do not have, each as often as they lack it."""
    left = Counter(map(shown, records)) - Counter(map(shown, others))
    return " ".join(sorted(left.elements()))


def _assigned(state: CompletionState) -> str:
    return "assigned" if state.assigned else "not assigned"
