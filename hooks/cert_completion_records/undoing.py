"""Taking back what an import wrote (the hook `undo_changes`): record by record, where nobody has changed it since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import cert_completion_bulk as bulk
from cert_completion_hooks import Actor, BatchInfo, ChangeToUndo, CompletionRecord, EvidenceItem, UndoResult, UndoStatus
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cert_completion_records.evidence import undo_evidence
from cert_completion_records.keys import Pair, chunks, database, pairs_of
from cert_completion_records.models import DatedRecord, LearnerCertification, PastCompletion
from cert_completion_records.origins import Origins
from cert_completion_records.questions import live_certifications, live_learners
from cert_completion_records.reach import out_of_reach
from cert_completion_records.states import LockedHeld, load_objects, same_dates
from cert_completion_records.writing import CURRENT_COLUMNS


@dataclass(frozen=True, slots=True)
class _Stamp:
    """The origins of all records that the call names, and who takes them back when."""

    origins: Origins
    changed_by: str
    changed_at: datetime


@dataclass(slots=True)
class _Undo:
    """What is done to one pair."""

    held: LockedHeld
    stamp: _Stamp
    last_change: tuple[str, datetime]
    kept: list[str] = field(default_factory=list)
    removed: list[PastCompletion] = field(default_factory=list)
    restored: bool = False
    unassigned: bool = False
    assignment_kept: bool = False

    @property
    def did_anything(self) -> bool:
        return bool(self.removed) or self.restored or self.unassigned

    def remove(self, past: PastCompletion) -> None:
        self.held.history.remove(past)
        self.removed.append(past)

    def written_past(self, row_key: str) -> PastCompletion | None:
        """The record of the history that has this row key."""
        return next((past for past in self.held.history if self.stamp.origins.wrote(row_key, past)), None)


def undo_changes(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> list[UndoResult]:
    """Take back what still stands as it was written, all in one transaction, and say what does not.

    A preview does the same and rolls it back.
    """
    with transaction.atomic(using=database()):
        results = _undo_all(batch, changes) + undo_evidence(items)
        transaction.set_rollback(preview, using=database())
    return results


def _undo_all(batch: BatchInfo, changes: Sequence[ChangeToUndo]) -> list[UndoResult]:
    by_key = {asked.change.state_key: asked for asked in changes}
    stamp = _Stamp(Origins(_row_keys(changes)), batch.actor.username[:254], timezone.now())
    gone = _gone(changes, batch.actor)
    left = [key for key in by_key if by_key[key].change.key not in gone]
    asked = {pair: by_key[key] for key, pair in pairs_of(left).items()}
    undos: dict[str, _Undo] = {}
    for chunk in chunks(asked):
        undos |= _undo(chunk, asked, stamp)
    return [_result(one, undos.get(one.change.key), gone.get(one.change.key, "")) for one in changes]


def _gone(changes: Sequence[ChangeToUndo], actor: Actor) -> dict[str, str]:
    """Why some of the changes cannot be undone, by their keys: learner, certification or right are not there."""
    learners = live_learners(one.change.learner_key for one in changes)
    certifications = live_certifications(one.change.certification_key for one in changes)
    barred = {str(pk) for pk in out_of_reach(actor, set(map(int, certifications)))}
    found: dict[str, str] = {}
    for one in changes:
        if one.change.learner_key not in learners:
            found[one.change.key] = _("The learner is gone.")
        elif one.change.certification_key not in certifications:
            found[one.change.key] = _("The certification is gone.")
        elif one.change.certification_key in barred:
            found[one.change.key] = _("You may not undo completions of this certification.")
    return found


def _row_keys(changes: Sequence[ChangeToUndo]) -> list[str]:
    records = [record for one in changes for record in (one.change.current, one.before.current) if record]
    past = [record for one in changes for record in one.change.history]
    return [*(one.change.key for one in changes), *(record.row_key for record in (*records, *past))]


def _undo(pairs: Sequence[Pair], asked: Mapping[Pair, ChangeToUndo], stamp: _Stamp) -> dict[str, _Undo]:
    held = load_objects(pairs)
    undos = {asked[pair].change.key: _take_back(asked[pair], one, stamp) for pair, one in held.items()}
    _write(list(undos.values()))
    return undos


def _take_back(asked: ChangeToUndo, held: LockedHeld, stamp: _Stamp) -> _Undo:
    undo = _Undo(held, stamp, held.last_change())
    for record in asked.change.history:
        _take_back_past(undo, record)
    if asked.change.current:
        _take_back_current(undo, asked.change.current, asked)
    if asked.change.assign and not asked.before.assigned:
        _take_back_assignment(undo, asked)
    return undo


def _take_back_past(undo: _Undo, record: CompletionRecord) -> None:
    past = undo.written_past(record.row_key)
    if past and same_dates(past, record):
        undo.remove(past)
    elif past:
        undo.kept.append(record.row_key)


def _take_back_current(undo: _Undo, written: CompletionRecord, asked: ChangeToUndo) -> None:
    row = undo.held.row
    is_current = row.completed is not None and undo.stamp.origins.wrote(written.row_key, row)
    if is_current and same_dates(row, written):
        _restore(undo, asked)
    elif is_current or undo.written_past(written.row_key):
        undo.kept.append(written.row_key)


def _restore(undo: _Undo, asked: ChangeToUndo) -> None:
    """Put back the record that was current before, out of the history if this import moved it there.

    If its copy in the history was changed since, the record written in its place is kept too.
    """
    before = asked.before.current or CompletionRecord(completed=None)
    source, _ = undo.stamp.origins.find(asked.change.key)
    copies = [past for past in undo.held.history if source and past.moved_by_id == source.pk]
    moved = next((past for past in copies if same_dates(past, before)), None)
    if asked.change.former and moved is None:
        assert asked.change.current is not None
        undo.kept.append(asked.change.current.row_key)
        return
    if moved:
        undo.remove(moved)
    _put_dates(undo.held.row, before, undo.stamp.origins)
    undo.held.row.announce = moved is not None and moved.announce
    undo.restored = True


def _take_back_assignment(undo: _Undo, asked: ChangeToUndo) -> None:
    """Unassign if this import assigned, nothing of it is kept, and the current record is that from before."""
    row = undo.held.row
    source, _ = undo.stamp.origins.find(asked.change.key)
    if not row.assigned or source is None or row.assigned_source_id != source.pk:
        return
    before = asked.before.current or CompletionRecord(completed=None)
    if undo.kept or not same_dates(row, before):
        undo.assignment_kept = True
        return
    row.assigned, row.assigned_at, row.assigned_source = False, None, None
    undo.unassigned = True


def _write(undos: Sequence[_Undo]) -> None:
    removed = [past.pk for undo in undos for past in undo.removed]
    for chunk in chunks(removed):
        PastCompletion.objects.filter(pk__in=chunk).delete()
    emptied = [undo.held.row.pk for undo in undos if undo.did_anything and undo.held.is_empty]
    LearnerCertification.objects.filter(pk__in=emptied).delete()
    changed = [undo for undo in undos if (undo.restored or undo.unassigned) and not undo.held.is_empty]
    for undo in changed:
        undo.held.row.changed_by, undo.held.row.changed_at = undo.stamp.changed_by, undo.stamp.changed_at
    _write_current(undo.held.row for undo in changed)


def _write_current(rows: Iterable[LearnerCertification]) -> None:
    bulk.update(
        LearnerCertification,
        CURRENT_COLUMNS,
        [(row.pk, *(getattr(row, column) for column in CURRENT_COLUMNS)) for row in rows],
    )


def _put_dates(row: DatedRecord, record: CompletionRecord, origins: Origins) -> None:
    """Make the row say what the record says, and where the record came from."""
    row.completed, row.expires = record.completed, record.expires
    row.window_opens, row.baseline_expires = record.window_opens, record.baseline_expires
    row.source, row.line = origins.find(record.row_key)


def _result(asked: ChangeToUndo, undo: _Undo | None, gone: str) -> UndoResult:
    key = asked.change.key
    if gone:
        return UndoResult(key=key, status=UndoStatus.CANNOT, reason=gone)
    if undo is None:
        return UndoResult(key=key, status=UndoStatus.UNDONE)
    if not undo.kept:
        return UndoResult(key=key, status=UndoStatus.UNDONE, assignment_kept=undo.assignment_kept)
    changed_by, changed_at = undo.last_change
    return UndoResult(
        key=key,
        status=UndoStatus.UNDONE if undo.did_anything else UndoStatus.CHANGED_SINCE,
        kept=tuple(undo.kept),
        assignment_kept=undo.assignment_kept,
        changed_by=changed_by,
        changed_at=changed_at,
    )
