"""The site's users, whatever model they are of."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser


def named(name: str) -> AbstractBaseUser | None:
    """The user who logs in with this name, active or not; None if there is none, or more than one."""
    model = get_user_model()
    try:
        user: AbstractBaseUser = model._default_manager.get_by_natural_key(name)
    except (model.DoesNotExist, model.MultipleObjectsReturned):
        return None
    return user
