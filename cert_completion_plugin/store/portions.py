"""Portions: making them, claiming them, marking them done."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.slices import SliceRun
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.store.batches import is_due
from cert_completion_plugin.store.values import Batch, PortionWork, Progress, dumps

WAITING, PLANNED, WRITTEN = Portion.State.WAITING, Portion.State.PLANNED, Portion.State.WRITTEN

Counts = dict[str, dict[str, int]]


def make(batch_id: int, plan: int, runs: Sequence[SliceRun]) -> None:
    Portion.objects.bulk_create(
        [
            Portion(
                batch_id=batch_id, plan=plan, number=number, first_slice=run.first, last_slice=run.last, rows=run.rows
            )
            for number, run in enumerate(runs, start=1)
        ],
        batch_size=500,
    )


def due_ids(batch: Batch, now: datetime) -> list[int]:
    """The portions of the present plan that are not written yet and not told to wait, in order."""
    portions = Portion.objects.filter(is_due(now), batch_id=batch.id, plan=batch.plan).exclude(state=WRITTEN)
    return list(portions.order_by("number").values_list("pk", flat=True))


def get(portion_id: int) -> PortionWork | None:
    fields = ("id", "batch_id", "plan", "number", "first_slice", "last_slice", "rows", "state", "attempts")
    values = Portion.objects.filter(pk=portion_id).values(*fields).first()
    return PortionWork(**values) if values else None


def count_attempt(portion: PortionWork, now: datetime) -> bool:
    """Count one more attempt, in a transaction of its own, before the work; says whether there is work that is due.

    A portion that another worker holds is left to it, without waiting where the database can tell.
    """
    due = Portion.objects.filter(is_due(now), pk=portion.id, state=portion.state)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked and not due.select_for_update(skip_locked=True):
            return False
        return bool(due.update(attempts=F("attempts") + 1, claimed_at=now))


def wait(portion_id: int, until: datetime) -> None:
    """Let nobody work on a portion before then, whatever copies of its task there are."""
    Portion.objects.filter(pk=portion_id).exclude(state=WRITTEN).update(due_at=until)


def claim(portion: PortionWork, target: str, now: datetime) -> bool:
    """Take the portion from its state to `target`, as the first statement of the transaction that does the work.

    The row's lock is the lease: it is held until that transaction ends, and with it the claim if it does not commit.
    """
    claimed = Portion.objects.filter(pk=portion.id, state=portion.state)
    return bool(claimed.update(state=target, done_at=now))


def set_counts(portion_id: int, counts: Counts) -> None:
    Portion.objects.filter(pk=portion_id).update(counts=dumps(counts))


def begin_phase(portion_id: int) -> None:
    """A new phase of a portion begins: its attempts are counted from the one that is under way."""
    Portion.objects.filter(pk=portion_id).update(attempts=1)


def progress(batch: Batch) -> Progress:
    """How far the present plan has come, added up from the portions; never counts rows."""
    portions = Portion.objects.filter(batch_id=batch.id, plan=batch.plan)
    done = rows = number = 0
    total: dict[str, Counter[str]] = {"outcomes": Counter(), "issues": Counter()}
    for state, size, counts in portions.values_list("state", "rows", "counts"):
        number += 1
        if state == WRITTEN:
            done += 1
            rows += size
            _add(total, json.loads(counts))
    return Progress(
        portions=number, portions_done=done, rows_done=rows, counts={kind: dict(count) for kind, count in total.items()}
    )


def _add(total: Mapping[str, Counter[str]], counts: Mapping[str, Mapping[str, int]]) -> None:
    for kind, numbers in counts.items():
        total[kind].update(numbers)


def close(batch: Batch, now: datetime) -> bool:
    """End an import of which every portion is written; says whether this call did. Repeating it is harmless.

    What is written stays written, so that the last statement alone decides, and no transaction is needed.
    """
    if Portion.objects.filter(batch_id=batch.id, plan=batch.plan).exclude(state=WRITTEN).exists():
        return False
    totals = dumps(progress(batch).counts)
    writing = ImportBatch.objects.filter(pk=batch.id, state=BatchState.WRITING, plan=batch.plan)
    return bool(writing.update(state=BatchState.FINISHED, finished_at=now, progressed_at=now, counts=totals))
