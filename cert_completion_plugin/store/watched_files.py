"""Files of watched places on their way: who claimed them, where they are, what has to happen to them next."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from cert_completion_plugin.models import WatchedFile as WatchedFileRow
from cert_completion_plugin.store.values import dumps

State = WatchedFileRow.State


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """A file that was claimed. `token` (32 hexadecimal digits) is its own; `name` is what it is called in the place.

    `batch_id` is set once it is an import, `reason` if it will never be one.
    """

    id: int
    token: str
    name: str
    state: str
    batch_id: int | None
    reason: str
    attempts: int


def claim(location: str, name: str, now: datetime) -> bool:
    """Claim the file with this name in a place; False if somebody else has it."""
    row = WatchedFileRow(
        place=_hashed(location), claim=_hashed(location, name), name=dumps(name), claimed_at=now, state=State.CLAIMED
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def of_place(location: str) -> list[WatchedFile]:
    """All files of a place that are on their way, the one that was claimed first at the beginning."""
    rows = WatchedFileRow.objects.filter(place=_hashed(location)).order_by("pk")
    return [_value(row) for row in rows]


def hold(file: WatchedFile) -> bool:
    """Hold a file for the transaction that takes it a step on, as its first statement; False if somebody was faster.

    The row's lock is the lease: it ends with the transaction, and with it the step if that does not commit.
    """
    return bool(_row(file).filter(state=file.state).update(attempts=F("attempts")))


def count_attempt(file: WatchedFile) -> None:
    """Count one more attempt, in a transaction of its own, before the work."""
    _row(file).filter(state=file.state).update(attempts=F("attempts") + 1)


def forgive(file: WatchedFile) -> None:
    """An attempt that failed for no fault of the file's counts for nothing."""
    _row(file).update(attempts=0)


def step(file: WatchedFile, state: str, **fields: Any) -> None:
    _row(file).update(state=state, attempts=0, **fields)


def lease(file: WatchedFile, now: datetime, until: datetime) -> bool:
    """Whether this call may put the file away, until then; of several at once only one may."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return bool(_row(file).filter(free).update(leased_until=until))


def release(file: WatchedFile) -> None:
    _row(file).update(leased_until=None)


def forget(file: WatchedFile) -> None:
    _row(file).delete()


def _row(file: WatchedFile) -> Any:
    return WatchedFileRow.objects.filter(pk=file.id)


def _hashed(*texts: str) -> str:
    """Locations and names may be longer than any index takes, and hold anything."""
    return sha256(dumps(texts).encode()).hexdigest()


def _value(row: WatchedFileRow) -> WatchedFile:
    return WatchedFile(
        id=row.pk,
        token=row.token.hex,
        name=json.loads(row.name),
        state=row.state,
        batch_id=row.batch_id,
        reason=row.reason,
        attempts=row.attempts,
    )
