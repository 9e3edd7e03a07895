"""Bytes -> physical lines of text, with their places, in constant memory."""

import codecs
from collections.abc import Iterator

from cert_completion_plugin.core.issues import Code, Issue, IssueDetail
from cert_completion_plugin.tabular.cells import RecordSplitter, closes_quote
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
            if self._record_bytes > MAX_RECORD_BYTES and self._record_bytes - _line_end(raw) > MAX_RECORD_BYTES:
                raise self._too_long()
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise self._undecodable(error) from None
            self._offset += len(raw)
            self._line += 1
            self.record.append(text)
            yield text
        if self.record:
            raise self._unclosed()

    def _raw_lines(self) -> Iterator[bytes]:
        # Byte-wise, as no encoding that is read so far uses the bytes CR and LF for anything else.
        held = bytearray()
        for piece in self._source.read_from(self._offset):
            # A CR at the very end waits for the LF that may follow.
            ends_a_line = b"\n" in piece or b"\r" in piece or held.endswith(b"\r")
            held += piece
            if ends_a_line:
                lines = bytes(held).splitlines(keepends=True)
                held = bytearray(b"" if not lines or lines[-1].endswith(b"\n") else lines.pop())
                yield from lines
            elif self._record_bytes + len(held) > MAX_RECORD_BYTES:
                # An endless line is not gathered to its end before it is refused.
                raise self._too_long()
        yield from bytes(held).splitlines(keepends=True)

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
        decoder = codecs.getincrementaldecoder(self._dialect.encoding)("replace")
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


def _line_end(raw: bytes) -> int:
    return len(raw) - len(raw.rstrip(b"\r\n"))
