"""Taking learners out of imports that have ended: finding their rows, and masking what is kept of those."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cert_completion_bulk import Among
from cert_completion_hooks.types import UndoStatus
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from cert_completion_plugin.core.messages import MessageState
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.slices import slice_of_name
from cert_completion_plugin.core.undoing import UndoStep
from cert_completion_plugin.models import (
    ImportBatch,
    ImportRow,
    ImportUndo,
    LateForgetting,
    LedgerEntry,
    Message,
    UndoRow,
)
from cert_completion_plugin.store.batches import WORKING_UNDOS
from cert_completion_plugin.store.decisions import forgotten
from cert_completion_plugin.store.purging import NO_CELLS
from cert_completion_plugin.store.usernames import exactly

LINES_AT_ONCE = 500
LOOKED_AT_ONCE = 50_000

Lines = dict[int, set[int]]
"""Lines of imports, by the imports' ids."""


def keys_of(name: str) -> set[str]:
    """The keys of all learners that imports have found by this username."""
    return {key for _, _, key in _entries_of(name) if key}


def lines_of_name(name: str, key: str) -> Lines:
    """The rows with this username, but for those of a learner with another key than `key`, if that is given."""
    found: Lines = {}
    for batch_id, line, its_key in _entries_of(name):
        if its_key in ("", key) or not key:
            found.setdefault(batch_id, set()).add(line)
    return found


def _entries_of(name: str) -> Iterator[tuple[int, int, str]]:
    """Import, line and learner key of entries with this username, by the index that begins with it."""
    entries = LedgerEntry.objects.filter(exactly(name)).values_list("batch_id", "line", "learner_key", "detail")
    for batch_id, line, key, detail in entries.iterator(chunk_size=LINES_AT_ONCE):
        # The column may hold less than the whole name.
        if json.loads(detail).get("username") == name:
            yield batch_id, line, key


def lines_of_key(key: str) -> tuple[Lines, set[str]]:
    """The rows of the learner with this key, and the usernames that they have.

    By runs of primary keys: an index of its own would cost every import, for a question that is seldom asked.
    """
    found: Lines = {}
    names: set[str] = set()
    for entries in _by_runs(LedgerEntry.objects.filter(learner_key=key)):
        for batch_id, line, its_key, detail in entries.values_list("batch_id", "line", "learner_key", "detail"):
            if its_key == key:
                found.setdefault(batch_id, set()).add(line)
                names.add(json.loads(detail).get("username", ""))
    return found, names - {""}


def _by_runs(rows: QuerySet[LedgerEntry]) -> Iterator[QuerySet[LedgerEntry]]:
    last = LedgerEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, last, LOOKED_AT_ONCE):
        yield rows.filter(pk__gt=after, pk__lte=after + LOOKED_AT_ONCE)


def keys_on(batch_id: int, lines: Collection[int]) -> list[tuple[int, str]]:
    """Line and key of the learners that rows on these lines were found to be about."""
    entries = LedgerEntry.objects.filter(Among("line", sorted(lines)), batch_id=batch_id).exclude(learner_key="")
    return list(entries.values_list("line", "learner_key"))


def ended() -> list[int]:
    """The imports in which learners can be forgotten at once, oldest first."""
    return list(_ended().order_by("pk").values_list("pk", flat=True))


def busy() -> list[int]:
    """Those that still work or wait."""
    return list(ImportBatch.objects.exclude(pk__in=_ended()).order_by("pk").values_list("pk", flat=True))


def _ended() -> QuerySet[ImportBatch]:
    undone = ImportUndo.objects.filter(batch=OuterRef("pk"), state__in=WORKING_UNDOS)
    return ImportBatch.objects.filter(~Exists(undone), finished_at__isnull=False, told_at__isnull=False)


def without_rows() -> list[int]:
    """The imports that have ended and whose files nobody can look into any more by their rows."""
    with_file = _ended().filter(file_deleted_at__isnull=True, file_size__gt=0)
    rows = ImportRow.objects.filter(batch=OuterRef("pk"))
    return list(with_file.filter(~Exists(rows)).order_by("pk").values_list("pk", flat=True))


def has_rows(batch_id: int) -> bool:
    return ImportRow.objects.filter(batch_id=batch_id).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """How many rows, entries of the ledger, rows of undos, and messages were masked or deleted."""

    rows: int = 0
    entries: int = 0
    undo_rows: int = 0
    messages: int = 0

    def __add__(self, other: "Masked") -> "Masked":
        return Masked(
            rows=self.rows + other.rows,
            entries=self.entries + other.entries,
            undo_rows=self.undo_rows + other.undo_rows,
            messages=self.messages + other.messages,
        )


