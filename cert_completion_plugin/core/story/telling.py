"""Telling the story of a row: from the row as read, the import's frozen choices, and what was decided."""

from collections.abc import Collection
from dataclasses import replace

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import CertificationRef, EvidenceKey, LearnerStatus

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.expiry import DateOutOfRange, RuleMisconfigured, record_dates, steps
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.headings import ID_NUMBER, SHORT_NAME, USERNAME, Columns
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import ImportAction, Options
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.parse import parse_row
from cert_completion_plugin.core.rows import Decision, ParsedRow, RawRow, Trace
from cert_completion_plugin.core.story.cells import cell_stories
from cert_completion_plugin.core.story.story import (
    CertificationStep,
    DatesStep,
    DecisionStep,
    EvidenceStep,
    LearnerStep,
    Story,
)

NO_ACTIVE_PERIOD = "no_active_period"
OUT_OF_RANGE = "out_of_range"

_LEARNER_PROBLEMS = frozenset({Code.LEARNER_NOT_FOUND, Code.LEARNER_AMBIGUOUS})
_CERTIFICATION_PROBLEMS = frozenset(
    {
        Code.CERTIFICATION_AMBIGUOUS,
        Code.CERTIFICATION_MISMATCH,
        Code.CERTIFICATION_NOT_ALLOWED,
        Code.CERTIFICATION_CLOSE_MATCH,
        Code.CERTIFICATION_NOT_FOUND,
    }
)


def tell(
    raw: RawRow, columns: Columns, date_format: DateFormat | None, options: Options, decision: Decision | None
) -> Story:
    """The story of one row.

    `columns`, `date_format` (None: the file has no dates) and `options` are the import's. Without a decision only the
    cells are told. The arithmetic of the dates is done again, from the rule and the dates on which it was decided.
    """
    parsed = parse_row(raw, columns, date_format)
    read = Story(
        line=raw.line,
        outcome=None,
        date_format=date_format.name if date_format else "",
        cells=cell_stories(raw, columns, parsed),
        issues=parsed.issues,
    )
    return read if decision is None else _told_on(read, parsed, options, decision)


def tell_without_cells(line: int, date_format: DateFormat | None, options: Options, decision: Decision | None) -> Story:
    """The story of a row of which the cells are deleted: what was decided tells how they were read."""
    read = Story(line=line, outcome=None, date_format=date_format.name if date_format else "", cells=())
    if decision is None:
        return read
    if decision.is_forgotten:
        return replace(read, outcome=decision.outcome, is_forgotten=True)
    return _told_on(read, _as_parsed(decision), options, decision)


_NOT_LOOKED_UP = frozenset({Code.TOO_FEW_CELLS, Code.TOO_MANY_CELLS, Code.VALUE_TOO_LONG, Code.VALUE_UNPRINTABLE})


def _as_parsed(decision: Decision) -> ParsedRow:
    """What was read of a row, as its decision has it; a name that could not be looked up is None."""
    unusable = {issue.column for issue in decision.issues if issue.code in _NOT_LOOKED_UP}
    reference = CertificationRef(
        decision.short_name * (SHORT_NAME not in unusable), decision.id_number * (ID_NUMBER not in unusable)
    )
    is_ragged = "" in unusable
    has_name = decision.username and not is_ragged and USERNAME not in unusable
    return ParsedRow(
        line=decision.line,
        username_text=decision.username,
        reference_text=CertificationRef(decision.short_name, decision.id_number),
        username=decision.username if has_name else None,
        reference=None if is_ragged or not any(reference) else reference,
        completed=decision.completed,
        due=decision.due,
    )


def _told_on(read: Story, parsed: ParsedRow, options: Options, decision: Decision) -> Story:
    trace = decision.trace
    return replace(
        read,
        outcome=decision.outcome,
        learner=_learner(parsed, decision),
        certification=_certification(parsed, decision),
        decision=_decision(decision, trace, options.import_action) if trace else None,
        dates=_dates(decision, trace, options.import_action) if trace else None,
        evidence=_evidence(decision, trace, options) if trace else None,
        issues=decision.issues,
    )


