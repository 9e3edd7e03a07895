"""Keys of requests that made imports: each user's key makes one, however often and at once it comes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from cert_completion_plugin.models import RequestKey
from cert_completion_plugin.store.batches import get
from cert_completion_plugin.store.values import Batch


class KeyBusy(Exception):
    """What becomes of another request with this key cannot be seen yet; the same request again in a moment can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A key that was taken: the request that it came with, and the import that was made of it.

    `batch` is None where it was taken just now, for the import that is to be made.
    """

    id: int
    request_sha256: str
    batch: Batch | None


def take(user_id: Any, key_sha256: str, request_sha256: str, *, now: datetime, since: datetime) -> Taken:
    """Take a key for the surrounding transaction, or find what came of it when it was taken, not before `since`.

    While another transaction has taken it, this one waits for what becomes of that. Raises KeyBusy.
    """
    given = {"request_sha256": request_sha256, "batch": None, "used_at": now}
    try:
        with transaction.atomic():
            new = RequestKey.objects.create(user_id=user_id, key_sha256=key_sha256, **given)
        return Taken(id=new.pk, request_sha256=request_sha256, batch=None)
    except IntegrityError:
        pass
    except OperationalError as error:
        raise KeyBusy from error
    # Not locked: those who failed to insert a row share its lock on MariaDB, and would wait for one another.
    row = RequestKey.objects.filter(user_id=user_id, key_sha256=key_sha256).first()
    if row is not None and row.used_at < since:
        return _taken_over(row, given)
    batch = get(row.batch_id) if row is not None and row.batch_id else None
    if row is None or batch is None:
        # Committed after this transaction began to read, or deleted just now.
        raise KeyBusy
    return Taken(id=row.pk, request_sha256=row.request_sha256, batch=batch)


def _taken_over(row: RequestKey, given: dict[str, Any]) -> Taken:
    """An old key taken anew, by one of those who try."""
    try:
        with transaction.atomic():
            is_taken = RequestKey.objects.filter(pk=row.pk, used_at=row.used_at).update(**given)
    except OperationalError as error:
        raise KeyBusy from error
    if not is_taken:
        raise KeyBusy
    return Taken(id=row.pk, request_sha256=given["request_sha256"], batch=None)


def keep(taken: Taken, batch: Batch) -> None:
    """Keep which import a key that was taken has made."""
    RequestKey.objects.filter(pk=taken.id).update(batch_id=batch.id)


def forget_before(moment: datetime) -> None:
    """Delete the keys that were used before then."""
    RequestKey.objects.filter(used_at__lt=moment).delete()
