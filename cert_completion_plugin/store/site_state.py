"""What is kept once for the whole site: numbers of all imports that have ended, and when was tidied up last."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from cert_completion_plugin.models import ImportBatch, ImportUndo, Portion, SiteState
from cert_completion_plugin.store.values import Batch, Undo, dumps

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Up to how many seconds a portion took, for those that are counted together."""

SLOWER = "slower"

Numbers = dict[str, dict[str, float]]
"""Numbers by what they count and by word: "imports" by state, "rows" by outcome, "undone" by what became of the rows,
"messages" to learners by state,
"portions" by the bucket that they fall into, and under "seconds" their sum."""

_ONLY = 1


def numbers() -> Numbers:
    """The totals as they are now."""
    text = SiteState.objects.filter(pk=_ONLY).values_list("numbers", flat=True).first()
    found: Numbers = json.loads(text) if text else {}
    return found


def told_of_import(batch: Batch, now: datetime) -> None:
    """Keep that the end of an import was told, and, once, add what it came to."""
    with transaction.atomic():
        if not ImportBatch.objects.filter(pk=batch.id, told_at__isnull=True).update(told_at=now):
            return
        took = list(Portion.objects.filter(batch_id=batch.id, plan=batch.plan).values_list("seconds", flat=True))
        outcomes = batch.counts.get("outcomes", {})
        _add({"imports": {str(batch.state): 1}, "rows": outcomes, **_durations(took)})


def told_of_undo(undo: Undo, now: datetime) -> None:
    """The same of an undo."""
    with transaction.atomic():
        if ImportUndo.objects.filter(pk=undo.id, told_at__isnull=True).update(told_at=now):
            _add({"undos": {str(undo.state): 1}, "undone": undo.result})


def add_messages(counts: Mapping[str, int]) -> None:
    """Add what became of the messages of an import; in the transaction in which it is kept that none is left."""
    _add({"messages": counts})


def _durations(took: Iterable[float]) -> dict[str, dict[str, float]]:
    """Portions by the bucket that they fall into. One that took no time was left out, and is not counted."""
    portions: dict[str, float] = {}
    total = 0.0
    for seconds in filter(None, took):
        bucket = next((str(most) for most in BUCKETS if seconds <= most), SLOWER)
        portions[bucket] = portions.get(bucket, 0) + 1
        total += seconds
    return {"portions": portions, "seconds": {"sum": total}}


def _add(more: Mapping[str, Mapping[str, float]]) -> None:
    """Add to the one row, locked until the transaction ends: it began with a write, so that SQLite waits its turn."""
    row = _locked()
    found: dict[str, Any] = json.loads(row.numbers)
    for name, counts in more.items():
        total = found.setdefault(name, {})
        for word, number in counts.items():
            total[word] = total.get(word, 0) + number
    SiteState.objects.filter(pk=_ONLY).update(numbers=dumps(found))


def purged_at() -> datetime | None:
    """When workers last looked for what is kept no longer; None if never."""
    return SiteState.objects.filter(pk=_ONLY).values_list("purged_at", flat=True).first()


def claim_purge(before: datetime, now: datetime) -> bool:
    """Take the right to look for what is kept no longer, if nobody has taken it since `before`."""
    unclaimed = SiteState.objects.filter(Q(purged_at__isnull=True) | Q(purged_at__lt=before), pk=_ONLY)
    if unclaimed.update(purged_at=now):
        return True
    if SiteState.objects.filter(pk=_ONLY).exists():
        return False
    SiteState.objects.bulk_create([SiteState(pk=_ONLY)], ignore_conflicts=True)
    return bool(unclaimed.update(purged_at=now))


def _locked() -> SiteState:
    locked = SiteState.objects.select_for_update()
    row = locked.filter(pk=_ONLY).first()
    if row is None:
        SiteState.objects.bulk_create([SiteState(pk=_ONLY)], ignore_conflicts=True)
        row = locked.get(pk=_ONLY)
    return row
