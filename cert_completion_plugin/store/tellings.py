"""How messages to learners and mails to uploaders stand, for those who run the site. No message is looked at for long:
there may be a million, so that they are counted up to `MOST_COUNTED` and no further."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from cert_completion_plugin.core.messages import MessageState
from cert_completion_plugin.core.notices import MailState
from cert_completion_plugin.models import Delivery, Message, Notice
from cert_completion_plugin.store.values import dumps

MOST_COUNTED = 10_000
MOST_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The messages of an import that wait because something is in the way: what, since when, and at which host."""

    batch_id: int
    reference: str
    kind: str
    since: datetime
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """Messages to learners that wait, are being sent, or of which nobody knows whether they left (`interrupted`).

    They are counted up to `MOST_COUNTED`. `waiting_since`: when the first of those that wait was made. Interrupted are
    those of imports of which messages are left, or were within the time that is looked back. `held`: the imports whose
    messages something is in the way of. `mails_waiting` and `mails_dropped`: mails to uploaders.
    """

    waiting: int
    sending: int
    interrupted: int
    waiting_since: datetime | None
    held: tuple[Held, ...]
    mails_waiting: int
    mails_dropped: int


def tellings(since: datetime) -> Tellings:
    """How they stand now, looking back to `since`."""
    unfinished = Delivery.objects.filter(finished_at__isnull=True)
    late = Delivery.objects.filter(Q(finished_at__isnull=True) | Q(finished_at__gte=since))
    dropped = Notice.objects.filter(mail=MailState.DROPPED, moved_at__gte=since)
    waiting = _messages(unfinished, MessageState.WAITING)
    return Tellings(
        waiting=_counted(waiting),
        sending=_counted(_messages(unfinished, MessageState.SENDING)),
        interrupted=_counted(_messages(late, MessageState.INTERRUPTED)),
        waiting_since=waiting.order_by("batch_id", "line").values_list("made_at", flat=True).first(),
        held=tuple(_held(unfinished)),
        mails_waiting=_counted(Notice.objects.filter(mail=MailState.WAITING)),
        mails_dropped=_counted(dropped),
    )


def _messages(deliveries: QuerySet[Delivery], state: MessageState) -> QuerySet[Message]:
    return Message.objects.filter(batch__in=deliveries.values("pk"), state=state)


def _counted(rows: QuerySet[Message] | QuerySet[Notice]) -> int:
    return rows.order_by()[:MOST_COUNTED].count()


def _held(unfinished: QuerySet[Delivery]) -> list[Held]:
    rows = unfinished.exclude(trouble=dumps(None)).select_related("batch").order_by("pk")[:MOST_LISTED]
    told = ((row, json.loads(row.trouble)) for row in rows)
    return [
        Held(
            batch_id=row.pk,
            reference=row.batch.reference.hex,
            kind=trouble["kind"],
            since=datetime.fromisoformat(trouble["since"]),
            host=trouble.get("host", ""),
        )
        for row, trouble in told
    ]
