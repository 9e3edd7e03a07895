"""What is kept no longer of imports that have ended: finding it, and marking it before it is deleted.

It is marked first, so that pages say at once that it is gone; `store.purging` then deletes it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum

from cert_completion_plugin.core.undoing import UndoState
from cert_completion_plugin.models import Delivery, ImportBatch, ImportUndo
from cert_completion_plugin.store import messages
from cert_completion_plugin.store.batches import WORKING_UNDOS
from cert_completion_plugin.store.values import dumps


class Kept(StrEnum):
    """What is kept of an import for a time of its own.

    `ROWS` are the cells as they stood in the file; `LEDGER` is all that was planned for and done to single rows. Of the
    rows, line and slice stay as long as the ledger, so that the import can be undone.
    """

    FILE = "file"
    ROWS = "rows"
    LEDGER = "ledger"


_MARKS = {Kept.FILE: "file_deleted_at", Kept.ROWS: "rows_deleted_at", Kept.LEDGER: "ledger_deleted_at"}


class Overtaken(Exception):
    """Somebody else has finished this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many imports have something that is kept no longer; their `rows`, and the `bytes` of their files."""

    imports: int
    rows: int
    bytes: int


def due_ids(kept: Kept, before: datetime) -> list[int]:
    """The imports that ended before then of which this is still there, oldest first."""
    return list(_due(kept, before).order_by("pk").values_list("pk", flat=True))


def due(kept: Kept, before: datetime) -> Due:
    """The same in numbers."""
    sums = _due(kept, before).aggregate(imports=Count("pk"), rows=Sum("rows_read"), bytes=Sum("file_size"))
    return Due(**{name: value or 0 for name, value in sums.items()})


def _due(kept: Kept, before: datetime) -> QuerySet[ImportBatch]:
    found = _ended(before).filter(**{f"{_MARKS[kept]}__isnull": True}, purging="")
    if kept is Kept.LEDGER:
        waiting = ImportUndo.objects.filter(batch=OuterRef("pk"), state=UndoState.PREVIEWED, previewed_at__gte=before)
        sending = Delivery.objects.filter(batch=OuterRef("pk"), finished_at__isnull=True)
        return found.filter(~Exists(waiting), ~Exists(sending))
    return found.filter(file_size__gt=0) if kept is Kept.FILE else found


def _ended(before: datetime) -> QuerySet[ImportBatch]:
    """Imports with which all has been done since then: hosts know of the end, and no undo of it is under way."""
    undone = ImportUndo.objects.filter(batch=OuterRef("pk"), state__in=WORKING_UNDOS)
    return ImportBatch.objects.filter(~Exists(undone), finished_at__lt=before, told_at__isnull=False)


def unfinished() -> list[tuple[int, Kept]]:
    """What somebody began to delete and has not finished yet, perhaps because they were killed."""
    found = ImportBatch.objects.exclude(purging="").order_by("pk").values_list("pk", "purging")
    return [(batch_id, Kept(kept)) for batch_id, kept in found]


def begin(batch_id: int, kept: Kept, before: datetime, now: datetime) -> bool:
    """Mark as deleted what was found due to be; says whether this call did.

    Without its ledger an import cannot be undone, so that a preview that was made before then is given up.
    """
    with transaction.atomic():
        free = ImportBatch.objects.filter(pk=batch_id, purging="", **{f"{_MARKS[kept]}__isnull": True})
        if not free.update(purging=kept, **{_MARKS[kept]: now}):
            return False
        if kept is Kept.LEDGER:
            previewed = ImportUndo.objects.filter(batch_id=batch_id, state=UndoState.PREVIEWED)
            previewed.filter(previewed_at__lt=before).update(state=UndoState.ABANDONED, finished_at=now)
            _keep_message_counts(batch_id)
        # Whoever asks for an undo holds the import's row, too, and may have been faster.
        is_used = _is_used(batch_id, kept)
        transaction.set_rollback(is_used)
    return not is_used


def _keep_message_counts(batch_id: int) -> None:
    """How many messages were sent, and how many not, beside the sums of the import: the messages themselves go."""
    kept = ImportBatch.objects.filter(pk=batch_id)
    if found := messages.counts(batch_id):
        sums = json.loads(kept.values_list("counts", flat=True).get())
        kept.update(counts=dumps({**sums, messages.KEPT_COUNTS: found}))


def _is_used(batch_id: int, kept: Kept) -> bool:
    states = [*WORKING_UNDOS, *([UndoState.PREVIEWED] if kept is Kept.LEDGER else [])]
    return ImportUndo.objects.filter(batch_id=batch_id, state__in=states).exists()


def hold(batch_id: int, kept: Kept) -> None:
    """Hold the import's row for a transaction that deletes, as its first statement. Raises Overtaken."""
    if not ImportBatch.objects.filter(pk=batch_id, purging=kept).update(purging=F("purging")):
        raise Overtaken


def end(batch_id: int, kept: Kept) -> bool:
    """All that was marked is deleted; says whether this call was the first to say so."""
    return bool(ImportBatch.objects.filter(pk=batch_id, purging=kept).update(purging=""))


def hold_ledger(batch_id: int) -> bool:
    """Hold the import's row for a transaction that needs its ledger, as its first statement; False if that is gone."""
    kept = ImportBatch.objects.filter(pk=batch_id, ledger_deleted_at__isnull=True)
    return bool(kept.update(purging=F("purging")))
