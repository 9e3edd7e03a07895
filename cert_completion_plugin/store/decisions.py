"""The parts of a decision that have no column of their own: written into a ledger entry's `detail`, and read back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks.types import CompletionRecord, FieldValue

from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, PairBasis
from cert_completion_plugin.store.traces import trace_as_json, trace_from_json
from cert_completion_plugin.store.values import dumps, issue_as_json, issue_from_json, shortened


def detail_of(decision: Decision) -> str:
    """Everything about a decision that has no column of its own, as ASCII JSON; what is empty is left out."""
    plain = {
        "username": shortened(decision.username),
        "short_name": shortened(decision.short_name),
        "id_number": shortened(decision.id_number),
        "due": decision.due and decision.due.isoformat(),
        "issues": [issue_as_json(issue) for issue in decision.issues],
        "repeats_line": decision.repeats_line,
        "basis": decision.basis and _basis_as_json(decision.basis),
        "fields": {name: _field_as_json(value) for name, value in decision.fields.items()},
    }
    kept = {name: value for name, value in plain.items() if value}
    if decision.trace is not None:
        kept["trace"] = trace_as_json(decision.trace, decision)
    return dumps(kept)


def decision_from_json(detail: str, *, outcome: str, **columns: Any) -> Decision:
    """The decision of an entry, of which `detail_of` made the detail; entries of old versions have no trace."""
    plain = json.loads(detail)
    basis = plain.get("basis")
    decision = Decision(
        outcome=Outcome(outcome),
        username=plain.get("username", ""),
        short_name=plain.get("short_name", ""),
        id_number=plain.get("id_number", ""),
        due=_day(plain.get("due")),
        issues=tuple(issue_from_json(issue) for issue in plain.get("issues", ())),
        repeats_line=plain.get("repeats_line"),
        basis=basis and _basis_from_json(basis),
        fields={name: _field_from_json(value) for name, value in plain.get("fields", {}).items()},
        **columns,
    )
    return replace(decision, trace=trace_from_json(plain["trace"], decision)) if "trace" in plain else decision


def _basis_as_json(basis: PairBasis) -> dict[str, Any]:
    return {
        "expected": basis.expected,
        "assigned": basis.assigned_before,
        "current": basis.current_before and _record_as_json(basis.current_before),
        "former": basis.former and _record_as_json(basis.former),
        "assign": basis.assign,
        "announce": basis.announce,
    }


def _basis_from_json(plain: Mapping[str, Any]) -> PairBasis:
    return PairBasis(
        expected=plain["expected"],
        assigned_before=plain["assigned"],
        current_before=plain["current"] and _record_from_json(plain["current"]),
        former=plain["former"] and _record_from_json(plain["former"]),
        assign=plain["assign"],
        announce=plain["announce"],
    )


_DATES = ("completed", "expires", "window_opens", "baseline_expires")


def _record_as_json(record: CompletionRecord) -> list[Any]:
    days = [getattr(record, name) for name in _DATES]
    return [*(day and day.isoformat() for day in days), record.row_key, record.line]


def _record_from_json(plain: list[Any]) -> CompletionRecord:
    days = dict(zip(_DATES, map(_day, plain[:4]), strict=True))
    return CompletionRecord(**days, row_key=plain[4], line=plain[5])


def _field_as_json(value: FieldValue) -> Any:
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _field_from_json(plain: Any) -> FieldValue:
    if isinstance(plain, dict):
        return Decimal(plain["number"]) if "number" in plain else date.fromisoformat(plain["date"])
    value: FieldValue = plain
    return value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
