"""A workbook in which texts stay texts: no program makes numbers, dates or formulas of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from cert_completion_plugin.core.rows import Cell

LONGEST_TEXT = 32_767
"""Characters in one cell, of any workbook."""

_TEXT, _DATE = "@", "yyyy-mm-dd"
FIRST_YEAR = 1901
"""Of native dates: the calendar of workbooks begins in 1900, with a leap day that there was not."""

_COLUMN_WIDTH = 20
_LONGEST_NAME = 31
# What XML cannot hold, or gives back otherwise, and what reads like the escape for it.
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[\\*?:/\[\]]")


class TooLongForWorkbook(ValueError):
    """A text has more characters than a cell of a workbook can hold."""


def workbook_of(lines: Iterable[Sequence[Cell]], sheet: str) -> bytes:
    """A workbook with these lines; the first one stays in sight. Raises TooLongForWorkbook."""
    workbook = Workbook(write_only=True)
    worksheet: Any = workbook.create_sheet(_NOT_IN_NAMES.sub(" ", sheet).strip(" '")[:_LONGEST_NAME] or "Import")
    worksheet.freeze_panes = "A2"
    worksheet.sheet_format.defaultColWidth = _COLUMN_WIDTH
    for line in lines:
        worksheet.append(_cells(worksheet, line))
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cells(worksheet: Any, line: Sequence[Cell]) -> Iterator[Any]:
    """One after the other: each is written before the next is made, so that all texts can share a cell."""
    text: Any = WriteOnlyCell(worksheet, "")
    text.number_format = _TEXT
    for value in line:
        if isinstance(value, date):
            day: Any = WriteOnlyCell(worksheet)
            day.value = value
            day.number_format = _DATE
            yield day
        elif value:
            text.data_type, text._value = "s", _written(value)
            yield text
        else:
            yield None


def _written(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise TooLongForWorkbook(f"{len(text)} characters, of {LONGEST_TEXT} at most")
    return _NO_CHARACTER.sub("\ufffd", _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
