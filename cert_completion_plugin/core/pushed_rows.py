"""Rows that another system pushes as data, made the table of a file as import-rules.md §1 wants it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cert_completion_hooks.text import heading_key

from cert_completion_plugin.core.headings import REQUIRED

MOST_COLUMNS = 100
"""Of pushed rows: each row may bring keys of its own, and all rows together are one table."""

MOST_FAULTS = 50
"""So many are told at once."""


class FaultKind(StrEnum):
    """What keeps pushed rows from being a table.

    `not_a_row`: a row is no mapping. `not_a_text`: a cell is neither a text nor None; a number has lost the zeros
    before it. `not_unicode`: a text holds half a character (a lone surrogate). `repeated`: two keys of a row are the
    same column, as headings are compared. `too_many_columns`: the rows have more than `MOST_COLUMNS` different keys.
    """

    NOT_A_ROW = "not_a_row"
    NOT_A_TEXT = "not_a_text"
    NOT_UNICODE = "not_unicode"
    REPEATED = "repeated"
    TOO_MANY_COLUMNS = "too_many_columns"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, counted from 0, or with the cell under one key of it."""

    kind: FaultKind
    row: int
    key: str | None = None


class RowsFaulty(ValueError):
    """Rows that make no table; `faults` are the first of what is wrong with them, in order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(_told, faults)))
        self.faults = tuple(faults)


def _told(fault: Fault) -> str:
    place = f"row {fault.row}" if fault.key is None else f"row {fault.row}, {fault.key!r}"
    return f"{place}: {fault.kind}"


@dataclass(frozen=True, slots=True)
class PushedTable:
    """The headings of a file, and its rows, each with a cell for every heading."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(rows: Sequence[Mapping[str, str | None]]) -> PushedTable:
    """The table of these rows: the required columns first, then the others in the order in which they appear.

    Keys are headings, and are compared as those are; the first spelling of a column that is not required is its
    heading. What a row lacks, and None, are blank cells. Raises RowsFaulty.
    """
    columns = {name: index for index, name in enumerate(REQUIRED)}
    headings = list(REQUIRED)
    faults: list[Fault] = []
    cells: list[dict[int, str]] = []
    for number, row in enumerate(rows):
        cells.append(dict(_cells(number, row, columns, headings, faults)))
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise RowsFaulty(faults[:MOST_FAULTS])
    width = range(len(headings))
    return PushedTable(tuple(headings), tuple(tuple(some.get(index, "") for index in width) for some in cells))


def _cells(
    number: int, row: Any, columns: dict[str, int], headings: list[str], faults: list[Fault]
) -> Iterator[tuple[int, str]]:
    """The cells of one row, each with the index of its column; new columns and faults are added to what is given."""
    if not isinstance(row, Mapping):
        faults.append(Fault(FaultKind.NOT_A_ROW, number))
        return
    seen: set[str] = set()
    for heading, value in row.items():
        column = heading_key(heading)
        fault = _fault(heading, value, column in seen)
        if fault is None and column not in columns and len(headings) >= MOST_COLUMNS:
            fault = FaultKind.TOO_MANY_COLUMNS
        if fault is not None:
            faults.append(Fault(fault, number, heading))
            continue
        seen.add(column)
        if column not in columns:
            columns[column] = len(headings)
            headings.append(heading)
        yield columns[column], value or ""


def _fault(heading: str, value: Any, is_repeated: bool) -> FaultKind | None:
    if value is not None and not isinstance(value, str):
        return FaultKind.NOT_A_TEXT
    if not _is_unicode(heading) or not _is_unicode(value or ""):
        return FaultKind.NOT_UNICODE
    return FaultKind.REPEATED if is_repeated else None


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
