"""Writing completions: lock, compare, write (the hook `record_completions`)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

import cert_completion_bulk as bulk
from cert_completion_bulk import Among
from cert_completion_hooks import (
    Actor,
    BatchInfo,
    CertificationState,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    WriteResult,
    WriteStatus,
)
from django.db import IntegrityError, transaction
from django.utils import timezone

from cert_completion_records.clock import today
from cert_completion_records.keys import Pair, chunks, database, pairs_of
from cert_completion_records.models import (
    Certification,
    ImportSource,
    LearnerCertification,
    PastCompletion,
    PendingMessage,
    Trigger,
)
from cert_completion_records.models.records import state_on
from cert_completion_records.origins import Origins, source_of
from cert_completion_records.questions import live_ids
from cert_completion_records.reach import out_of_reach
from cert_completion_records.states import Held, digest_of, load

_RECORD_COLUMNS = ("completed", "expires", "window_opens", "baseline_expires", "announce", "source_id", "line")
_CHANGE_COLUMNS = ("changed_by", "changed_at")
CURRENT_COLUMNS = (*_RECORD_COLUMNS, *_CHANGE_COLUMNS, "assigned", "assigned_at", "assigned_source_id", "recorded_on")
"""All columns of a learner's certification that an import writes."""

_NEW_COLUMNS = ("learner_id", "certification_id", *CURRENT_COLUMNS)
_PAST_COLUMNS = ("learner_certification_id", *_RECORD_COLUMNS, *_CHANGE_COLUMNS, "moved_by_id")
_PENDING_COLUMNS = ("learner_id", "certification_id", "trigger", "completed", "since")

_WRITTEN = WriteStatus.WRITTEN
_NOTHING_HELD = CompletionState().digest()

_Asked: TypeAlias = Sequence[tuple[Pair, CompletionChange]]
_Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which import writes, for whom, and when; `as_of` is the import's day, `day` the one on which it is written."""

    actor: Actor
    source: ImportSource
    origins: Origins
    changed_at: datetime
    as_of: date
    day: date

    @property
    def changed_by(self) -> str:
        return self.actor.username[:254]


@dataclass(slots=True)
class _Writes:
    """What one call adds and changes, as rows of values; those of the history wait for the key of their pair.

    `pending`: of what the next scheduled run tells learners.
    """

    new: dict[Pair, _Row] = field(default_factory=dict)
    changed: list[_Row] = field(default_factory=list)
    history: list[tuple[Pair, _Row]] = field(default_factory=list)
    keys: dict[Pair, int] = field(default_factory=dict)
    pending: list[_Row] = field(default_factory=list)


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
    return Stamp(batch.actor, source, Origins(row_keys), timezone.now(), batch.as_of, today())


def _written_records(change: CompletionChange) -> list[CompletionRecord]:
    return [*change.history, change.current] if change.current else [*change.history]


def _record(asked: _Asked, stamp: Stamp) -> list[WriteResult]:
    live = _live_pairs(asked, stamp.actor)
    results, writes = _decide(asked, live, stamp, [pair for pair, change in asked if change.expected != _NOTHING_HELD])
    while not _insert_new(writes.new):
        results, writes = _decide(asked, live, stamp, [pair for pair, _ in asked])
    bulk.update(LearnerCertification, CURRENT_COLUMNS, writes.changed)
    _learn_keys(writes)
    bulk.insert(PastCompletion, _PAST_COLUMNS, [(writes.keys[pair], *past) for pair, past in writes.history])
    bulk.insert(PendingMessage, _PENDING_COLUMNS, writes.pending)
    return results


def _live_pairs(asked: _Asked, actor: Actor) -> set[Pair]:
    """Those of which neither the learner nor the certification is gone, nor the right of whoever acts."""
    learners = live_ids({learner for (learner, _), _ in asked})
    asked_for = {certification for (_, certification), _ in asked}
    certifications = set(Certification.objects.filter(Among("pk", asked_for)).values_list("pk", flat=True))
    certifications -= out_of_reach(actor, certifications)
    return {pair for pair, _ in asked if pair[0] in learners and pair[1] in certifications}


