"""The rows of an ODS's sheet, from the XML of all sheets."""

from collections.abc import Mapping
from typing import TypeAlias

from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.lines import MAX_RECORD_BYTES
from cert_completion_plugin.tabular.workbooks.ods_cells import content
from cert_completion_plugin.tabular.workbooks.packages import refuse
from cert_completion_plugin.tabular.workbooks.sheets import MAX_COLUMNS, MAX_ROWS
from cert_completion_plugin.tabular.workbooks.xml_stream import Handler

RepeatedRow: TypeAlias = tuple[int, int, list[Cell]]
"""The number of a row, how many times it stands there from that number on, and its cells."""

# What stands in a text without being part of it: notes, shapes, how a word is pronounced.
_BESIDE = frozenset({"annotation", "frame", "custom-shape", "g", "note", "ruby-text"})


class OdsRows(Handler):
    """The rows of a sheet, handed out by `take`; those without any value are left out."""

    def __init__(self, sheet: str) -> None:
        super().__init__()
        self._sheet = sheet
        self._is_inside = False
        self._taken: list[RepeatedRow] = []
        self._number = 1
        self._times = 1
        self._cells: list[Cell] = []
        self._columns = 0
        self._cell: Mapping[str, str] | None = None
        self._paragraphs: list[str] = []
        self._depth = 0
        self._beside = 0

    def take(self) -> list[RepeatedRow]:
        """The rows that have been completed since the last time."""
        taken, self._taken = self._taken, []
        return taken

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._cell is not None:
            self._start_in_cell(name, attributes)
        elif name == "table":
            self._is_inside = attributes.get("name") == self._sheet
        elif not self._is_inside:
            return
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._paragraphs, self._depth = attributes, [], 0
        elif name == "table-row":
            self._times = _repeated(attributes, "number-rows-repeated")
            self._cells, self._columns = [], 0
            self.begin_row(self._number)

    def end(self, name: str) -> None:
        if self._cell is not None and self._depth:
            self._end_in_cell(name)
        elif self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == "table-row" and self._is_inside:
            self._end_row()
        elif name == "table":
            self._is_inside = False

    def _start_in_cell(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._beside or name in _BESIDE:
            self._beside += 1
            self.pause_text()
        elif name == "p" and self._depth == 1:
            self.begin_text()
        elif name == "s":
            self.text(" " * min(_repeated(attributes, "c"), MAX_RECORD_BYTES + 1))
        elif name in ("tab", "line-break"):
            self.text("\t" if name == "tab" else "\n")

    def _end_in_cell(self, name: str) -> None:
        self._depth -= 1
        if self._beside:
            self._beside -= 1
            # Behind a note in the middle of a text it goes on.
            if not self._beside and self._depth:
                self.begin_text()
        elif name == "p" and not self._depth:
            self._paragraphs.append(self.end_text())

    def _end_cell(self, attributes: Mapping[str, str]) -> None:
        times = _repeated(attributes, "number-columns-repeated")
        cell = content(attributes, self._paragraphs)
        if cell != "":
            if self._columns + times > MAX_COLUMNS:
                refuse("broken")
            self._cells.extend([""] * (self._columns - len(self._cells)))
            self._cells.extend([cell] * times)
        self._columns += times

    def _end_row(self) -> None:
        if self._cells:
            if self._number + self._times - 1 > MAX_ROWS:
                refuse("broken")
            self._taken.append((self._number, self._times, self._cells))
        self._number += self._times


def _repeated(attributes: Mapping[str, str], name: str) -> int:
    return max(1, int(attributes.get(name, 1)))