def mask(batch_id: int, lines: Collection[int]) -> Masked | None:
    """Mask these rows of an import that has ended, some at a time; None if it is being worked on after all."""
    done = Masked()
    for some in _some(sorted(lines)):
        with transaction.atomic():
            if not _hold(batch_id):
                return None
            done += _masked(batch_id, some)
    return done


def _some(lines: Sequence[int]) -> Iterable[Sequence[int]]:
    return (lines[start : start + LINES_AT_ONCE] for start in range(0, len(lines), LINES_AT_ONCE))


def _hold(batch_id: int) -> bool:
    """Hold the import's row, as the first statement of a transaction; whoever asks for an undo does so, too."""
    held = ImportBatch.objects.filter(pk=batch_id, finished_at__isnull=False).update(purging=F("purging"))
    return bool(held) and not ImportUndo.objects.filter(batch_id=batch_id, state__in=WORKING_UNDOS).exists()


def _masked(batch_id: int, lines: Sequence[int]) -> Masked:
    rows = ImportRow.objects.filter(Among("line", lines), batch_id=batch_id).exclude(cells=NO_CELLS)
    return Masked(
        rows=rows.update(cells=NO_CELLS),
        entries=sum(map(_mask_entry, _entries(batch_id, lines))),
        undo_rows=sum(map(_mask_undo_rows, _undo_rows(batch_id, lines))),
        messages=_mask_messages(batch_id, lines),
    )


def _mask_messages(batch_id: int, lines: Sequence[int]) -> int:
    """What has not left yet never does; of what has, nothing stays but that it did."""
    of_rows = Message.objects.filter(Among("line", lines), batch_id=batch_id)
    dropped, _ = of_rows.filter(state=MessageState.WAITING).delete()
    others = of_rows.filter(state__in=[state for state in MessageState if state is not MessageState.WAITING])
    return dropped + others.exclude(learner_key="").update(learner_key="", key=None, reason="", reference="")


def _entries(batch_id: int, lines: Sequence[int]) -> Iterator[LedgerEntry]:
    last_plan = ImportBatch.objects.values_list("plan", flat=True).get(pk=batch_id)
    for plan in range(1, 1 + last_plan):
        for phase in Phase:
            yield from LedgerEntry.objects.filter(Among("line", lines), batch_id=batch_id, plan=plan, phase=str(phase))


_NO_DATES = dict.fromkeys(("completed", "expires", "window_opens"))


def _mask_entry(entry: LedgerEntry) -> bool:
    detail = forgotten(entry.detail, has_certification=bool(entry.certification_key))
    if detail == entry.detail:
        return False
    nameless = {"username": "", "learner_key": "", "detail": detail, **_NO_DATES}
    return bool(LedgerEntry.objects.filter(pk=entry.pk).update(**nameless))


def _undo_rows(batch_id: int, lines: Sequence[int]) -> Iterator[QuerySet[UndoRow]]:
    for undo_id in ImportUndo.objects.filter(batch_id=batch_id).values_list("pk", flat=True):
        for step in UndoStep:
            for status in UndoStatus:
                of_group = UndoRow.objects.filter(undo_id=undo_id, step=str(step), status=str(status))
                yield of_group.filter(Among("line", lines))


def _mask_undo_rows(rows: QuerySet[UndoRow]) -> int:
    told = rows.exclude(reason="", changed_by="", changed_at__isnull=True)
    return told.update(reason="", changed_by="", changed_at=None)


def hash_of(text: str) -> str:
    """What is kept of a name or a key until a learner can be forgotten; "" of nothing."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def remember(batch_ids: Iterable[int], names: Iterable[str], key: str) -> None:
    """Have a learner forgotten in these imports when they have ended."""
    LateForgetting.objects.bulk_create(
        [
            LateForgetting(batch_id=batch_id, name_hash=hash_of(name), key_hash=hash_of(key), slice=slice_of_name(name))
            for batch_id in batch_ids
            for name in names
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def late() -> list[LateForgetting]:
    """What was remembered of imports that have ended since."""
    return list(LateForgetting.objects.filter(batch__in=_ended()).order_by("pk"))


def done(late: LateForgetting) -> None:
    LateForgetting.objects.filter(pk=late.pk).delete()
