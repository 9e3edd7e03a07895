"""The words for codes, made where they are shown: what happened, where, and how to mend it. Translatable."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from cert_completion_hooks.text import heading_key
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import SEPARATORS
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.core.rows import Decision

OUTCOMES: Mapping[str, Any] = {
    Outcome.CERTIFIED: gettext_lazy("Certified"),
    Outcome.RENEWED: gettext_lazy("Renewed"),
    Outcome.HISTORY: gettext_lazy("History"),
    Outcome.EVIDENCE: gettext_lazy("Evidence"),
    Outcome.ALREADY_HELD: gettext_lazy("Already held"),
    Outcome.DUPLICATE: gettext_lazy("Duplicate"),
    Outcome.REJECTED: gettext_lazy("Rejected"),
    Outcome.DRIFTED: gettext_lazy("Drifted"),
    Outcome.FAILED: gettext_lazy("Failed"),
    Outcome.CANCELLED: gettext_lazy("Cancelled"),
}

OUTCOME_MEANINGS: Mapping[str, Any] = {
    Outcome.CERTIFIED: gettext_lazy("became the learner's current record"),
    Outcome.RENEWED: gettext_lazy("became the current record; the former one went to history"),
    Outcome.HISTORY: gettext_lazy("added to the learner's history"),
    Outcome.EVIDENCE: gettext_lazy("an evidence item was created"),
    Outcome.ALREADY_HELD: gettext_lazy("the same completion was held already; nothing was written"),
    Outcome.DUPLICATE: gettext_lazy("an equal row stands elsewhere in the file"),
    Outcome.REJECTED: gettext_lazy("not imported; each row says what to correct"),
    Outcome.DRIFTED: gettext_lazy("records changed between plan and write; not written"),
    Outcome.FAILED: gettext_lazy("could not be written; uploading it again may help"),
    Outcome.CANCELLED: gettext_lazy("not written because the import was cancelled, or held back by “all or nothing”"),
}

STATES: Mapping[str, Any] = {
    BatchState.RECEIVED: gettext_lazy("Waiting to be read"),
    BatchState.READING: gettext_lazy("Reading the file"),
    BatchState.NEEDS_ANSWER: gettext_lazy("Date format unclear"),
    BatchState.PLANNING: gettext_lazy("Planning"),
    BatchState.AWAITING_APPROVAL: gettext_lazy("Waiting for approval"),
    BatchState.WRITING: gettext_lazy("Recording"),
    BatchState.FINISHED: gettext_lazy("Finished"),
    BatchState.REFUSED: gettext_lazy("File refused"),
    BatchState.CANCELLED: gettext_lazy("Cancelled"),
    BatchState.FAILED: gettext_lazy("Failed"),
}


def issue_text(issue: Issue) -> str:
    """What is wrong, where in the row or file, and how to mend it, in the active language."""
    text = _TEXTS[issue.code](issue)
    if issue.line is None:
        return text
    return _("Line %(line)s: %(text)s") % {"line": issue.line, "text": text}


FORGOTTEN = gettext_lazy(
    "The learner of this row was forgotten: name, cells, dates and reasons are gone. The outcome is kept for the sums."
)


def row_texts(decision: Decision, *, with_references: bool = True) -> list[str]:
    """All that is to be said of a row's problems and warnings, and which line it repeats."""
    if decision.is_forgotten:
        return [str(FORGOTTEN)]
    issues = decision.issues if with_references else map(without_reference, decision.issues)
    words = list(map(issue_text, issues))
    if decision.repeats_line:
        words.insert(0, _("Repeats line %(line)s.") % {"line": decision.repeats_line})
    return words


def without_reference(issue: Issue) -> Issue:
    """The same issue, but for the reference under which the operator finds it: no two imports share that."""
    kept = {name: value for name, value in issue.details.items() if name != "reference"}
    return issue if len(kept) == len(issue.details) else replace(issue, details=kept)


def outcome_label(outcome: str) -> str:
    return str(OUTCOMES[outcome])


def counts_text(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The rows of an import by outcome, in a few words; "" as long as it has none."""
    outcomes = counts.get("outcomes", {})
    return ", ".join(f"{outcome_label(outcome)} {outcomes[outcome]}" for outcome in OUTCOMES if outcome in outcomes)


def state_label(state: str) -> str:
    return str(STATES[state])


def moment_text(moment: datetime) -> str:
    """A point in time in the viewer's time zone and language."""
    return date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "DATETIME_FORMAT")


