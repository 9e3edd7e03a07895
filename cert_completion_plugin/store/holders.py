"""Who holds permissions now, asked of the database anew."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_backends, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Exists, QuerySet

_ASKED = ("has_perm", "get_all_permissions", "get_user_permissions", "get_group_permissions", "with_perm")


def user(user_id: Any) -> Any:
    """The user with this primary key, as they are now; None if there is none."""
    return get_user_model()._default_manager.filter(pk=user_id).first()


def answers_in_one() -> bool:
    """Whether permissions are what Django's tables say, so that one question to the database tells who holds them."""
    backends = [backend for backend in get_backends() if hasattr(backend, "has_perm")]
    is_plain = all(_has_own(type(backend), ModelBackend, _ASKED) for backend in backends)
    return bool(backends) and is_plain and _has_own(get_user_model(), PermissionsMixin, ("has_perm",)) and _is_told()


def _has_own(found: type, original: type, names: Collection[str]) -> bool:
    """Whether methods of a class are those that it has from another."""
    return all(getattr(found, name, None) is getattr(original, name) for name in names)


def is_holder(user_id: Any, permissions: Collection[str]) -> bool:
    """Whether there is a user with this primary key who is active and holds all of these; one question.

    Each permission is asked of this user alone: databases look through all users for those who hold it else, and this
    is asked for every portion.
    """
    holders = get_user_model()._default_manager.filter(pk=user_id)
    for permission in permissions:
        holders = holders.filter(Exists(_holders(permission).filter(pk=user_id)))
    return bool(holders.exists())


def _holders(permission: str) -> QuerySet[Any]:
    return ModelBackend().with_perm(permission)


def _is_told() -> bool:
    """Whether the table of users says who is active."""
    try:
        get_user_model()._meta.get_field("is_active")
    except FieldDoesNotExist:
        return False
    return True


def lock(user_id: Any) -> None:
    """Hold the row of a user until the transaction ends, so that others who do so wait."""
    no_key = connection.features.has_select_for_no_key_update
    user = get_user_model()._default_manager.select_for_update(no_key=no_key).filter(pk=user_id)
    user.values_list("pk").first()
