"""Telling operators, in the log, and other code of the site, by signals, what happened to an import.

Whatever a transaction did is told when it has committed; a function here may be called inside one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from cert_completion_hooks.types import BatchSummary
from django.dispatch import Signal

from cert_completion_plugin import logbook, signals
from cert_completion_plugin.batches import clock
from cert_completion_plugin.batches.identity import administrator, info_of
from cert_completion_plugin.batches.rights import LostRight
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.logbook import tell
from cert_completion_plugin.store import connections
from cert_completion_plugin.store.values import Batch, PortionWork, Undo, UndoWork


def received(batch: Batch) -> None:
    def told() -> None:
        user = logbook.user_id(batch.uploaded_by_key)
        who: dict[str, Any] = {"batch_reference": batch.reference, "user": user}
        tell(logbook.IMPORT_RECEIVED, batch=batch.id, bytes=batch.file_size, **who)
        _send(signals.batch_received, batch)

    connections.after_commit(told)


def read(batch: Batch, *, rows: int, portions: int, seconds: float) -> None:
    """All rows of a file are there, and the portions are made."""
    connections.after_commit(tell, logbook.READING_DONE, batch=batch.id, rows=rows, portions=portions, seconds=seconds)


def refused(batch: Batch, issues: Iterable[Issue], seconds: float | None = None) -> None:
    codes = ",".join(dict.fromkeys(str(issue.code) for issue in issues))
    connections.after_commit(tell, logbook.IMPORT_REFUSED, batch=batch.id, codes=codes, seconds=seconds)


def asks(batch: Batch, *, rows: int, seconds: float) -> None:
    """It is not clear how the dates of a file are to be read."""

    def told() -> None:
        tell(logbook.QUESTION_ASKED, batch=batch.id, rows=rows, seconds=seconds)
        _send(signals.batch_needs_answer, batch)

    connections.after_commit(told)


def answered(batch_id: int) -> None:
    connections.after_commit(tell, logbook.QUESTION_ANSWERED, batch=batch_id)


def portion_done(batch: Batch, portion: PortionWork) -> None:
    phase: dict[str, Any] = {"plan": portion.plan, "phase": batch.state}
    tell(logbook.PORTION_DONE, batch=batch.id, **phase, **_work(portion, monotonic() - portion.began))


def planned(batch: Batch, outcomes: Mapping[str, int]) -> None:
    """Every portion of a plan is planned; `batch` is the import as it was meanwhile."""
    seconds = _since(batch.progressed_at)
    connections.after_commit(tell, logbook.PLAN_MADE, outcomes, seconds=seconds, **_plan(batch))


def awaits_approval(batch: Batch, outcomes: Mapping[str, int], *, broken_limits: int) -> None:
    summary = BatchSummary(state=str(BatchState.AWAITING_APPROVAL), rows=batch.rows_read, outcomes=outcomes)

    def told() -> None:
        tell(logbook.APPROVAL_AWAITED, broken_limits=broken_limits, **_plan(batch))
        _send(signals.batch_awaits_approval, batch, summary=summary)

    connections.after_commit(told)


def approved(batch: Batch, user_id: Any, username: str) -> None:
    actor = administrator(user_id, username)

    def told() -> None:
        tell(logbook.PLAN_APPROVED, batch=batch.id, plan=batch.plan, user=logbook.user_id(user_id))
        _robustly(signals.batch_approved, batch=info_of(batch, actor))

    connections.after_commit(told)


def discarded(batch_id: int, user_id: Any) -> None:
    connections.after_commit(tell, logbook.PLAN_DISCARDED, batch=batch_id, user=logbook.user_id(user_id))


def planned_anew(batch: Batch, *, plan: int, confirmed: int) -> None:
    connections.after_commit(tell, logbook.PLANNED_ANEW, batch=batch.id, plan=plan, confirmed=confirmed)


def held_back(batch_id: int, reason: Mapping[str, Any]) -> None:
    """Nothing of an import is to be written, or stays so, because of rows that cannot be."""
    connections.after_commit(tell, logbook.HELD_BACK, batch=batch_id, **reason)


def cancel_asked(batch_id: int, user_id: Any) -> None:
    connections.after_commit(tell, logbook.CANCEL_ASKED, batch=batch_id, user=logbook.user_id(user_id))


def stopped(batch_id: int, lost: LostRight) -> None:
    """Somebody may not have an import written any more."""
    about: dict[str, Any] = {"loss": lost.loss, "user": logbook.user_id(lost.key), "permission": lost.permission}
    connections.after_commit(tell, logbook.IMPORT_STOPPED, batch=batch_id, **about)


def undo_stopped(undo: Undo, lost: LostRight) -> None:
    about: dict[str, Any] = {"loss": lost.loss, "user": logbook.user_id(lost.key), "permission": lost.permission}
    _tell_of_undo(logbook.UNDO_STOPPED, undo, **about)


def written(batch: Batch) -> None:
    """Every portion is written, or left out; `batch` is the import as it was meanwhile."""
    tell(logbook.IMPORT_WRITTEN, seconds=_since(batch.progressed_at), **_plan(batch))


def finished(batch: Batch, summary: BatchSummary) -> None:
    """The end, however it came about; called after it has committed."""
    about: dict[str, Any] = {"batch_reference": batch.reference, "state": summary.state, "rows": summary.rows}
    seconds = _since(batch.uploaded_at, batch.finished_at)
    tell(logbook.IMPORT_FINISHED, summary.outcomes, batch=batch.id, seconds=seconds, **about)
    _send(signals.batch_finished, batch, summary=summary)


def undo_asked(undo: Undo, user_id: Any) -> None:
    _tell_of_undo(logbook.UNDO_ASKED, undo, user=logbook.user_id(user_id))


def undo_confirmed(undo: Undo, user_id: Any) -> None:
    _tell_of_undo(logbook.UNDO_CONFIRMED, undo, user=logbook.user_id(user_id))


def undo_abandoned(undo: Undo) -> None:
    _tell_of_undo(logbook.UNDO_ABANDONED, undo)


def undo_previewed(undo: Undo) -> None:
    """The preview is complete; `undo` is as it is now."""
    _tell_of_undo(logbook.UNDO_PREVIEWED, undo, undo.preview, seconds=_since(undo.asked_at, undo.previewed_at))


def undo_portion_done(undo: Undo, portion: UndoWork, seconds: float) -> None:
    _tell_of_undo(logbook.UNDO_PORTION_DONE, undo, phase=undo.state, **_work(portion, seconds))


def undone(batch: Batch, undo: Undo) -> None:
    """An undo is done, as far as it could be; called after it has committed, with the undo as it is now."""
    confirmed_at = undo.confirmed_at or undo.asked_at
    _tell_of_undo(logbook.IMPORT_UNDONE, undo, undo.result, seconds=_since(confirmed_at, undo.finished_at))
    actor = administrator(undo.confirmed_by_key or None, undo.confirmed_by_name)
    told = {"number": undo.number, "reason": undo.reason, "rows": dict(undo.result)}
    _robustly(signals.batch_undone, batch=info_of(batch, actor), **told)


def _work(portion: PortionWork | UndoWork, seconds: float) -> dict[str, Any]:
    """What a line says of a portion that was done, at the attempt after those made before."""
    number = {"portion": portion.number, "rows": portion.rows, "attempt": portion.attempts + 1}
    return {**number, "seconds": seconds}


def _plan(batch: Batch) -> dict[str, Any]:
    """What a line says of a plan."""
    return {"batch": batch.id, "plan": batch.plan, "rows": batch.rows_read}


def _tell_of_undo(line: logbook.Line, undo: Undo, counts: Mapping[str, int] | None = None, **fields: Any) -> None:
    connections.after_commit(tell, line, counts, batch=undo.batch_id, undo=undo.number, **fields)


def _send(signal: Signal, batch: Batch, **given: Any) -> None:
    _robustly(signal, batch=info_of(batch), **given)


def _robustly(signal: Signal, **given: Any) -> None:
    """Send a signal. What a receiver raises is logged, by Django and by us, and harms nobody."""
    name = next(name for name in signals.__all__ if getattr(signals, name) is signal)
    for _, response in signal.send_robust(sender=None, **given):
        if isinstance(response, Exception):
            logbook.tell_fault(logbook.RECEIVER_FAILED, response, signal=name)


def _since(began: datetime, until: datetime | None = None) -> float:
    return ((until or clock.now()) - began).total_seconds()
