"""Files of forms that are being corrected, each for the user who sent it alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, QuerySet

from cert_completion_plugin.models import KeptFile as KeptFileRow
from cert_completion_plugin.models import KeptPiece
from cert_completion_plugin.store.connections import after_commit
from cert_completion_plugin.store.files import PIECE_BYTES, Arriving, save_in_storage
from cert_completion_plugin.store.values import column_text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A kept file: `token` (32 hexadecimal digits) is the name by which its sender comes back to it."""

    id: int
    token: str
    file_name: str
    file_size: int
    file_storage: str
    file_path: str


def keep(user_id: Any, chunks: Iterable[bytes], *, file_name: str, max_bytes: int, storage: str, now: datetime) -> str:
    """Keep a file, in place of any that was kept for this user before; returns its token. Raises TooLarge."""
    arriving = Arriving(chunks, max_bytes)
    with transaction.atomic():
        row = KeptFileRow.objects.create(user_id=user_id, kept_at=now, file_name=column_text(file_name[-255:], 255))
        if storage:
            row.file_storage, row.file_path = storage, save_in_storage(storage, f"kept/{row.token.hex}", arriving)
        else:
            for number, content in enumerate(arriving):
                KeptPiece.objects.create(file=row, number=number, content=content)
        row.file_size = arriving.size
        row.save()
        delete(KeptFileRow.objects.filter(user_id=user_id).exclude(pk=row.pk))
    return row.token.hex


def find(user_id: Any, token: str, since: datetime) -> KeptFile | None:
    """The file that this user, and nobody else, had kept under this token since then; None for any other text."""
    try:
        row = KeptFileRow.objects.filter(token=UUID(token), user_id=user_id, kept_at__gte=since).first()
    except ValueError:
        return None
    return _value(row) if row else None


def read(kept: KeptFile) -> Iterator[bytes]:
    """The bytes of a kept file, piece by piece."""
    if kept.file_storage:
        with storages[kept.file_storage].open(kept.file_path) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
        return
    for number in range(-(-kept.file_size // PIECE_BYTES)):
        yield bytes(KeptPiece.objects.get(file_id=kept.id, number=number).content)


def hold(kept: KeptFile) -> bool:
    """Hold a kept file for the transaction that takes it, as its first statement; False if it is gone."""
    return KeptFileRow.objects.filter(pk=kept.id).update(kept_at=F("kept_at")) > 0


def forget(kept: KeptFile) -> None:
    delete(KeptFileRow.objects.filter(pk=kept.id))


def forget_before(moment: datetime) -> None:
    """Delete all files that were kept before then."""
    delete(KeptFileRow.objects.filter(kept_at__lt=moment))


def delete(rows: QuerySet[KeptFileRow]) -> None:
    """Delete these files, and on commit what they have in a storage."""
    for kept in [_value(row) for row in rows]:
        with transaction.atomic():
            # Who takes the file holds its row first, too.
            if not KeptFileRow.objects.select_for_update().filter(pk=kept.id).exists():
                continue
            KeptPiece.objects.filter(file_id=kept.id).delete()
            KeptFileRow.objects.filter(pk=kept.id).delete()
            if kept.file_storage:
                after_commit(_delete_in_storage, kept.file_storage, kept.file_path)


def _delete_in_storage(storage: str, path: str) -> None:
    storages[storage].delete(path)


def _value(row: KeptFileRow) -> KeptFile:
    return KeptFile(
        id=row.pk,
        token=row.token.hex,
        file_name=row.file_name,
        file_size=row.file_size,
        file_storage=row.file_storage,
        file_path=row.file_path,
    )
