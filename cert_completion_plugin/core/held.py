"""What is held of one learner and certification, and what that means for a completion (import-rules.md §4)."""

from datetime import date

from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CertificationState,
    CompletionRecord,
    CompletionState,
)

from cert_completion_plugin.core.expiry import contradicts_itself
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.rows import PairBasis, Trace, dates_alone

_HOLDS_NOTHING_NOW = (CertificationState.NONE, CertificationState.EXPIRED)
_NONE_OR_EXPIRED = Ground.NONE_OR_EXPIRED


class Held:
    """What is held of one learner and certification on a day, under the certification's rule."""

    def __init__(self, state: CompletionState, certification: Certification, as_of: date) -> None:
        current, rule = state.current, certification.rule
        self.state = state
        self.rule = rule
        self.names = CertificationRef(certification.short_name, certification.id_number)
        self.as_of = as_of
        self.contradictory = current is not None and contradicts_itself(state.state, current, rule)
        self.current = None if current is None else dates_alone(current)
        self.digest = state.digest()
        self._traces: dict[Ground, Trace] = {}
        self._bases: dict[tuple[bool, bool, bool], PairBasis] = {}
        self._trusted = None if self.contradictory else current
        self._history: dict[date, list[CompletionRecord]] = {}
        for record in state.history:
            if record.completed is not None:
                self._history.setdefault(record.completed, []).append(record)

    def trace(self, ground: Ground) -> Trace:
        """What is kept of the hosts' answers about a leading row, or one that stands alone."""
        if (trace := self._traces.get(ground)) is None:
            trace = self._traces[ground] = Trace(
                certification=self.names,
                rule=self.rule,
                ground=ground,
                state=self.state.state,
                current=self.current,
                contradictory=self.contradictory,
            )
        return trace

    def basis(self, *, certifies: bool, assign: bool, announce: bool) -> PairBasis:
        """On what a decision rests, and what it does beside writing rows."""
        key = certifies, assign, announce
        if (basis := self._bases.get(key)) is None:
            basis = self._bases[key] = PairBasis(
                expected=self.digest,
                assigned_before=self.state.assigned,
                current_before=self.state.current,
                former=self.former() if certifies else None,
                assign=assign and not self.state.assigned,
                announce=announce,
            )
        return basis

    def ground_of_leading(self, completed: date) -> Ground:
        """The row of the table that a leading row falls in, and what is said of records that contradict themselves."""
        if self.contradictory:
            return Ground.CONTRADICTORY
        if self._trusted is None or self.state.state in _HOLDS_NOTHING_NOW:
            return _NONE_OR_EXPIRED
        held = self._trusted.completed
        return Ground.NEWER if held is not None and completed > held else Ground.OLDER

    def holding(self, completed: date, becomes_current: bool, current_moves: bool) -> Ground | None:
        """What already holds a completion, if anything does.

        `becomes_current`: the row would become the current record, so that a history record holds it only if that
        record's expiry is past. `current_moves`: another row of this import takes the current record's place.
        """
        records = self._history.get(completed, ())
        if self._trusted is not None and self._trusted.completed == completed:
            if not current_moves:
                return Ground.HELD_BY_CURRENT
            return Ground.HELD_BY_HISTORY if records else Ground.HELD_BY_MOVED
        bars = any(self.is_past(record.expires) for record in records) if becomes_current else bool(records)
        return Ground.HELD_BY_HISTORY if bars else None

    def is_past(self, expires: date | None) -> bool:
        return expires is not None and expires <= self.as_of

    def expiries(self, completed: date) -> tuple[date | None, ...]:
        """Every expiry held for a completion date."""
        records = self._history.get(completed, [])
        if self._trusted is not None and self._trusted.completed == completed:
            records = [self._trusted, *records]
        return tuple(record.expires for record in records)

    def former(self) -> CompletionRecord | None:
        """The current record, if it has to go to history when another takes its place."""
        current = self.state.current
        if current is None or current.completed in self._history:
            return None
        return current
