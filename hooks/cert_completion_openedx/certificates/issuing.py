"""Issuing what was ordered: take an order, ask the platform, keep what became of it.

Taking an order puts off when it is due, so that one whose worker died comes again, and nobody else takes it meanwhile.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from cert_completion_hooks import CertificationState
from cert_completion_records.clock import today
from cert_completion_records.models import LearnerCertification
from django.contrib.auth import get_user_model
from django.db.models import F, Min
from django.utils import timezone

from cert_completion_openedx import conf
from cert_completion_openedx.certificates.platform import (
    Certificates,
    CourseCertificates,
    PlatformDown,
    Progress,
    Wanted,
)
from cert_completion_openedx.models import CertificateOrder

logger = logging.getLogger("cert_completion_openedx")

LEASE = timedelta(minutes=10)
"""How long whoever takes an order has it for themselves; longer than a task may take."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
"""How long an order waits after each attempt; after one more it has failed."""

TROUBLES = 5
"""After how many errors in a row the platform counts as down: the others would be told the same."""

_PAGE = 100
_State, _Reason = CertificateOrder.State, CertificateOrder.Reason
_orders = CertificateOrder._default_manager


@dataclass(frozen=True, slots=True)
class Worked:
    """`seconds`: after how many there is something to do again; None if nothing waits. `is_down`: the platform is."""

    seconds: float | None
    is_down: bool = False


def work(source: int | None = None, seconds: float | None = None) -> Worked:
    """Issue what is due, of one import or of all, for some seconds or to the end. Raises ImproperlyConfigured."""
    until = None if seconds is None else monotonic() + seconds
    port: Certificates = (conf.certificates() or CourseCertificates)()
    troubles = 0
    for order in _due(source):
        if not _take(order):
            continue
        trouble = _issue(order, port)
        troubles = troubles + 1 if trouble else 0
        if trouble is _Reason.PLATFORM_DOWN or troubles >= TROUBLES:
            return Worked(PAUSES[0].total_seconds(), is_down=True)
        if until is not None and monotonic() >= until:
            break
    return Worked(_next(source))


def _waiting(source: int | None) -> Any:
    waiting = _orders.filter(state=_State.WAITING)
    return waiting if source is None else waiting.filter(source=source)


def _due(source: int | None) -> Iterator[CertificateOrder]:
    """What is due now, those first that have waited longest."""
    began = timezone.now()
    due = _waiting(source).filter(due_at__lte=began).select_related("source").order_by("due_at", "pk")
    # Each is taken by us or by somebody else, and then due no longer.
    while page := list(due[:_PAGE]):
        yield from page


def _next(source: int | None) -> float | None:
    due_at: datetime | None = _waiting(source).aggregate(due_at=Min("due_at"))["due_at"]
    return None if due_at is None else max((due_at - timezone.now()).total_seconds(), 0)


def _take(order: CertificateOrder) -> bool:
    """Whether it is ours now; attempts are counted before the work, so that one that ends its worker ends as well."""
    now = timezone.now()
    mine = _orders.filter(pk=order.pk, state=_State.WAITING, due_at=order.due_at)
    if order.attempts > len(PAUSES):
        mine.update(state=_State.FAILED, reason=_Reason.BROKE_OFF, changed_at=now)
        return False
    return bool(mine.update(due_at=now + LEASE, attempts=F("attempts") + 1, changed_at=now))


def _issue(order: CertificateOrder, port: Certificates) -> CertificateOrder.Reason | None:
    """Bring an order a step on; what is the matter with the platform, if anything is."""
    record = _record(order)
    if reason := _no_longer_wanted(order, record):
        _settle(order, _State.WITHDRAWN, reason)
        return None
    trouble = None
    try:
        answer = port.issue(_wanted(order, record.learner))
    except PlatformDown:
        trouble = _Reason.PLATFORM_DOWN
    except Exception as error:
        # Its text may name the learner.
        logger.error("course certificate %s: the platform answered with %s", order.pk, type(error).__name__)
        trouble = _Reason.PLATFORM_ERROR
    if trouble:
        _later(order, trouble)
    elif answer is Progress.ASKED:
        _later(order, _Reason.ASKED)
    elif answer is Progress.ISSUED:
        _settle(order, _State.ISSUED)
    else:
        _settle(order, _State.FAILED, answer)
    return trouble


def _record(order: CertificateOrder) -> Any:
    """What the learner holds of the certification now; None if nothing."""
    held = LearnerCertification.objects.filter(learner_id=order.learner_id, certification_id=order.certification_id)
    return held.select_related("learner").first()


def _no_longer_wanted(order: CertificateOrder, record: Any) -> str:
    """Why there is to be no certificate after all: what was recorded is no longer what is held."""
    ordered = (order.source_id, order.line, order.completed)
    if record is None or (record.source_id, record.line, record.completed) != ordered:
        return _Reason.REPLACED
    return _Reason.LAPSED if record.state_on(today()) is CertificationState.EXPIRED else ""


def _wanted(order: CertificateOrder, learner: Any) -> Wanted:
    ordered_by: Any = order.ordered_by_id
    return Wanted(
        key=order.key,
        learner=learner,
        course_key=order.course_key,
        completed=order.completed,
        given_by=get_user_model()._default_manager.filter(pk=ordered_by).first(),
    )


def _settle(order: CertificateOrder, state: str, reason: str = "") -> None:
    """Keep what became of it, unless it was taken back meanwhile."""
    mine = _orders.filter(pk=order.pk, state=_State.WAITING)
    mine.update(state=state, reason=reason, changed_at=timezone.now())


def _later(order: CertificateOrder, reason: str) -> None:
    """Try it again after a pause, longer each time, or give it up."""
    if order.attempts >= len(PAUSES):
        _settle(order, _State.FAILED, reason)
        return
    now = timezone.now()
    mine = _orders.filter(pk=order.pk, state=_State.WAITING)
    mine.update(due_at=now + PAUSES[order.attempts], reason=reason, changed_at=now)
