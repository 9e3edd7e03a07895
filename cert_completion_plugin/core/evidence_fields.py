"""The fields of an evidence type: from the cells of a row to their values (import-rules.md §5)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from cert_completion_hooks.text import folded, heading_key, normalised
from cert_completion_hooks.types import EvidenceField, EvidenceType, FieldKind, FieldValue

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.issues import Code, Issue, IssueDetail, in_order
from cert_completion_plugin.core.parse import UNPRINTABLE, cell_text, date_details, is_day_number, is_rounded_number
from cert_completion_plugin.core.rows import Cell, ResolvedRow

LIMITS = {FieldKind.TEXT: 10_000, FieldKind.URL: 2_000, FieldKind.NUMBER: 50}
"""How many characters a value may have."""

SHOWN_CHOICES = 20
"""How many of the accepted values an issue names."""

# A text may have several lines; everything else is one word or line.
_UNPRINTABLE_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})

# No user name or password before the host: such an address hides where it leads. Of ASCII, a host name has letters,
# digits, `-` and `_`.
_LABEL = r"[^\x00-,./:-@\[-^`{-\x7f]+"
_URL = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?(?:[/?#][^ <>\"\\]*)?", re.IGNORECASE
)


class _NotAccepted(Exception):
    """The field does not take the value; `details` say why."""

    def __init__(self, reason: str = "not_accepted", details: Mapping[str, IssueDetail] | None = None) -> None:
        super().__init__(reason)
        self.details: dict[str, IssueDetail] = {"reason": reason, **(details or {})}


def with_fields(
    rows: Iterable[ResolvedRow], evidence_type: EvidenceType, date_format: DateFormat | None
) -> list[ResolvedRow]:
    """The rows, those of an unknown certification with the values of the type's fields and what is wrong with them.

    `date_format` None: the file was found to hold no date, so that any text in a date field is invalid. A row with a
    problem has no values. Never raises, whatever the cells hold.
    """
    return [_with_fields(row, evidence_type, date_format) if row.becomes_evidence else row for row in rows]


def _with_fields(row: ResolvedRow, evidence_type: EvidenceType, date_format: DateFormat | None) -> ResolvedRow:
    values, issues = read_fields(evidence_type, row.parsed.fields, date_format)
    if issues:
        row = replace(row, issues=in_order([*row.issues, *issues]))
    return replace(row, fields=values) if row.is_valid else row


def read_fields(
    evidence_type: EvidenceType, cells: Mapping[str, Cell], date_format: DateFormat | None
) -> tuple[dict[str, FieldValue], list[Issue]]:
    """The values by field name, and the issues in the order of the fields; a blank cell leaves its field out.

    `cells` holds the raw cells by field name. A bad value is one `evidence_field_invalid`. Its details: `field` (the
    label), `kind`, `reason` (`required`, `unprintable`, `too_long` with `limit`, `not_accepted`), the first `choices`
    with how many there are `more`, and for dates those of `date_details`.
    """
    values: dict[str, FieldValue] = {}
    issues: list[Issue] = []
    for field in evidence_type.fields:
        cell = cells.get(field.name, "")
        text = cell_text(cell)
        if not text and not field.required:
            continue
        try:
            values[field.name] = _value(field, cell, text, date_format)
        except _NotAccepted as fault:
            issues.append(_issue(field, cell, fault.details))
        if _looks_damaged(field, cell, text):
            issues.append(Issue(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE, heading_key(field.name), str(cell)))
    return values, issues


def _issue(field: EvidenceField, cell: Cell, fault: Mapping[str, IssueDetail]) -> Issue:
    details: dict[str, IssueDetail] = {"field": field.label or field.name, "kind": str(field.kind), **fault}
    if field.kind is FieldKind.CHOICE:
        details["choices"] = field.choices[:SHOWN_CHOICES]
        details["more"] = max(0, len(field.choices) - SHOWN_CHOICES)
    return Issue(Code.EVIDENCE_FIELD_INVALID, heading_key(field.name), str(cell), details=details)


def _looks_damaged(field: EvidenceField, cell: Cell, text: str) -> bool:
    if not isinstance(cell, str):
        return False
    return (field.kind is FieldKind.DATE and is_day_number(text)) or (
        field.kind is FieldKind.TEXT and is_rounded_number(text)
    )


def _value(field: EvidenceField, cell: Cell, text: str, date_format: DateFormat | None) -> FieldValue:
    """The value of a field. Raises _NotAccepted."""
    if not text:
        raise _NotAccepted("required")
    if field.kind is FieldKind.DATE and not isinstance(cell, str):
        return cell
    unprintable = _UNPRINTABLE_IN_TEXT if field.kind is FieldKind.TEXT else UNPRINTABLE
    if unprintable.search(text):
        raise _NotAccepted("unprintable")
    limit = LIMITS.get(field.kind)
    if limit is not None and len(text) > limit:
        raise _NotAccepted("too_long", {"limit": limit})
    if field.kind is FieldKind.DATE:
        return _date(text, date_format)
    return _chosen(text, field.choices) if field.kind is FieldKind.CHOICE else _READERS[field.kind](text)


def _date(text: str, date_format: DateFormat | None) -> date:
    day = date_format.read(text) if date_format else None
    if day is None:
        raise _NotAccepted(details=date_details(text, date_format))
    return day


def _text(text: str) -> str:
    return _LINE_END.sub("\n", text)


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise _NotAccepted
    return Decimal(text)


def _yes_or_no(text: str) -> bool:
    word = folded(text)
    if word not in _YES and word not in _NO:
        raise _NotAccepted
    return word in _YES


def _address(text: str) -> str:
    if not text.isprintable() or not _URL.fullmatch(text):
        raise _NotAccepted
    return text


def _chosen(text: str, choices: Sequence[str]) -> str:
    """The choice that the text spells, else the only one that differs from it by case alone."""
    for form in (normalised, folded):
        wanted = form(text)
        fitting = [choice for choice in choices if form(choice) == wanted]
        if len(fitting) == 1:
            return fitting[0]
    raise _NotAccepted


_READERS: Mapping[FieldKind, Callable[[str], FieldValue]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.URL: _address,
}
