"""The parts of a decision that have no column of their own: written into a ledger entry's `detail`, and read back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks.types import CompletionRecord, CompletionState, FieldValue

from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, PairBasis
from cert_completion_plugin.store.traces import trace_as_json, trace_from_json
from cert_completion_plugin.store.values import dumps, issue_as_json, issue_from_json, quoted, shortened


class DetailWriter:
    """Writes everything about decisions that has no column of its own, as ASCII JSON; what is empty is left out.

    Decisions of one call of the core share what they have in common, and so it is written once.
    """

    def __init__(self) -> None:
        self._common: dict[tuple[int, int, str, str], str] = {}

    def detail_of(self, decision: Decision) -> str:
        """The detail of a decision; all decisions given to one writer have to live as long as it does."""
        username = quoted(shortened(decision.username))
        return f'{{"username":{username},{self._common_part(decision)}{_own_part(decision)}}}'

    def _common_part(self, decision: Decision) -> str:
        """The certification's names, basis and trace.

        The last two by identity, which is what decisions share; a hash would look at every date in them.
        """
        key = id(decision.basis), id(decision.trace), decision.short_name, decision.id_number
        if (text := self._common.get(key)) is None:
            plain = {}
            if decision.basis is not None:
                plain["basis"] = _basis_as_json(decision.basis)
            if decision.trace is not None:
                plain["trace"] = trace_as_json(decision.trace, decision)
            short_name, id_number = quoted(shortened(decision.short_name)), quoted(shortened(decision.id_number))
            names = f'"short_name":{short_name},"id_number":{id_number}'
            text = self._common[key] = f"{names}{_members(plain)}"
        return text


def _own_part(decision: Decision) -> str:
    due = "" if decision.due is None else f',"due":"{decision.due}"'
    if not decision.issues and decision.repeats_line is None and not decision.fields:
        return due
    plain: dict[str, Any] = {}
    if decision.issues:
        plain["issues"] = [issue_as_json(issue) for issue in decision.issues]
    if decision.repeats_line is not None:
        plain["repeats_line"] = decision.repeats_line
    if decision.fields:
        plain["fields"] = {name: _field_as_json(value) for name, value in decision.fields.items()}
    return due + _members(plain)


def _members(plain: Mapping[str, Any]) -> str:
    """The members of a JSON object, to follow others."""
    return f",{dumps(plain)[1:-1]}" if plain else ""


def decision_from_json(detail: str, *, outcome: str, **columns: Any) -> Decision:
    """The decision of an entry, of which a `DetailWriter` made the detail; entries of old versions have no trace."""
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
        basis=None if basis is None else _basis_from_json(basis),
        fields={name: _field_from_json(value) for name, value in plain.get("fields", {}).items()},
        is_forgotten="forgotten" in plain,
        **columns,
    )
    return replace(decision, trace=trace_from_json(plain["trace"], decision)) if "trace" in plain else decision


def forgotten(detail: str, *, has_certification: bool) -> str:
    """What is left of a detail once its learner is forgotten: the names of the certification, as the host has them.

    What else a row called a certification may be anything.
    """
    plain = json.loads(detail)
    trace = plain.get("trace", {})
    names = {"short_name": trace.get("c", plain.get("short_name")), "id_number": trace.get("i", plain.get("id_number"))}
    return dumps({"username": "", **(names if has_certification else {}), "forgotten": 1})


_NOTHING_HELD = CompletionState().digest()


def _basis_as_json(basis: PairBasis) -> dict[str, Any]:
    """What says that nothing was held, or nothing is done, is left out."""
    plain: dict[str, Any] = {}
    if basis.expected != _NOTHING_HELD:
        plain["expected"] = basis.expected
    for name, is_so in (("assigned", basis.assigned_before), ("assign", basis.assign), ("announce", basis.announce)):
        if is_so:
            plain[name] = 1
    for name, record in (("current", basis.current_before), ("former", basis.former)):
        if record is not None:
            plain[name] = _record_as_json(record)
    return plain


def _basis_from_json(plain: Mapping[str, Any]) -> PairBasis:
    return PairBasis(
        expected=plain.get("expected", _NOTHING_HELD),
        assigned_before=bool(plain.get("assigned")),
        current_before=_record_from_json(plain["current"]) if "current" in plain else None,
        former=_record_from_json(plain["former"]) if "former" in plain else None,
        assign=bool(plain.get("assign")),
        announce=bool(plain.get("announce")),
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
