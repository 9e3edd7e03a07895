"""How the rows of a file are cut into portions: by learner, so that portions need no knowledge of each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from cert_completion_hooks.text import normalised

from cert_completion_plugin.core.rows import RawRow

SLICES = 1 << 16


def slice_of(row: RawRow, username_at: int) -> int:
    """The slice (0 to 65535) of a row: the same for all rows of one user name; rows without one are spread by line.

    `username_at` is the index of the user name's cell.
    """
    cell = row.cells[username_at] if username_at < len(row.cells) else ""
    username = normalised(cell if isinstance(cell, str) else cell.isoformat())
    return slice_of_name(username) if username else crc32(str(row.line).encode("ascii")) % SLICES


def slice_of_name(username: str) -> int:
    """The slice of all rows of a normalised user name."""
    return crc32(username.encode("utf-8", "surrogatepass")) % SLICES


@dataclass(frozen=True, slots=True)
class SliceRun:
    """A run of slices, both ends included, and how many rows it holds: the extent of one portion."""

    first: int
    last: int
    rows: int


def pack(counts: Iterable[tuple[int, int]], portion_rows: int) -> list[SliceRun]:
    """Pack slices into runs of about `portion_rows` rows; a slice with more rows stands alone.

    `counts` are (slice, rows) in ascending order of slices, none of them empty.
    """
    runs: list[SliceRun] = []
    first, last, packed = 0, 0, 0
    for number, rows in counts:
        if packed and packed + rows > portion_rows:
            runs.append(SliceRun(first, last, packed))
            packed = 0
        if not packed:
            first = number
        last, packed = number, packed + rows
    return [*runs, SliceRun(first, last, packed)] if packed else runs
