"""Reminders: of a window that opens, of an expiry to come, of one that has come."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cert_completion_bulk import Among
from django.db.models import Exists, OuterRef, Q, QuerySet

from cert_completion_records.messaging.due import PAGE, note_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.switches import of_offered_certifications
from cert_completion_records.models import LearnerCertification, SentMessage, Trigger

REMINDERS = (Trigger.WINDOW_OPENS, Trigger.EXPIRES_SOON, Trigger.EXPIRED)
_COLUMNS = {Trigger.WINDOW_OPENS: "window_opens", Trigger.EXPIRES_SOON: "expires", Trigger.EXPIRED: "expires"}


@dataclass(frozen=True, slots=True)
class _Group:
    """Certifications whose reminders fall due alike: these days, so many days before the date they are about."""

    first_day: date
    days_before: int


def due(trigger: Trigger, day: date, look_back_days: int) -> Iterator[Note]:
    """The reminders of this kind that fell due in the days up to this one and are not settled yet."""
    for group, certification_ids in _groups(trigger, day, look_back_days).items():
        rows = _rows(trigger, group, day).filter(Among("certification_id", certification_ids))
        for row in _paged(rows):
            yield note_of(row, trigger, getattr(row, _COLUMNS[trigger]), day)


def _groups(trigger: Trigger, day: date, look_back_days: int) -> dict[_Group, list[int]]:
    earliest = day - timedelta(days=look_back_days)
    groups: dict[_Group, list[int]] = defaultdict(list)
    for pk, switch in of_offered_certifications(trigger).items():
        first_day = max(earliest, switch.since or earliest)
        if switch.is_on and first_day <= day:
            days_before = switch.days_before if trigger is Trigger.EXPIRES_SOON else 0
            groups[_Group(first_day, days_before)].append(pk)
    return groups


def _rows(trigger: Trigger, group: _Group, day: date) -> QuerySet[LearnerCertification]:
    column = _COLUMNS[trigger]
    fell_due = Q()
    for late in range((day - group.first_day).days + 1):
        fell_due |= _fell_due_on(day - timedelta(days=late), column, group.days_before, trigger)
    rows = LearnerCertification.objects.filter(fell_due, completed__isnull=False, assigned=True)
    if trigger is not Trigger.EXPIRED:
        rows = rows.filter(Q(expires__isnull=True) | Q(expires__gt=day))
    return rows.filter(~Exists(_settled(trigger, column)))


def _fell_due_on(day: date, column: str, days_before: int, trigger: Trigger) -> Q:
    """Records whose reminder fell due that day, and that were known by then.

    A record that expires on the day on which it is recorded has expired when it comes to be.
    """
    known_by_then = "recorded_on__lt" if trigger is Trigger.EXPIRED else "recorded_on__lte"
    known = Q(recorded_on__isnull=True) | Q(**{known_by_then: day})
    return Q(**{column: day + timedelta(days=days_before)}) & known


def _settled(trigger: Trigger, column: str) -> QuerySet[SentMessage]:
    """Found by the index on the learner, who has few messages."""
    return SentMessage.objects.filter(
        learner_id=OuterRef("learner_id"),
        certification_id=OuterRef("certification_id"),
        trigger=trigger.value,
        about=OuterRef(column),
    )


def _paged(rows: QuerySet[LearnerCertification]) -> Iterator[LearnerCertification]:
    rows = rows.select_related("learner", "certification").order_by("pk")
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:PAGE])