def date_example(format_name: str) -> str:
    """How 31 May 2016 is written in a date format."""
    parts = {"YYYY": "2016", "YY": "16", "MM": "05", "DD": "31"}
    for part, value in parts.items():
        format_name = format_name.replace(part, value)
    return format_name


def _detail(issue: Issue, name: str) -> Any:
    return issue.details.get(name, "")


def _listed(values: Any) -> str:
    return ", ".join(f"“{value}”" for value in values) if isinstance(values, tuple) else f"“{values}”"


def _file_too_large(issue: Issue) -> str:
    limit = filesizeformat(_detail(issue, "limit"))
    return _("The file is larger than this site allows (%(limit)s). Split it into smaller files.") % {"limit": limit}


def _too_many_rows(issue: Issue) -> str:
    limit = int(_detail(issue, "limit") or 0)
    return ngettext(
        "The file has more than %(limit)s row, the most this site allows. Split it into smaller files.",
        "The file has more than %(limit)s rows, the most this site allows. Split it into smaller files.",
        limit,
    ) % {"limit": limit}


_KINDS = {
    "workbook": gettext_lazy(
        "It is a workbook of a kind that is not read here (such as XLS or XLSB). In your spreadsheet program, save it "
        "as XLSX or as CSV (UTF-8)."
    ),
    "encrypted": gettext_lazy(
        "It is protected with a password. In your spreadsheet program, save a copy without the password."
    ),
    "broken": gettext_lazy(
        "It is a damaged workbook. Open it in your spreadsheet program, save it as XLSX or as CSV (UTF-8), and upload "
        "it again."
    ),
    "bomb": gettext_lazy(
        "It is a workbook that would grow far too large when it is unpacked. Copy its rows into a new workbook, or "
        "save it as CSV (UTF-8)."
    ),
    "archive": gettext_lazy("It is an archive. Unpack it and upload the CSV or XLSX file in it."),
    "picture": gettext_lazy("It is a picture. Choose the file with the completions."),
    "document": gettext_lazy("It is a document. Export your records as XLSX or as CSV (UTF-8)."),
    "utf-16": gettext_lazy("It looks like UTF-16 without a byte order mark. Choose the encoding UTF-16."),
    "binary": gettext_lazy("It is neither text nor a workbook. Export your records as XLSX or as CSV (UTF-8)."),
}


def _file_unreadable(issue: Issue) -> str:
    if issue.details.get("kind") == "sheet":
        return _("The workbook has no sheet “%(sheet)s”. Its sheets are: %(sheets)s. Choose one of them.") % {
            "sheet": _detail(issue, "sheet"),
            "sheets": _listed(_detail(issue, "sheets")),
        }
    advice = _KINDS.get(str(_detail(issue, "kind")), _KINDS["binary"])
    return _("The file cannot be read as a table. %(advice)s") % {"advice": advice}


def _encoding_invalid(issue: Issue) -> str:
    values = {name: _detail(issue, name) for name in ("encoding", "offset", "bytes")}
    if marked := str(_detail(issue, "marked")):
        return _(
            "The encoding %(encoding)s was chosen, but the file begins with the byte order mark of %(marked)s. Choose "
            "%(marked)s, or let the encoding be detected."
        ) % {**values, "marked": marked.removesuffix("LE").removesuffix("BE")}
    return (
        _(
            "The file is not %(encoding)s text: at byte %(offset)s stands what cannot be (%(bytes)s, hexadecimal). "
            "Choose the encoding that the file was written in, or save it as “CSV UTF-8” and upload it again."
        )
        % values
    )


def _column_missing(issue: Issue) -> str:
    values = {"column": issue.column, "nearest": _detail(issue, "nearest")}
    if values["nearest"] and not _other_separator(values["nearest"]):
        return (
            _(
                "The heading “%(column)s” is missing. Did you mean “%(nearest)s” by it? Rename that heading, or add "
                "the column."
            )
            % values
        )
    if issue.column in ("username", "completiondate"):
        return _("The heading “%(column)s” is missing. Add the column.") % values
    return _("The heading “%(column)s” is missing. Add the column; its cells may be empty.") % values


def _column_repeated(issue: Issue) -> str:
    headings = _listed(_detail(issue, "headings"))
    return _("These headings mean the same column: %(headings)s. Keep one of them.") % {"headings": headings}


