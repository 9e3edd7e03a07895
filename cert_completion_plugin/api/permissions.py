"""What a user may do, and to which imports: default deny.

Functions of the api that act, find imports, or give out rows take the user first and check for themselves. What a user
may not see is not there for them: it is answered as what does not exist. What they may see but not do raises `Denied`.
"""

from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import conf
from cert_completion_plugin.batches.permissions import (
    PERMISSION_APPROVE,
    PERMISSION_FORGET,
    PERMISSION_MANAGE_OPTIONS,
    PERMISSION_UNDO,
    PERMISSION_UPLOAD,
    PERMISSION_VIEW_PERSONAL_DATA,
    PERMISSION_VIEW_REPORT,
    PERMISSION_VIEW_STATUS,
    SYSTEM,
    Denied,
    OwnImport,
    System,
    User,
    holds,
)
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import users
from cert_completion_plugin.store.reach import EVERYBODY, NOBODY, Reach
from cert_completion_plugin.store.values import Batch

__all__ = [
    "PERMISSIONS_TO_SEE",
    "PERMISSION_APPROVE",
    "PERMISSION_FORGET",
    "PERMISSION_MANAGE_OPTIONS",
    "PERMISSION_UNDO",
    "PERMISSION_UPLOAD",
    "PERMISSION_VIEW_PERSONAL_DATA",
    "PERMISSION_VIEW_REPORT",
    "PERMISSION_VIEW_STATUS",
    "SYSTEM",
    "Denied",
    "OwnImport",
    "System",
    "User",
    "check",
    "check_approve",
    "check_cancel",
    "check_review",
    "check_seen",
    "holds",
    "may",
    "may_approve",
    "may_cancel",
    "may_leave_out_review",
    "reach",
    "user_named",
]

PERMISSIONS_TO_SEE = (PERMISSION_UPLOAD, PERMISSION_VIEW_REPORT)
"""With the first a user sees their own imports, with the second everybody's."""


def may(user: User, permission: str, batch: Batch | None = None) -> bool:
    """Whether a user holds a permission; given an import, whether they may also see that."""
    return _missing(user, permission, batch) is None


def may_approve(user: User, batch: Batch) -> bool:
    """Whether a user may approve the plan of this import."""
    return may(user, PERMISSION_APPROVE, batch) and not _takes_another(user, batch)


def may_leave_out_review(user: User) -> bool:
    """Whether a user may have the rows of a file recorded without anybody's approval."""
    return isinstance(user, System) or (conf.settings().approve_own and holds(user, PERMISSION_APPROVE))


def may_cancel(user: User, batch: Batch) -> bool:
    """Whether a user may cancel this import: a plan that waits is for its uploader to withdraw, and for approvers."""
    if may(user, PERMISSION_APPROVE, batch):
        return True
    is_planned = batch.state is BatchState.AWAITING_APPROVAL
    return may(user, PERMISSION_UPLOAD, batch) and (not is_planned or _is_own(user, batch))


def check(user: User, permission: str, batch: Batch | None = None) -> None:
    """Raise Denied unless a user may do what takes this permission, to this import if one is given."""
    if (missing := _missing(user, permission, batch)) is not None:
        raise Denied(missing)


def check_approve(user: User, batch: Batch) -> None:
    """Raise Denied unless a user may approve the plan of this import."""
    check(user, PERMISSION_APPROVE, batch)
    if _takes_another(user, batch):
        raise OwnImport(PERMISSION_APPROVE)


def check_review(user: User, options: Options) -> None:
    """Raise Denied for options without a review where a user may not leave it out."""
    if options.review or may_leave_out_review(user):
        return
    raise OwnImport(PERMISSION_APPROVE) if holds(user, PERMISSION_APPROVE) else Denied(PERMISSION_APPROVE)


def check_cancel(user: User, batch: Batch) -> None:
    """Raise Denied unless a user may cancel this import."""
    if not may_cancel(user, batch):
        check(user, PERMISSION_UPLOAD, batch)
        raise Denied(PERMISSION_APPROVE)


def check_seen(user: User, batch: Batch) -> None:
    """Raise Denied unless a user may see this import."""
    if not _is_seen(user, batch):
        raise Denied(PERMISSION_VIEW_REPORT)


def reach(user: User) -> Reach:
    """Which imports a user may see."""
    if holds(user, PERMISSION_VIEW_REPORT):
        return EVERYBODY
    return Reach(uploader=user.pk) if holds(user, PERMISSION_UPLOAD) else NOBODY


def _missing(user: User, permission: str, batch: Batch | None) -> str | None:
    if not holds(user, permission):
        return permission
    return None if batch is None or _is_seen(user, batch) else PERMISSION_VIEW_REPORT


def _is_seen(user: User, batch: Batch) -> bool:
    return holds(user, PERMISSION_VIEW_REPORT) or (_is_own(user, batch) and holds(user, PERMISSION_UPLOAD))


def _takes_another(user: User, batch: Batch) -> bool:
    return _is_own(user, batch) and not conf.settings().approve_own


def _is_own(user: User, batch: Batch) -> bool:
    return bool(batch.uploaded_by_key) and batch.uploaded_by_key == str(user.pk)


def user_named(name: str) -> AbstractBaseUser | None:
    """The user who logs in with this name, active or not; None if there is none."""
    return users.named(name)
