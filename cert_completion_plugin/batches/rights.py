"""What those in whose names imports are worked on may do at the moment when it is done.

Days may lie between an upload, its approval and its writing: accounts are closed meanwhile, and permissions taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cert_completion_plugin.batches.permissions import (
    PERMISSION_APPROVE,
    PERMISSION_UNDO,
    PERMISSION_UPLOAD,
    PERMISSION_VIEW_REPORT,
    holds,
    still_hold,
)
from cert_completion_plugin.core.undoing import RIGHT_LOST
from cert_completion_plugin.store import holders
from cert_completion_plugin.store.values import Batch, Undo


class Loss(StrEnum):
    """How somebody lost a right: the account is gone, or inactive, or a permission was taken away."""

    GONE = "gone"
    INACTIVE = "inactive"
    PERMISSION = "permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostRight:
    """Somebody in whose name work was to be done may not do it any more; `permission` is the first that is missing."""

    loss: Loss
    key: str
    name: str
    permission: str

    def as_json(self) -> dict[str, str]:
        return {"kind": RIGHT_LOST, "loss": str(self.loss), "name": self.name, "permission": self.permission}


def lost_to_write(batch: Batch) -> LostRight | None:
    """What keeps an import from being written on: whoever approved it, else its uploader, has lost the right."""
    if batch.is_approved:
        return _lost(batch.approved_by_key, batch.approved_by_name, [PERMISSION_APPROVE])
    return _lost(batch.uploaded_by_key, batch.uploaded_by_name, [PERMISSION_UPLOAD, PERMISSION_APPROVE])


def lost_to_undo(undo: Undo) -> LostRight | None:
    """The same of an undo that was confirmed."""
    return _lost(undo.confirmed_by_key, undo.confirmed_by_name, [PERMISSION_UNDO])


def may_see(batch: Batch, other: Batch) -> bool:
    """Whether whoever uploaded one import may see another."""
    key = batch.uploaded_by_key
    if _is_of_site(key, batch.uploaded_by_name) or (key and key == other.uploaded_by_key):
        return True
    return still_hold(key or None, [PERMISSION_VIEW_REPORT])


def _is_of_site(key: str, name: str) -> bool:
    """Whether the site's own code acts, and nobody who could lose a right: who was deleted still has a name."""
    return not key and not name


def _lost(key: str, name: str, permissions: Sequence[str]) -> LostRight | None:
    """One question to the database where nothing is lost, and Django's own backend answers."""
    if _is_of_site(key, name) or still_hold(key or None, permissions):
        return None
    user: Any = holders.user(key) if key else None
    missing = [permission for permission in permissions if user is None or not holds(user, permission)]
    if user is not None and user.is_active and not missing:
        return None
    loss = Loss.GONE if user is None else Loss.PERMISSION if user.is_active else Loss.INACTIVE
    return LostRight(loss=loss, key=key, name=name, permission=missing[0] if missing else permissions[0])
