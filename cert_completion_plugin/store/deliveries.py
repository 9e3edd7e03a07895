"""How the messages of each import are delivered: when it goes on, what stands in the way, whether anybody is at it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cert_completion_plugin.core.messages import MessageState
from cert_completion_plugin.models import Delivery as DeliveryRow
from cert_completion_plugin.models import Message
from cert_completion_plugin.store.leases import is_due
from cert_completion_plugin.store.values import dumps

_OF_BATCH = Message.objects.filter(batch=OuterRef("pk"))
_IS_LEFT = Exists(_OF_BATCH.filter(state__in=(MessageState.WAITING, MessageState.SENDING)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery of one import's messages: after trouble it goes on at `due_at`; `trouble` is what there is."""

    batch_id: int
    due_at: datetime | None
    trouble: Mapping[str, Any] | None


def begin(batch_id: int) -> None:
    """This import is to send messages."""
    DeliveryRow.objects.create(batch_id=batch_id)


def get(batch_id: int) -> Delivery | None:
    """The delivery of an import; None if it sends no messages."""
    row = DeliveryRow.objects.filter(pk=batch_id).first()
    return Delivery(batch_id=row.pk, due_at=row.due_at, trouble=json.loads(row.trouble)) if row else None


def set_trouble(batch_id: int, trouble: Mapping[str, Any] | None, due_at: datetime | None) -> None:
    DeliveryRow.objects.filter(pk=batch_id).update(trouble=dumps(trouble), due_at=due_at)


def _unfinished() -> QuerySet[DeliveryRow]:
    return DeliveryRow.objects.filter(finished_at__isnull=True)


def _is_wanted(now: datetime) -> Q:
    """Something can be sent now."""
    return Q(is_due(now), Exists(_OF_BATCH.filter(state=MessageState.WAITING, due_at__lte=now)))


def unfinished_ids() -> list[int]:
    """The imports of which messages may be left, oldest first."""
    return list(_unfinished().order_by("pk").values_list("pk", flat=True))


def wanted_ids(now: datetime) -> list[int]:
    """The imports of which messages can be sent now, oldest first; whether they may be is not asked here."""
    return list(_unfinished().filter(_is_wanted(now)).order_by("pk").values_list("pk", flat=True))


def claim_sending(batch_id: int, before: datetime, now: datetime) -> bool:
    """Take the right to send the delivery of an import to the workers, if that is wanted and nobody has since `before`.

    Of an import no more than one task delivers, so that it has no more of the workers than others have.
    """
    unsent = _unfinished().filter(Q(sent_at__isnull=True) | Q(sent_at__lt=before), _is_wanted(now), pk=batch_id)
    return bool(unsent.update(sent_at=now))


def give_back(batch_id: int) -> None:
    """Whoever had the right has done with it."""
    DeliveryRow.objects.filter(pk=batch_id).update(sent_at=None)


def _done() -> QuerySet[DeliveryRow]:
    """Those that may be closed: the import has ended, and has nothing left to send."""
    return _unfinished().filter(~_IS_LEFT, batch__finished_at__isnull=False)


def done_ids() -> list[int]:
    """The imports that have nothing left to send, of which that is not kept yet."""
    return list(_done().order_by("pk").values_list("pk", flat=True))


def finish(batch_id: int, now: datetime) -> bool:
    """Keep that an import has nothing left to send, if it is so; says whether this call did."""
    return bool(_done().filter(pk=batch_id).update(finished_at=now))
