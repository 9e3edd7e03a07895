"""Values for the tests of the core, and a host that holds everything in dictionaries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from cert_completion_hooks.text import folded, normalised
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CertificationState,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    Learner,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    StateKey,
    WriteResult,
    WriteStatus,
)

from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.rows import Decision, ParsedRow, ResolvedRow

TODAY = date(2025, 9, 1)


def days(count: int) -> Period:
    return Period(count, PeriodUnit.DAY)


def rule(
    kind: RuleKind = RuleKind.COMPLETION_DATE,
    active: Period = Period(1, PeriodUnit.YEAR),
    window: Period = Period(1, PeriodUnit.MONTH),
) -> RecertificationRule:
    return RecertificationRule(kind=kind, active=active, window=window, minimum_active=Period(6, PeriodUnit.MONTH))


YEARLY = rule()
FIRE_SAFETY = Certification(key="c1", short_name="Fire Safety", id_number="FS-100", rule=YEARLY)
ANA = Learner(key="l1", username="ana")
PAIR = StateKey("l1", "c1")


def parsed(
    line: int,
    completed: date | None = date(2025, 5, 1),
    due: date | None = None,
    *,
    username: str = "ana",
    short_name: str = "Fire Safety",
    id_number: str = "",
    issues: tuple[Issue, ...] = (),
) -> ParsedRow:
    reference = CertificationRef(short_name, id_number)
    return ParsedRow(
        line=line,
        username_text=username,
        reference_text=reference,
        username=username or None,
        reference=reference if short_name or id_number else None,
        completed=completed,
        due=due,
        issues=issues,
    )


def resolved(
    line: int,
    completed: date | None = date(2025, 5, 1),
    due: date | None = None,
    *,
    learner: Learner = ANA,
    certification: Certification | None = FIRE_SAFETY,
    issues: tuple[Issue, ...] = (),
) -> ResolvedRow:
    """A row that is about a certification; one that becomes evidence where there is none."""
    names = ("Moon Walking", "") if certification is None else (certification.short_name, certification.id_number)
    row = parsed(line, completed, due, username=learner.username, short_name=names[0], id_number=names[1])
    return ResolvedRow(
        parsed=row,
        learner=learner,
        certification=certification,
        issues=issues,
        becomes_evidence=certification is None,
    )


def record(
    completed: date | None, expires: date | None = None, opens: date | None = None, baseline: date | None = None
) -> CompletionRecord:
    return CompletionRecord(completed=completed, expires=expires, window_opens=opens, baseline_expires=baseline)


def word_of(state: CompletionState, as_of: date) -> CertificationState:
    """Where a learner stands by the dates of the current record."""
    current = state.current
    if current is None:
        return CertificationState.NONE
    if current.expires is not None and current.expires <= as_of:
        return CertificationState.EXPIRED
    if current.window_opens is not None and current.window_opens <= as_of:
        return CertificationState.WINDOW_OPEN
    return CertificationState.CERTIFIED


class World:
    """A host in dictionaries. `asked` lists the questions put to it, with the number of keys of each."""

    def __init__(
        self,
        learners: Iterable[Learner] = (ANA,),
        certifications: Iterable[Certification] = (FIRE_SAFETY,),
        states: Mapping[StateKey, CompletionState] | None = None,
    ) -> None:
        self.learners = list(learners)
        self.certifications = list(certifications)
        self.states = dict(states or {})
        self.evidence: dict[EvidenceKey, EvidenceItem] = {}
        self.asked: list[tuple[str, int]] = []

    def find_learners(self, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
        self.asked.append(("find_learners", len(usernames)))
        return {name: [one for one in self.learners if normalised(one.username) == name] for name in usernames}

    def find_certifications(
        self, references: Sequence[CertificationRef], *, ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]:
        self.asked.append(("find_certifications", len(references)))
        return {one: found for one in references if (found := self._with_a_name_of(one, ignore_case))}

    def _with_a_name_of(self, reference: CertificationRef, ignore_case: bool) -> list[Certification]:
        compared = folded if ignore_case else normalised
        wanted = compared(reference.short_name), compared(reference.id_number)
        return [
            one
            for one in self.certifications
            if (wanted[0] and compared(one.short_name) == wanted[0])
            or (wanted[1] and compared(one.id_number) == wanted[1])
            or {*map(compared, one.other_names)} & {*filter(None, wanted)}
        ]

    def list_certifications(self) -> Iterator[Certification]:
        self.asked.append(("list_certifications", 0))
        return iter(self.certifications)

    def find_completion_states(self, keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
        assert len(set(keys)) == len(keys)
        self.asked.append(("find_completion_states", len(keys)))
        return self.held(as_of, keys)

    def held(self, as_of: date, keys: Iterable[StateKey] | None = None) -> dict[StateKey, CompletionState]:
        """What is held, with the word for the day."""
        return {
            key: replace(self.states[key], state=word_of(self.states[key], as_of))
            for key in (self.states if keys is None else keys)
            if key in self.states
        }

    def find_evidence(self, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
        self.asked.append(("find_evidence", len(keys)))
        return {key: self.evidence[key] for key in keys if key in self.evidence}

    def write(self, changes: Iterable[CompletionChange], items: Iterable[EvidenceItem] = ()) -> dict[str, WriteResult]:
        for change in changes:
            state = self.states.get(change.state_key, CompletionState())
            assert change.expected == state.digest()
            former = (change.former,) if change.former else ()
            self.states[change.state_key] = CompletionState(
                current=change.current or state.current,
                history=state.history + former + change.history,
                assigned=state.assigned or change.assign,
            )
        for item in items:
            assert item.evidence_key not in self.evidence
            self.evidence[item.evidence_key] = item
        keys = [change.key for change in changes] + [item.key for item in items]
        return {key: WriteResult(key=key, status=WriteStatus.WRITTEN) for key in keys}


def by_line(decisions: Iterable[Decision]) -> dict[int, Decision]:
    return {decision.line: decision for decision in decisions}


def codes(row: ResolvedRow | Decision) -> list[str]:
    return [str(issue.code) for issue in row.issues]