def _other_separator(heading: str) -> str:
    """The separator of a whole heading line that was read as one heading, because another was chosen; else ""."""
    return next((separator for separator in SEPARATORS if _required_in(heading.split(separator)) > 1), "")


def _required_in(headings: Iterable[str]) -> int:
    return sum(heading_key(heading.strip(" \"'")) in REQUIRED for heading in headings)


def _column_unknown(issue: Issue) -> str:
    if separator := _other_separator(issue.value):
        return _(
            "The headings are separated by “%(separator)s”, but another separator was chosen. Choose “%(separator)s”, "
            "or let the separator be detected."
        ) % {"separator": _("tab") if separator == "\t" else separator}
    if issue.value:
        return _("The column “%(heading)s” is not known and is ignored.") % {"heading": issue.value}
    return _("Column %(position)s has no heading, but not all its cells are empty. It is ignored.") % {
        "position": _detail(issue, "position")
    }


def _encoding_guessed(issue: Issue) -> str:
    return _(
        "Nothing in the file tells its encoding, so it was read as %(encoding)s. Check names with accents; if they are "
        "wrong, upload the file again and choose its encoding."
    ) % {"encoding": _detail(issue, "encoding") or "windows-1252"}


def _cells(issue: Issue) -> str:
    values = {"found": _detail(issue, "found"), "expected": _detail(issue, "expected")}
    if issue.code is Code.TOO_FEW_CELLS:
        return (
            _(
                "The row has %(found)s cells, but the heading line has %(expected)s. Add the missing cells; empty "
                "ones count."
            )
            % values
        )
    return (
        _(
            "The row has %(found)s cells, but the heading line has only %(expected)s. Remove the surplus cells, or put "
            "a text that contains the separator in quotes."
        )
        % values
    )


def _value_too_long(issue: Issue) -> str:
    return _("%(column)s is %(length)s characters long; at most %(limit)s are allowed.") % {
        "column": issue.column,
        "length": _detail(issue, "length"),
        "limit": _detail(issue, "limit"),
    }


def _date_invalid(issue: Issue) -> str:
    values = {"column": issue.column, "value": issue.value, "format": _detail(issue, "format")}
    if issue.details.get("reason") == "out_of_range":
        return _("With %(column)s %(value)s the expiry would lie beyond the year 9999. Correct the date.") % values
    if issue.details.get("impossible"):
        return _("%(column)s “%(value)s”: there is no such day. Correct the date (%(format)s).") % values
    if issue.details.get("fits"):
        values["fits"] = _detail(issue, "fits")
        return _(
            "%(column)s “%(value)s” is not written as %(format)s but as %(fits)s. Write all dates of a file in one "
            "format."
        ) % {**values, "format": values["format"] or _("the other dates")}
    if not values["format"]:
        return _("%(column)s “%(value)s” is not a date.") % values
    return _("%(column)s “%(value)s” is not a date written as %(format)s, such as %(example)s.") % {
        **values,
        "example": date_example(str(values["format"])),
    }


def _not_found(issue: Issue) -> str:
    return _("There is no learner with the username “%(value)s”. Upper and lower case count.") % {"value": issue.value}


def _mismatch(issue: Issue) -> str:
    by_short_name, by_id_number = _detail(issue, "by_short_name"), _detail(issue, "by_id_number")
    values = {"short_name": issue.value, "id_number": _detail(issue, "id_number")}
    if not by_id_number:
        text = _("The short name “%(short_name)s” belongs to %(found)s, but the ID number “%(id_number)s” to none.")
        return text % {**values, "found": _listed(by_short_name)} + " " + _("Correct or empty one of the two.")
    if not by_short_name:
        text = _("The ID number “%(id_number)s” belongs to %(found)s, but the short name “%(short_name)s” to none.")
        return text % {**values, "found": _listed(by_id_number)} + " " + _("Correct or empty one of the two.")
    return _(
        "Short name and ID number are not of one certification: “%(short_name)s” belongs to %(one)s, "
        "“%(id_number)s” to %(other)s. Correct or empty one of the two."
    ) % {**values, "one": _listed(by_short_name), "other": _listed(by_id_number)}


def _ambiguous(issue: Issue) -> str:
    return _("More than one certification fits: %(candidates)s. Give both the short name and the ID number.") % {
        "candidates": _listed(_detail(issue, "candidates"))
    }


