"""Portions: making them, claiming them, marking them done."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import F, QuerySet, Sum

from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.slices import SliceRun
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.store import leases
from cert_completion_plugin.store.batches import open_states
from cert_completion_plugin.store.values import Batch, Pace, PortionWork, Progress, dumps

WAITING, PLANNED, WRITTEN = Portion.State.WAITING, Portion.State.PLANNED, Portion.State.WRITTEN
HELD_BACK = Portion.State.HELD_BACK

PACE_OVER = timedelta(minutes=2)
"""Over how long the pace of an import is taken."""

Counts = dict[str, dict[str, int]]
"""Rows by outcome under "outcomes", by code under "issues"; under "blocking" what `all_or_nothing` asks of a plan."""

Certifications = dict[str, list[str]]
"""Short name and ID number of certifications by their keys."""


def is_open(batch: Batch, portion: PortionWork) -> bool:
    """Whether a portion of the present plan needs more work as long as the import is where it is now."""
    return portion.plan == batch.plan and portion.state in _open_states(batch)


def _open_states(batch: Batch) -> list[str]:
    return open_states(batch.state, held_back=batch.held_back is not None, cancelled=batch.cancelled_at is not None)


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


def _of(batch: Batch) -> QuerySet[Portion]:
    return Portion.objects.filter(batch_id=batch.id, plan=batch.plan)


def _open(batch: Batch) -> QuerySet[Portion]:
    """The portions of the present plan that are not done yet."""
    return _of(batch).filter(state__in=_open_states(batch))


def all_done(batch: Batch) -> bool:
    return not _open(batch).exists()


def settled_at(batch: Batch, slice: int) -> datetime | None:
    """When the rows of this slice were planned, or written, or left out, whichever came last; None if nobody has."""
    settled = _of(batch).filter(first_slice__lte=slice, last_slice__gte=slice, state__in=(PLANNED, WRITTEN, HELD_BACK))
    return settled.values_list("done_at", flat=True).first()


def left(batch: Batch, most: int) -> int:
    """How many portions are not done yet; no more than `most` are counted."""
    return _open(batch)[:most].count()


_WORK = ("id", "batch_id", "plan", "number", "first_slice", "last_slice", "rows", "state", "attempts", "claimed_at")


def get(portion_id: int) -> PortionWork | None:
    values = Portion.objects.filter(pk=portion_id).values(*_WORK).first()
    return PortionWork(**values) if values else None


def take_next(batch: Batch, now: datetime) -> PortionWork | None:
    """Take a portion that is due and that nobody works on, and count the attempt; None if there is none."""
    return leases.take_next(_open(batch), _WORK, PortionWork, lambda portion: count_attempt(portion, now), now)


def waits_until(batch: Batch, now: datetime) -> datetime | None:
    """When the first of the portions that were told to wait is due; None if none of them waits."""
    return leases.waits_until(_open(batch), now)


def next_moment(batch: Batch, now: datetime) -> datetime | None:
    """When a portion that waits, or that was taken just now and may be lost, is to be looked at; None if none is."""
    return leases.next_moment(_open(batch), now)


def count_attempt(portion: PortionWork, now: datetime) -> bool:
    """Count one more attempt, before the work; says whether there is work that is due."""
    return leases.count_attempt(Portion.objects.all(), portion, now)


def wait(portion_id: int, until: datetime) -> None:
    """Let nobody work on a portion before then, whatever copies of its task there are."""
    Portion.objects.filter(pk=portion_id).update(due_at=until)


def claim(portion: PortionWork, target: str, now: datetime) -> bool:
    """Take the portion from its state to `target`, as the first statement of the transaction that does the work."""
    return leases.claim(Portion.objects.all(), portion, target, now)


def set_counts(portion: PortionWork, counts: Counts, certifications: Certifications) -> None:
    """Keep what the rows of a portion add up to, and how long the work on it took, beside what it took before."""
    seconds = F("seconds") + round(monotonic() - portion.began, 3)
    Portion.objects.filter(pk=portion.id).update(
        counts=dumps(counts), certifications=dumps(certifications), seconds=seconds
    )


def set_facts(portion_id: int, facts: Mapping[str, Any]) -> None:
    Portion.objects.filter(pk=portion_id).update(facts=dumps(facts))


def all_facts(batch: Batch) -> Iterator[dict[str, Any]]:
    """The facts of each portion of the present plan; few at a time are in memory."""
    number = 0
    while found := list(_of(batch).filter(number__gt=number).order_by("number").values_list("number", "facts")[:20]):
        number = found[-1][0]
        yield from (json.loads(facts) for _, facts in found)


def runs(batch_id: int, plan: int) -> list[SliceRun]:
    """The runs of slices of which the portions of a plan were made."""
    of_plan = Portion.objects.filter(batch_id=batch_id, plan=plan).order_by("number")
    found = of_plan.values_list("first_slice", "last_slice", "rows")
    return [SliceRun(first, last, rows) for first, last, rows in found]


def begin_phase(portion_id: int, attempts: int) -> None:
    """A new phase of a portion begins, with so many attempts made: 1 if the one that is under way goes on with it."""
    given_back: dict[str, Any] = {} if attempts else {"claimed_at": None, "due_at": None}
    Portion.objects.filter(pk=portion_id).update(attempts=attempts, **given_back)


def set_attempts(portion_id: int, attempts: int) -> None:
    Portion.objects.filter(pk=portion_id).update(attempts=attempts)


def certifications(batch: Batch, plan: int) -> Certifications:
    """The certifications that rows of a plan were found to be about: kept with an import that has ended."""
    if batch.has_ended and plan == batch.plan:
        kept = ImportBatch.objects.filter(pk=batch.id).values_list("certifications", flat=True)
        return _as_certifications(json.loads(text) for text in kept)
    return _of_portions(batch, plan)


def _of_portions(batch: Batch, plan: int) -> Certifications:
    texts = Portion.objects.filter(batch_id=batch.id, plan=plan).values_list("certifications", flat=True)
    # Portions of one file are often about the same certifications.
    return _as_certifications(map(json.loads, dict.fromkeys(texts)))


def _as_certifications(found: Iterable[Certifications]) -> Certifications:
    return {key: names for each in found for key, names in each.items()}


def progress(batch: Batch) -> Progress:
    """How far the present plan has come, added up from the portions; never counts rows."""
    done = rows = number = 0
    total: dict[str, Counter[str]] = {"outcomes": Counter(), "issues": Counter()}
    open_states = _open_states(batch)
    for state, size, counts in _of(batch).values_list("state", "rows", "counts"):
        number += 1
        if state not in open_states:
            done += 1
            rows += size
            _add(total, json.loads(counts))
    return Progress(
        portions=number, portions_done=done, rows_done=rows, counts={kind: dict(count) for kind, count in total.items()}
    )


def pace(batch: Batch, now: datetime) -> Pace:
    """How fast the portions of the present phase were done lately; of a phase that began since, from its beginning."""
    began = max(batch.progressed_at, now - PACE_OVER)
    done = _of(batch).exclude(state__in=_open_states(batch)).filter(done_at__gte=began)
    rows = done.aggregate(rows=Sum("rows"))["rows"] or 0
    return Pace(rows=rows, seconds=max((now - began).total_seconds(), 1.0))


def _add(total: Mapping[str, Counter[str]], counts: Mapping[str, Mapping[str, int]]) -> None:
    for kind in total:
        total[kind].update(counts.get(kind, {}))


def planned_counts(batch: Batch) -> Counts:
    """Rows by outcome and by code of a plan; all of them once every portion is planned."""
    total: dict[str, Counter[str]] = {"outcomes": Counter(), "issues": Counter()}
    for counts in _of(batch).values_list("counts", flat=True):
        _add(total, json.loads(counts))
    return {kind: dict(count) for kind, count in total.items()}


def blocking(batch: Batch) -> dict[str, int] | None:
    """How many `rows` of a complete plan hold all others back, and the first one's `line`; None if none does."""
    counts = [json.loads(counts).get("blocking") for counts in _of(batch).values_list("counts", flat=True)]
    found = [each for each in counts if each]
    if not found:
        return None
    return {"rows": sum(each["rows"] for each in found), "line": min(each["line"] for each in found)}


def close(batch: Batch, now: datetime) -> bool:
    """End an import of which every portion was found done; says whether this call did. Repeating it is harmless.

    What is done stays done unless the import was held back or cancelled meanwhile, so that the last statement alone
    decides.
    """
    totals = {
        "counts": dumps(progress(batch).counts),
        "certifications": dumps(_of_portions(batch, batch.plan)),
    }
    seen = {"state": batch.state, "plan": batch.plan, "cancelled_at": batch.cancelled_at}
    writing = ImportBatch.objects.filter(pk=batch.id, held_back=dumps(batch.held_back), **seen)
    state = BatchState.FINISHED if batch.cancelled_at is None else BatchState.CANCELLED
    return bool(writing.update(state=state, finished_at=now, progressed_at=now, **totals))
