"""What goes into reading a file, what comes out, and where reading can go on."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeAlias

from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.rows import Cell, RawRow

Record: TypeAlias = tuple[int, tuple[Cell, ...]]
"""The line on which a record starts, and its cells."""

TextRecord: TypeAlias = tuple[int, tuple[str, ...]]
"""The same of a record whose cells are texts."""


class ByteSource(Protocol):
    """The uploaded file, wherever its pieces are stored. It can be read again and again."""

    @property
    def size(self) -> int:
        """The length of the file in bytes."""

    def read_from(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset` on, in pieces of at most 512 KiB; nothing where the file ends there."""


class SliceReader(Protocol):
    """Reads records of a file from one place on; those whose cells are all blank are left out.

    `state` is the place after the records taken so far, `finished` whether the file ends there.
    """

    finished: bool

    @property
    def state(self) -> "ReaderState": ...

    def take_heading(self) -> "TextRecord | None":
        """The first record that is not blank; None if there is none. Raises Refused."""

    def take_slice(self, rows: int) -> Iterator["Record"]:
        """The next records: at most so many, and of about 4 MiB at most. Raises Refused, after what could be read."""


class Refused(Exception):
    """The file cannot be read, or not beyond the place that its issues name (import-rules.md §1.1)."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__(*issues)
        self.issues = issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file is read.

    `kind` is text, xlsx or ods. Of text: encoding, separator and quote, named as in `core.options`, never `auto`, and
    UTF-16 with its byte order (UTF-16LE, UTF-16BE). Of a workbook: the name of the sheet.
    """

    kind: str = "text"
    encoding: str = ""
    separator: str = ""
    quote: str = ""
    sheet: str = ""

    def as_mapping(self) -> dict[str, Any]:
        """The dialect as plain values that JSON can hold; `from_mapping` reads them back."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "Dialect":
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """A place between two records, from which reading can go on in another process.

    `offset` is the byte (in a workbook the length of all its cells before it) and `line` the physical line (from 1; in
    a workbook the sheet's row) on which the next record starts; `rows_read` counts the data rows before it, skipped
    rows and the heading excluded. `width` is the number of the heading's cells in a workbook, where blank cells at the
    end of a row are not written down.
    """

    dialect: Dialect
    offset: int
    line: int
    rows_read: int = 0
    width: int = 0

    @property
    def is_cheap(self) -> bool:
        """Whether going on here costs no more than having gone on at once: a workbook is unpacked from its start."""
        return self.dialect.kind == "text"

    def as_mapping(self) -> dict[str, Any]:
        """The state as plain values that JSON can hold; `from_mapping` reads them back."""
        return {
            "dialect": self.dialect.as_mapping(),
            "offset": self.offset,
            "line": self.line,
            "rows_read": self.rows_read,
            "width": self.width,
        }

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "ReaderState":
        return cls(**{**given, "dialect": Dialect.from_mapping(given["dialect"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a file is to be read, the place where its first record starts, and the warnings that come with that."""

    state: ReaderState
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The heading record with its raw texts, the warnings on the file so far, and the place right after it."""

    headings: tuple[str, ...]
    heading_line: int
    state: ReaderState
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSlice:
    """Some consecutive rows and the place after them. It is without rows after a long stretch of blank lines."""

    rows: tuple[RawRow, ...]
    state: ReaderState