def _close_match(issue: Issue) -> str:
    if not _detail(issue, "nearest"):
        return _(
            "There is no certification “%(value)s”, but one with nearly the same name, which you may not use. Correct "
            "the name, or ask the site's operator."
        ) % {"value": issue.value}
    return _("There is no certification “%(value)s”. Did you mean “%(nearest)s”?") % {
        "value": issue.value,
        "nearest": _detail(issue, "nearest"),
    }


def _other_expiry(issue: Issue) -> str:
    return _(
        "The completion is held already, with another expiry (%(held)s) than this row would give (%(computed)s). "
        "Nothing was changed; if the expiry that is held is wrong, correct that record."
    ) % {"held": _days(issue.details.get("held")), "computed": _days(issue.details.get("computed"))}


def _days(days: Any) -> str:
    """Dates in ISO form, as the core writes them, in the active language's; nothing stands for "never"."""
    listed = days if isinstance(days, tuple) else (days,)
    return ", ".join(date_format(date.fromisoformat(day), "DATE_FORMAT") if day else _("never") for day in listed)


def _misconfigured(issue: Issue) -> str:
    if issue.details.get("reason") == "out_of_range":
        return _("The renewed record would expire beyond the year 9999. Ask the site's operator to correct the record.")
    return _(
        "The certification's recertification rule has no active period, so no expiry can be worked out. Ask the site's "
        "operator to correct the rule."
    )


def _host_refused(issue: Issue) -> str:
    reason = str(_detail(issue, "reason"))
    if reason == "records_kept_changing":
        return _("The learner's records kept changing while this row was being written. Upload the row again.")
    return _("The site would not write this row: %(reason)s") % {"reason": reason or _("it gave no reason.")}


_FIELD_TAKES = {
    "date": gettext_lazy("a date written as %(format)s, such as %(example)s"),
    "number": gettext_lazy("a number such as 12.5, without separators between thousands"),
    "yes_no": gettext_lazy("“yes” or “no”"),
    "url": gettext_lazy("a web address that begins with https:// or http://"),
    "choice": gettext_lazy("one of these values: %(choices)s"),
}


def _evidence_field_invalid(issue: Issue) -> str:
    values = {**issue.details, "value": issue.value, "column": issue.column}
    values["field"] = values.get("field") or issue.column
    match issue.details.get("reason"):
        case "required":
            return _("The chosen evidence type needs “%(field)s”. Fill in the column “%(column)s”.") % values
        case "unprintable":
            return _("“%(field)s” contains a character that cannot be printed. Remove it.") % values
        case "too_long":
            return _("“%(field)s” is longer than %(limit)s characters. Shorten it.") % values
    if issue.details.get("impossible"):
        return _("“%(field)s” “%(value)s”: there is no such day. Correct the date (%(format)s).") % values
    return _("“%(field)s” cannot be “%(value)s”. It takes %(takes)s.") % {**values, "takes": _takes(issue)}


def _takes(issue: Issue) -> str:
    """What a field of an evidence type takes, to end a sentence with."""
    kind, format_name = str(_detail(issue, "kind")), str(_detail(issue, "format"))
    if kind == "date" and not format_name:
        return _("a date, in the file's date format: choose that when you upload the file")
    takes = _FIELD_TAKES.get(kind, gettext_lazy("a value that the chosen evidence type accepts"))
    choices = _listed(_detail(issue, "choices")) + (", …" if issue.details.get("more") else "")
    return str(takes) % {"format": format_name, "example": date_example(format_name), "choices": choices}


def _with_reference(text: str, alone: str) -> Callable[[Issue], str]:
    """`alone` is what is said where the reference is not."""

    def told(issue: Issue) -> str:
        reference = _detail(issue, "reference")
        return _(text) % {"reference": reference} if reference else _(alone)

    return told


def _with_value(text: str) -> Callable[[Issue], str]:
    return lambda issue: _(text) % {"value": issue.value, "column": issue.column}


