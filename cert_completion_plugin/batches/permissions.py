"""Who may do what: the permissions as Django names them, and who holds them. Nobody holds one that was not granted."""

from collections.abc import Collection
from typing import Any, TypeAlias

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from cert_completion_plugin.store import holders

PERMISSION_UPLOAD = "cert_completion_plugin.upload_completions"
PERMISSION_APPROVE = "cert_completion_plugin.approve_imports"
PERMISSION_UNDO = "cert_completion_plugin.undo_imports"
PERMISSION_VIEW_REPORT = "cert_completion_plugin.view_import_report"
PERMISSION_VIEW_PERSONAL_DATA = "cert_completion_plugin.view_personal_data"
PERMISSION_MANAGE_OPTIONS = "cert_completion_plugin.manage_options"
PERMISSION_FORGET = "cert_completion_plugin.forget_learners"
PERMISSION_VIEW_STATUS = "cert_completion_plugin.view_status"


class Denied(PermissionDenied):
    """The user may not do this: they lack `permission`, or the import is out of their reach without it."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"This takes the permission {permission}.")
        self.permission = permission


class OwnImport(Denied):
    """This site's setting APPROVE_OWN has somebody else approve an import than whoever uploaded it."""


class System:
    """The site's own code, which may do everything; where a user is asked for, it stands in for one.

    Hosts see it as an actor without key and name. It is nobody who could be named in the admin's history.
    """

    pk = None
    is_active = True

    def get_username(self) -> str:
        return ""

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = System()

User: TypeAlias = AbstractBaseUser | AnonymousUser | System
"""Whoever wants something; a user model without `has_perm` holds no permission."""


def holds(user: User, permission: str) -> bool:
    """Whether a user holds a permission. Inactive users hold none, whatever the site's backends say."""
    if isinstance(user, System):
        return True
    has_perm = getattr(user, "has_perm", None)
    return has_perm is not None and user.is_active and bool(has_perm(permission))


def still_hold(user_id: Any, permissions: Collection[str]) -> bool:
    """Whether the user with this primary key is there, active, and holds all of these now."""
    if user_id is None:
        return False
    if holders.answers_in_one():
        return holders.is_holder(user_id, permissions)
    user = holders.user(user_id)
    return user is not None and all(holds(user, permission) for permission in permissions)
