"""The one place that knows how the supported versions of Django differ."""

from typing import Any

import django
from django.core import mail
from django.db.models import CheckConstraint, Q

_CONDITION = "condition" if django.VERSION >= (5, 1) else "check"


def check_constraint(condition: Q, name: str) -> CheckConstraint:
    """A check constraint, for models and migrations; Django 5.1 renamed its argument and 6.0 dropped the old name."""
    arguments: dict[str, Any] = {_CONDITION: condition, "name": name}
    return CheckConstraint(**arguments)


def mail_connection() -> Any:
    """The site's connection for mail; Django 6.1 has `mailers` in place of `get_connection`."""
    mailers: Any = getattr(mail, "mailers", None)
    return mail.get_connection() if mailers is None else mailers.default
