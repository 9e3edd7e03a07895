"""Scopes in which one import works at a time: who holds one, who waits for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q, QuerySet

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


def _at_work() -> Q:
    """Imports with work that counts. What is merely left out, because somebody cancelled it, does not."""
    undone = ImportUndo.objects.filter(state__in=WORKING_UNDOS).values("batch_id")
    left_out = Q(cancelled_at__isnull=False, held_back=dumps(None))
    return (Q(state__in=WORKING) & ~left_out) | Q(pk__in=undone)


def is_at_work(batch_id: int) -> bool:
    """Whether an import has work that counts, done or waiting."""
    return ImportBatch.objects.filter(_at_work(), pk=batch_id).exists()


def has_work(batch_id: int) -> bool:
    """Whether an import that holds a scope keeps it: as long as anything is to be done on it."""
    undone = ImportUndo.objects.filter(state__in=WORKING_UNDOS).values("batch_id")
    return ImportBatch.objects.filter(Q(state__in=WORKING) | Q(pk__in=undone), pk=batch_id).exists()


def waiting(reach: Reach, holder: int | None) -> list[Waiting]:
    """The imports within reach that have work to do, but for the one that holds the scope."""
    rows = _within(reach).filter(_at_work()).exclude(pk=holder or 0)
    found = list(rows.values_list("pk", "uploaded_by", "progressed_at", "finished_at"))
    undone = dict(_undos_since([pk for pk, _, _, finished_at in found if finished_at]))
    return [
        Waiting(batch_id=pk, user=str(user or ""), since=undone.get(pk, progressed_at))
        for pk, user, progressed_at, _ in found
    ]


def _undos_since(batch_ids: list[int]) -> Any:
    for undo in ImportUndo.objects.filter(batch__in=batch_ids, state__in=WORKING_UNDOS):
        is_confirmed = undo.state == UndoState.UNDOING and undo.confirmed_at
        yield undo.batch_id, undo.confirmed_at if is_confirmed else undo.asked_at


def last_turns(users: set[str]) -> dict[str, datetime]:
    """When the last turn of each of these users began; of those who never had one, nothing."""
    condition = Q(uploaded_by__in=[user for user in users if user])
    if "" in users:
        condition |= Q(uploaded_by__isnull=True)
    rows = ImportBatch.objects.filter(condition, admitted_at__isnull=False).order_by()
    found = rows.values_list("uploaded_by").annotate(Max("admitted_at"))
    return {str(user or ""): moment for user, moment in found}


def _within(reach: Reach) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(reach.condition)


def not_ended(user_id: Any) -> int:
    """How many imports of a user wait or work."""
    return ImportBatch.objects.filter(uploaded_by=user_id, finished_at__isnull=True).count()
