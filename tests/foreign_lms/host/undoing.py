"""Taking back what imports wrote, where it still is as they wrote it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cert_completion_hooks import (
    BatchInfo,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    EvidenceItem,
    UndoResult,
    UndoStatus,
)

from tests.foreign_lms.host import outside
from tests.foreign_lms.host.desk import Preview, at_the_desk
from tests.foreign_lms.host.keys import Pair, delete, pairs_of
from tests.foreign_lms.host.reading import Held, is_as_written, load
from tests.foreign_lms.host.writing import Stamp, stamp_of, writable
from tests.foreign_lms.registry.models import Duty, FormerLicence, ValidLicence


@dataclass
class _Taken:
    """What one call takes out of the registry, and what it puts back."""

    valid: list[int] = field(default_factory=list)
    former: list[int] = field(default_factory=list)
    duties: list[int] = field(default_factory=list)
    restored: list[ValidLicence] = field(default_factory=list)

    def make(self) -> None:
        delete(ValidLicence, self.valid)
        delete(FormerLicence, self.former)
        delete(Duty, self.duties)
        ValidLicence.objects.bulk_create(self.restored)


def undo(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> Sequence[UndoResult]:
    results: list[UndoResult] = []
    taken, stamp = _Taken(), stamp_of(batch)
    with suppress(Preview), at_the_desk():
        pairs = {key: pair for pair, key in pairs_of(each.change.state_key for each in changes).items()}
        held, open_pairs = load(pairs.values()), writable(pairs.values(), batch.actor)
        for each in changes:
            pair = pairs.get(each.change.state_key)
            if pair in open_pairs:
                results.append(_undo(taken, pair, each, held.get(pair, Held()), stamp))
            else:
                reason = "The person has left, the licence is gone, or you may not enter it."
                results.append(UndoResult(key=each.change.key, status=UndoStatus.CANNOT, reason=reason))
        taken.make()
        results += outside.undo(items)
        if preview:
            raise Preview
    return results


def _undo(taken: _Taken, pair: Pair, asked: ChangeToUndo, held: Held, stamp: Stamp) -> UndoResult:
    change, before = asked.change, asked.before
    gone = [entry for record in change.history if (entry := _former(held, record))]
    valid, moved = held.valid, change.former and _former(held, change.former)
    if change.current and is_as_written(valid, change.current) and (moved or not change.former):
        gone += [moved] if moved else []
        taken.valid += [valid.pk] if valid else []
        valid = stamp.put(ValidLicence, pair, before.current) if before.current else None
        taken.restored += [valid] if valid else []
    taken.former += [entry.pk for entry in gone]
    left = {entry.entry for entry in (valid, *held.former) if entry and entry not in gone}
    kept = tuple(record.row_key for record in _written(change) if record.row_key in left)
    is_ours = held.duty is not None and held.duty.given_by == change.key
    if held.duty and is_ours and not kept and is_as_written(valid, before.current):
        taken.duties.append(held.duty.pk)
        is_ours = False
    if not kept:
        return UndoResult(key=change.key, status=UndoStatus.UNDONE, assignment_kept=is_ours)
    return _kept(change, kept, held, assignment_kept=is_ours)


def _former(held: Held, record: CompletionRecord) -> FormerLicence | None:
    return next((entry for entry in held.former if is_as_written(entry, record)), None)


def _written(change: CompletionChange) -> tuple[CompletionRecord, ...]:
    return (change.current, *change.history) if change.current else change.history


def _kept(change: CompletionChange, kept: tuple[str, ...], held: Held, *, assignment_kept: bool) -> UndoResult:
    """The answer where somebody has changed records since, and who that was."""
    last = max((entry for entry in held.entries if entry.entry in kept), key=lambda entry: str(entry.stamped_at or ""))
    return UndoResult(
        key=change.key,
        status=UndoStatus.CHANGED_SINCE if len(kept) == len(_written(change)) else UndoStatus.UNDONE,
        kept=kept,
        assignment_kept=assignment_kept,
        changed_by=last.stamped_by,
        changed_at=last.stamped_at,
    )
