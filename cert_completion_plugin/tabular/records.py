"""Physical lines -> records, handed out in slices that are bounded in rows and bytes."""

import csv
from collections.abc import Iterator
from dataclasses import replace

from cert_completion_plugin.core.parse import is_blank
from cert_completion_plugin.tabular.cells import RecordSplitter, csv_records
from cert_completion_plugin.tabular.lines import Lines
from cert_completion_plugin.tabular.values import ByteSource, ReaderState, Refused, TextRecord

SLICE_BYTES = 4 * 1024 * 1024


class RecordReader:
    """The records of a file from one place on; those whose cells are all blank are left out.

    `state` is the place after the records taken so far, `finished` whether the file ends there.
    """

    def __init__(self, source: ByteSource, state: ReaderState) -> None:
        self.finished = False
        self._start = state
        self._rows_read = state.rows_read
        self._lines = Lines(source, state)
        self._records = self._read()
        self._refused: Refused | None = None

    @property
    def state(self) -> ReaderState:
        lines = self._lines
        return replace(self._start, offset=lines.record_offset, line=lines.record_line, rows_read=self._rows_read)

    def take_heading(self) -> TextRecord | None:
        """The first record that is not blank; None if there is none. Raises Refused."""
        return next((record for record in self._records if not is_blank(record[1])), None)

    def take_slice(self, rows: int) -> Iterator[TextRecord]:
        """The next records: at most so many, and of about SLICE_BYTES at most, blank ones included.

        Raises Refused where the file cannot be read on, in a slice of its own after the records that could be read.
        """
        if self._refused:
            raise self._refused
        taken, last_offset = 0, self._lines.record_offset + SLICE_BYTES
        try:
            for record in self._records:
                if not is_blank(record[1]):
                    taken += 1
                    self._rows_read += 1
                    yield record
                if taken == rows or self._lines.record_offset >= last_offset:
                    return
        except Refused as refused:
            if not taken:
                raise
            self._refused = refused
            return
        self.finished = True

    def _read(self) -> Iterator[TextRecord]:
        lines, dialect = self._lines, self._start.dialect
        texts = lines.texts()
        records = csv_records(texts, dialect)
        while True:
            line = lines.record_line
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error:
                cells = self._split_by_hand(texts)
            lines.begin_record()
            yield line, tuple(cells)

    def _split_by_hand(self, texts: Iterator[str]) -> list[str]:
        """The record that has a cell too long for the csv module: the lines taken already, and those still missing."""
        splitter = RecordSplitter(self._start.dialect)
        complete = [splitter.feed(text) for text in self._lines.record][-1]
        while not complete:
            complete = splitter.feed(next(texts))
        return splitter.cells
