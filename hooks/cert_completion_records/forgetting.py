"""Forgetting learners: all that the record book holds about them (the hook `forget_learner`)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max, Model

from cert_completion_records.keys import LearnerId, chunks, database, learner_id
from cert_completion_records.models import (
    Evidence,
    ImportSource,
    LearnerCertification,
    PastCompletion,
    PendingMessage,
    SentMessage,
)

MASK = "\u2014"
"""Stands where the name of somebody stood who was forgotten."""

_LOOKED_AT_ONCE = 50_000
_CHANGED: tuple[type[Model], ...] = (LearnerCertification, PastCompletion, Evidence)


def forget_learner(learner_keys: Sequence[str]) -> int:
    """Delete records, history, evidence, assignments and messages of these learners; how many rows that were.

    Entries of the admin's history about them go, too. Where a learner imported or changed records of others, their name
    is taken out of those.
    """
    learners = {learner_id(key) for key in learner_keys} - {None}
    return sum(_forget(learner) for learner in learners)


def _forget(learner: LearnerId) -> int:
    with transaction.atomic(using=database()):
        # In the order in which pairs are locked by whoever writes.
        mine = LearnerCertification.objects.filter(learner_id=learner).order_by("certification_id")
        pairs = list(mine.select_for_update().values_list("pk", flat=True))
        past = [pk for ids in chunks(pairs) for pk in _past_of(ids)]
        owned: dict[type[Model], list[Any]] = {PastCompletion: past, LearnerCertification: pairs}
        for rows in (Evidence, PendingMessage, SentMessage):
            owned[rows] = list(rows._default_manager.filter(learner_id=learner).values_list("pk", flat=True))
        deleted = sum(_delete(rows, pks) for rows, pks in owned.items())
    return deleted + _forget_deeds(learner)


def _past_of(pairs: Iterable[int]) -> list[int]:
    return list(PastCompletion.objects.filter(learner_certification__in=pairs).values_list("pk", flat=True))


def _delete(rows: type[Model], pks: Sequence[Any]) -> int:
    for some in chunks(pks):
        _forget_log(rows, some)
        rows._default_manager.filter(pk__in=some).delete()
    return len(pks)


def _forget_log(rows: type[Model], pks: Sequence[Any]) -> None:
    """What the admin's history says of these rows: it names them by their learners."""
    if not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    of_rows = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(rows))
    of_rows.filter(object_id__in=list(map(str, pks))).delete()


def _forget_deeds(learner: LearnerId) -> int:
    """Where the learner, being an administrator as well, imported or changed what others hold."""
    Evidence.objects.filter(created_by_id=learner).update(created_by=None)
    user = get_user_model()._default_manager.filter(pk=learner).first()
    name = user.get_username() if user is not None else ""
    if not name:
        return 0
    imported = [source.pk for source in ImportSource.objects.filter(uploaded_by=name) if source.uploaded_by == name]
    sources = ImportSource.objects.filter(pk__in=imported).update(uploaded_by=MASK)
    return sources + sum(_forget_changes(rows, name) for rows in _CHANGED)


def _forget_changes(rows: type[Model], name: str) -> int:
    """By runs of primary keys: no index begins with who changed a record."""
    everything = rows._default_manager
    last = everything.aggregate(last=Max("pk"))["last"] or 0
    count = 0
    for after in range(0, last, _LOOKED_AT_ONCE):
        found = everything.filter(pk__gt=after, pk__lte=after + _LOOKED_AT_ONCE, changed_by=name)
        # A database may take Ana for ana.
        pks = [pk for pk, changed_by in found.values_list("pk", "changed_by") if changed_by == name]
        for some in chunks(pks):
            count += everything.filter(pk__in=some).update(changed_by=MASK)
    return count
