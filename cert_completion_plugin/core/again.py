"""Deciding once more what was decided before, with the learners and certifications that were found then."""

from collections.abc import Iterable, Mapping
from datetime import date

from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    Learner,
    StateKey,
)

from cert_completion_plugin.core.decide import decide
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.rows import Decision, ParsedRow, ResolvedRow, Trace

_NO_TRACE = Trace()


def decide_again(
    decisions: Iterable[Decision],
    states: Mapping[StateKey, CompletionState],
    held_evidence: Mapping[EvidenceKey, EvidenceItem],
    options: Options,
    as_of: date,
) -> list[Decision]:
    """What would be decided now about rows that had no problem, by line: under the rules they were decided with.

    Nobody is asked for their names again, which may be others now. `decisions` are all those of the learners and
    certifications, and of the evidence items, that they name; the other arguments are those of `decide`.
    """
    return decide(map(_resolved, decisions), states, held_evidence, options, as_of)


def _resolved(decision: Decision) -> ResolvedRow:
    reference = CertificationRef(decision.short_name, decision.id_number)
    return ResolvedRow(
        parsed=ParsedRow(
            line=decision.line,
            username_text=decision.username,
            reference_text=reference,
            username=decision.username,
            reference=reference,
            completed=decision.completed,
            due=decision.due,
        ),
        learner=Learner(key=decision.learner_key, username=decision.username),
        certification=_certification(decision),
        issues=(),
        becomes_evidence=not decision.certification_key,
    )


def _certification(decision: Decision) -> Certification | None:
    if not decision.certification_key:
        return None
    trace = decision.trace or _NO_TRACE
    short_name, id_number = trace.certification or (decision.short_name, decision.id_number)
    return Certification(key=decision.certification_key, short_name=short_name, id_number=id_number, rule=trace.rule)
