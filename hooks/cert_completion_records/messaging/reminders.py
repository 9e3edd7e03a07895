"""Reminders: of a window that opens, of an expiry to come, of one that has come.

No database is asked for more than it has an index for, or for one walk over all records: what learners were told
before, and for which certifications a message is on, is compared here, page by page. (MariaDB, asked for all at once,
sorts everything anew for each page.)
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from cert_completion_bulk import Among
from django.db.models import F, Q

from cert_completion_records.keys import chunks
from cert_completion_records.messaging.due import PAGE, note_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.switches import Switch, of_offered_certifications
from cert_completion_records.models import LearnerCertification, SentMessage, Trigger

REMINDERS = (Trigger.WINDOW_OPENS, Trigger.EXPIRES_SOON, Trigger.EXPIRED)
_COLUMNS = {Trigger.WINDOW_OPENS: "window_opens", Trigger.EXPIRES_SOON: "expires", Trigger.EXPIRED: "expires"}
LOOKED_AT = 2000
"""How many records are looked at together."""


class _Found(NamedTuple):
    """A record with a reminder that may be due; `about` is the date that it is about."""

    pk: int
    learner_id: Any
    certification_id: int
    about: date


def due(trigger: Trigger, day: date, look_back_days: int) -> Iterator[Note]:
    """The reminders of this kind that fell due in the days up to this one and are not settled yet."""
    days = [day - timedelta(days=late) for late in range(look_back_days, -1, -1)]
    for days_before, switches in _by_days_before(trigger).items():
        for where in _places(trigger, days, days_before):
            for page in _pages(where & _still_true(trigger, day), _COLUMNS[trigger]):
                wanted = [one for one in page if _is_wanted(one, switches, days_before)]
                yield from _notes(trigger, _not_settled(trigger, wanted), day)


def _by_days_before(trigger: Trigger) -> Mapping[int, Mapping[int, Switch]]:
    """The certifications for which the message is on, by how many days before the date it is sent."""
    found: dict[int, dict[int, Switch]] = defaultdict(dict)
    for pk, switch in of_offered_certifications(trigger).items():
        if switch.is_on:
            found[switch.days_before if trigger is Trigger.EXPIRES_SOON else 0][pk] = switch
    return found


def _places(trigger: Trigger, days: Sequence[date], days_before: int) -> Iterator[Q]:
    """Records whose reminder fell due on one of these days, and that were known by then, one place after another.

    A record that expires on the day on which it is recorded has expired when it comes to be. The window's opening has
    no index: imports would pay for it with every row, and a run pays for one walk.
    """
    unknown_when = Q(recorded_on__isnull=True)
    if trigger is Trigger.WINDOW_OPENS:
        known = unknown_when | Q(recorded_on__lte=F("window_opens"))
        yield Q(window_opens__gte=days[0], window_opens__lte=days[-1]) & known
        return
    compared = "recorded_on__lt" if trigger is Trigger.EXPIRED else "recorded_on__lte"
    for day in days:
        yield Q(expires=day + timedelta(days=days_before)) & (unknown_when | Q(**{compared: day}))


def _still_true(trigger: Trigger, day: date) -> Q:
    held = Q(completed__isnull=False, assigned=True)
    return held if trigger is Trigger.EXPIRED else held & (Q(expires__isnull=True) | Q(expires__gt=day))


def _pages(where: Q, about: str) -> Iterator[list[_Found]]:
    rows = LearnerCertification.objects.filter(where).order_by("pk")
    columns = rows.values_list("pk", "learner_id", "certification_id", about)
    page = [_Found(*row) for row in columns[:LOOKED_AT]]
    while page:
        yield page
        page = [_Found(*row) for row in columns.filter(pk__gt=page[-1].pk)[:LOOKED_AT]]


def _is_wanted(one: _Found, switches: Mapping[int, Switch], days_before: int) -> bool:
    switch = switches.get(one.certification_id)
    return switch is not None and switch.sends_what_fell_due(one.about - timedelta(days=days_before))


def _not_settled(trigger: Trigger, found: Collection[_Found]) -> list[_Found]:
    """Those that nothing became of yet; the index on learners finds the messages of each, who has few."""
    told = SentMessage.objects.filter(Among("learner_id", {one.learner_id for one in found}), trigger=trigger.value)
    settled = set(told.values_list("learner_id", "certification_id", "about"))
    return [one for one in found if one[1:] not in settled]


def _notes(trigger: Trigger, found: Iterable[_Found], day: date) -> Iterator[Note]:
    """The messages about these records, read anew shortly before they are sent."""
    for some in chunks(found, PAGE):
        about = {one.pk: one.about for one in some}
        rows = LearnerCertification.objects.filter(pk__in=list(about)).order_by("pk")
        for row in rows.select_related("learner", "certification", "source"):
            if getattr(row, _COLUMNS[trigger]) == about[row.pk]:
                yield note_of(row, trigger, about[row.pk], day)
