"""Which certifications an administrator may write: those without groups, and those of which a group is theirs.

A certification that names groups is theirs alone, and superusers'. Where the site's own code acts (an actor without a
key) there is no limit.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from cert_completion_bulk import Among
from cert_completion_hooks import Actor
from django.contrib.auth import get_user_model
from django.db.models import Q

from cert_completion_records.keys import chunks, learner_id
from cert_completion_records.models import Certification

_OF_GROUPS = Certification.groups.through


def out_of_reach(actor: Actor, certifications: Collection[int]) -> set[int]:
    """Those of these primary keys that this administrator may not write: one query, three if any has groups."""
    if not actor.key:
        return set()
    groups = _groups_of(certifications)
    if not groups:
        return set()
    own = _groups_of_user(actor.key)
    return set() if own is None else {pk for pk, named in groups.items() if named.isdisjoint(own)}


def _groups_of(certifications: Collection[int]) -> dict[int, set[int]]:
    """The groups of those that name any."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for chunk in chunks(certifications):
        named = _OF_GROUPS._default_manager.filter(Among("certification_id", chunk))
        for certification, group in named.values_list("certification_id", "group_id"):
            found[certification].add(group)
    return found


def _groups_of_user(key: str) -> set[int] | None:
    """The groups of an active user; None for one without limits. Whoever is not there, or not active, has none."""
    pk = learner_id(key)
    user = None if pk is None else get_user_model()._default_manager.filter(pk=pk).first()
    if user is None or not user.is_active:
        return set()
    if getattr(user, "is_superuser", False):
        return None
    groups: Any = getattr(user, "groups", None)
    return set() if groups is None else set(groups.values_list("pk", flat=True))


def within_reach(user: Any, prefix: str = "") -> Q:
    """The same as a condition on rows of certifications, or on rows that `prefix` leads to one from."""
    if user.is_superuser:
        return Q()
    groups: Any = getattr(user, "groups", None)
    own = [] if groups is None else list(groups.values_list("pk", flat=True))
    limited = _OF_GROUPS._default_manager.values("certification_id")
    reached = limited.filter(group_id__in=own)
    pk = f"{prefix}pk__in"
    return ~Q(**{pk: limited}) | Q(**{pk: reached})
