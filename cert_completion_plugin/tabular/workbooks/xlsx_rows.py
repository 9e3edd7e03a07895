"""The rows of an XLSX's sheet, from its XML."""

from collections.abc import Mapping

from openpyxl.utils import column_index_from_string

from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.workbooks.packages import refuse
from cert_completion_plugin.tabular.workbooks.sheets import MAX_COLUMNS, MAX_ROWS, SheetRow
from cert_completion_plugin.tabular.workbooks.values import Numbers, date_of
from cert_completion_plugin.tabular.workbooks.xlsx_strings import SharedStrings, unescaped
from cert_completion_plugin.tabular.workbooks.xml_stream import Handler


class XlsxRows(Handler):
    """The rows of a sheet from row `first` on, handed out by `take`; those without any value are left out."""

    def __init__(self, strings: SharedStrings, numbers: Numbers, first: int) -> None:
        super().__init__()
        self._strings = strings
        self._numbers = numbers
        self._first = first
        self._taken: list[SheetRow] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._cell: Mapping[str, str] | None = None
        self._value = ""
        self._formula: str | None = None
        self._inline = ""
        self._is_pronunciation = False

    def take(self) -> list[SheetRow]:
        """The rows that have been completed since the last time."""
        taken, self._taken = self._taken, []
        return taken

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._cell is not None:
            self._start_in_cell(name)
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)

    def end(self, name: str) -> None:
        if self._cell is not None:
            self._end_in_cell(name, self._cell)
        elif name == "row" and self._cells:
            self._taken.append((self._number, self._cells))

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = int(float(attributes["r"])) if "r" in attributes else self._number + 1
        if not self._number < number <= MAX_ROWS:
            refuse("broken")
        self._number, self._column, self._cells = number, 0, []
        self.begin_row(number)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
        if self._column > MAX_COLUMNS:
            refuse("broken")
        if self._number >= self._first:
            self._cell, self._value, self._formula, self._inline = attributes, "", None, ""

    def _start_in_cell(self, name: str) -> None:
        if name in ("v", "f") or (name == "t" and not self._is_pronunciation):
            self.begin_text()
        elif name == "rPh":
            self._is_pronunciation = True

    def _end_in_cell(self, name: str, cell: Mapping[str, str]) -> None:
        if name == "v":
            self._value = self.end_text()
        elif name == "c":
            self._keep(self._content(cell))
            self._cell = None
        elif name == "f":
            self._formula = self.end_text()
        elif name == "t":
            self._inline += self.end_text()
        elif name == "rPh":
            self._is_pronunciation = False

    def _keep(self, content: Cell) -> None:
        if content != "":
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = content

    def _content(self, cell: Mapping[str, str]) -> Cell:
        kind, value = cell.get("t", "n"), self._value
        if kind == "inlineStr":
            return unescaped(self._inline)
        if not value:
            # A formula that gives "" says so by its kind; one that was never calculated has no value at all.
            return f"={self._formula}" if self._formula is not None and kind == "n" else ""
        if kind == "n":
            return self._numbers.read(value, int(cell.get("s", 0)))
        if kind == "s":
            text = self._strings[int(value)]
            self.count(len(text))
            return text
        if kind == "b":
            return "FALSE" if value == "0" else "TRUE"
        return date_of(value) if kind == "d" else unescaped(value)


def _column(reference: str) -> int:
    return column_index_from_string(reference.rstrip("0123456789"))
