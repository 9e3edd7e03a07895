"""Ordering certificates together with the records, and taking orders back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from cert_completion_bulk import Among
from cert_completion_hooks import (
    Actor,
    BatchInfo,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
)
from cert_completion_records.clock import today
from cert_completion_records.keys import certification_id, chunks, database, learner_id, origin_of
from cert_completion_records.models import ImportSource
from cert_completion_records.origins import source_of
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cert_completion_openedx import tasks
from cert_completion_openedx.models import CertificateOrder, Counterpart
from cert_completion_openedx.models.orders import HOLD

_State, _Reason = CertificateOrder.State, CertificateOrder.Reason
_orders = CertificateOrder._default_manager


def order(batch: BatchInfo, changes: Sequence[CompletionChange], results: Sequence[WriteResult]) -> None:
    """Order certificates for those records just written that are current and have not expired.

    What went into the history, and what has expired by now, certifies nobody today. Call it in the transaction of the
    records.
    """
    courses = _courses({change.certification_key for change in changes})
    if not courses:
        return
    written, day = {result.key for result in results if result.status is WriteStatus.WRITTEN}, today()
    certifying = [
        (change, change.current)
        for change in changes
        if change.key in written and change.certification_key in courses and _certifies(change.current, day)
    ]
    if certifying:
        common = {"source": source_of(batch), "ordered_by_id": _user_of(batch.actor, batch.uploaded_by)}
        orders = [_order(change, record, courses[change.certification_key], common) for change, record in certifying]
        _orders.bulk_create(orders, batch_size=500, ignore_conflicts=True)


def _courses(certification_keys: Collection[str]) -> dict[str, str]:
    """The course runs of which these certifications issue the certificate, by their keys: one query."""
    keys = {key for key in map(certification_id, certification_keys) if key is not None}
    if not keys:
        return {}
    issuing = Counterpart._default_manager.filter(issues_certificate=True, course_key__isnull=False)
    found = issuing.filter(Among("certification_id", keys)).values_list("certification_id", "course_key")
    return {str(key): course_key for key, course_key in found if course_key}


def _certifies(record: CompletionRecord | None, day: date) -> bool:
    """Whether it is a record that came from a line of a file and has not expired."""
    if record is None or record.completed is None or record.line is None:
        return False
    return record.expires is None or record.expires > day


def _order(change: CompletionChange, record: Any, course_key: str, common: dict[str, Any]) -> CertificateOrder:
    return CertificateOrder(
        **common,
        line=record.line,
        learner_id=learner_id(change.learner_key),
        certification_id=int(change.certification_key),
        course_key=course_key,
        completed=record.completed,
        due_at=timezone.now() + HOLD,
    )


def _user_of(*actors: Actor) -> Any:
    """The primary key of the first of them who has an account; None where the site's own code acts."""
    return next((key for actor in actors if (key := learner_id(actor.key)) is not None), None)


def release(batch_id: str) -> None:
    """The import has ended: its certificates are issued from now on. Repeating it is harmless."""
    source = ImportSource.objects.filter(batch_id=batch_id).values_list("pk", flat=True).first()
    if source is None:
        return
    now = timezone.now()
    with transaction.atomic(using=database()):
        held = _orders.filter(source=source, state=_State.WAITING, attempts=0, due_at__gt=now)
        held.update(due_at=now)
        if _orders.filter(source=source, state=_State.WAITING).exists():
            transaction.on_commit(partial(tasks.send, source), using=database(), robust=True)


def withdraw(changes: Sequence[ChangeToUndo], results: Sequence[UndoResult]) -> None:
    """Take back the orders of records that were undone. Call it in the transaction of the undo.

    A certificate that is issued, or that the platform may be making, is left as it is (docs/decisions/0032).
    """
    undone = {result.key: result for result in results if result.status is UndoStatus.UNDONE}
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for record in _taken_back(changes, undone):
        batch_id, line = origin_of(record.row_key)
        if line is not None:
            lines[batch_id].append(line)
    for source, batch_id in ImportSource.objects.filter(batch_id__in=lines).values_list("pk", "batch_id"):
        for some in chunks(lines[batch_id]):
            _withdraw(source, some)


def _taken_back(changes: Iterable[ChangeToUndo], undone: dict[str, UndoResult]) -> Iterable[CompletionRecord]:
    """The current records that the changes wrote, of those that are undone and not kept."""
    for one in changes:
        result, record = undone.get(one.change.key), one.change.current
        if result and record and record.row_key not in result.kept:
            yield record


def _withdraw(source: int, lines: Collection[int]) -> None:
    orders = _orders.filter(Among("line", lines), source=source)
    values = {"reason": _Reason.UNDONE, "changed_at": timezone.now()}
    never_asked = orders.filter(Q(state=_State.WAITING, attempts=0) | Q(state=_State.FAILED))
    never_asked.exclude(reason__in=_PERHAPS_MADE).update(state=_State.WITHDRAWN, **values)
    orders.filter(state__in=(_State.WAITING, _State.ISSUED, _State.FAILED)).update(state=_State.LEFT, **values)


_PERHAPS_MADE = (_Reason.ASKED, _Reason.PLATFORM_DOWN, _Reason.PLATFORM_ERROR, _Reason.BROKE_OFF)


def try_again(orders: QuerySet[CertificateOrder]) -> int:
    """Have the failed ones of these issued once more; how many those are."""
    with transaction.atomic(using=database()):
        failed = orders.filter(state=_State.FAILED)
        sources = set(failed.values_list("source", flat=True).order_by())
        # The reason stays: it tells whether the platform was asked before.
        now = timezone.now()
        count = failed.update(state=_State.WAITING, attempts=0, due_at=now, changed_at=now)
        for source in sorted(sources):
            transaction.on_commit(partial(tasks.send, source), using=database(), robust=True)
    return count


def forget(learner_keys: Sequence[str]) -> int:
    """Delete the orders for these learners; how many that were. Orders that they made for others name them no more."""
    learners = {learner_id(key) for key in learner_keys} - {None}
    if not learners:
        return 0
    deleted, _ = _orders.filter(learner_id__in=learners).delete()
    made = list(_orders.filter(ordered_by_id__in=learners).values_list("pk", flat=True))
    for some in chunks(made):
        _orders.filter(Among("pk", some)).update(ordered_by=None)
    return deleted + len(made)
