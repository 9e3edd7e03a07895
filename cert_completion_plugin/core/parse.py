"""From the cells of a row to its names and dates, before anybody is asked (import-rules.md §1.2 and §3)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import CertificationRef

from cert_completion_plugin.core.dates import DateFormat, fitting_formats
from cert_completion_plugin.core.headings import COMPLETION_DATE, DUE_DATE, ID_NUMBER, SHORT_NAME, USERNAME, Columns
from cert_completion_plugin.core.issues import Code, Issue, IssueDetail, in_order
from cert_completion_plugin.core.rows import Cell, ParsedRow, RawRow

LIMITS = {USERNAME: 150, SHORT_NAME: 255, ID_NUMBER: 100}
"""How many characters an identifier may have."""

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line and paragraph separators, and halves of a surrogate pair."""

_ROUNDED_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)
_DAY_NUMBER = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether a record is skipped: it has no cells, or all of them are blank."""
    return not any(map(cell_text, cells))


def cell_text(cell: Cell) -> str:
    """The normalised text of a cell; a native date is written YYYY-MM-DD."""
    return normalised(cell) if isinstance(cell, str) else cell.isoformat()


def is_rounded_number(text: str) -> bool:
    """Whether a normalised text looks like an identifier that a spreadsheet program made a number of."""
    return "+" in text and _ROUNDED_NUMBER.fullmatch(text) is not None


def is_day_number(text: str) -> bool:
    """Whether a normalised text looks like a date that a spreadsheet program made a number of."""
    return _DAY_NUMBER.fullmatch(text) is not None


def date_texts(raw: RawRow, columns: Columns) -> Iterator[str]:
    """The normalised texts of a row's date cells, for `DateVotes`; those of a ragged row have no vote (§2.1)."""
    cells = raw.cells
    if len(cells) == columns.width or not _ragged(cells, columns.width):
        for index in (columns.completion_date, columns.due_date):
            cell = cells[index]
            if isinstance(cell, str):
                yield normalised(cell)


def parse_row(raw: RawRow, columns: Columns, date_format: DateFormat | None) -> ParsedRow:
    """What a row says by itself, and everything that is wrong with it by itself.

    `date_format` None: the file was found to hold no date, so that any text in a date column is invalid. Never raises,
    whatever the cells hold.
    """
    return _Parser(columns, date_format).parse(raw)


def parse_rows(rows: Iterable[RawRow], columns: Columns, date_format: DateFormat | None) -> list[ParsedRow]:
    """The same of many rows."""
    return list(map(_Parser(columns, date_format).parse, rows))


class _Parser:
    """Parses rows of one file. Files hold few certifications and few dates, each of them often: what was found to be
    fine is not looked at again.
    """

    def __init__(self, columns: Columns, date_format: DateFormat | None) -> None:
        self._columns = columns
        self._date_format = date_format
        self._references: dict[tuple[Cell, Cell], CertificationRef] = {}
        self._days: dict[Cell, date] = {}

    def parse(self, raw: RawRow) -> ParsedRow:
        cells, columns = raw.cells, self._columns
        if len(cells) != columns.width and (ragged := _ragged(cells, columns.width)):
            return _ragged_row(raw, columns, ragged)
        issues: list[Issue] = []
        username, username_usable = _identifier(cells[columns.username], USERNAME, issues)
        if not username:
            issues.append(Issue(Code.USERNAME_BLANK, USERNAME, _raw_text(cells[columns.username])))
        reference_text, reference = self._reference(cells[columns.short_name], cells[columns.id_number], issues)
        return ParsedRow(
            line=raw.line,
            username_text=username,
            reference_text=reference_text,
            username=username if username and username_usable else None,
            reference=reference,
            completed=self._completed(cells[columns.completion_date], issues),
            due=self._date(cells[columns.due_date], DUE_DATE, Code.DUE_DATE_INVALID, issues),
            issues=in_order(issues) if issues else (),
            fields=_fields(cells, columns),
        )

    def _reference(
        self, short_cell: Cell, id_cell: Cell, issues: list[Issue]
    ) -> tuple[CertificationRef, CertificationRef | None]:
        """The names as they are to be shown, and those that can be looked up."""
        if known := self._references.get((short_cell, id_cell)):
            return known, known
        before = len(issues)
        short_name, short_usable = _identifier(short_cell, SHORT_NAME, issues)
        id_number, id_usable = _identifier(id_cell, ID_NUMBER, issues)
        reference = CertificationRef(short_name, id_number)
        if not (short_name or id_number):
            issues.append(Issue(Code.CERTIFICATION_BLANK, SHORT_NAME, _raw_text(short_cell)))
        if len(issues) == before:
            self._references[short_cell, id_cell] = reference
        return reference, _usable(reference, short_usable, id_usable)

    def _completed(self, cell: Cell, issues: list[Issue]) -> date | None:
        completed = self._date(cell, COMPLETION_DATE, Code.COMPLETION_DATE_INVALID, issues)
        if completed is None and not cell_text(cell):
            issues.append(Issue(Code.COMPLETION_DATE_BLANK, COMPLETION_DATE, _raw_text(cell)))
        return completed

    def _date(self, cell: Cell, column: str, invalid: Code, issues: list[Issue]) -> date | None:
        day = self._days.get(cell)
        if day is None and (day := _date(cell, column, invalid, self._date_format, issues)) is not None:
            self._days[cell] = day
        return day


