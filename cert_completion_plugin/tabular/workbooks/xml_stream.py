"""XML in constant memory: a part is fed to the parser piece by piece, and a handler notes what it needs."""

from collections.abc import Iterator, Mapping
from typing import IO, Any
from xml.parsers import expat

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.tabular.lines import MAX_RECORD_BYTES
from cert_completion_plugin.tabular.values import Refused
from cert_completion_plugin.tabular.workbooks.packages import refuse

_PIECE = 64 * 1024
# The parser holds tags and comments until they end, and the names of all elements that are open.
_LONGEST_TAG = 2 * 1024**2
_DEEPEST = 1000
# What a row may take while it is gathered, formulas and markup included. Its cells are measured when it is complete.
_LONGEST_ROW = 16 * MAX_RECORD_BYTES


class Handler:
    """Called for every element, with its name without namespace.

    Text is gathered between `begin_text` and `end_text`.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._gathers = False
        self._length = 0
        self._line: int | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def begin_row(self, line: int | None) -> None:
        """From here on the length of a row, or of what comes in its place, is counted anew."""
        self._line = line
        self._length = 0

    def begin_text(self) -> None:
        self._gathers = True

    def pause_text(self) -> None:
        self._gathers = False

    def end_text(self) -> str:
        """The text gathered since `begin_text`."""
        text = "".join(self._text)
        self._text = []
        self._gathers = False
        return text

    def text(self, text: str) -> None:
        if self._gathers:
            self.count(len(text))
            self._text.append(text)

    def count(self, length: int) -> None:
        """Count characters of the row. Raises Refused when there are far too many."""
        self._length += length
        if self._length > _LONGEST_ROW:
            raise record_too_long(self._line)


def record_too_long(line: int | None) -> Refused:
    return Refused(Issue(Code.RECORD_TOO_LONG, line=line, details={"limit": MAX_RECORD_BYTES}))


def feed(stream: IO[bytes], handler: Handler) -> Iterator[None]:
    """Parse a part; control comes back after every piece. Raises Refused, and what expat raises."""
    parser = _parser(handler)
    fed = 0
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - parser.CurrentByteIndex > _LONGEST_TAG:
            refuse("bomb")
        yield
    parser.Parse(b"", True)
    yield


def _parser(handler: Handler) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names = _LocalNames()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            refuse("bomb")
        handler.start(names[name], {names[key]: value for key, value in attributes.items()} if attributes else {})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(names[name])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


class _LocalNames(dict[str, str]):
    """Names without their namespaces, each cut once."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(" ")[2]
        # A part with names without end must not fill the memory.
        if len(self) < 10_000:
            self[name] = local
        return local


def _refuse_document_type(*arguments: Any) -> None:
    refuse("bomb")
