"""What should happen to rows, given what is held (import-rules.md §4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    StateKey,
)

from cert_completion_plugin.core.expiry import DateOutOfRange, RecordDates, RuleMisconfigured, record_dates
from cert_completion_plugin.core.grounds import Ground, outcome_on
from cert_completion_plugin.core.headings import COMPLETION_DATE
from cert_completion_plugin.core.held import Held
from cert_completion_plugin.core.issues import Code, Issue, in_order
from cert_completion_plugin.core.options import Assign, ImportAction, Messages, Options
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, PairBasis, ResolvedRow, Trace

_ALWAYS, _WHEN_CERTIFYING, _SEND = Assign.ALWAYS, Assign.WHEN_CERTIFYING, Messages.SEND
_FOLLOWING = Ground.FOLLOWING
_NOTHING_HELD = CompletionState()
_NO_ACTIVE_PERIOD = Issue(Code.CERTIFICATION_MISCONFIGURED, details={"reason": "no_active_period"})
_OUT_OF_RANGE = Issue(Code.CERTIFICATION_MISCONFIGURED, details={"reason": "out_of_range"})


def state_key_of(row: ResolvedRow) -> StateKey | None:
    """The learner and certification that a row is written to; None if it has problems or becomes evidence."""
    if row.learner is None or row.certification is None or not row.is_valid:
        return None
    return StateKey(row.learner.key, row.certification.key)


def evidence_key_of(row: ResolvedRow) -> EvidenceKey | None:
    """The evidence item that a row becomes; None if it has problems or its certification is known."""
    reference, completed = row.parsed.reference, row.parsed.completed
    if not row.becomes_evidence or not row.is_valid or row.learner is None or reference is None or completed is None:
        return None
    return EvidenceKey(
        learner_key=row.learner.key,
        short_name=reference.short_name,
        id_number=reference.id_number,
        completed=completed,
    )


def decide(
    rows: Iterable[ResolvedRow],
    states: Mapping[StateKey, CompletionState],
    held_evidence: Mapping[EvidenceKey, EvidenceItem],
    options: Options,
    as_of: date,
) -> list[Decision]:
    """Decide what should happen to every row; decisions come by line, and the order of the rows does not matter.

    `rows` are all rows of the file for the learners that they name. `states` tells what is held on the day `as_of`; a
    learner and certification that are absent hold nothing. `held_evidence` holds the items that exist already.
    """
    pairs: dict[StateKey, list[ResolvedRow]] = {}
    items: dict[EvidenceKey, list[ResolvedRow]] = {}
    decisions: list[Decision] = []
    for row in rows:
        if (pair := state_key_of(row)) is not None:
            pairs.setdefault(pair, []).append(row)
        elif (item := evidence_key_of(row)) is not None:
            items.setdefault(item, []).append(row)
        else:
            decisions.append(_decision(_Fate(row, Outcome.REJECTED, _trace_of_undecided(row))))
    nothing_held: dict[str, Held] = {}
    for pair, of_pair in pairs.items():
        held = None if pair in states else nothing_held.get(pair.certification_key)
        if held is None:
            held = Held(states.get(pair, _NOTHING_HELD), _certification_of(of_pair[0]), as_of)
            if pair not in states:
                nothing_held[pair.certification_key] = held
        decisions += _decide_pair(of_pair, held, options)
    for item, of_item in items.items():
        decisions += _decide_item(of_item, item in held_evidence)
    decisions.sort(key=lambda decision: decision.line)
    return decisions


@dataclass(slots=True)
class _Fate:
    """What is decided for one row; `issue` is what the decision adds to the row's own."""

    row: ResolvedRow
    outcome: Outcome
    trace: Trace | None
    dates: RecordDates | None = None
    issue: Issue | None = None
    repeats_line: int | None = None


def _trace(
    row: ResolvedRow, ground: Ground, held: Held, leading_line: int, held_expiries: tuple[date | None, ...] = ()
) -> Trace:
    """What is kept of the hosts' answers about a row that can be written; `leading_line` may be its own."""
    trace = held.trace(ground)
    line = row.parsed.line
    if leading_line == line and not held_expiries:
        return trace
    return replace(trace, leading_line=None if leading_line == line else leading_line, held_expiries=held_expiries)


def _trace_of_undecided(row: ResolvedRow) -> Trace | None:
    found = row.certification
    return Trace(certification=CertificationRef(found.short_name, found.id_number), rule=found.rule) if found else None


def _decide_item(rows: Sequence[ResolvedRow], is_held: bool) -> list[Decision]:
    """Decide rows that would all become the same evidence item (import-rules.md §5)."""
    if is_held:
        held = Trace(ground=Ground.HELD_EVIDENCE)
        return [_decision(_Fate(row, Outcome.ALREADY_HELD, held)) for row in rows]
    first = min(rows, key=lambda row: row.line)
    created = _Fate(first, Outcome.EVIDENCE, Trace(ground=Ground.NEW_EVIDENCE))
    repeats = Trace(ground=Ground.DUPLICATE)
    others = [_Fate(row, Outcome.DUPLICATE, repeats, repeats_line=first.line) for row in rows if row is not first]
    return [_decision(fate) for fate in (created, *others)]


