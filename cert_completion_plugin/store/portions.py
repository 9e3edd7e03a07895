"""Portions: making them, claiming them, marking them done."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.slices import SliceRun
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.store.batches import is_due
from cert_completion_plugin.store.values import Batch, PortionWork, Progress, dumps

WAITING, PLANNED, WRITTEN = Portion.State.WAITING, Portion.State.PLANNED, Portion.State.WRITTEN
HELD_BACK = Portion.State.HELD_BACK

Counts = dict[str, dict[str, int]]
"""Rows by outcome under "outcomes", by code under "issues"; under "blocking" what `all_or_nothing` asks of a plan."""


def done_states(batch: Batch) -> tuple[str, ...]:
    """The states in which a portion needs no more work as long as the import is where it is now."""
    if batch.held_back is not None:
        return (HELD_BACK,)
    return (PLANNED,) if batch.state is BatchState.PLANNING else (WRITTEN,)


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
    """The portions of the present plan that are not done yet and not told to wait, in order."""
    portions = _of(batch).filter(is_due(now)).exclude(state__in=done_states(batch))
    return list(portions.order_by("number").values_list("pk", flat=True))


def _of(batch: Batch) -> QuerySet[Portion]:
    return Portion.objects.filter(batch_id=batch.id, plan=batch.plan)


def all_done(batch: Batch) -> bool:
    return not _of(batch).exclude(state__in=done_states(batch)).exists()


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
    Portion.objects.filter(pk=portion_id).update(due_at=until)


def claim(portion: PortionWork, target: str, now: datetime) -> bool:
    """Take the portion from its state to `target`, as the first statement of the transaction that does the work.

    The row's lock is the lease: it is held until that transaction ends, and with it the claim if it does not commit.
    """
    claimed = Portion.objects.filter(pk=portion.id, state=portion.state)
    return bool(claimed.update(state=target, done_at=now))


def set_counts(portion_id: int, counts: Counts) -> None:
    Portion.objects.filter(pk=portion_id).update(counts=dumps(counts))


def begin_phase(portion_id: int, attempts: int) -> None:
    """A new phase of a portion begins, with so many attempts made: 1 if the one that is under way goes on with it."""
    Portion.objects.filter(pk=portion_id).update(attempts=attempts)


def progress(batch: Batch) -> Progress:
    """How far the present plan has come, added up from the portions; never counts rows."""
    done = rows = number = 0
    total: dict[str, Counter[str]] = {"outcomes": Counter(), "issues": Counter()}
    for state, size, counts in _of(batch).values_list("state", "rows", "counts"):
        number += 1
        if state in done_states(batch):
            done += 1
            rows += size
            _add(total, json.loads(counts))
    return Progress(
        portions=number, portions_done=done, rows_done=rows, counts={kind: dict(count) for kind, count in total.items()}
    )


def _add(total: Mapping[str, Counter[str]], counts: Mapping[str, Mapping[str, int]]) -> None:
    for kind in total:
        total[kind].update(counts.get(kind, {}))


def blocking(batch: Batch) -> dict[str, int] | None:
    """How many `rows` of a complete plan hold all others back, and the first one's `line`; None if none does."""
    counts = [json.loads(counts).get("blocking") for counts in _of(batch).values_list("counts", flat=True)]
    found = [each for each in counts if each]
    if not found:
        return None
    return {"rows": sum(each["rows"] for each in found), "line": min(each["line"] for each in found)}


def close(batch: Batch, now: datetime) -> bool:
    """End an import of which every portion was found done; says whether this call did. Repeating it is harmless.

    What is done stays done unless the import was held back meanwhile, so that the last statement alone decides.
    """
    totals = dumps(progress(batch).counts)
    writing = ImportBatch.objects.filter(
        pk=batch.id, state=BatchState.WRITING, plan=batch.plan, held_back=dumps(batch.held_back)
    )
    return bool(writing.update(state=BatchState.FINISHED, finished_at=now, progressed_at=now, counts=totals))
