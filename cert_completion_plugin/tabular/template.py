"""The template to download: the headings and, in a workbook, the site's certifications on a second sheet."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import tablib
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from tablib.formats import registry

TEXT = "@"
"""The number format in which a spreadsheet leaves alone what is typed, such as an ID number 007."""

_BOM = "\ufeff"


def csv_template(headings: Sequence[str]) -> bytes:
    """The heading line alone, in UTF-8 with the mark by which Excel knows it."""
    return (_BOM + str(tablib.Dataset(headers=headings).export("csv"))).encode()


def xlsx_template(
    headings: Sequence[str], *, title: str, text_columns: int, names_title: str, names: Iterable[Sequence[str]]
) -> bytes:
    """A workbook: a sheet with the headings, and one with `names`, whose first row are its headings.

    The first `text_columns` of the first sheet keep what is typed as text.
    """
    book = Workbook()
    first, second = book.worksheets[0], book.create_sheet()
    first.title, second.title = _sheet_title(title), _sheet_title(names_title)
    _fill(first, headings, [])
    for index in range(1, text_columns + 1):
        first.column_dimensions[get_column_letter(index)].number_format = TEXT
    heading, *rows = names
    _fill(second, heading, rows)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Any, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    dataset = tablib.Dataset(*[[_printable(text) for text in row] for row in rows], headers=headings)
    registry.get_format("xlsx").dset_sheet(dataset, sheet)
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f":
                # A name that begins with = is a name, and no formula.
                cell.data_type = "s"
    for index, heading in enumerate(headings, start=1):
        longest = max([len(heading), *(len(row[index - 1]) for row in rows)])
        sheet.column_dimensions[get_column_letter(index)].width = min(longest + 4, 60)


def _printable(text: str) -> str:
    """A text as a workbook can hold it."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)


def _sheet_title(text: str) -> str:
    """At most 31 characters, without those that a workbook has other uses for."""
    return "".join("-" if letter in "\\*?:/[]" else letter for letter in text)[:31]
