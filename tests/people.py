"""Users with permissions of the plugin."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

EVERY_PERMISSION = (
    "upload_completions",
    "view_import_report",
    "view_personal_data",
    "approve_imports",
    "undo_imports",
    "manage_options",
    "forget_learners",
    "view_status",
)


def person(username: str, *codenames: str) -> Any:
    """A staff user with exactly these permissions; with every one of the plugin's if none is named."""
    user = get_user_model()._default_manager.create_user(username, password=username, is_staff=True)
    return holding(user, *(codenames or EVERY_PERMISSION))


def holding(user: Any, *codenames: str) -> Any:
    """The user anew, with exactly these permissions: Django keeps what a user may do as long as the object lives."""
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return get_user_model()._default_manager.get(pk=user.pk)
