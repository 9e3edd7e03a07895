"""Making an import once, however often the request for it is sent."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from cert_completion_plugin.batches import clock
from cert_completion_plugin.store import request_keys
from cert_completion_plugin.store.request_keys import KeyBusy
from cert_completion_plugin.store.values import Batch

__all__ = ["KEYS_KEPT_FOR", "KeyBusy", "KeyReused", "forget_old_keys", "once"]

KEYS_KEPT_FOR = timedelta(hours=24)
"""How long the same request gives the same import; later its key is a new one."""


class KeyReused(ValueError):
    """The key came with another request before: one request, one key."""


def once(user_id: Any, key: str, request_sha256: str, make: Callable[[], Batch]) -> tuple[Batch, bool]:
    """The import that this user's key stands for, and whether it was made just now, by `make`.

    Of several requests at once one makes it, and the others wait for it. What `make` raises leaves the key unused.
    Raises KeyReused, and KeyBusy where the wait is too long.
    """
    now = clock.now()
    with transaction.atomic():
        taken = request_keys.take(user_id, _sha256(key), request_sha256, now=now, since=now - KEYS_KEPT_FOR)
        if taken.request_sha256 != request_sha256:
            raise KeyReused
        if taken.batch is not None:
            return taken.batch, False
        batch = make()
        request_keys.keep(taken, batch)
    return batch, True


def _sha256(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def forget_old_keys() -> None:
    request_keys.forget_before(clock.now() - KEYS_KEPT_FOR)
