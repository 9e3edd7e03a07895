"""Encodings of text: how each is decoded, and which one a file is written in (import-rules.md §1 and §1.1)."""

import codecs
import re
from collections.abc import Iterable, Mapping

from cert_completion_plugin.core.issues import Code, Issue, IssueDetail
from cert_completion_plugin.core.options import AUTO
from cert_completion_plugin.tabular.values import ByteSource, Refused

GUESS = "windows-1252"

# The codecs of Windows where they hold all that the standard holds and more: the files come from spreadsheet programs.
CODECS: Mapping[str, str] = {
    "UTF-8": "utf-8",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "ISO-8859-1": "iso8859-1",
    "ISO-8859-2": "iso8859-2",
    "ISO-8859-15": "iso8859-15",
    "Shift_JIS": "cp932",
    "EUC-JP": "euc-jp",
    "GB18030": "gb18030",
    "Big5": "cp950",
    "EUC-KR": "cp949",
}

_MARKS = {name: "\ufeff".encode(CODECS[name]) for name in ("UTF-8", "UTF-16LE", "UTF-16BE", "GB18030")}

# What cp932 makes of the bytes 80, A0, FD, FE and FF, which mean nothing in any Shift_JIS.
_NOT_SHIFT_JIS = re.compile("[\x80\uf8f0-\uf8f3]")
_ASCII = bytes(range(0x80))


def is_utf16(encoding: str) -> bool:
    return encoding.startswith("UTF-16")


def decode(raw: bytes, encoding: str) -> str:
    """The text of these bytes. Raises UnicodeDecodeError, with the place, for bytes that the encoding cannot hold."""
    text = raw.decode(CODECS[encoding])
    if encoding == "Shift_JIS" and (strange := _NOT_SHIFT_JIS.search(text)):
        at = len(text[: strange.start()].encode(CODECS[encoding]))
        raise UnicodeDecodeError(encoding, raw, at, at + 1, "no character")
    return text


def length_of_marks(first: bytes, encoding: str) -> int:
    """How many bytes the byte order marks take; programs that add one do so each time a file is saved."""
    length, mark = 0, _MARKS.get(encoding)
    while mark and first.startswith(mark, length):
        length += len(mark)
    return length


def declared_encoding(first: bytes, chosen: str) -> str:
    """The encoding that was chosen or that a byte order mark names; "" if neither tells.

    UTF-16 chosen for a file without a mark is read in the byte order that has more zero bytes where ASCII has them,
    little-endian if that does not tell. Raises Refused (`encoding_invalid`) for the mark of another encoding than the
    chosen one (detail `marked`).
    """
    marked = next((name for name, mark in _MARKS.items() if first.startswith(mark)), "")
    if chosen == AUTO:
        return marked
    if marked and not marked.startswith(chosen):
        # Some encodings could hold the mark, as letters; the names behind it would be damaged without anybody noticing.
        details: dict[str, IssueDetail] = {
            "encoding": chosen,
            "offset": 0,
            "bytes": _MARKS[marked].hex(),
            "marked": marked,
        }
        raise Refused(Issue(Code.ENCODING_INVALID, line=1, details=details))
    return chosen if chosen != "UTF-16" else marked or _byte_order(first)


def _byte_order(first: bytes) -> str:
    return "UTF-16BE" if first[::2].count(0) > first[1::2].count(0) else "UTF-16LE"


def guess_encoding(source: ByteSource) -> tuple[str, tuple[Issue, ...]]:
    """UTF-8 if the whole file is, or broken UTF-8, which the reader refuses where it breaks; else windows-1252.

    With the latter comes the warning `encoding_guessed` (detail `encoding`). Reads the file once or twice.
    """
    if is_utf8(source.read_from(0)) or _is_broken_utf8(source.read_from(0)):
        return "UTF-8", ()
    return GUESS, (Issue(Code.ENCODING_GUESSED, details={"encoding": GUESS}),)


def is_utf8(pieces: Iterable[bytes], *, complete: bool = True) -> bool:
    """Whether these bytes are UTF-8; if they are not `complete`, the last character may be cut."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=complete)
    except UnicodeDecodeError:
        return False
    return True


def _is_broken_utf8(pieces: Iterable[bytes]) -> bool:
    """Whether sequences of several bytes that are UTF-8 outnumber the bytes that are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    sequences = invalid = 0
    for piece in pieces:
        # A character that is cut comes with the next piece.
        text = decoder.decode(piece)
        sequences += len(text) - len(piece) + len(piece.translate(None, _ASCII))
        invalid += len(piece) - len(text.encode())
    return sequences > invalid
