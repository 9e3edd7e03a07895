"""Scopes in which one import works at a time: who holds one, who waits for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q

from cert_completion_plugin.core.fairness import Waiting
from cert_completion_plugin.core.undoing import UndoState
from cert_completion_plugin.models import ImportBatch, ImportUndo, Scope
from cert_completion_plugin.store.batches import WORKING, WORKING_UNDOS
from cert_completion_plugin.store.reach import Reach
from cert_completion_plugin.store.values import dumps


@dataclass(frozen=True, slots=True)
class Held:
    """Which import holds a scope. `mark` is another one as soon as anybody took it or went on in it."""

    name: str
    holder: int | None
    mark: int


def held(name: str) -> Held:
    """The scope of this name as it is."""
    row, _ = Scope.objects.get_or_create(name=name)
    return Held(name, row.holder_id, row.mark)


def go_on(name: str, batch_id: int) -> bool:
    """Whether an import holds a scope; if so, nobody takes it who has seen it free before."""
    return bool(Scope.objects.filter(name=name, holder=batch_id).update(mark=F("mark") + 1))


def take(seen: Held, batch_id: int, now: datetime) -> bool:
    """Give a scope that was seen free to an import; says whether nobody was faster."""
    free = Scope.objects.filter(name=seen.name, mark=seen.mark)
    if not free.update(holder=batch_id, mark=F("mark") + 1):
        return False
    ImportBatch.objects.filter(pk=batch_id).update(admitted_at=now)
    return True


_WORKING = Q(state__in=WORKING)
_LEFT_OUT = Q(cancelled_at__isnull=False, held_back=dumps(None))
"""Of these, what is left to do is to leave rows out."""


def is_at_work(batch_id: int) -> bool:
    """Whether an import has work that counts, done or waiting; what is merely left out does not."""
    return _exists(_WORKING & ~_LEFT_OUT, batch_id) or _is_undone(batch_id)


def has_work(batch_id: int) -> bool:
    """Whether an import that holds a scope keeps it: as long as anything is to be done on it."""
    return _exists(_WORKING, batch_id) or _is_undone(batch_id)


def _exists(condition: Q, batch_id: int) -> bool:
    return ImportBatch.objects.filter(condition, pk=batch_id).exists()


def _is_undone(batch_id: int) -> bool:
    return ImportUndo.objects.filter(batch=batch_id, state__in=WORKING_UNDOS).exists()


def waiting(reach: Reach, holder: int | None) -> list[Waiting]:
    """The imports within reach that have work that counts, but for the one that holds the scope.

    Two questions, each with an index of its own: there may be very many imports.
    """
    rows = ImportBatch.objects.filter(reach.condition, _WORKING & ~_LEFT_OUT)
    found: dict[int, tuple[Any, datetime]] = {}
    found |= {pk: (user, since) for pk, user, since in rows.values_list("pk", "uploaded_by", "progressed_at")}
    for undo in ImportUndo.objects.filter(state__in=WORKING_UNDOS).select_related("batch"):
        if reach.has(undo.batch.uploaded_by_id):
            is_confirmed = undo.state == UndoState.UNDOING and undo.confirmed_at
            since = undo.confirmed_at if is_confirmed else undo.asked_at
            found.setdefault(undo.batch_id, (undo.batch.uploaded_by_id, since or undo.asked_at))
    return [
        Waiting(batch_id=pk, user=str(user or ""), since=since) for pk, (user, since) in found.items() if pk != holder
    ]


def holders() -> dict[str, int]:
    """By the name of its scope, each import that holds one and has work."""
    undone = ImportUndo.objects.filter(state__in=WORKING_UNDOS).values("batch_id")
    held = Scope.objects.filter(Q(holder__state__in=WORKING) | Q(holder__in=undone))
    return {name: holder for name, holder in held.values_list("name", "holder") if holder is not None}


def users_at_work(batch_ids: Collection[int]) -> dict[int, str]:
    """The uploaders' keys of those of these imports that have work that counts."""
    undone = ImportUndo.objects.filter(state__in=WORKING_UNDOS, batch__in=batch_ids).values("batch_id")
    rows = ImportBatch.objects.filter((_WORKING & ~_LEFT_OUT) | Q(pk__in=undone), pk__in=batch_ids)
    return {pk: str(user or "") for pk, user in rows.values_list("pk", "uploaded_by")}


def last_turns(users: set[str]) -> dict[str, datetime]:
    """When the last turn of each of these users began; of those who never had one, nothing."""
    condition = Q(uploaded_by__in=[user for user in users if user])
    if "" in users:
        condition |= Q(uploaded_by__isnull=True)
    rows = ImportBatch.objects.filter(condition, admitted_at__isnull=False).order_by()
    found = rows.values_list("uploaded_by").annotate(Max("admitted_at"))
    return {str(user or ""): moment for user, moment in found}


def not_ended(user_id: Any) -> int:
    """How many imports of a user wait or work."""
    return ImportBatch.objects.filter(uploaded_by=user_id, finished_at__isnull=True).count()
