"""What the first bytes show a file to be if it is no text (import-rules.md §1.1, `file_unreadable`)."""

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.tabular.encodings import CODECS, is_utf8, is_utf16
from cert_completion_plugin.tabular.values import ByteSource, Refused

_LOOKED_AT = 64 * 1024

# ZIP archives are not among them: they are opened as workbooks.
_SIGNATURES = (
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
)

_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
# Text may hold some NUL and other control characters, which are then problems of their rows. A file that is not even
# UTF-8 needs far fewer of them to count as binary: random bytes have one in ten, legacy text has none. And a file whose
# encoding is known is text if its first line can be read, whatever its rows hold.
_BINARY_SHARE = 0.30
_BINARY_SHARE_UNDECODABLE = 0.05


def first_bytes(source: ByteSource, offset: int = 0, length: int = _LOOKED_AT) -> bytes:
    """So many bytes from `offset` on, or all that there are."""
    first = bytearray()
    for piece in source.read_from(offset):
        first += piece[: length - len(first)]
        if len(first) == length:
            break
    return bytes(first)


def refuse_other_formats(first: bytes) -> None:
    """Raise Refused (`file_unreadable`; detail `kind`: archive, picture or document) for other formats."""
    kind = next((kind for signature, kind in _SIGNATURES if first.startswith(signature)), "")
    if kind:
        raise _unreadable(kind)


def refuse_binary(first: bytes, encoding: str) -> None:
    """Raise Refused (`file_unreadable`) for what is no text in this encoding, or in any byte-wise one if it is "".

    The detail `kind` is utf-16 for UTF-16 that neither a byte order mark nor the choice declares, else binary.
    """
    if is_utf16(encoding):
        first = first.decode(CODECS[encoding], "replace").encode()
    elif _looks_like_utf16(first):
        raise _unreadable("utf-16")
    if _is_binary(first, declared=encoding != ""):
        raise _unreadable("binary")


def _unreadable(kind: str) -> Refused:
    return Refused(Issue(Code.FILE_UNREADABLE, details={"kind": kind}))


def _looks_like_utf16(first: bytes) -> bool:
    """Whether the first line is mostly ASCII when read as UTF-16, as headings are. Other text gives other letters."""
    return any(_starts_with_ascii(first.decode(codec, "replace")) for codec in ("utf-16-le", "utf-16-be"))


def _starts_with_ascii(text: str) -> bool:
    line = next(iter(text.lstrip().splitlines()), "")
    ascii_part = line.encode("ascii", "ignore")
    return len(ascii_part) > len(line) / 2 and not _controls_in(ascii_part)


def _is_binary(first: bytes, *, declared: bool) -> bool:
    is_text = is_utf8([first], complete=False)
    first_line = next(iter(first.lstrip().splitlines()), b"")
    if (is_text or declared) and first_line and not _controls_in(first_line):
        return False
    return _controls_in(first) / len(first) > (_BINARY_SHARE if is_text else _BINARY_SHARE_UNDECODABLE)


def _controls_in(text: bytes) -> int:
    return len(text) - len(text.translate(None, _CONTROLS))
