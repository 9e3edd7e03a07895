"""What waits to be told: records that became current, and assignments made by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cert_completion_bulk import Among

from cert_completion_records.keys import Pair
from cert_completion_records.messaging.due import PAGE, key_of, note_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.switches import Switch, of_certifications
from cert_completion_records.models import LearnerCertification, PendingMessage, SentMessage, Trigger
from cert_completion_records.models.hashes import fingerprint


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what waits: what is to be sent, by its primary key, and what is no longer to be told."""

    due: Mapping[int, Note]
    dropped: Sequence[int]


def pages(day: date, look_back_days: int) -> Iterator[Page]:
    """All that waits, in the order in which it happened."""
    earliest = day - timedelta(days=look_back_days)
    waiting = PendingMessage.objects.order_by("pk")
    rows = list(waiting[:PAGE])
    while rows:
        yield _page(rows, earliest, day)
        rows = list(waiting.filter(pk__gt=rows[-1].pk)[:PAGE])


def forget(keys: Iterable[int]) -> None:
    PendingMessage.objects.filter(pk__in=list(keys)).delete()


def _page(waiting: Sequence[PendingMessage], earliest: date, day: date) -> Page:
    records = _records(waiting)
    switches = _switches(waiting)
    settled = _settled(waiting)
    due, dropped = {}, []
    for one in waiting:
        record, trigger, key = records.get((one.learner_id, one.certification_id)), Trigger(one.trigger), _key(one)
        is_wanted = one.since >= earliest and switches[trigger, one.certification_id].sends_what_fell_due(one.since)
        if record and is_wanted and key not in settled and _still_holds(one, record, day):
            due[one.pk] = note_of(record, trigger, one.completed or one.since, day)
            settled.add(key)  # the same thing may have happened twice, with an undo in between
        else:
            dropped.append(one.pk)
    return Page(due, dropped)


def _still_holds(one: PendingMessage, record: LearnerCertification, day: date) -> bool:
    """Whether it is still as it was when it happened: undone, replaced or lapsed meanwhile, nobody is told of it."""
    if one.trigger == Trigger.ASSIGNED:
        return record.assigned
    lasts = record.expires is None or record.expires > day
    return record.announce and lasts and record.completed == one.completed


def _records(waiting: Sequence[PendingMessage]) -> Mapping[Pair, LearnerCertification]:
    rows = LearnerCertification.objects.filter(
        Among("learner_id", {one.learner_id for one in waiting}),
        Among("certification_id", {one.certification_id for one in waiting}),
    ).select_related("learner", "certification", "source")
    return {(row.learner_id, row.certification_id): row for row in rows}


def _switches(waiting: Sequence[PendingMessage]) -> Mapping[tuple[Trigger, int], Switch]:
    certification_ids = {one.certification_id for one in waiting}
    triggers = {Trigger(one.trigger) for one in waiting}
    found = {trigger: of_certifications(trigger, certification_ids) for trigger in triggers}
    return {(trigger, pk): switch for trigger, of_trigger in found.items() for pk, switch in of_trigger.items()}


def _key(one: PendingMessage) -> str:
    return fingerprint(key_of(one.trigger, one.learner_id, one.certification_id, one.completed or one.since))


def _settled(waiting: Sequence[PendingMessage]) -> set[Any]:
    """The keys of those that were sent, or were being sent, when a run ended before it could say so."""
    keys = {_key(one) for one in waiting}
    return set(SentMessage.objects.filter(Among("key_hash", keys)).values_list("key_hash", flat=True))
