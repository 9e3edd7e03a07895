"""Coded problems and warnings (import-rules.md §1.1, §3 and §4.1). Their texts are made where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

IssueDetail = str | int | tuple[str, ...]


class Code(StrEnum):
    """Every stable code, in the order in which problems are reported."""

    # the whole file is refused
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    FILE_UNREADABLE = "file_unreadable"
    ENCODING_INVALID = "encoding_invalid"
    RECORD_TOO_LONG = "record_too_long"
    QUOTE_UNCLOSED = "quote_unclosed"
    COLUMN_MISSING = "column_missing"
    COLUMN_REPEATED = "column_repeated"
    # warnings on the file
    COLUMN_UNKNOWN = "column_unknown"
    ENCODING_GUESSED = "encoding_guessed"
    # problems of a row
    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_UNPRINTABLE = "value_unprintable"
    USERNAME_BLANK = "username_blank"
    LEARNER_NOT_FOUND = "learner_not_found"
    LEARNER_AMBIGUOUS = "learner_ambiguous"
    COMPLETION_DATE_BLANK = "completion_date_blank"
    COMPLETION_DATE_INVALID = "completion_date_invalid"
    DUE_DATE_INVALID = "due_date_invalid"
    CERTIFICATION_BLANK = "certification_blank"
    CERTIFICATION_AMBIGUOUS = "certification_ambiguous"
    CERTIFICATION_MISMATCH = "certification_mismatch"
    CERTIFICATION_NOT_ALLOWED = "certification_not_allowed"
    CERTIFICATION_CLOSE_MATCH = "certification_close_match"
    CERTIFICATION_NOT_FOUND = "certification_not_found"
    EVIDENCE_FIELD_INVALID = "evidence_field_invalid"
    # warnings on a row
    LEARNER_SUSPENDED = "learner_suspended"
    CERTIFICATION_INACTIVE = "certification_inactive"
    COMPLETION_IN_FUTURE = "completion_in_future"
    EXPIRES_IN_PAST = "expires_in_past"
    DUE_LONG_BEFORE_COMPLETION = "due_long_before_completion"
    LOOKS_LIKE_SPREADSHEET_DAMAGE = "looks_like_spreadsheet_damage"
    SAME_COMPLETION_OTHER_EXPIRY = "same_completion_other_expiry"
    # reasons of a failed row
    HOST_REFUSED = "host_refused"
    HOST_UNAVAILABLE = "host_unavailable"
    CERTIFICATION_MISCONFIGURED = "certification_misconfigured"
    INTERNAL_ERROR = "internal_error"


_ORDER = {code: number for number, code in enumerate(Code)}


def _between(first: Code, last: Code) -> frozenset[Code]:
    return frozenset(code for code in Code if _ORDER[first] <= _ORDER[code] <= _ORDER[last])


REFUSALS = _between(Code.FILE_EMPTY, Code.COLUMN_REPEATED)
FILE_WARNINGS = _between(Code.COLUMN_UNKNOWN, Code.ENCODING_GUESSED)
PROBLEMS = _between(Code.TOO_FEW_CELLS, Code.EVIDENCE_FIELD_INVALID)
WARNINGS = _between(Code.LEARNER_SUSPENDED, Code.SAME_COMPLETION_OTHER_EXPIRY)
FAILURES = _between(Code.HOST_REFUSED, Code.INTERNAL_ERROR)


@dataclass(frozen=True, slots=True)
class Issue:
    """One coded problem, warning or reason.

    `column` is the normalised heading it is about ("" for the whole row or file), `value` the raw text found there.
    `line` is set on issues of the file alone; a row's issues stand on the row's line. `details` holds what the text
    needs beyond that: suggestions, limits, positions.
    """

    code: Code
    column: str = ""
    value: str = ""
    line: int | None = None
    details: Mapping[str, IssueDetail] = field(default_factory=dict)

    @property
    def is_problem(self) -> bool:
        return self.code in PROBLEMS


def in_order(issues: list[Issue]) -> tuple[Issue, ...]:
    """The issues in the order of import-rules.md §3; those of one code keep the order in which they were found."""
    return tuple(sorted(issues, key=lambda issue: _ORDER[issue.code]))
