"""Uploaded files: kept in the database in pieces of at most 512 KiB, or in a Django storage."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import storages

from cert_completion_plugin.models import FilePiece, ImportBatch
from cert_completion_plugin.store.values import Batch

PIECE_BYTES = 512 * 1024
FOLDER = "cert_completions"
"""Of a storage: where its files of ours are."""


class TooLarge(Exception):
    """The file has more bytes than the site allows."""


class Arriving:
    """The bytes of an upload in pieces, counted and hashed on their way. Raises TooLarge when the limit is passed."""

    def __init__(self, chunks: Iterable[bytes], max_bytes: int) -> None:
        self.size = 0
        self.max_bytes = max_bytes
        self._chunks = chunks
        self._digest = sha256()

    @property
    def digest(self) -> str:
        """The SHA-256 of what has arrived, as 64 hexadecimal digits."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        for piece in _pieces(self._chunks):
            self.size += len(piece)
            if self.size > self.max_bytes:
                raise TooLarge
            self._digest.update(piece)
            yield piece


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
    if buffer:
        yield bytes(buffer)


def save_in_database(batch_id: int, arriving: Arriving) -> None:
    """Store a file in pieces."""
    for number, content in enumerate(arriving):
        FilePiece.objects.create(batch_id=batch_id, number=number, start=number * PIECE_BYTES, content=content)


def save_in_storage(alias: str, name: str, arriving: Arriving) -> str:
    """Store a file in a Django storage, once all of it has arrived; returns the name it was given there."""
    with TemporaryFile() as whole:
        for piece in arriving:
            whole.write(piece)
        whole.seek(0)
        return storages[alias].save(f"{FOLDER}/{name}", File(whole))


def has_file(batch_id: int) -> bool:
    """Whether an import has a file that is not marked as deleted."""
    return ImportBatch.objects.filter(pk=batch_id, file_deleted_at__isnull=True, file_size__gt=0).exists()


def deleted_but_stored() -> list[int]:
    """The imports whose files are marked as deleted and are still in a storage."""
    deleted = ImportBatch.objects.filter(file_deleted_at__isnull=False).exclude(file_path="")
    return list(deleted.order_by("pk").values_list("pk", flat=True))


def delete_in_storage(batch_id: int) -> None:
    """Delete what the file of an import has in a storage; raises whatever the storage does."""
    kept = ImportBatch.objects.filter(pk=batch_id)
    for storage, path in kept.exclude(file_path="").values_list("file_storage", "file_path"):
        storages[storage].delete(path)
        kept.update(file_path="")


class StoredFile:
    """A stored file as a source of bytes (`tabular.ByteSource`); one piece at a time is in memory."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.size = batch.file_size

    def read_from(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset` to the end, piece by piece."""
        return self._from_storage(offset) if self.batch.file_storage else self._from_database(offset)

    def _from_database(self, offset: int) -> Iterator[bytes]:
        number = offset // PIECE_BYTES
        while number * PIECE_BYTES < self.size:
            piece = FilePiece.objects.get(batch_id=self.batch.id, number=number)
            yield bytes(piece.content)[max(offset - piece.start, 0) :]
            number += 1

    def _from_storage(self, offset: int) -> Iterator[bytes]:
        with storages[self.batch.file_storage].open(self.batch.file_path) as file:
            file.seek(offset)
            while piece := file.read(PIECE_BYTES):
                yield piece
