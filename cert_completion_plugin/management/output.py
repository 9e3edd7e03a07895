"""What commands print: data on stdout, everything else on stderr; nobody's cells can steer a terminal."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.management.base import OutputWrapper


def printable(text: str) -> str:
    """A text, perhaps a cell, as a terminal may be given it: what steers it, or breaks the line, is marked."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


class Data:
    """Standard output. When nobody reads it any more (a closed pipe), the rest is not written and nothing breaks."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self._stdout = stdout
        self.is_read = True

    def lines(self, lines: Iterable[str]) -> None:
        """Lines of text for people."""
        self.pieces([f"{printable(line)}\n".encode("utf-8", "backslashreplace") for line in lines])

    def document(self, value: Mapping[str, Any]) -> None:
        """A JSON document for programs; in ASCII, so that no text in it can steer a terminal."""
        self.pieces([json.dumps(value, indent=1).encode() + b"\n"])

    def pieces(self, pieces: Iterable[bytes]) -> None:
        """A file as it is."""
        for piece in pieces:
            if not self.is_read:
                return
            self._write(piece)

    def _write(self, piece: bytes) -> None:
        try:
            if (buffer := getattr(self._stdout, "buffer", None)) is None:
                self._stdout.write(piece.decode(), ending="")
            else:
                buffer.write(piece)
            self._stdout.flush()
        except BrokenPipeError:
            self.is_read = False
            self._forget()

    def _forget(self) -> None:
        """Python flushes its standard output once more at its end, and must not fail at that."""
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stdout.fileno())


def table(rows: Sequence[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Rows of texts in columns that stand below each other; the last column is not filled up."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
