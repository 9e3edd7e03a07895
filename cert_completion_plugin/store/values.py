"""What the store hands out: frozen values read from the tables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from json.encoder import encode_basestring_ascii
from time import monotonic
from typing import Any
from unicodedata import category

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.messages import Foreseen
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.thresholds import ThresholdCheck
from cert_completion_plugin.core.undoing import RowUndo, UndoState


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import. `id` is the database's, `reference` (32 hexadecimal digits) the one that leaves the plugin.

    `language` is the uploader's, as it was then, and `site` the domain on which they uploaded; "" if it is not known.
    `file_storage` and `file_path` say where the
    file is, if not in the database. `question` is what the import once asked about its dates, `answers` what was
    answered. `evidence_type` is the chosen evidence type with its fields, as it was when the file was uploaded;
    `held_back` says why everything is kept unwritten or taken back. `approved_at` is set where somebody approved the
    present plan, which is then written as it stands. `stopped` says why the site itself cancelled it: who lost which
    right. `due_at` is when reading goes on, `trouble` what keeps the import waiting, `told_at` when the hosts were
    told of its end. `counts` holds, once the import has ended, rows by outcome under "outcomes" and by code under
    "issues". `file_deleted_at`, `rows_deleted_at` and `ledger_deleted_at`: since when its file, the cells of its rows,
    and all that was known of single rows are gone.
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
    language: str
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
    stopped: Mapping[str, Any] | None
    approved_at: datetime | None
    approved_by_key: str
    approved_by_name: str
    finished_at: datetime | None
    told_at: datetime | None
    trouble: Mapping[str, Any] | None
    counts: Mapping[str, Mapping[str, int]]
    failure: str
    file_deleted_at: datetime | None = None
    rows_deleted_at: datetime | None = None
    ledger_deleted_at: datetime | None = None
    site: str = ""

    @property
    def has_ended(self) -> bool:
        return self.finished_at is not None

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved the plan: it is written as it stands, and nothing is decided again."""
        return self.approved_at is not None

    @property
    def is_told(self) -> bool:
        """Whether the hosts heard of the end, so that nothing is left to do."""
        return self.told_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortionWork:
    """One portion as a worker meets it; `began` is when that was, by this process's clock for durations."""

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
    began: float = field(default_factory=monotonic, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCertification:
    """What a plan does with one certification: rows by outcome."""

    key: str
    short_name: str
    id_number: str
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMatches:
    """The rows of a plan that name a certification by `value`, which nobody knows but which is close to `nearest`.

    `certification` is the one that has that name, `line` that of the first of the rows.
    """

    value: str
    nearest: str
    certification: str
    rows: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A complete plan of an import, as it waits, or once waited, for approval.

    `counts` holds rows by outcome under "outcomes" and by code under "issues". `confirmed`: the names of which somebody
    said that they are other certifications'. `planned_by` had the plan made anew; "" for the first. `blocking` says
    which rows have `all_or_nothing` hold back all others. `certifications`, those of which something is to be recorded,
    and `close_matches` begin with those of most rows, and are cut off: `certifications_in_all` and
    `close_matches_in_all` are their numbers. `messages`: how many learners may get which; empty where none are sent.
    """

    batch_id: int
    number: int
    as_of: date
    made_at: datetime
    rows: int
    counts: Mapping[str, Mapping[str, int]]
    thresholds: tuple[ThresholdCheck, ...]
    confirmed: tuple[str, ...]
    planned_by: str
    blocking: Mapping[str, int] | None
    certifications: tuple[PlannedCertification, ...]
    certifications_in_all: int
    close_matches: tuple[CloseMatches, ...]
    close_matches_in_all: int
    messages: Foreseen

    @property
    def writes(self) -> int:
        """How many rows are written if it is approved."""
        if self.blocking:
            return 0
        return sum(rows for outcome, rows in self.counts["outcomes"].items() if Outcome(outcome).writes)

    @property
    def broken(self) -> tuple[ThresholdCheck, ...]:
        return tuple(check for check in self.thresholds if check.is_broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import has come: portions done of all, and rows by outcome so far."""

    portions: int
    portions_done: int
    rows_done: int
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast an import goes on just now: `rows` were done in `seconds`. Without rows nothing can be said."""

    rows: int
    seconds: float

    def seconds_for(self, rows: int) -> float | None:
        """How long so many rows will take; None if that cannot be said."""
        return rows * self.seconds / self.rows if self.rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """One undo of an import; `number` counts those of one import.

    It was asked for by `asked_by_name`, who saw the preview; `confirmed_by_name` had it done, for this `reason`.
    `preview` and `result` count rows by what becomes of them (`undone`, `changed_since`, `cannot`), once that step is
    done. `trouble` is what keeps it waiting.
    """

    id: int
    batch_id: int
    number: int
    state: UndoState
    asked_by_key: str
    asked_by_name: str
    asked_at: datetime
    previewed_at: datetime | None
    confirmed_by_key: str
    confirmed_by_name: str
    confirmed_at: datetime | None
    reason: str
    finished_at: datetime | None
    trouble: Mapping[str, Any] | None
    preview: Mapping[str, int]
    result: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoWork:
    """One portion of an undo as a worker meets it."""

    id: int
    undo_id: int
    number: int
    first_slice: int
    last_slice: int
    rows: int
    state: str
    attempts: int
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoProgress:
    """How far the preview or the undoing has come: rows of the portions that are done, of all that are to be."""

    rows: int
    rows_done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneRow:
    """One row in an undo: what was reported of it by the import, and what became or would become of it."""

    decision: Decision
    undo: RowUndo


SHOWN = 300
"""How much of a cell's text the ledger keeps for showing; the whole of it stays with the row."""


def column_text(text: str, limit: int) -> str:
    """A text as every database can hold it, cut to `limit`: unprintable and four-byte characters are replaced."""
    return text[:limit] if text.isprintable() and text.isascii() else _replaced(text, "")[:limit]


def text_of_lines(text: str, limit: int) -> str:
    """The same of a text that may have several lines."""
    return _replaced(text.replace("\r\n", "\n").strip(), "\n\t")[:limit]


def _replaced(text: str, but: str) -> str:
    return "".join(
        "\ufffd" if letter > "\uffff" or (category(letter) in ("Cc", "Cs") and letter not in but) else letter
        for letter in text
    )


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


def _as_plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_as_plain)


quoted = encode_basestring_ascii
"""A text as JSON in ASCII."""


def dumps(value: Any) -> str:
    """JSON in ASCII without blanks, so that NUL, emoji and lone surrogates survive in every database.

    A date becomes `{"date": "YYYY-MM-DD"}`.
    """
    return _ENCODER.encode(value)
