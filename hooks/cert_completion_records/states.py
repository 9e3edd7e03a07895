"""What the tables hold of learners and certifications, loaded in bulk and told as the contract tells it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cert_completion_hooks import CompletionRecord, CompletionState
from django.db import connections

from cert_completion_records.keys import Pair, database, row_key
from cert_completion_records.models import DatedRecord, ImportSource, LearnerCertification, PastCompletion


@dataclass(slots=True)
class Held:
    """All rows of one pair. A row without assignment, current record and history says nothing."""

    row: LearnerCertification
    history: list[PastCompletion] = field(default_factory=list)

    @property
    def records(self) -> list[DatedRecord]:
        """The history, and the current record if there is one."""
        return [*self.history, self.row] if self.row.completed else [*self.history]

    @property
    def is_empty(self) -> bool:
        return not self.records and not self.row.assigned

    def last_change(self) -> tuple[str, datetime]:
        """Who changed anything of the pair last, and when."""
        last = max([self.row, *self.history], key=lambda record: record.changed_at)
        return last.changed_by, last.changed_at


def load(pairs: Collection[Pair], *, lock: bool = False) -> dict[Pair, Held]:
    """The rows of those pairs that have any: two queries. At most `keys.CHUNK` pairs at a time.

    With `lock` they stay locked, in the order of the pairs, to the end of the transaction.
    """
    rows = LearnerCertification.objects.filter(
        learner_id__in={learner for learner, _ in pairs}, certification_id__in={pair[1] for pair in pairs}
    ).order_by("learner_id", "certification_id")
    wanted = set(pairs)
    found = [row for row in (rows.select_for_update() if lock else rows) if _pair(row) in wanted]
    held = {row.pk: Held(row) for row in found}
    for past in _history_of(held, lock):
        held[past.learner_certification_id].history.append(past)
    return {_pair(one.row): one for one in held.values()}


def _pair(row: LearnerCertification) -> Pair:
    return row.learner_id, row.certification_id


def _history_of(held: Mapping[int, Held], lock: bool) -> Iterable[PastCompletion]:
    if not held:
        return ()
    history = PastCompletion.objects.filter(learner_certification_id__in=held)
    # Under MySQL's REPEATABLE READ a plain query sees what was there before we waited for the lock.
    if lock and connections[database()].vendor == "mysql":
        history = history.select_for_update()
    return history


def batch_ids(helds: Iterable[Held]) -> dict[int, str]:
    """The ids of the imports that the records name: one query."""
    sources = {record.source_id for held in helds for record in held.records if record.source_id is not None}
    return dict(ImportSource.objects.filter(pk__in=sources).values_list("pk", "batch_id")) if sources else {}


def state_of(held: Held, day: date, batches: Mapping[int, str]) -> CompletionState:
    """The pair's state on this day; `batches` as `batch_ids` gives them."""
    row = held.row
    changed_by, changed_at = held.last_change()
    return CompletionState(
        state=row.state_on(day),
        current=_record(row, batches) if row.completed else None,
        history=tuple(_record(past, batches) for past in held.history),
        assigned=row.assigned,
        changed_by=changed_by,
        changed_at=changed_at,
    )


def _record(row: DatedRecord, batches: Mapping[int, str]) -> CompletionRecord:
    batch_id = batches.get(row.source_id) if row.source_id is not None else None
    return CompletionRecord(
        completed=row.completed,
        expires=row.expires,
        window_opens=row.window_opens,
        baseline_expires=row.baseline_expires,
        row_key=row_key(batch_id, row.line),
        line=row.line,
    )


def same_dates(row: DatedRecord, record: CompletionRecord) -> bool:
    """Whether the row still holds the dates of the record."""
    return (row.completed, row.expires, row.window_opens, row.baseline_expires or row.expires) == (
        record.completed,
        record.expires,
        record.window_opens,
        record.baseline_expires or record.expires,
    )
