"""Messages about made-up records, for looking at what learners read."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.switches import of_site
from cert_completion_records.models import Certification, Rule, Trigger

_WINDOW = timedelta(days=30)
_YEAR = timedelta(days=365)


def sample(trigger: Trigger, reader: Any, certification: Certification | None, day: date) -> Note:
    """What this user would be told on this day: of the certification, or of a made-up one."""
    about = certification or Certification(full_name=gettext("First Aid at Work"))
    expires = _expires(trigger, day)
    never = about.rule == Rule.NEVER_EXPIRES and trigger in (Trigger.CERTIFIED, Trigger.RENEWED)
    has_record = trigger is not Trigger.ASSIGNED
    return Note(
        key="",
        trigger=trigger,
        learner=reader,
        certification=about,
        day=day,
        completed=expires - _YEAR if has_record else None,
        expires=expires if has_record and not never else None,
        window_opens=expires - _WINDOW if has_record and not never else None,
    )


def _expires(trigger: Trigger, day: date) -> date:
    match trigger:
        case Trigger.WINDOW_OPENS:
            return day + _WINDOW
        case Trigger.EXPIRES_SOON:
            return day + timedelta(days=of_site(trigger).days_before)
        case Trigger.EXPIRED:
            return day
        case _:
            return day + _YEAR
