"""What changes by hand are told of by the next scheduled run."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cert_completion_records.models.messages import PendingMessage, Trigger

_OF_RECORDS = (Trigger.CERTIFIED, Trigger.RENEWED)


@dataclass(frozen=True, slots=True)
class Before:
    """A learner's certification before it was saved. `lasted`: it had a current record that had not expired."""

    completed: date | None = None
    assigned: bool = False
    announce: bool = False
    lasted: bool = False


def tell_later(row: Any, before: Before, day: date) -> None:
    """Keep what the learner is to be told of this row as it was saved on this day, if they may be told."""
    if not row.announce:
        return
    if row.completed and (row.completed != before.completed or not before.announce):
        _tell_of_record(row, before, day)
    elif row.assigned and not before.assigned and not row.completed:
        _pend(row, Trigger.ASSIGNED, day)


def _tell_of_record(row: Any, before: Before, day: date) -> None:
    """A date that is corrected before anybody was told stays the news that it was; one that goes back is none."""
    waiting = PendingMessage.objects.filter(
        learner_id=row.learner_id, certification_id=row.certification_id, trigger__in=_OF_RECORDS
    )
    trigger = waiting.values_list("trigger", flat=True).order_by("pk").first() or _trigger(row, before)
    if trigger:
        waiting.delete()
        _pend(row, trigger, day)


def _trigger(row: Any, before: Before) -> str:
    if not before.lasted or row.completed == before.completed:
        return Trigger.CERTIFIED
    return Trigger.RENEWED if row.completed > before.completed else ""


def _pend(row: Any, trigger: str, day: date) -> None:
    PendingMessage.objects.create(
        learner_id=row.learner_id,
        certification_id=row.certification_id,
        trigger=trigger,
        completed=row.completed,
        since=day,
    )
