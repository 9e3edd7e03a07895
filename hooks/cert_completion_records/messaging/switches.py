"""Which messages are sent for which certifications, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps as installed_apps
from django.db import router

from cert_completion_records.models import Certification, CertificationMessage, LearnerMessage, Trigger
from cert_completion_records.models.message_settings import DAYS_BEFORE, Choice

ON_AT_FIRST = frozenset({Trigger.ASSIGNED})
"""What is sent on a site that never chose: what an import is asked for; reminders only from the day they are wanted."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a message is sent, since which day (None: always) and, for *expires soon*, how many days before."""

    is_on: bool
    since: date | None
    days_before: int = DAYS_BEFORE

    def sends_what_fell_due(self, day: date) -> bool:
        return self.is_on and (self.since is None or self.since <= day)


def create_messages(sender: Any, using: str, apps: Any = installed_apps, **kwargs: Any) -> None:
    """After migrations: a row for each message that has none, so that the admin can switch it.

    `manage.py flush` names no apps.
    """
    try:
        model = apps.get_model("cert_completion_records", "LearnerMessage")
    except LookupError:  # migrated back to before there were any
        return
    if router.allow_migrate_model(using, model):
        rows = [model(trigger=trigger.value, is_on=trigger in ON_AT_FIRST) for trigger in Trigger]
        existing = set(model.objects.using(using).values_list("trigger", flat=True))
        new = [row for row in rows if row.trigger not in existing]
        model.objects.using(using).bulk_create(new, ignore_conflicts=True)


def of_site(trigger: Trigger) -> Switch:
    row = LearnerMessage.objects.filter(trigger=trigger).first()
    return Switch(row.is_on, row.since, row.days_before) if row else Switch(trigger in ON_AT_FIRST, None)


def of_certifications(trigger: Trigger, certification_ids: Iterable[int]) -> Mapping[int, Switch]:
    """What holds for each of these certifications, by its primary key: two queries."""
    site = of_site(trigger)
    rows = {row.certification_id: row for row in CertificationMessage.objects.filter(trigger=trigger)}
    return {pk: _combined(site, rows.get(pk)) for pk in certification_ids}


def of_offered_certifications(trigger: Trigger) -> Mapping[int, Switch]:
    """What holds for each certification that is still offered."""
    return of_certifications(trigger, Certification.objects.filter(is_active=True).values_list("pk", flat=True))


def _combined(site: Switch, row: CertificationMessage | None) -> Switch:
    """The site's switch and what a certification says of it.

    A certification that goes with the site again does so from that day on: what fell due while it was off stays unsent.
    """
    if row is None:
        return site
    days_before = row.days_before or site.days_before
    if row.choice == Choice.AS_SITE:
        since = max((day for day in (site.since, row.since) if day), default=None)
        return Switch(site.is_on, since, days_before)
    return Switch(row.choice == Choice.ON, row.since, days_before)


def choose(
    certification: Certification, trigger: Trigger, choice: str, days_before: int | None, day: date
) -> CertificationMessage | None:
    """Keep what a certification says of a message from this day on; returns what is kept, None if it says nothing."""
    row = CertificationMessage.objects.filter(certification=certification, trigger=trigger).first()
    if row is None and choice == Choice.AS_SITE and days_before is None:
        return None
    before = _combined(of_site(trigger), row)
    row = row or CertificationMessage(certification=certification, trigger=trigger)
    row.choice, row.days_before = choice, days_before
    row.since = before.since if before.is_on else day
    row.save()
    return row
