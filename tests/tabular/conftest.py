"""A file in memory, cut into pieces of any size."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.tabular import Head, Refused, read_head, read_slices


@dataclass(frozen=True)
class MemorySource:
    content: bytes
    piece: int = 512 * 1024

    @property
    def size(self) -> int:
        return len(self.content)

    def read_from(self, offset: int) -> Iterator[bytes]:
        for start in range(offset, len(self.content), self.piece):
            yield self.content[start : min(start + self.piece, len(self.content))]


@dataclass(frozen=True)
class Reading:
    """All that comes of a file: its head, its rows, and the issues with which it is refused."""

    head: Head | None
    rows: tuple[RawRow, ...]
    refused: tuple

    @property
    def lines(self):
        return [row.line for row in self.rows]

    @property
    def cells(self):
        return [row.cells for row in self.rows]


@pytest.fixture(scope="session")
def source():
    return MemorySource


@pytest.fixture(scope="session")
def read():
    """Read a whole file; anything but Refused comes through."""

    def read(content, *, piece=512 * 1024, rows_per_slice=5000, **options) -> Reading:
        rows: list[RawRow] = []
        head = None
        file = MemorySource(content.encode() if isinstance(content, str) else content, piece)
        try:
            head = read_head(file, Options(**options))
            for part in read_slices(file, head.state, rows_per_slice=rows_per_slice):
                rows += part.rows
        except Refused as refused:
            return Reading(head, tuple(rows), refused.issues)
        return Reading(head, tuple(rows), ())

    return read
