"""The grammar of a record: the standard library's, and the same once more for what that one cannot do."""

import csv
from collections.abc import Iterable, Iterator
from enum import Enum

from cert_completion_plugin.core.options import NO_QUOTE
from cert_completion_plugin.tabular.values import Dialect


def csv_records(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records of these physical lines, by the csv module; no more lines are taken than a record needs.

    A quote character opens a quoted cell only as the first character of a cell. Another line is asked for in the
    middle of a record only while a quoted cell is open.
    """
    if dialect.quote == NO_QUOTE:
        return csv.reader(lines, delimiter=dialect.separator, quotechar=None, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=dialect.separator, quotechar=dialect.quote)


class Quoting(Enum):
    """How a cell stands in the file: bare, in quotes, or with text behind the quote that closes."""

    NONE = "none"
    WHOLE = "whole"
    TORN = "torn"


class RecordSplitter:
    """One record split by hand, line by line, with exactly the result of `csv_records`.

    The csv module fails on cells beyond `csv.field_size_limit` (131,072 characters unless somebody set it). That limit
    belongs to the whole process, so it is left as it is and such records come here. Also knows how each cell is quoted
    and which line a quoted cell was opened on, which the csv module does not tell.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.cells: list[str] = []
        self.quoting: list[Quoting] = []
        """Of each cell in `cells`."""
        self.opened_on: int | None = None
        """The line, counted from 0, on which the cell that is still open was opened."""
        self._separator = dialect.separator
        self._quote = "" if dialect.quote == NO_QUOTE else dialect.quote
        self._parts: list[str] = []
        self._lines = 0
        self._is_quoted = False

    def feed(self, line: str) -> bool:
        """Take the record's next physical line, with its line end. True if the record ends with it."""
        at = 0
        while True:
            if self._opens_at(line, at):
                self.opened_on = self._lines
                self._is_quoted = True
                at += 1
            if self.opened_on is not None:
                at = self._take_quoted(line, at)
            if self.opened_on is not None:
                break
            end = line.find(self._separator, at)
            self._take_unquoted(line[at:] if end < 0 else line[at:end])
            if end < 0:
                break
            at = end + 1
        self._lines += 1
        return self.opened_on is None

    def _opens_at(self, line: str, at: int) -> bool:
        return self.opened_on is None and self._quote != "" and line.startswith(self._quote, at)

    def _take_quoted(self, line: str, at: int) -> int:
        while (end := line.find(self._quote, at)) >= 0:
            self._parts.append(line[at:end])
            if not line.startswith(self._quote, end + 1):
                self.opened_on = None
                return end + 1
            self._parts.append(self._quote)
            at = end + 2
        self._parts.append(line[at:])
        return len(line)

    def _take_unquoted(self, text: str) -> None:
        text = text.rstrip("\r\n")
        self.cells.append("".join((*self._parts, text)))
        self.quoting.append((Quoting.TORN if text else Quoting.WHOLE) if self._is_quoted else Quoting.NONE)
        self._parts = []
        self._is_quoted = False


def closes_quote(texts: Iterable[str], quote: str) -> bool:
    """Whether a quoted cell that is open where these pieces of text begin is ever closed in them."""
    pending = ""
    for text in texts:
        # Doubled quotes are letters. A run of them at the end may go on in the next piece.
        inner = (pending + text).rstrip(quote)
        if quote in inner.replace(quote * 2, ""):
            return True
        pending = quote * ((len(pending) + len(text) - len(inner)) % 2)
    return pending != ""
