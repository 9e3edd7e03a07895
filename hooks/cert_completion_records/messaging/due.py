"""Messages that are due on a day, as the scheduled run finds them: constant memory, a page at a time."""

from datetime import date
from typing import Any

from cert_completion_records.messaging.notes import Note
from cert_completion_records.models import LearnerCertification, Trigger

PAGE = 200
"""How many are looked at before any of them is sent: until the last of them leaves, things may change."""


def note_of(row: LearnerCertification, trigger: Trigger, about: date, day: date) -> Note:
    """The message about this learner's certification. Learner, certification, trigger and date make it the same."""
    return Note(
        key=key_of(trigger, row.learner_id, row.certification_id, about),
        trigger=trigger,
        learner=row.learner,
        certification=row.certification,
        day=day,
        about=about,
        completed=row.completed,
        expires=row.expires,
        window_opens=row.window_opens,
        site=row.source.site if row.source else "",
    )


def key_of(trigger: str, learner_id: Any, certification_id: int, about: date) -> str:
    return f"due:{Trigger(trigger).value}:{learner_id}:{certification_id}:{about.isoformat()}"