_TEXTS: Mapping[Code, Callable[[Issue], str]] = {
    Code.FILE_EMPTY: _with_value(gettext_noop("The file is empty: it has no heading line. Choose another file.")),
    Code.FILE_TOO_LARGE: _file_too_large,
    Code.TOO_MANY_ROWS: _too_many_rows,
    Code.FILE_UNREADABLE: _file_unreadable,
    Code.ENCODING_INVALID: _encoding_invalid,
    Code.RECORD_TOO_LONG: _with_value(
        gettext_noop(
            "This record is longer than 1 MiB. Shorten its cells; in a text file, look for a quotation mark that is "
            "missing or surplus here."
        )
    ),
    Code.QUOTE_UNCLOSED: _with_value(
        gettext_noop("A quoted cell is opened here and never closed. Close the quotation mark, or remove it.")
    ),
    Code.COLUMN_MISSING: _column_missing,
    Code.COLUMN_REPEATED: _column_repeated,
    Code.COLUMN_UNKNOWN: _column_unknown,
    Code.ENCODING_GUESSED: _encoding_guessed,
    Code.TOO_FEW_CELLS: _cells,
    Code.TOO_MANY_CELLS: _cells,
    Code.VALUE_TOO_LONG: _value_too_long,
    Code.VALUE_UNPRINTABLE: _with_value(
        gettext_noop(
            "%(column)s contains a character that cannot be printed, such as a line break or a tab. Remove it."
        )
    ),
    Code.USERNAME_BLANK: _with_value(gettext_noop("The username is missing.")),
    Code.LEARNER_NOT_FOUND: _not_found,
    Code.LEARNER_AMBIGUOUS: _with_value(
        gettext_noop(
            "More than one learner has the username “%(value)s”. Ask the site's operator to rename one of them."
        )
    ),
    Code.COMPLETION_DATE_BLANK: _with_value(gettext_noop("The completion date is missing.")),
    Code.COMPLETION_DATE_INVALID: _date_invalid,
    Code.DUE_DATE_INVALID: _date_invalid,
    Code.CERTIFICATION_BLANK: _with_value(
        gettext_noop("The certification is missing: give its short name, its ID number, or both.")
    ),
    Code.CERTIFICATION_AMBIGUOUS: _ambiguous,
    Code.CERTIFICATION_MISMATCH: _mismatch,
    Code.CERTIFICATION_NOT_ALLOWED: _with_value(
        gettext_noop("You may not record completions of “%(value)s”. Ask the site's operator, or leave the row out.")
    ),
    Code.CERTIFICATION_CLOSE_MATCH: _close_match,
    Code.CERTIFICATION_NOT_FOUND: _with_value(
        gettext_noop(
            "There is no certification “%(value)s”, so the row was ignored. Correct the name, or choose to create "
            "evidence."
        )
    ),
    Code.EVIDENCE_FIELD_INVALID: _evidence_field_invalid,
    Code.LEARNER_SUSPENDED: _with_value(
        gettext_noop("The learner's account is suspended; the row was treated like any other.")
    ),
    Code.CERTIFICATION_INACTIVE: _with_value(
        gettext_noop("The certification is no longer offered; the row was treated like any other.")
    ),
    Code.COMPLETION_IN_FUTURE: _with_value(gettext_noop("The completion date lies in the future. Is it a slip?")),
    Code.EXPIRES_IN_PAST: _with_value(
        gettext_noop("The record has expired already: its expiry date lies in the past.")
    ),
    Code.DUE_LONG_BEFORE_COMPLETION: _with_value(
        gettext_noop(
            "The due date lies more than one active period before the completion date. Was another date meant?"
        )
    ),
    Code.LOOKS_LIKE_SPREADSHEET_DAMAGE: _with_value(
        gettext_noop(
            "%(column)s “%(value)s” looks as if a spreadsheet program had changed it. Format the column as text there."
        )
    ),
    Code.SAME_COMPLETION_OTHER_EXPIRY: _other_expiry,
    Code.HOST_REFUSED: _host_refused,
    Code.HOST_UNAVAILABLE: _with_reference(
        gettext_noop("The site's records could not be reached. Upload the row again later (reference %(reference)s)."),
        gettext_noop("The site's records could not be reached. Upload the row again later."),
    ),
    Code.CERTIFICATION_MISCONFIGURED: _misconfigured,
    Code.INTERNAL_ERROR: _with_reference(
        gettext_noop(
            "Something went wrong while this row was worked on. Tell the site's operator the reference %(reference)s."
        ),
        gettext_noop(
            "Something went wrong while this row was worked on. The page of the import has the reference for the "
            "site's operator."
        ),
    ),
}
