"""What should happen to valid rows (import-rules.md §4) against a second reading of its text, on small worlds.

Where the text leaves a choice, the oracle follows docs/decisions (0002 and 0006), as noted beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast

from cert_completion_hooks.types import (
    Certification,
    CertificationState,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    StateKey,
)
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.options import Assign, ImportAction, Messages, Options, UnknownCertification
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Decision, RawRow
from tests.core.builders import ANA, PAIR, World, codes, record
from tests.core.test_rules_oracle import expected_dates, of, plus

NONE, CERTIFIED, WINDOW_OPEN, EXPIRED = CertificationState
SAVE, UNCERTIFIED, NEWER = ImportAction
DAY, MONTH, YEAR = PeriodUnit.DAY, PeriodUnit.MONTH, PeriodUnit.YEAR
TODAY = date(2025, 9, 1)
FIVE = cast(Columns, read_headings(REQUIRED)[0])


@dataclass(frozen=True)
class Row:
    """One row of the file; `broken` has a problem of its own."""

    line: int
    completed: date
    due: date | None = None
    broken: bool = False


@dataclass(frozen=True)
class Case:
    rows: tuple[Row, ...]
    state: CertificationState
    current: CompletionRecord | None
    history: tuple[CompletionRecord, ...]
    rule: RecertificationRule | None
    action: ImportAction
    assigned: bool = False
    assign: Assign = Assign.WHEN_CERTIFYING
    messages: Messages = Messages.NONE


@dataclass(frozen=True)
class Fate:
    """What the text says of one row."""

    outcome: str
    dates: tuple[date, date] | None = None
    repeats: int | None = None
    warnings: frozenset[str] = frozenset()


@dataclass
class Expected:
    """What the text says of all rows, and of the learner's records beside them."""

    fates: dict[int, Fate] = field(default_factory=dict)
    becomes_current: int | None = None
    former: CompletionRecord | None = None


def is_past(day: date | None) -> bool:
    """An expiry of today is past; one that never comes is not."""
    return day is not None and day <= TODAY


def contradicts_itself(case: Case) -> bool:
    held, rule = case.current, case.rule
    if held is None:
        return False
    if case.state in (CERTIFIED, WINDOW_OPEN):
        if held.completed is None:
            return True
        if held.expires is None and rule is not None:
            return True
    if held.expires and held.completed and held.expires < held.completed:
        return True
    if held.window_opens and held.expires and held.window_opens > held.expires:
        return True
    if held.window_opens and held.completed and held.window_opens < held.completed:
        # decision 0002: not where it is the window that the rule gives
        by_rule = [] if rule is None else [held.expires, held.baseline_expires]
        return of(held.window_opens) not in [plus(of(day), rule.window, -1) for day in by_rule if day]
    return False


def of_the_table(case: Case, row: Row, contradictory: bool) -> str:
    """The outcome of the leading row before anything held or repeated is looked at."""
    if case.action is SAVE:
        return "history"
    if contradictory:
        return "renewed"  # decision 0006: also an expired one
    if case.current is None or case.state is EXPIRED:
        return "certified"
    held = case.current.completed
    is_newer = held is not None and row.completed > held
    return "renewed" if is_newer and case.action is NEWER else "history"


def is_held(case: Case, row: Row, contradictory: bool, leads_to: str) -> bool:
    if case.current is not None and not contradictory and case.current.completed == row.completed:
        return True
    same = [past for past in case.history if past.completed == row.completed]
    if leads_to in ("certified", "renewed"):
        return any(is_past(past.expires) for past in same)
    return bool(same)


def computed(case: Case, row: Row, baseline: date | None) -> tuple[date, date] | None:
    return expected_dates(case.rule, row.completed, row.due, baseline) if case.rule else None


def expected(case: Case) -> Expected:
    result = Expected()
    for row in case.rows:
        if row.broken:
            result.fates[row.line] = Fate("rejected")
    valid = sorted((row for row in case.rows if not row.broken), key=lambda row: row.line)
    valid.sort(key=lambda row: row.completed, reverse=True)
    if case.rule is not None and case.rule.active.count <= 0:
        result.fates |= {row.line: Fate("failed") for row in valid}
        return result
    contradictory = contradicts_itself(case)
    for place, row in enumerate(valid):
        leads_to = of_the_table(case, row, contradictory) if place == 0 else "history"
        fate = the_fate(case, row, contradictory, leads_to, valid[:place])
        result.fates[row.line] = fate
        if fate.outcome in ("certified", "renewed"):
            result.becomes_current = row.line
            result.former = former(case)
    return result


