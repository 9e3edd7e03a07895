"""The scheduled run: everything that is due, once, and how much of each kind."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from cert_completion_records import conf
from cert_completion_records.messaging import pending, reminders
from cert_completion_records.messaging.channels import Channel, open_channel
from cert_completion_records.messaging.delivery import Delivery, Fate, ServerDown
from cert_completion_records.messaging.notes import Note
from cert_completion_records.models import SentMessage, Trigger

logger = logging.getLogger("cert_completion_records")

_SURELY_CUT_OFF = timedelta(hours=1)


@dataclass(slots=True)
class Summary:
    """How many messages of each kind met which fate. `down`: why the mail server took nothing more, "" if it did."""

    counts: dict[Trigger, Counter[Fate]] = field(default_factory=lambda: {trigger: Counter() for trigger in Trigger})
    down: str = ""

    def total(self, fate: Fate) -> int:
        return sum(counts[fate] for counts in self.counts.values())

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for the next run."""
        return not self.down and not self.total(Fate.LATER)


def send_due(day: date) -> Summary:
    """Send all that is due on this day and not settled yet; what cannot be sent now is due again at the next run.

    Two runs at once, and one after a crash, send each message once. Raises ImproperlyConfigured.
    """
    summary = Summary()
    with open_channel() as channel:
        try:
            _send_due(Delivery(channel), day, summary)
        except ServerDown as error:
            summary.down = str(error)
            logger.warning("the mail server takes no messages to learners now: %s", type(error.__cause__).__name__)
    logger.info("messages to learners: %s", {fate.value: summary.total(fate) for fate in Fate})
    return summary


def _send_due(delivery: Delivery, day: date, summary: Summary) -> None:
    for page in pending.pages(day, conf.look_back_days()):
        settled = [*page.dropped]
        try:
            for key, note in page.due.items():
                if _send(delivery, note, summary) is not Fate.LATER:
                    settled.append(key)
        finally:
            pending.forget(settled)
    for note in _reminders(day):
        _send(delivery, note, summary)


def _send(delivery: Delivery, note: Note, summary: Summary) -> Fate:
    fate = delivery.deliver(note).fate
    summary.counts[note.trigger][fate] += 1
    return fate


def _reminders(day: date) -> Iterator[Note]:
    for trigger in reminders.REMINDERS:
        yield from reminders.due(trigger, day, conf.look_back_days())


def count_due(day: date) -> Summary:
    """What `send_due` would do on this day if the mail server took everything. Nothing is sent or kept."""
    summary = Summary()
    with open_channel() as channel:
        for page in pending.pages(day, conf.look_back_days()):
            for note in page.due.values():
                _count(note, channel, summary)
        for note in _reminders(day):
            _count(note, channel, summary)
    return summary


def _count(note: Note, channel: Channel, summary: Summary) -> None:
    fate = Fate.NOT_SENT if channel.unreachable(note.learner) else Fate.SENT
    summary.counts[note.trigger][fate] += 1


def cut_off() -> int:
    """How many messages of the last days were being sent when a process died or a connection broke."""
    now = timezone.now()
    since = now - timedelta(days=conf.look_back_days())
    rows = SentMessage.objects.filter(outcome=SentMessage.Outcome.SENDING, claimed_at__gte=since)
    return rows.filter(claimed_at__lt=now - _SURELY_CUT_OFF).count()
