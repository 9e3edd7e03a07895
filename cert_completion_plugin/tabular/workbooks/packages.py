"""The ZIP archive that a workbook is: its parts, within limits that no archive bomb keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, NoReturn
from zipfile import ZipFile, ZipInfo

from cert_completion_plugin.core.issues import Code, Issue, IssueDetail
from cert_completion_plugin.tabular.values import ByteSource, Refused

# A sheet of a million rows takes some hundred MiB, at a ratio below 100; zeros shrink to a thousandth.
MAX_PARTS = 10_000
MAX_TOTAL = 4 * 1024**3
_MAX_PART = 2 * 1024**3
_LARGE_PART = 64 * 1024**2
_MAX_RATIO = 400
# Parts that are read as a whole, such as styles and lists of sheets: the largest real ones are a few MiB.
_MAX_WHOLE_PART = 16 * 1024**2
_MAX_WHOLE_PART_TAGS = 1_000_000

_ENCRYPTED_FLAG = 1
_LISTED_PART = b"PK\x01\x02"
# Parsers take no XML but that of which the ASCII letters are ASCII or UTF-16.
_DOCUMENT_TYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))


def unreadable(kind: str, **details: IssueDetail) -> Refused:
    return Refused(Issue(Code.FILE_UNREADABLE, details={"kind": kind, **details}))


def refuse(kind: str) -> NoReturn:
    raise unreadable(kind)


class Package(ZipFile):
    """The parts of a workbook. Those read as a whole have to be small, and their XML without a document type."""

    def read(self, name: str | ZipInfo, pwd: bytes | None = None) -> bytes:
        """The whole of a part. Raises Refused (kind `bomb`), and KeyError if there is no such part."""
        info = name if isinstance(name, ZipInfo) else self.getinfo(name)
        if info.file_size > _MAX_WHOLE_PART:
            refuse("bomb")
        content = super().read(info, pwd)
        # No program writes document types into a workbook. What they declare can grow without end.
        if content.count(b"<") > _MAX_WHOLE_PART_TAGS or any(mark in content for mark in _DOCUMENT_TYPES):
            refuse("bomb")
        return content

    def read_if_there(self, name: str) -> bytes:
        """The whole of a part; nothing if there is no such part. Raises Refused (kind `bomb`)."""
        try:
            return self.read(name)
        except KeyError:
            return b""


@contextmanager
def opened(source: ByteSource) -> Iterator[Package]:
    """The archive of a workbook, on the disk as long as it is open.

    Raises Refused: `file_unreadable` with the detail `kind` bomb, encrypted or broken; the latter also for whatever
    a parser raises while it is open, as damaged parts can break one anywhere.
    """
    with TemporaryFile() as file:
        _copy(source, file)
        try:
            with Package(file) as package:
                _check(package.infolist())
                yield package
        except Refused:
            raise
        except Exception as error:
            raise unreadable("broken") from error


def _copy(source: ByteSource, file: IO[bytes]) -> None:
    listed = 0
    for piece in source.read_from(0):
        # Counted before the list of parts is read, as all of it would be in memory.
        listed += piece.count(_LISTED_PART)
        if listed > MAX_PARTS:
            refuse("bomb")
        file.write(piece)


def _check(parts: list[ZipInfo]) -> None:
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        refuse("encrypted")
    if sum(part.file_size for part in parts) > MAX_TOTAL or any(map(_is_bomb, parts)):
        refuse("bomb")


def _is_bomb(part: ZipInfo) -> bool:
    is_large = part.file_size > _LARGE_PART
    return part.file_size > _MAX_PART or (is_large and part.file_size > _MAX_RATIO * part.compress_size)
