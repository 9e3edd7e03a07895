"""Writing completions: lock, compare, write (the hook `record_completions`)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from cert_completion_hooks import (
    BatchInfo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    WriteResult,
    WriteStatus,
)
from django.db import IntegrityError, transaction
from django.utils import timezone

from cert_completion_records.keys import Pair, chunks, database, pairs_of
from cert_completion_records.models import (
    Certification,
    DatedRecord,
    ImportSource,
    LearnerCertification,
    PastCompletion,
)
from cert_completion_records.origins import Origins, source_of
from cert_completion_records.questions import live_learners
from cert_completion_records.states import Held, batch_ids, load, state_of

DATE_COLUMNS = ("completed", "expires", "window_opens", "baseline_expires", "announce", "source", "line")
ASSIGNMENT_COLUMNS = ("assigned", "assigned_at", "assigned_source")
CURRENT_COLUMNS = (*DATE_COLUMNS, *ASSIGNMENT_COLUMNS, "changed_by", "changed_at")
"""All columns of a learner's certification that an import writes."""

_Asked: TypeAlias = Sequence[tuple[Pair, CompletionChange]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which import writes, for whom, and when."""

    source: ImportSource
    origins: Origins
    changed_by: str
    changed_at: datetime


@dataclass(slots=True)
class _Writes:
    """What one call adds and changes."""

    new: list[LearnerCertification] = field(default_factory=list)
    changed: list[LearnerCertification] = field(default_factory=list)
    history: list[PastCompletion] = field(default_factory=list)


def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> list[WriteResult]:
    """Write the changes that still fit what is held, in one transaction. Raises IntegrityError with nothing written."""
    by_key = {change.state_key: change for change in changes}
    pairs = pairs_of(list(by_key))
    unknown = [WriteResult(key=by_key[key].key, status=WriteStatus.CONFLICT) for key in by_key.keys() - pairs.keys()]
    with transaction.atomic(using=database()):
        stamp = _stamp(batch, changes)
        asked = [(pair, by_key[key]) for key, pair in pairs.items()]
        return unknown + [result for chunk in chunks(asked) for result in _record(chunk, stamp)]


def _stamp(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Stamp:
    source = source_of(batch)
    row_keys = [record.row_key for change in changes for record in _written_records(change)]
    return Stamp(source, Origins(row_keys), batch.actor.username[:254], timezone.now())


def _written_records(change: CompletionChange) -> list[CompletionRecord]:
    return [*change.history, change.current] if change.current else [*change.history]


def _record(asked: _Asked, stamp: Stamp) -> list[WriteResult]:
    live = _live_pairs(asked)
    results, writes = _decide(asked, live, stamp)
    while not _insert_new(writes.new):
        results, writes = _decide(asked, live, stamp)
    _learn_primary_keys(writes.new)
    LearnerCertification.objects.bulk_update(writes.changed, CURRENT_COLUMNS)
    PastCompletion.objects.bulk_create(writes.history)
    return results


def _live_pairs(asked: _Asked) -> set[Pair]:
    """Those of which neither the learner nor the certification is gone."""
    learners = set(live_learners(change.learner_key for _, change in asked).values())
    asked_for = {certification for (_, certification), _ in asked}
    certifications = set(Certification.objects.filter(pk__in=asked_for).values_list("pk", flat=True))
    return {pair for pair, _ in asked if pair[0] in learners and pair[1] in certifications}


def _decide(asked: _Asked, live: Collection[Pair], stamp: Stamp) -> tuple[list[WriteResult], _Writes]:
    """What to answer to each change and what to write, with everything that is held locked."""
    held = load([pair for pair, _ in asked], lock=True)
    batches = batch_ids(held.values())
    results, writes = [], _Writes()
    for pair, change in asked:
        status = _status(change, held.get(pair), pair in live, batches, stamp)
        results.append(WriteResult(key=change.key, status=status))
        if status == WriteStatus.WRITTEN:
            _collect(pair, change, held.get(pair), stamp, writes)
    return results, writes


def _status(
    change: CompletionChange, held: Held | None, is_live: bool, batches: Mapping[int, str], stamp: Stamp
) -> WriteStatus:
    if held and any(stamp.origins.wrote(change.key, record) for record in held.records):
        return WriteStatus.REPEATED
    state = state_of(held, stamp.changed_at.date(), batches) if held else CompletionState()
    is_expected = is_live and state.digest() == change.expected
    return WriteStatus.WRITTEN if is_expected else WriteStatus.CONFLICT


def _collect(pair: Pair, change: CompletionChange, held: Held | None, stamp: Stamp, writes: _Writes) -> None:
    learner, certification = pair
    row = held.row if held else LearnerCertification(learner_id=learner, certification_id=certification, assigned=False)
    if change.former and held:
        writes.history.append(moved(row, stamp.source))
    if change.current:
        put_dates(row, change.current, stamp.origins)
        row.announce = change.announce
    if newly_assigned := change.assign and not row.assigned:
        row.assigned, row.assigned_at, row.assigned_source = True, stamp.changed_at, stamp.source
    if held is None or change.current or newly_assigned:
        row.changed_by, row.changed_at = stamp.changed_by, stamp.changed_at
        (writes.changed if held else writes.new).append(row)
    writes.history += [_past(row, record, stamp) for record in change.history]


def moved(row: LearnerCertification, by: ImportSource) -> PastCompletion:
    """The current record as a record of the history, as it is."""
    past = PastCompletion(learner_certification=row, moved_by=by)
    for column in (*DATE_COLUMNS, "changed_by", "changed_at"):
        name = f"{column}_id" if column == "source" else column
        setattr(past, name, getattr(row, name))
    return past


def put_dates(row: DatedRecord, record: CompletionRecord, origins: Origins) -> None:
    """Make the row say what the record says, and where the record came from."""
    row.completed, row.expires = record.completed, record.expires
    row.window_opens, row.baseline_expires = record.window_opens, record.baseline_expires
    row.source, row.line = origins.find(record.row_key)


def _past(row: LearnerCertification, record: CompletionRecord, stamp: Stamp) -> PastCompletion:
    past = PastCompletion(learner_certification=row, changed_by=stamp.changed_by, changed_at=stamp.changed_at)
    put_dates(past, record, stamp.origins)
    return past


def _insert_new(rows: Sequence[LearnerCertification]) -> bool:
    """Insert the pairs of which nothing was held. False: a parallel worker was faster with one of them."""
    try:
        with transaction.atomic(using=database()):
            LearnerCertification.objects.bulk_create(rows)
    except IntegrityError:
        if load([(row.learner_id, row.certification_id) for row in rows], lock=True):
            return False
        raise
    return True


def _learn_primary_keys(rows: Iterable[LearnerCertification]) -> None:
    """Set the primary keys of inserted rows where the database does not return them (MySQL)."""
    unknown = {(row.learner_id, row.certification_id): row for row in rows if not _has_primary_key(row)}
    if unknown:
        for pair, held in load(unknown).items():
            unknown[pair].pk = held.row.pk


def _has_primary_key(row: LearnerCertification) -> bool:
    key: int | None = row.pk
    return key is not None
