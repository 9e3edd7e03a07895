"""Uploaded files, kept in the database in pieces of at most 512 KiB."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from cert_completion_plugin.models import FilePiece

PIECE_BYTES = 512 * 1024


class TooLarge(Exception):
    """The file has more bytes than the site allows."""


def save(batch_id: int, chunks: Iterable[bytes], max_bytes: int) -> tuple[int, str]:
    """Store a file; returns its size and SHA-256. Raises TooLarge as soon as the limit is passed."""
    digest, size = sha256(), 0
    for number, content in enumerate(_pieces(chunks)):
        if size + len(content) > max_bytes:
            raise TooLarge
        FilePiece.objects.create(batch_id=batch_id, number=number, start=size, content=content)
        digest.update(content)
        size += len(content)
    return size, digest.hexdigest()


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
    if buffer:
        yield bytes(buffer)


class StoredFile:
    """A stored file as a source of bytes (`tabular.ByteSource`); one piece at a time is in memory."""

    def __init__(self, batch_id: int, size: int) -> None:
        self.batch_id = batch_id
        self.size = size

    def read_from(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset` to the end, piece by piece."""
        number = offset // PIECE_BYTES
        while number * PIECE_BYTES < self.size:
            piece = FilePiece.objects.get(batch_id=self.batch_id, number=number)
            yield bytes(piece.content)[max(offset - piece.start, 0) :]
            number += 1
