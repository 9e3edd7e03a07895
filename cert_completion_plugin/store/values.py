"""What the store hands out: frozen values read from the tables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import category

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.outcomes import BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import. `id` is the database's, `reference` (32 hexadecimal digits) the one that leaves the plugin.

    `file_storage` and `file_path` say where the file is, if not in the database. `question` is what the import once
    asked about its dates, `answers` what was answered. `evidence_type` is the chosen evidence type with its fields, as
    it was when the file was uploaded; `held_back` says why everything is kept unwritten or taken back. `due_at` is when
    reading goes on, `trouble` what keeps the import waiting, `told_at` when the hosts were told of its end. `counts`
    holds, once the import has ended, rows by outcome under "outcomes" and by code under "issues".
    """

    id: int
    reference: str
    state: BatchState
    file_name: str
    file_size: int
    file_sha256: str
    file_storage: str
    file_path: str
    uploaded_by_key: str
    uploaded_by_name: str
    uploaded_at: datetime
    options: Options
    headings: tuple[str, ...]
    detected: Mapping[str, Any]
    file_issues: tuple[Issue, ...]
    question: Mapping[str, Any] | None
    answers: Mapping[str, Any]
    evidence_type: Mapping[str, Any] | None
    held_back: Mapping[str, Any] | None
    date_format: str
    plan: int
    as_of: date | None
    rows_read: int
    reader_mark: int
    reader_state: Mapping[str, Any]
    attempts: int
    due_at: datetime | None
    progressed_at: datetime
    cancelled_at: datetime | None
    cancelled_by_name: str
    finished_at: datetime | None
    told_at: datetime | None
    trouble: Mapping[str, Any] | None
    counts: Mapping[str, Mapping[str, int]]
    failure: str

    @property
    def has_ended(self) -> bool:
        return self.finished_at is not None

    @property
    def is_told(self) -> bool:
        """Whether the hosts heard of the end, so that nothing is left to do."""
        return self.told_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortionWork:
    """One portion as a worker meets it."""

    id: int
    batch_id: int
    plan: int
    number: int
    first_slice: int
    last_slice: int
    rows: int
    state: str
    attempts: int
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import has come: portions done of all, and rows by outcome so far."""

    portions: int
    portions_done: int
    rows_done: int
    counts: Mapping[str, Mapping[str, int]]


SHOWN = 300
"""How much of a cell's text the ledger keeps for showing; the whole of it stays with the row."""


def column_text(text: str, limit: int) -> str:
    """A text as every database can hold it, cut to `limit`: unprintable and four-byte characters are replaced."""
    if not (text.isprintable() and text.isascii()):
        text = "".join("\ufffd" if letter > "\uffff" or category(letter) in ("Cc", "Cs") else letter for letter in text)
    return text[:limit]


def shortened(text: str) -> str:
    """A text as far as it is shown: a cell may hold a megabyte."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def issue_as_json(issue: Issue) -> dict[str, Any]:
    """An issue as plain values; empty particulars are left out, and a long value is shortened."""
    plain = {
        "code": str(issue.code),
        "column": issue.column,
        "value": shortened(issue.value),
        "line": issue.line,
        "details": dict(issue.details),
    }
    return {name: value for name, value in plain.items() if value or value == 0}


def issue_from_json(plain: Mapping[str, Any]) -> Issue:
    details = {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.get("details", {}).items()
    }
    return Issue(Code(plain["code"]), plain.get("column", ""), plain.get("value", ""), plain.get("line"), details)


def dumps(value: Any) -> str:
    """JSON in ASCII without blanks, so that NUL, emoji and lone surrogates survive in every database."""
    return json.dumps(value, separators=(",", ":"))
