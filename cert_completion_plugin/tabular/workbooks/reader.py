"""The rows of a workbook, in slices, from any place on."""

from collections.abc import Iterator
from dataclasses import replace

from cert_completion_plugin.core.parse import cell_text, is_blank
from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.lines import MAX_RECORD_BYTES
from cert_completion_plugin.tabular.records import SLICE_BYTES
from cert_completion_plugin.tabular.values import ByteSource, ReaderState, Record, Refused, TextRecord
from cert_completion_plugin.tabular.workbooks.opening import FORMATS
from cert_completion_plugin.tabular.workbooks.packages import opened, refuse
from cert_completion_plugin.tabular.workbooks.sheets import SheetRow
from cert_completion_plugin.tabular.workbooks.xml_stream import record_too_long

MAX_BYTES = 2 * 1024**3
"""How long all rows together may be. A text, or a row, that is repeated takes hardly any room in the file."""


class WorkbookReader:
    """The records of a sheet from one place on; those whose cells are all blank are left out.

    `state` is the place after the records taken so far, `finished` whether the sheet ends there.
    """

    def __init__(self, source: ByteSource, state: ReaderState) -> None:
        self.finished = False
        self._start = state
        self._line, self._offset = state.line, state.offset
        self._rows_read, self._width = state.rows_read, state.width
        self._rows = _rows(source, state)
        self._refused: Refused | None = None

    @property
    def state(self) -> ReaderState:
        return replace(self._start, line=self._line, offset=self._offset, rows_read=self._rows_read, width=self._width)

    def take_heading(self) -> TextRecord | None:
        """The first record that is not blank, without the blank cells at its end; None if there is none.

        All further records are at least as wide. Raises Refused.
        """
        for line, cells in self._rows:
            self._count(line, cells)
            if not is_blank(cells):
                heading = tuple(map(_text, _padded(cells, 0)))
                self._width = len(heading)
                return line, heading
        return None

    def take_slice(self, rows: int) -> Iterator[Record]:
        """The next records: at most so many, and of about SLICE_BYTES at most.

        Raises Refused where the sheet cannot be read on, in a slice of its own after the records that could be read.
        """
        if self._refused:
            raise self._refused
        taken, last_offset = 0, self._offset + SLICE_BYTES
        try:
            for line, cells in self._rows:
                self._count(line, cells)
                if not is_blank(cells):
                    taken += 1
                    self._rows_read += 1
                    yield line, _padded(cells, self._width)
                if taken == rows or self._offset >= last_offset:
                    return
        except Refused as refused:
            if not taken:
                raise
            self._refused = refused
            return
        self.finished = True

    def _count(self, line: int, cells: list[Cell]) -> None:
        """Go on behind a row. Raises Refused (`record_too_long`, or kind `bomb`)."""
        size = sum(len(_text(cell).encode()) for cell in cells) + len(cells)
        if size > MAX_RECORD_BYTES:
            raise record_too_long(line)
        self._line = line + 1
        self._offset += size
        if self._offset > MAX_BYTES:
            refuse("bomb")


def _rows(source: ByteSource, state: ReaderState) -> Iterator[SheetRow]:
    with opened(source) as package:
        yield from FORMATS[state.dialect.kind].rows(package, state.dialect.sheet, state.line)


def _padded(cells: list[Cell], width: int) -> tuple[Cell, ...]:
    """As many cells as there are headings, and what is not blank beyond them."""
    while len(cells) > width and not cell_text(cells[-1]):
        cells.pop()
    return (*cells, *[""] * (width - len(cells)))


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.isoformat()