def _problem(decision: Decision, codes: Collection[Code]) -> Issue | None:
    return next((issue for issue in decision.issues if issue.code in codes), None)


def _has(decision: Decision, code: Code) -> bool:
    return _problem(decision, (code,)) is not None


def _learner(parsed: ParsedRow, decision: Decision) -> LearnerStep | None:
    problem = _problem(decision, _LEARNER_PROBLEMS)
    if parsed.username is None or not (problem or decision.learner_key):
        return None
    suspended = _has(decision, Code.LEARNER_SUSPENDED)
    return LearnerStep(
        asked=parsed.username,
        key=decision.learner_key,
        status=None if problem else LearnerStatus.SUSPENDED if suspended else LearnerStatus.ACTIVE,
        problem=problem,
    )


def _certification(parsed: ParsedRow, decision: Decision) -> CertificationStep | None:
    was_asked = decision.learner_key or decision.outcome is Outcome.REJECTED
    if parsed.reference is None or not was_asked:
        return None
    found = decision.trace.certification if decision.trace else None
    return CertificationStep(
        asked=parsed.reference,
        key=decision.certification_key,
        found=found,
        ignoring_case=found is not None and not _is_as_written(parsed.reference, found),
        is_active=not _has(decision, Code.CERTIFICATION_INACTIVE),
        problem=_problem(decision, _CERTIFICATION_PROBLEMS),
    )


def _is_as_written(asked: CertificationRef, found: CertificationRef) -> bool:
    """Whether every name that was given is the host's own, case included."""
    pairs = (asked.short_name, found.short_name), (asked.id_number, found.id_number)
    return all(not name or name == normalised(of_host) for name, of_host in pairs)


def _decision(decision: Decision, trace: Trace, action: ImportAction) -> DecisionStep | None:
    decided = trace.decided(action)
    if trace.ground is None or decided is None or not decision.certification_key:
        return None
    basis = decision.basis
    return DecisionStep(
        decided=decided,
        ground=trace.ground,
        action=action,
        state=trace.state,
        current=trace.current,
        contradictory=trace.contradictory,
        leading_line=trace.leading_line,
        repeats_line=decision.repeats_line,
        held_expiries=trace.held_expiries,
        former=basis.former if basis else None,
        assigns=basis is not None and basis.assign,
        announces=basis is not None and basis.announce,
    )


def _dates(decision: Decision, trace: Trace, action: ImportAction) -> DatesStep | None:
    """None where no dates were computed: the row is rejected, a duplicate or evidence."""
    completed = decision.completed
    if completed is None or decision.outcome is Outcome.REJECTED or not decision.certification_key:
        return None
    if trace.ground is Ground.DUPLICATE:
        return None
    step = DatesStep(rule=trace.rule, completed=completed, due=decision.due, baseline=trace.baseline(action))
    asked = (step.rule, step.completed, step.due, step.baseline)
    try:
        dates, arithmetic = record_dates(*asked), steps(*asked)
    except DateOutOfRange:
        return replace(step, problem=OUT_OF_RANGE)
    except RuleMisconfigured:
        return replace(step, problem=NO_ACTIVE_PERIOD)
    return replace(step, branch=dates.branch, steps=arithmetic, expires=dates.expires, window_opens=dates.window_opens)


def _evidence(decision: Decision, trace: Trace, options: Options) -> EvidenceStep | None:
    decided = trace.decided(options.import_action)
    if trace.ground is None or decided is None or decision.completed is None or decision.certification_key:
        return None
    return EvidenceStep(
        decided=decided,
        ground=trace.ground,
        key=EvidenceKey(
            learner_key=decision.learner_key,
            short_name=decision.short_name,
            id_number=decision.id_number,
            completed=decision.completed,
        ),
        due=decision.due,
        evidence_type=options.evidence_type,
        fields=decision.fields,
        repeats_line=decision.repeats_line,
    )