def _usable(reference: CertificationRef, short_usable: bool, id_usable: bool) -> CertificationRef | None:
    """The names that can be looked up; one that cannot causes no further problem, the other still counts."""
    if not (short_usable and id_usable):
        reference = CertificationRef(reference.short_name * short_usable, reference.id_number * id_usable)
    return reference if reference.short_name or reference.id_number else None


def _ragged(cells: Sequence[Cell], width: int) -> Issue | None:
    details: dict[str, IssueDetail] = {"expected": width, "found": len(cells)}
    if len(cells) < width:
        return Issue(Code.TOO_FEW_CELLS, details=details)
    surplus = next((cell for cell in cells[width:] if cell_text(cell)), None)
    return None if surplus is None else Issue(Code.TOO_MANY_CELLS, value=_raw_text(surplus), details=details)


def _ragged_row(raw: RawRow, columns: Columns, issue: Issue) -> ParsedRow:
    def text_at(index: int) -> str:
        return cell_text(raw.cells[index]) if index < len(raw.cells) else ""

    return ParsedRow(
        line=raw.line,
        username_text=text_at(columns.username),
        reference_text=CertificationRef(text_at(columns.short_name), text_at(columns.id_number)),
        username=None,
        reference=None,
        completed=None,
        due=None,
        issues=(issue,),
    )


def _identifier(cell: Cell, column: str, issues: list[Issue]) -> tuple[str, bool]:
    """The normalised text, and whether it can be looked up."""
    text = cell_text(cell)
    if len(text) > LIMITS[column]:
        details: dict[str, IssueDetail] = {"limit": LIMITS[column], "length": len(text)}
        issues.append(Issue(Code.VALUE_TOO_LONG, column, _raw_text(cell), details=details))
        return text, False
    if not text.isprintable() and UNPRINTABLE.search(text):
        issues.append(Issue(Code.VALUE_UNPRINTABLE, column, _raw_text(cell)))
        return text, False
    if is_rounded_number(text):
        issues.append(Issue(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE, column, _raw_text(cell)))
    return text, True


def _date(cell: Cell, column: str, invalid: Code, date_format: DateFormat | None, issues: list[Issue]) -> date | None:
    if not isinstance(cell, str):
        return cell
    text = normalised(cell)
    if not text:
        return None
    day = date_format.read(text) if date_format else None
    if day is None:
        issues.extend(_date_issues(cell, text, column, invalid, date_format))
    return day


def _date_issues(cell: str, text: str, column: str, invalid: Code, date_format: DateFormat | None) -> list[Issue]:
    if UNPRINTABLE.search(text):
        return [Issue(Code.VALUE_UNPRINTABLE, column, cell)]
    issues = [Issue(invalid, column, cell, details=date_details(text, date_format))]
    if is_day_number(text):
        issues.append(Issue(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE, column, cell))
    return issues


def date_details(text: str, date_format: DateFormat | None) -> dict[str, IssueDetail]:
    """Why a text is no date: `format` that was expected, `impossible` day with its parts, format that `fits` it."""
    details: dict[str, IssueDetail] = {}
    if date_format:
        details["format"] = date_format.name
        if parts := date_format.parts(text):
            year, month, day = parts
            details.update(impossible=1, year=year, month=month, day=day)
    order = date_format.order if date_format else ""
    if fitting := sorted(fitting_formats(text), key=lambda one: one.order != order):
        details["fits"] = fitting[0].name
    return details


def _fields(cells: Sequence[Cell], columns: Columns) -> dict[str, Cell]:
    """The cells of the evidence type's fields as they stand, blank ones left out."""
    if not columns.fields:
        return {}
    return {name: cells[index] for name, index in columns.fields.items() if cell_text(cells[index])}


def _raw_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.isoformat()
