"""Which separator and quote character a file is written with: each is tried on its first records (import-rules.md §1).

What counts, in this order: how many of the required headings are found; how well the rows' numbers of cells agree with
the heading's; the order of preference. The single quote is taken only where cells really stand in single quotes, and
no quote that is never closed speaks against a dialect: it is told to whoever uploaded the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cert_completion_hooks.text import heading_key, normalised

from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.core.options import AUTO, NO_QUOTE, SEPARATORS, Options
from cert_completion_plugin.core.parse import is_blank
from cert_completion_plugin.tabular.cells import Quoting, RecordSplitter
from cert_completion_plugin.tabular.contents import first_bytes
from cert_completion_plugin.tabular.lines import MAX_RECORD_BYTES, Lines
from cert_completion_plugin.tabular.values import ByteSource, Dialect, ReaderState, Refused

_DOUBLE, _SINGLE = '"', "'"
_SAMPLE_RECORDS = 200
_SAMPLE_BYTES = 128 * 1024
# Room for a heading and a last row of the greatest length, so that no record of the right dialect is cut.
_READ_BYTES = 2 * MAX_RECORD_BYTES + _SAMPLE_BYTES
_LONGEST_HEADING = 255

# Excel's own convention. It heeds the line in any case, and with quotes around it.
_SEPARATOR_LINE = re.compile(rf"(\"?)sep=([{re.escape(''.join(SEPARATORS))}])\1", re.IGNORECASE)


def find_dialect(source: ByteSource, start: ReaderState, options: Options) -> ReaderState:
    """The place of the first line to read, with the whole dialect, given the place where the text begins.

    A first line such as `sep=;` names the separator and is left out; so are blank lines. What the options choose is
    taken; the rest is detected.
    """
    separators: tuple[str, ...] = SEPARATORS if options.separator == AUTO else (options.separator,)
    quotes = (_DOUBLE, _SINGLE) if options.quote == AUTO else (options.quote,)
    start, separators = _after_leading_lines(source, start, separators)
    if len(separators) == len(quotes) == 1:
        return _in_dialect(start, separators[0], quotes[0])
    sample = _Sample(first_bytes(source, start.offset, _READ_BYTES))
    readings = [_in_likelier_quote(sample, start, separator, quotes) for separator in separators]
    best = max(readings, key=lambda reading: reading.score)
    return replace(start, dialect=best.dialect)


def _in_dialect(state: ReaderState, separator: str, quote: str) -> ReaderState:
    return replace(state, dialect=replace(state.dialect, separator=separator, quote=quote))


def _after_leading_lines(
    source: ByteSource, start: ReaderState, separators: tuple[str, ...]
) -> tuple[ReaderState, tuple[str, ...]]:
    """The place of the first line that is not blank, and the separators that are possible after a line `sep=;`."""
    lines = Lines(source, _in_dialect(start, separators[0], NO_QUOTE))
    try:
        for text in lines.texts():
            if lines.record_line == 1 and (named := _SEPARATOR_LINE.fullmatch(text.rstrip("\r\n"))):
                separators = separators if len(separators) == 1 else (named[2],)
            elif not _is_blank_line(text, "".join(separators)):
                break
            lines.begin_record()
    except Refused:
        pass  # Whoever reads on from there meets it too.
    return replace(start, offset=lines.record_offset, line=lines.record_line), separators


def _is_blank_line(text: str, separators: str) -> bool:
    rest = text.strip(separators + " \r\n")
    return not rest or not normalised(rest.translate(dict.fromkeys(map(ord, separators))))


@dataclass(frozen=True, slots=True)
class _Sample:
    """The beginning of a file, as a source."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_from(self, offset: int) -> Iterator[bytes]:
        step = _SAMPLE_BYTES
        return (self.content[at : at + step] for at in range(offset, len(self.content), step))


@dataclass(slots=True)
class _Quotes:
    """How many cells begin with the quote character, and how they go on."""

    whole: int = 0
    needed: int = 0
    """Of the whole ones, those that could not do without."""
    broken: int = 0
    """Torn or never closed."""

    def note(self, record: RecordSplitter, dialect: Dialect) -> None:
        for cell, quoting in zip(record.cells, record.quoting, strict=True):
            if quoting is Quoting.WHOLE:
                self.whole += 1
                self.needed += any(mark in cell for mark in (dialect.separator, dialect.quote, "\n", "\r"))
            elif quoting is Quoting.TORN:
                self.broken += 1
        self.broken += record.opened_on is not None


@dataclass(slots=True)
class _Reading:
    """What the first records are when they are read in one dialect."""

    dialect: Dialect
    known: int = 0
    """The required headings that were found."""
    width: int = 0
    rows: int = 0
    fitting: int = 0
    """The rows with as many cells as the heading."""
    heading_quotes: _Quotes = field(default_factory=_Quotes)
    row_quotes: _Quotes = field(default_factory=_Quotes)

    @property
    def share(self) -> float:
        return self.fitting / self.rows if self.rows else 1.0

    @property
    def score(self) -> tuple[int, float]:
        return self.known, self.share * (self.width - 1)

    def take_heading(self, heading: RecordSplitter) -> None:
        texts = [cell for cell in heading.cells if len(cell) <= _LONGEST_HEADING]
        self.known = len(set(map(heading_key, texts)) & set(REQUIRED))
        self.width = len(heading.cells)
        self.heading_quotes.note(heading, self.dialect)

    def take_row(self, row: RecordSplitter) -> None:
        self.row_quotes.note(row, self.dialect)
        if row.opened_on is None:
            self.rows += 1
            self.fitting += len(row.cells) == self.width


def _in_likelier_quote(sample: _Sample, start: ReaderState, separator: str, quotes: tuple[str, ...]) -> _Reading:
    first, *others = (_read(sample, _in_dialect(start, separator, quote)) for quote in quotes)
    return next((other for other in others if _is_likelier(other, first)), first)


def _is_likelier(single: _Reading, double: _Reading) -> bool:
    """Whether a file is written with single quotes: never because of what the double ones leave open.

    Apostrophes begin names ('s Nachts) and numbers that a spreadsheet keeps as text ('00123); what follows them up to
    the next apostrophe is no cell. A cell of one's own words in single quotes is possible, one in each row is not.
    """
    if single.known != double.known:
        return single.known > double.known and single.heading_quotes.whole > 0
    found, against = single.row_quotes, double.row_quotes
    if found.whole <= found.broken + against.whole + against.broken or single.share < double.share:
        return False
    return found.needed > 0 or found.whole >= single.rows


def _read(sample: _Sample, state: ReaderState) -> _Reading:
    reading = _Reading(state.dialect)
    records = (record for record in _records(sample, replace(state, offset=0)) if _is_told(record))
    if heading := next(records, None):
        reading.take_heading(heading)
    for row in records:
        reading.take_row(row)
    return reading


def _is_told(record: RecordSplitter) -> bool:
    return record.opened_on is not None or not is_blank(record.cells)


def _records(sample: _Sample, state: ReaderState) -> Iterator[RecordSplitter]:
    """The first records, blank ones included; the last may be one that is never closed."""
    lines, record = Lines(sample, state), RecordSplitter(state.dialect)
    count = behind_first = 0
    try:
        for text in lines.texts():
            if record.feed(text):
                lines.begin_record()
                yield record
                count, behind_first = count + 1, behind_first or lines.record_offset
                if count == _SAMPLE_RECORDS or lines.record_offset - behind_first >= _SAMPLE_BYTES:
                    return
                record = RecordSplitter(state.dialect)
    except Refused:
        if record.opened_on is not None:
            yield record
