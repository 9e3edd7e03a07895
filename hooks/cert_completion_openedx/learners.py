"""Learners of the platform: its users, of whom some are about to be retired, or were, and some are disabled."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cert_completion_bulk import Among
from cert_completion_hooks import Learner, LearnerStatus, normalised
from cert_completion_records.keys import chunks
from cert_completion_records.questions import spellings
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet, Subquery

RETIRED_PREFIX = "retired__user_"
"""What user names of retired accounts begin with, unless the site says otherwise (`RETIRED_USERNAME_PREFIX`)."""

DISABLED = "disabled"
"""The standing of accounts that support has disabled."""

LANGUAGE = "pref-lang"
"""The preference that says in which language somebody reads."""

_PREFERENCE = ("user_api", "UserPreference")
_COLUMNS = ("pk", "username", "is_active", "first_name", "last_name")


def find_learners(usernames: Sequence[str]) -> dict[str, list[Learner]]:
    """The users whose user name, normalised, is one of these, case included: one query for each 4,000.

    Accounts whose retirement has begun are deleted ones, also while the platform still waits whether their owners
    change their minds: who asked to be forgotten gets no more records. Accounts that are not active, or were disabled
    by support, are suspended.
    """
    found: dict[str, list[Learner]] = {}
    wanted = set(usernames)
    for chunk in chunks(usernames):
        for learner in _named(chunk):
            if (name := normalised(learner.username)) in wanted:
                found.setdefault(name, []).append(learner)
    return found


def is_active(user: Any) -> bool:
    """Whether somebody is to be written to: neither suspended nor about to be retired."""
    name = normalised(user.get_username())
    return any(
        one.key == str(user.pk) and one.status is LearnerStatus.ACTIVE for one in find_learners([name]).get(name, ())
    )


def language_of(user: Any) -> str | None:
    """The language that somebody has chosen on the platform; None if they have chosen none."""
    if "user_api" not in apps.app_configs:
        return None
    chosen = apps.get_model(*_PREFERENCE)._default_manager.filter(user_id=user.pk, key=LANGUAGE)
    return next(iter(chosen.values_list("value", flat=True)[:1]), None)


def _named(names: Iterable[str]) -> Iterator[Learner]:
    users, told = _users()
    prefix = getattr(settings, "RETIRED_USERNAME_PREFIX", None) or RETIRED_PREFIX
    rows = users.filter(Among("username", {form for name in names for form in spellings(name)}))
    for key, username, is_active, first, last, *more in rows.values_list(*_COLUMNS, *told):
        of_platform = dict(zip(told, more, strict=True))
        yield Learner(
            key=str(key),
            username=username,
            status=_status(username, is_active, of_platform, prefix),
            full_name=of_platform.get("profile_name") or f"{first} {last}".strip(),
        )


def _users() -> tuple[QuerySet[Any], tuple[str, ...]]:
    """All users, and the names of what the platform's own tables tell of them; not every service has those."""
    told: dict[str, Any] = {}
    if "user_api" in apps.app_configs:
        told["is_retiring"] = Exists(_of_user("user_api", "UserRetirementStatus"))
    if "student" in apps.app_configs:
        told["is_disabled"] = Exists(_of_user("student", "UserStanding").filter(account_status=DISABLED))
        told["profile_name"] = Subquery(_of_user("student", "UserProfile").values("name")[:1])
    return get_user_model()._default_manager.annotate(**told), tuple(told)


def _of_user(app: str, model: str) -> QuerySet[Any]:
    """The rows of one of the platform's tables that belong to the user of the query around."""
    rows: QuerySet[Any] = apps.get_model(app, model)._default_manager.filter(user_id=OuterRef("pk"))
    return rows


def _status(username: str, is_active: bool, of_platform: Mapping[str, Any], retired_prefix: str) -> LearnerStatus:
    if of_platform.get("is_retiring") or username.startswith(retired_prefix):
        return LearnerStatus.DELETED
    if not is_active or of_platform.get("is_disabled"):
        return LearnerStatus.SUSPENDED
    return LearnerStatus.ACTIVE
