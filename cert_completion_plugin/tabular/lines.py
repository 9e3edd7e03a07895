"""Bytes -> physical lines of text, with their places, in constant memory."""

import codecs
import io
from collections.abc import Iterator

from cert_completion_plugin.core.issues import Code, Issue, IssueDetail
from cert_completion_plugin.tabular.cells import RecordSplitter, closes_quote
from cert_completion_plugin.tabular.encodings import CODECS, decode, is_utf16
from cert_completion_plugin.tabular.values import ByteSource, ReaderState, Refused

MAX_RECORD_BYTES = 1024 * 1024


class Lines:
    """The physical lines of a file from one place on, and the record that is being put together from them.

    CR, LF and CRLF each end a line; nothing else does. Call `begin_record` when a record is complete. `record_offset`
    and `record_line` are the place where the present record starts, `record` its lines taken so far.
    """

    def __init__(self, source: ByteSource, state: ReaderState) -> None:
        self.record_offset = state.offset
        self.record_line = state.line
        self.record: list[str] = []
        self._record_bytes = 0
        self._offset = state.offset
        self._line = state.line
        self._source = source
        self._dialect = state.dialect

    def begin_record(self) -> None:
        self.record_offset = self._offset
        self.record_line = self._line
        self.record = []
        self._record_bytes = 0

    def texts(self) -> Iterator[str]:
        """Each line as text, with its line end.

        Raises Refused: `record_too_long` (line of the record; details `limit` in bytes, without the last line end, and
        `quote_line` if a quoted cell is open), `encoding_invalid` (line; details `encoding`, `offset` in the file from
        0, `bytes` as hexadecimal digits), `quote_unclosed` (line that opens the cell).
        """
        encoding = self._dialect.encoding
        for raw in self._raw_lines():
            self._record_bytes += len(raw)
            surplus = self._record_bytes - MAX_RECORD_BYTES
            if surplus > 0 and surplus > _line_end(raw, encoding):
                raise self._too_long()
            try:
                text = decode(raw, encoding)
            except UnicodeDecodeError as error:
                raise self._undecodable(error) from None
            self._offset += len(raw)
            self._line += 1
            self.record.append(text)
            yield text
        if self.record:
            raise self._unclosed()

    def _raw_lines(self) -> Iterator[bytes]:
        splitter = _LineSplitter(self._dialect.encoding)
        for piece in self._source.read_from(self._offset):
            yield from splitter.feed(piece)
            if self._record_bytes + splitter.held_bytes > MAX_RECORD_BYTES:
                # An endless line is not gathered to its end before it is refused.
                raise self._too_long()
        yield from splitter.rest()

    def _too_long(self) -> Refused:
        if not self.record:
            details = {"limit": MAX_RECORD_BYTES}
        elif closes_quote(self._rest(), self._dialect.quote):
            details = {"limit": MAX_RECORD_BYTES, "quote_line": self._quote_line()}
        else:
            # What swallowed the rest of the file is the quote; that the record is long only follows from it.
            return self._unclosed()
        return Refused(Issue(Code.RECORD_TOO_LONG, line=self.record_line, details=details))

    def _rest(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(CODECS[self._dialect.encoding])("replace")
        return map(decoder.decode, self._source.read_from(self._offset))

    def _unclosed(self) -> Refused:
        return Refused(Issue(Code.QUOTE_UNCLOSED, line=self._quote_line()))

    def _quote_line(self) -> int:
        splitter = RecordSplitter(self._dialect)
        for text in self.record:
            splitter.feed(text)
        return self.record_line + (splitter.opened_on or 0)

    def _undecodable(self, error: UnicodeDecodeError) -> Refused:
        details: dict[str, IssueDetail] = {
            "encoding": self._dialect.encoding,
            "offset": self._offset + error.start,
            "bytes": error.object[error.start : error.end].hex(),
        }
        return Refused(Issue(Code.ENCODING_INVALID, line=self._line, details=details))


class _LineSplitter:
    """Pieces of a file -> its physical lines, still as bytes.

    They are split as text of a kind that can be turned back into the very bytes. Byte by byte, as no encoding but
    UTF-16 uses the bytes CR and LF for anything else; UTF-16 by its units, half a pair being one too.
    """

    def __init__(self, encoding: str) -> None:
        self._codec, self._errors, self._unit = "latin-1", "strict", 1
        if is_utf16(encoding):
            self._codec, self._errors, self._unit = CODECS[encoding], "surrogatepass", 2
        self._decoder = codecs.getincrementaldecoder(self._codec)(self._errors)
        self._held = ""

    @property
    def held_bytes(self) -> int:
        """At least how many bytes the line that has not ended yet has so far."""
        return (len(self._held) - self._held.endswith("\r")) * self._unit

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that are complete with this piece, line ends included."""
        text = self._decoder.decode(piece)
        ends_a_line = "\n" in text or "\r" in text or self._held.endswith("\r")
        self._held += text
        if not ends_a_line:
            return []
        lines = list(io.StringIO(self._held, newline=""))
        # A CR at the very end waits for the LF that may follow.
        self._held = "" if not lines or lines[-1].endswith("\n") else lines.pop()
        return self._as_bytes(lines)

    def rest(self) -> list[bytes]:
        """The lines that end with the file, with the half of a unit that may stand there."""
        lines = self._as_bytes(list(io.StringIO(self._held, newline="")))
        half = self._decoder.getstate()[0]
        if half and lines and not self._held.endswith(("\r", "\n")):
            half = lines.pop() + half
        return [*lines, half] if half else lines

    def _as_bytes(self, lines: list[str]) -> list[bytes]:
        return [line.encode(self._codec, self._errors) for line in lines]


def _line_end(raw: bytes, encoding: str) -> int:
    ends = (end.encode(CODECS[encoding]) for end in ("\r\n", "\n", "\r"))
    return next((len(end) for end in ends if raw.endswith(end)), 0)
