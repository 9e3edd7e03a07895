"""Tables to bytes: CSV and documents in JSON piece by piece, XLSX and lists in JSON through tablib as a whole."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import tablib

from cert_completion_plugin.core.guard import guarded
from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.formats import WRITTEN_XLSX, register_formats
from cert_completion_plugin.tabular.workbooks.writing import FIRST_YEAR

MOST_ROWS_AT_ONCE = 100_000
"""Of XLSX and JSON, which are made as a whole."""

_PIECE = 64 * 1024


def csv_pieces(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, separator: str = ",", date_format: str = ""
) -> Iterator[bytes]:
    """A CSV file in UTF-8 with a byte order mark, in pieces of about 64 KiB; guarded against formulas.

    Native dates are written in the date format, such as DD/MM/YYYY; without one as YYYY-MM-DD.
    """
    buffer = _Lines()
    writer = csv.writer(buffer, delimiter=separator)
    buffer.write("\ufeff")
    writer.writerow([guarded(heading) for heading in headings])
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else date_text(cell, date_format) for cell in row])
        if buffer.size > _PIECE:
            yield buffer.take()
    yield buffer.take()


def pushed_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A CSV file to be imported, in pieces of about 64 KiB: UTF-8, commas, double quotes, and every cell as it is.

    `PUSHED_DIALECT` are the options with which it is read as it was written.
    """
    buffer = _Lines()
    writer = csv.writer(buffer, delimiter=",", quotechar='"', lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        if buffer.size > _PIECE:
            yield buffer.take()
    yield buffer.take()


PUSHED_DIALECT: Mapping[str, str] = {"encoding": "UTF-8", "separator": ",", "quote": '"'}


def xlsx(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "", date_format: str = "") -> bytes:
    """A workbook with one sheet in which every text is typed and formatted as text; guarded against formulas.

    Native dates stay native dates where a workbook can hold them. Raises TooLongForWorkbook.
    """

    def written(cell: Cell) -> Cell:
        if isinstance(cell, str):
            return guarded(cell)
        return cell if cell.year >= FIRST_YEAR else date_text(cell, date_format)

    register_formats()
    lines = [list(map(written, row)) for row in (headings, *rows)]
    return bytes(_filled(tablib.Dataset(title=sheet), lines).export(WRITTEN_XLSX))


def json_document(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A JSON list with an object for each row; dates are written YYYY-MM-DD. A column without a heading gets one."""
    lines = [[cell if isinstance(cell, str) else cell.isoformat() for cell in row] for row in rows]
    dataset = _filled(tablib.Dataset(), lines)
    dataset.headers = _names(headings, dataset.width)
    return str(dataset.export("json")).encode()


def json_pieces(head: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A JSON object in UTF-8, in pieces of about 64 KiB: what `head` has, and under `name` the rows, each on a line."""
    buffer = _Lines()
    buffer.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}"))
    buffer.write(f",\n {json.dumps(name)}: [")
    separator = "\n  "
    for row in rows:
        buffer.write(separator + json.dumps(row, ensure_ascii=False))
        separator = ",\n  "
        if buffer.size > _PIECE:
            yield buffer.take("backslashreplace")
    buffer.write("\n ]\n}\n")
    yield buffer.take("backslashreplace")


def _names(headings: Sequence[str], width: int) -> list[str]:
    """A name of its own for each column: no two cells of a row may have the same key."""
    names: dict[str, None] = {}
    for number, heading in enumerate([*headings, *[""] * (width - len(headings))], start=1):
        name = heading if heading.strip() else f"column {number}"
        while name in names or (name != heading and name in headings):
            name += "'"
        names[name] = None
    return list(names)


def date_text(day: date, date_format: str) -> str:
    """A date in one of the formats in which dates are read."""
    if not date_format:
        return day.isoformat()
    parts = {"YYYY": f"{day.year:04}", "YY": f"{day.year % 100:02}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    for part, text in parts.items():
        date_format = date_format.replace(part, text)
    return date_format


def _filled(dataset: tablib.Dataset, lines: Sequence[Sequence[Cell]]) -> tablib.Dataset:
    """All lines as wide as the widest: a row that was torn has cells beyond the headings."""
    width = max(map(len, lines), default=0)
    dataset.extend([[*line, *[""] * (width - len(line))] for line in lines])
    return dataset


class _Lines:
    """What the csv module has written since it was taken last."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self.size = 0

    def write(self, text: str) -> Any:
        self._texts.append(text)
        self.size += len(text)

    def take(self, errors: str = "replace") -> bytes:
        """`errors`: what is made of surrogates that stand alone; in JSON `\\udc80` is how they are written."""
        taken = "".join(self._texts)
        self._texts.clear()
        self.size = 0
        return taken.encode("utf-8", errors)