def _certification_of(row: ResolvedRow) -> Certification:
    assert row.certification is not None, "a row that is about a learner and certification has one"
    return row.certification


def _decide_pair(rows: list[ResolvedRow], held: Held, options: Options) -> list[Decision]:
    """Decide the rows of one learner and certification, which are taken together (import-rules.md §4)."""
    if len(rows) > 1:
        rows.sort(key=_newest_first)
    try:
        fates = _fates(rows, held, options.import_action)
    except RuleMisconfigured:
        return [
            _decision(_Fate(row, Outcome.FAILED, _trace_of_undecided(row), issue=_NO_ACTIVE_PERIOD)) for row in rows
        ]
    carrier = _basis_carrier(fates)
    return [_decision(fate, _basis(fate, held, options) if fate is carrier else None) for fate in fates]


def _newest_first(row: ResolvedRow) -> tuple[int, int]:
    return -_completed(row).toordinal(), row.line


def _completed(row: ResolvedRow) -> date:
    completed = row.parsed.completed
    assert completed is not None, "a row without problems has a completion date"
    return completed


def _fates(rows: Sequence[ResolvedRow], held: Held, action: ImportAction) -> list[_Fate]:
    """What is decided for rows that stand newest first. Raises RuleMisconfigured."""
    leading = rows[0].parsed.line
    ground, current_moves = held.ground_of_leading(_completed(rows[0])), False
    first_lines: dict[date, int] = {}
    fates: list[_Fate] = []
    for row in rows:
        completed = _completed(row)
        outcome = outcome_on(ground, action)
        if holding := held.holding(completed, outcome.becomes_current, current_moves):
            fates.append(_already_held(row, holding, held, leading))
        elif completed in first_lines:
            trace = _trace(row, Ground.DUPLICATE, held, leading)
            fates.append(_Fate(row, Outcome.DUPLICATE, trace, repeats_line=first_lines[completed]))
        else:
            trace = _trace(row, ground, held, leading)
            fates.append(_written(row, completed, outcome, held, trace, action))
            current_moves = current_moves or fates[-1].outcome.becomes_current
        first_lines.setdefault(completed, row.parsed.line)
        ground = _FOLLOWING
    return fates


def _already_held(row: ResolvedRow, ground: Ground, held: Held, leading: int) -> _Fate:
    completed = _completed(row)
    expires = record_dates(held.rule, completed, row.parsed.due, None).expires
    expiries = held.expiries(completed)
    issue = None if expires in expiries else _other_expiry(completed, expires, expiries)
    trace = _trace(row, ground, held, leading, expiries)
    return _Fate(row, Outcome.ALREADY_HELD, trace, issue=issue)


def _other_expiry(completed: date, expires: date | None, expiries: Iterable[date | None]) -> Issue:
    return Issue(
        Code.SAME_COMPLETION_OTHER_EXPIRY,
        column=COMPLETION_DATE,
        value=completed.isoformat(),
        details={"computed": _iso(expires), "held": tuple(sorted(set(map(_iso, expiries))))},
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _written(
    row: ResolvedRow, completed: date, outcome: Outcome, held: Held, trace: Trace, action: ImportAction
) -> _Fate:
    try:
        dates = record_dates(held.rule, completed, row.parsed.due, trace.baseline(action))
    except DateOutOfRange:
        # The row's own dates were checked when it was resolved; what is left is the record that it renews.
        return _Fate(row, Outcome.FAILED, trace, issue=_OUT_OF_RANGE)
    issue = None
    if outcome.becomes_current and held.is_past(dates.expires):
        issue = Issue(Code.EXPIRES_IN_PAST, details={"expires": _iso(dates.expires)})
    return _Fate(row, outcome, trace, dates, issue)


def _basis_carrier(fates: Sequence[_Fate]) -> _Fate | None:
    if fates[0].outcome.becomes_current:
        return fates[0]
    written = (fate for fate in fates if fate.outcome is Outcome.HISTORY)
    return min(written, key=lambda fate: fate.row.line, default=None)


def _basis(fate: _Fate, held: Held, options: Options) -> PairBasis:
    certifies = fate.outcome.becomes_current
    lapsed = fate.dates is not None and held.is_past(fate.dates.expires)
    return held.basis(
        certifies=certifies,
        assign=options.assign is _ALWAYS or (options.assign is _WHEN_CERTIFYING and certifies),
        announce=certifies and not lapsed and options.messages is _SEND,
    )


def _decision(fate: _Fate, basis: PairBasis | None = None) -> Decision:
    row, parsed, dates = fate.row, fate.row.parsed, fate.dates
    return Decision(
        line=parsed.line,
        outcome=fate.outcome,
        username=parsed.username_text,
        short_name=parsed.reference_text.short_name,
        id_number=parsed.reference_text.id_number,
        issues=row.issues if fate.issue is None else in_order([*row.issues, fate.issue]),
        learner_key=row.learner.key if row.learner else "",
        certification_key=row.certification.key if row.certification else "",
        completed=parsed.completed,
        due=parsed.due,
        expires=dates.expires if dates else None,
        window_opens=dates.window_opens if dates else None,
        repeats_line=fate.repeats_line,
        basis=basis,
        fields=row.fields,
        trace=fate.trace,
    )