def _decide(
    asked: _Asked, live: Collection[Pair], stamp: Stamp, looked_up: Collection[Pair]
) -> tuple[list[WriteResult], _Writes]:
    """What to answer to each change and what to write, with what is held of the pairs looked up locked.

    Nothing is held of the others: should that be wrong, they cannot be inserted.
    """
    held = load(looked_up, lock=True) if looked_up else {}
    results, writes = [], _Writes()
    for pair, change in asked:
        of_pair = held.get(pair)
        status = _status(change, of_pair, pair in live, stamp)
        results.append(WriteResult(key=change.key, status=status))
        if status is _WRITTEN:
            _collect(pair, change, of_pair, stamp, writes)
    return results, writes


def _status(change: CompletionChange, held: Held[Any, Any] | None, is_live: bool, stamp: Stamp) -> WriteStatus:
    digest = _NOTHING_HELD
    if held:
        origin = stamp.origins.columns(change.key)
        if any((record.source_id, record.line) == origin for record in held.records):
            return WriteStatus.REPEATED
        digest = digest_of(held)
    return _WRITTEN if is_live and digest == change.expected else WriteStatus.CONFLICT


def _collect(pair: Pair, change: CompletionChange, held: Held[Any, Any] | None, stamp: Stamp, writes: _Writes) -> None:
    by = (stamp.changed_by, stamp.changed_at)
    written = _values(change.current, change.announce, stamp.origins) if change.current else None
    assigned = (True, stamp.changed_at, stamp.source.pk) if change.assign else None
    if change.current and change.announce:
        writes.pending.append((*pair, _news(held, stamp.as_of), change.current.completed, stamp.day))
    if held is None:
        recorded_on = stamp.day if written else None
        writes.new[pair] = (*pair, *(written or _NO_RECORD), *by, *(assigned or _NOT_ASSIGNED), recorded_on)
    else:
        row = held.row
        writes.keys[pair] = row.id
        if change.former:
            writes.history.append((pair, (*_held_record(row), row.changed_by, row.changed_at, stamp.source.pk)))
        newly_assigned = assigned if not row.assigned else None
        if written or newly_assigned:
            assignment = newly_assigned or (row.assigned, row.assigned_at, row.assigned_source_id)
            recorded_on = stamp.day if written else row.recorded_on
            writes.changed.append((row.id, *(written or _held_record(row)), *by, *assignment, recorded_on))
    for record in change.history:
        writes.history.append((pair, (*_values(record, False, stamp.origins), *by, None)))


def _news(held: Held[Any, Any] | None, day: date) -> str:
    """What a record is that becomes current: a renewal of one that has not expired on the import's day, or none."""
    lasts = held is not None and state_on(held.row, day) in _LASTING
    return Trigger.RENEWED.value if lasts else Trigger.CERTIFIED.value


_LASTING = (CertificationState.CERTIFIED, CertificationState.WINDOW_OPEN)
_NOT_ASSIGNED: _Row = (False, None, None)
_NO_RECORD: _Row = (None, None, None, None, False, None, None)


def _values(record: CompletionRecord, announce: bool, origins: Origins) -> _Row:
    """A record in the order of `_RECORD_COLUMNS`, with where it came from."""
    source, line = origins.columns(record.row_key) or (None, None)
    return (
        record.completed,
        record.expires,
        record.window_opens,
        record.baseline_expires,
        announce,
        source,
        line,
    )


def _held_record(row: Any) -> _Row:
    """The current record as it is, in the order of `_RECORD_COLUMNS`."""
    return (
        row.completed,
        row.expires,
        row.window_opens,
        row.baseline_expires,
        row.announce,
        row.source_id,
        row.line,
    )


def _insert_new(new: Mapping[Pair, _Row]) -> bool:
    """Insert the pairs of which nothing was held. False: a parallel worker was faster with one of them."""
    try:
        with transaction.atomic(using=database()):
            bulk.insert(LearnerCertification, _NEW_COLUMNS, new.values())
    except IntegrityError:
        if load(new, lock=True):
            return False
        raise
    return True


def _learn_keys(writes: _Writes) -> None:
    """Find the primary keys of those inserted rows that have a history."""
    if unknown := {pair for pair, _ in writes.history} - writes.keys.keys():
        writes.keys |= {pair: held.row.id for pair, held in load(unknown).items()}