def the_fate(case: Case, row: Row, contradictory: bool, leads_to: str, before: Sequence[Row]) -> Fate:
    if is_held(case, row, contradictory, leads_to):
        held = [past.expires for past in case.history if past.completed == row.completed]
        if case.current is not None and not contradictory and case.current.completed == row.completed:
            held.append(case.current.expires)
        dates = computed(case, row, None)
        differs = (dates[0] if dates else None) not in held
        return Fate("already_held", warnings=frozenset({"same_completion_other_expiry"} if differs else ()))
    equal = [other.line for other in before if other.completed == row.completed]
    if equal:
        return Fate("duplicate", repeats=equal[0])
    baseline = None
    if leads_to == "renewed" and not contradictory:
        baseline = case.current.baseline_expires or case.current.expires
    dates = computed(case, row, baseline)
    in_past = leads_to != "history" and dates is not None and is_past(dates[0])
    return Fate(leads_to, dates=dates, warnings=frozenset({"expires_in_past"} if in_past else ()))


def former(case: Case) -> CompletionRecord | None:
    """The current record that goes to history when a row becomes current."""
    held = case.current
    # decision 0006: one without a completion date is always moved
    if held and held.completed and any(past.completed == held.completed for past in case.history):
        return None
    return held


class Told(World):
    """A host whose word for the state is what the case says, whatever the dates."""

    def __init__(self, case: Case) -> None:
        certification = Certification(key="c1", short_name="Diving", id_number="D-1", rule=case.rule)
        super().__init__([ANA], [certification])
        self._state = CompletionState(
            state=case.state, current=case.current, history=case.history, assigned=case.assigned
        )

    def find_completion_states(self, keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
        assert (list(keys), as_of) == ([PAIR], TODAY)
        return {PAIR: self._state}


def options_of(case: Case) -> Options:
    return Options(import_action=case.action, assign=case.assign, messages=case.messages)


def decided(case: Case) -> dict[int, Decision]:
    rows = [
        RawRow(row.line, ("ana", "Diving", "", row.completed, "soon" if row.broken else row.due or ""))
        for row in case.rows
    ]
    decisions = decide_portion(rows, FIVE, None, options_of(case), TODAY, Told(case))
    assert [one.line for one in decisions] == sorted(row.line for row in case.rows)
    return {one.line: one for one in decisions}


OF_THIS_PAGE = frozenset({"expires_in_past", "same_completion_other_expiry"})
FEW = [TODAY + timedelta(days=days) for days in (-730, -400, -365, -200, -1, 0, 1, 165, 365)]
PERIODS = [Period(1, YEAR), Period(2, YEAR), Period(200, DAY), Period(6, MONTH), Period(1, MONTH)]
RULES = st.builds(
    RecertificationRule,
    kind=st.sampled_from(RuleKind),
    active=st.sampled_from([*PERIODS, *PERIODS, *PERIODS, *PERIODS, Period(0, DAY), Period(-1, YEAR)]),
    window=st.sampled_from([Period(0, DAY), *PERIODS]),
    minimum_active=st.sampled_from([Period(0, DAY), *PERIODS]),
)
MAYBE = st.none() | st.sampled_from(FEW)
ODD = st.builds(record, MAYBE, MAYBE, MAYBE, st.none() | MAYBE)


@st.composite
def sound(draw: st.DrawFn, rule: RecertificationRule | None) -> CompletionRecord:
    """A record as the rule gives it, perhaps extended since."""
    completed = draw(st.sampled_from(FEW))
    if rule is None:
        return record(completed)
    dates = expected_dates(rule, completed, draw(MAYBE), None)
    assert dates is not None
    expires, opens = dates
    extended = draw(st.sampled_from([0, 0, 0, 400]))
    longer = timedelta(days=extended)
    return record(completed, expires + longer, opens + longer, expires if extended else None)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rule = draw(st.none() | RULES | RULES | RULES)
    lines = draw(st.lists(st.integers(2, 9), min_size=1, max_size=5, unique=True))
    dates = draw(st.lists(st.sampled_from(FEW), min_size=1, max_size=3))
    rows = [Row(line, draw(st.sampled_from(dates)), draw(MAYBE), draw(st.integers(0, 7)) == 7) for line in lines]
    records = ODD if rule is None or rule.active.count <= 0 else sound(rule) | ODD
    near_rows = records | st.builds(lambda one, day: replace(one, completed=day), records, st.sampled_from(dates))
    current = draw(st.none() | near_rows | near_rows)
    states = st.just(NONE) | st.just(EXPIRED) if current is None else st.sampled_from([CERTIFIED, WINDOW_OPEN, EXPIRED])
    return Case(
        rows=tuple(rows),
        state=draw(states),
        current=current,
        history=tuple(draw(st.lists(near_rows, max_size=3))),
        rule=rule,
        action=draw(st.sampled_from([NEWER, NEWER, UNCERTIFIED, SAVE])),
        assigned=draw(st.booleans()),
        assign=draw(st.sampled_from(Assign)),
        messages=draw(st.sampled_from(Messages)),
    )


YEARLY = RecertificationRule(kind=RuleKind.EXPIRY_DATE, active=Period(1, YEAR), window=Period(1, MONTH))


def case_of(*rows: Row, current: CompletionRecord | None, state: CertificationState, history=(), action=NEWER) -> Case:
    return Case(rows=rows, state=state, current=current, history=tuple(history), rule=YEARLY, action=action)


@settings(max_examples=250)
@given(cases())
@example(
    case_of(
        Row(2, date(2025, 8, 20)),
        current=record(date(2024, 9, 20), date(2025, 11, 20), date(2025, 8, 20), date(2025, 9, 20)),
        state=WINDOW_OPEN,
    )
)
@example(
    case_of(
        Row(2, date(2025, 8, 20)),
        Row(3, date(2025, 8, 20)),
        current=None,
        state=NONE,
        history=[record(date(2025, 8, 20), date(2026, 8, 20))],
    )
)
def test_every_row_becomes_what_the_text_says(case: Case) -> None:
    said = expected(case)
    for line, decision in decided(case).items():
        fate = said.fates[line]
        event(f"{case.action}: {fate.outcome}")
        assert str(decision.outcome) == fate.outcome, line
        assert decision.repeats_line == fate.repeats
        if decision.outcome.writes:
            assert (decision.expires, decision.window_opens) == (fate.dates or (None, None))
        if fate.outcome == "failed":
            assert "certification_misconfigured" in codes(decision)
        assert OF_THIS_PAGE.intersection(codes(decision)) == fate.warnings


@given(cases())
def test_beside_the_rows_the_former_record_moves_and_the_learner_is_assigned_as_the_text_says(case: Case) -> None:
    said, decisions = expected(case), decided(case)
    written = [line for line, decision in decisions.items() if decision.outcome.writes]
    bases = [decision.basis for decision in decisions.values() if decision.basis]
    assert len(bases) == (1 if written else 0)
    if not bases:
        return
    (basis,) = bases
    assert (basis.current_before, basis.assigned_before) == (case.current, case.assigned)
    assert basis.former == (said.former if said.becomes_current else None)
    if not case.assigned:
        when_certifying = case.assign is Assign.WHEN_CERTIFYING and said.becomes_current is not None
        assert basis.assign == (when_certifying or case.assign is Assign.ALWAYS)
    becomes_current = said.fates.get(said.becomes_current or 0)
    announced = becomes_current is not None and not becomes_current.warnings and case.messages is Messages.SEND
    assert basis.announce == announced


@st.composite
def evidence_files(draw: st.DrawFn) -> list[tuple[int, str, str, date]]:
    names = st.sampled_from(
        [("Moonwalk", ""), ("", "Moonwalk"), ("Moonwalk", "M-1"), ("Sailing", "M-1"), ("sailing", "")]
    )
    lines = draw(st.lists(st.integers(2, 9), max_size=5, unique=True))
    return [(line, *draw(names), draw(st.sampled_from(FEW[:3]))) for line in lines]


@given(evidence_files(), st.data())
def test_evidence_is_held_or_repeated_by_its_names_and_completion_date(rows, data) -> None:
    """Source: import-rules.md §5."""
    identities = [row[1:] for row in rows] or [("Moonwalk", "", FEW[0])]
    held = data.draw(st.sets(st.sampled_from(identities)))
    host = World([ANA], [])
    for short_name, id_number, completed in held:
        item = EvidenceItem(
            learner_key=ANA.key, name="x", short_name=short_name, id_number=id_number, completed=completed
        )
        host.evidence[item.evidence_key] = item
    raw = [
        RawRow(line, ("ana", short_name, id_number, completed, "")) for line, short_name, id_number, completed in rows
    ]
    options = Options(unknown_certification=UnknownCertification.CREATE_EVIDENCE)
    decisions = decide_portion(raw, FIVE, None, options, TODAY, host)
    first: dict[tuple[str, str, date], int] = {}
    for line, *rest in sorted(rows):
        decision = next(one for one in decisions if one.line == line)
        identity = tuple(rest)
        earlier = first.setdefault(identity, line)
        if identity in held:
            assert decision.outcome == "already_held"
        elif earlier != line:
            assert (decision.outcome, decision.repeats_line) == ("duplicate", earlier)
        else:
            assert decision.outcome == "evidence"
