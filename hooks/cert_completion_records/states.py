"""What the tables hold of learners and certifications, loaded in bulk and told as the contract tells it."""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

from cert_completion_bulk import Among, Moment
from cert_completion_hooks import CompletionRecord, CompletionState
from django.db import connections
from django.db.models import QuerySet

from cert_completion_records.keys import Pair, database, row_key
from cert_completion_records.models import DatedRecord, ImportSource, LearnerCertification, PastCompletion
from cert_completion_records.models.records import state_on

Current = TypeVar("Current", bound=Any)
Past = TypeVar("Past", bound=Any)


@dataclass(slots=True)
class Held(Generic[Current, Past]):
    """All rows of one pair. A row without assignment, current record and history says nothing."""

    row: Current
    history: list[Past] = field(default_factory=list)

    @property
    def records(self) -> list[Any]:
        """The history, and the current record if there is one."""
        return [*self.history, self.row] if self.row.completed else [*self.history]

    @property
    def is_empty(self) -> bool:
        return not self.row.assigned and not self.row.completed and not self.history

    def last_change(self) -> tuple[str, datetime]:
        """Who changed anything of the pair last, and when."""
        last = self.row
        for past in self.history:
            if past.changed_at > last.changed_at:
                last = past
        return last.changed_by, last.changed_at


LockedHeld: TypeAlias = Held[LearnerCertification, PastCompletion]
"""What is held, as objects whose rows are locked."""

_RECORD = ("completed", "expires", "window_opens", "baseline_expires", "source_id", "line")
_CHANGE = ("changed_by", "changed_at")
_CURRENT = (
    *("id", "learner_id", "certification_id"),
    *_RECORD,
    *_CHANGE,
    *("announce", "assigned", "assigned_at", "assigned_source_id", "recorded_on"),
)
_PAST = ("learner_certification_id", *_RECORD)
_MOMENTS = ("changed_at", "assigned_at")


def load(pairs: Collection[Pair], *, lock: bool = False) -> dict[Pair, Held[Any, Any]]:
    """What is held of those pairs of which anything is, as named tuples of columns: two queries.

    At most `keys.CHUNK` pairs at a time. With `lock` they stay locked, in the order of the pairs, to the end of the
    transaction, and without who changed their history and when: whoever writes has no use for that, and reading so
    many times of day takes long.
    """
    past = _PAST if lock else (*_PAST, *_CHANGE)
    return _held(pairs, _named(_CURRENT, _of_pairs(pairs, lock)), lambda keys: _named(past, _history(keys, lock)))


def load_objects(pairs: Collection[Pair]) -> dict[Pair, LockedHeld]:
    """The same as objects that can be changed, locked."""
    return _held(pairs, _of_pairs(pairs, lock=True), lambda keys: _history(keys, lock=True))


def _named(names: Sequence[str], rows: QuerySet[Any]) -> Iterator[Any]:
    """These columns of the rows, as named tuples."""
    columns = [Moment(name) if name in _MOMENTS else name for name in names]
    return map(_tuple_type(names)._make, rows.values_list(*columns))


@cache
def _tuple_type(names: Sequence[str]) -> Any:
    return namedtuple("Columns", names)


def _history(keys: Iterable[int], lock: bool) -> QuerySet[PastCompletion]:
    history = PastCompletion.objects.filter(Among("learner_certification_id", keys))
    # Under MySQL's REPEATABLE READ a plain query sees what was there before we waited for the lock.
    return history.select_for_update() if lock and connections[database()].vendor == "mysql" else history


def _of_pairs(pairs: Collection[Pair], lock: bool) -> QuerySet[LearnerCertification]:
    rows = LearnerCertification.objects.filter(
        Among("learner_id", {learner for learner, _ in pairs}),
        Among("certification_id", {certification for _, certification in pairs}),
    ).order_by("learner_id", "certification_id")
    return rows.select_for_update() if lock else rows


def _held(
    pairs: Collection[Pair], rows: Iterable[Current], history_of: Callable[[Iterable[int]], Iterable[Past]]
) -> dict[Pair, Held[Current, Past]]:
    wanted = set(pairs)
    found = {(row.learner_id, row.certification_id): Held[Current, Past](row) for row in rows}
    found = {pair: held for pair, held in found.items() if pair in wanted}
    by_key = {held.row.id: held for held in found.values()}
    for past in history_of(by_key) if by_key else ():
        by_key[past.learner_certification_id].history.append(past)
    return found


def batch_ids(helds: Iterable[Held[Any, Any]]) -> dict[int, str]:
    """The ids of the imports that the records name: one query."""
    sources = {record.source_id for held in helds for record in held.records if record.source_id is not None}
    return dict(ImportSource.objects.filter(pk__in=sources).values_list("pk", "batch_id")) if sources else {}


def state_of(held: Held[Any, Any], day: date, batches: Mapping[int, str]) -> CompletionState:
    """The pair's state on this day; `batches` as `batch_ids` gives them."""
    row = held.row
    changed_by, changed_at = held.last_change()
    return CompletionState(
        state=state_on(row, day),
        current=_record(row, batches) if row.completed else None,
        history=tuple(_record(past, batches) for past in held.history),
        assigned=row.assigned,
        changed_by=changed_by,
        changed_at=changed_at,
    )


def digest_of(held: Held[Any, Any]) -> str:
    """The digest of the pair's state, for which neither the day nor any import counts."""
    row = held.row
    # Rows have the dates of records, which are all that is looked at.
    current = row if row.completed else None
    return CompletionState(current=current, history=tuple(held.history), assigned=row.assigned).digest()


def _record(row: Any, batches: Mapping[int, str]) -> CompletionRecord:
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
