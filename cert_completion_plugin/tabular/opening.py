"""What the first bytes and the options tell about a file: whether it is text, and how to read it."""

import codecs

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import AUTO, Options
from cert_completion_plugin.tabular.values import ByteSource, Dialect, Opening, ReaderState, Refused

_LOOKED_AT = 64 * 1024

# The first of these that a file begins with decides.
_SIGNATURES = (
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    (b"\x1f\x8b", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"%PDF-", "document"),
    (b"{\\rtf", "document"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOK_PARTS = (b"[Content_Types].xml", b"docProps/", b"xl/", b"opendocument.spreadsheet")

_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
# Text may hold some NUL and other control characters, which are then problems of their rows. A file that is not even
# UTF-8 needs far fewer of them to count as binary: random bytes have one in ten, legacy text has none. And UTF-8 with a
# first line to read is text, whatever its rows hold.
_BINARY_SHARE = 0.30
_BINARY_SHARE_UNDECODABLE = 0.05


def open_text(source: ByteSource, options: Options) -> Opening:
    """The place where the text of a file begins (after a byte order mark), with the dialect to read it in.

    Raises Refused: `file_empty` without any byte; `file_unreadable` for what is no text, or no text that can be read
    so far. Its detail `kind` is one of workbook, archive, picture, document, utf-16, encoding, binary; with
    `encoding`, the detail `encoding` names the chosen one (import-rules.md §1 and §1.1).
    """
    first = _first_bytes(source)
    if not first:
        raise Refused(Issue(Code.FILE_EMPTY))
    _refuse_other_formats(first)
    return Opening(state=ReaderState(dialect=_dialect(options), offset=_length_of_marks(first), line=1))


def _length_of_marks(first: bytes) -> int:
    """How many bytes the byte order marks take; programs that add one do so each time a file is saved."""
    length = 0
    while first.startswith(codecs.BOM_UTF8, length):
        length += len(codecs.BOM_UTF8)
    return length


def _first_bytes(source: ByteSource) -> bytes:
    first = bytearray()
    for piece in source.read_from(0):
        first += piece[: _LOOKED_AT - len(first)]
        if len(first) == _LOOKED_AT:
            break
    return bytes(first)


def _refuse_other_formats(first: bytes) -> None:
    kind = next((kind for signature, kind in _SIGNATURES if first.startswith(signature)), "")
    if kind == "archive" and any(part in first for part in _WORKBOOK_PARTS):
        kind = "workbook"
    if not kind and _is_binary(first):
        kind = "binary"
    if kind:
        raise Refused(Issue(Code.FILE_UNREADABLE, details={"kind": kind}))


def _is_binary(first: bytes) -> bool:
    is_utf8 = _is_utf8(first)
    first_line = next(iter(first.lstrip().splitlines()), b"")
    if is_utf8 and first_line and not _controls_in(first_line):
        return False
    return _controls_in(first) / len(first) > (_BINARY_SHARE if is_utf8 else _BINARY_SHARE_UNDECODABLE)


def _controls_in(text: bytes) -> int:
    return len(text) - len(text.translate(None, _CONTROLS))


def _is_utf8(first: bytes) -> bool:
    try:
        # Incremental, since the last character may have been cut in the middle.
        codecs.getincrementaldecoder("utf-8")().decode(first)
    except UnicodeDecodeError:
        return False
    return True


def _dialect(options: Options) -> Dialect:
    if options.encoding not in (AUTO, "UTF-8"):
        raise Refused(Issue(Code.FILE_UNREADABLE, details={"kind": "encoding", "encoding": options.encoding}))
    return Dialect(
        encoding="UTF-8",
        separator="," if options.separator == AUTO else options.separator,
        quote='"' if options.quote == AUTO else options.quote,
    )
