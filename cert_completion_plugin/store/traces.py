"""What explains a decision, kept in few bytes: every row of a million has it.

A trace is read back beside the decision that it belongs to, so that nothing of that decision is kept twice.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from cert_completion_hooks.types import (
    CertificationRef,
    CertificationState,
    CompletionRecord,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
)

from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.rows import Decision, Trace, dates_alone

_KINDS = {RuleKind.COMPLETION_DATE: "c", RuleKind.EXPIRY_DATE: "e", RuleKind.FIXED_EXPIRY_DATE: "f"}
_KINDS_READ = {letter: kind for kind, letter in _KINDS.items()}
_UNITS = {unit[0]: unit for unit in PeriodUnit}


def trace_as_json(trace: Trace, decision: Decision) -> dict[str, Any]:
    """A trace as plain values; what is empty is left out, and what the decision itself tells.

    c, i: short name and ID number of the certification, where the row has others. r: its rule. g: the ground. s: the
    state. h: the current record. x: it contradicts itself. l: the line that leads. e: the expiries held.
    """
    plain: dict[str, Any] = {}
    if trace.certification is not None:
        if trace.certification.short_name != decision.short_name:
            plain["c"] = trace.certification.short_name
        if trace.certification.id_number != decision.id_number:
            plain["i"] = trace.certification.id_number
    if trace.rule is not None:
        plain["r"] = rule_as_text(trace.rule)
    if trace.ground is not None:
        plain["g"] = str(trace.ground)
    if trace.state != CertificationState.NONE:
        plain["s"] = str(trace.state)
    if trace.current is not None and decision.basis is None:
        plain["h"] = _days_as_text(_dates_of(trace.current))
    if trace.contradictory:
        plain["x"] = 1
    if trace.leading_line is not None:
        plain["l"] = trace.leading_line
    if trace.held_expiries:
        plain["e"] = _days_as_text(trace.held_expiries)
    return plain


def trace_from_json(plain: Mapping[str, Any], decision: Decision) -> Trace:
    """The trace of which `trace_as_json` made these values, beside the same decision."""
    names = CertificationRef(plain.get("c", decision.short_name), plain.get("i", decision.id_number))
    return Trace(
        certification=names if decision.certification_key else None,
        rule=_rule_from_text(plain["r"]) if "r" in plain else None,
        ground=Ground(plain["g"]) if "g" in plain else None,
        state=CertificationState(plain.get("s", CertificationState.NONE)),
        current=_current(plain, decision),
        contradictory="x" in plain,
        leading_line=plain.get("l"),
        held_expiries=_days_from_text(plain["e"]) if "e" in plain else (),
    )


def _current(plain: Mapping[str, Any], decision: Decision) -> CompletionRecord | None:
    if decision.basis is not None:
        held = decision.basis.current_before
        return None if held is None else dates_alone(held)
    if "h" not in plain:
        return None
    completed, expires, window_opens, baseline_expires = _days_from_text(plain["h"])
    return CompletionRecord(
        completed=completed, expires=expires, window_opens=window_opens, baseline_expires=baseline_expires
    )


def _dates_of(record: CompletionRecord) -> tuple[date | None, ...]:
    return record.completed, record.expires, record.window_opens, record.baseline_expires


def _days_as_text(days: Iterable[date | None]) -> str:
    return "/".join(day.isoformat() if day else "" for day in days)


def _days_from_text(text: str) -> tuple[date | None, ...]:
    return tuple(date.fromisoformat(day) if day else None for day in text.split("/"))


@lru_cache(maxsize=2**10)
def rule_as_text(rule: RecertificationRule) -> str:
    """Such as `e/1y/1m/0d`: the kind, and the active, window and minimum active period."""
    periods = (rule.active, rule.window, rule.minimum_active)
    return "/".join([_KINDS[rule.kind], *(f"{period.count}{period.unit[0]}" for period in periods)])


def _rule_from_text(text: str) -> RecertificationRule:
    kind, *periods = text.split("/")
    active, window, minimum = (Period(int(period[:-1]), _UNITS[period[-1]]) for period in periods)
    return RecertificationRule(kind=_KINDS_READ[kind], active=active, window=window, minimum_active=minimum)
