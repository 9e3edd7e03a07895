"""Working on a portion: claim it, decide its rows, have the host write them, keep what became of each.

One transaction.
"""

from collections import Counter
from collections.abc import Sequence

from cert_completion_hooks.types import HostUnavailable
from django.db import transaction

from cert_completion_plugin import conf
from cert_completion_plugin.batches import clock, deciding
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.batches.trouble import TryAgain, pause, reference_of
from cert_completion_plugin.core.changes import Settled, as_failed, in_conflict
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import BatchState, Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import batches, ledger, portions, rows
from cert_completion_plugin.store.values import Batch, PortionWork

CONFLICT_TRIES = 3
KEPT_CHANGING = "records_kept_changing"


class _Conflict(Exception):
    """Records changed between asking and writing: everything is rolled back and decided again."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled


def work(portion_id: int) -> None:
    """Do what is to be done on a portion; done already, or being done by another worker, nothing.

    Raises TryAgain when it could not be done just now; after the last attempt its rows are `failed`.
    """
    portion = portions.get(portion_id)
    batch = portion and batches.get(portion.batch_id)
    if not portion or not batch or batch.state is not BatchState.WRITING or portion.plan != batch.plan:
        return
    if portion.state == portions.WRITTEN or not portions.count_attempt(portion, clock.now()):
        return
    if portion.attempts >= conf.settings().max_attempts:
        _give_up(batch, portion, None)
        return
    try:
        _work(batch, portion)
    except Exception as error:
        _after(error, batch, portion.id)


def _after(error: Exception, batch: Batch, portion_id: int) -> None:
    """Give the portion up after its last attempt; else raise TryAgain, and let no copy of its task come earlier."""
    portion = portions.get(portion_id)
    assert portion is not None
    if portion.attempts >= conf.settings().max_attempts:
        _give_up(batch, portion, error)
        return
    reference_of(f"portion {portion.number} of import {batch.id} was interrupted", error)
    seconds = pause(error, portion.attempts)
    portions.wait(portion.id, clock.after(seconds))
    raise TryAgain(seconds) from error


def _work(batch: Batch, portion: PortionWork) -> None:
    if Recorder(batch).shares_connection:
        _decide_and_write(batch, portion)
        return
    if portion.state == portions.WAITING:
        _plan(batch, portion)
        planned = portions.get(portion.id)
        assert planned is not None
        portion = planned
    if portion.state == portions.PLANNED:
        _write_planned(batch, portion)


def _decide_and_write(batch: Batch, portion: PortionWork) -> None:
    """The host writes on our connection: decisions, records and ledger entries commit together."""
    for last in (False,) * (CONFLICT_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                if portions.claim(portion, portions.WRITTEN, clock.now()):
                    decisions = deciding.decide(
                        batch, rows.in_slices(batch.id, portion.first_slice, portion.last_slice)
                    )
                    _finish(batch, portion, _settled(batch, decisions, last=last))
            return
        except _Conflict:
            continue


def _plan(batch: Batch, portion: PortionWork) -> None:
    """The host has a store of its own: what it is asked to write is committed before it is asked."""
    with transaction.atomic():
        if portions.claim(portion, portions.PLANNED, clock.now()):
            decisions = deciding.decide(batch, rows.in_slices(batch.id, portion.first_slice, portion.last_slice))
            ledger.add(batch, Phase.PLANNED, decisions)
            portions.begin_phase(portion.id)


def _write_planned(batch: Batch, portion: PortionWork) -> None:
    for last in (False,) * (CONFLICT_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                if portions.claim(portion, portions.WRITTEN, clock.now()):
                    decisions = [decision for decision, _ in _planned(batch, portion)]
                    _finish(batch, portion, _settled(batch, decisions, last=last))
            return
        except _Conflict as conflict:
            _plan_again(batch, portion, conflict.settled)


def _plan_again(batch: Batch, portion: PortionWork, settled: Settled) -> None:
    """Decide the rows in conflict once more, and commit that before the host is asked again."""
    with transaction.atomic():
        if not portions.claim(portion, portions.PLANNED, clock.now()):
            return
        planned = {decision.line: revision for decision, revision in _planned(batch, portion)}
        lines = [decision.line for decision in in_conflict(settled)]
        again = deciding.decide(batch, list(rows.with_lines(batch.id, lines).values()))
        ledger.add(batch, Phase.PLANNED, again, revision=1 + max(planned[line] for line in lines))


def _planned(batch: Batch, portion: PortionWork) -> list[tuple[Decision, int]]:
    lines = [row.line for row in rows.in_slices(batch.id, portion.first_slice, portion.last_slice)]
    return list(ledger.planned(batch, lines).values())


def _settled(batch: Batch, decisions: Sequence[Decision], *, last: bool) -> Sequence[Decision]:
    settled = Recorder(batch).write(decisions)
    if not settled.conflicts:
        return settled.decisions
    if not last:
        raise _Conflict(settled)
    return as_failed(settled.decisions, settled.conflicts, Issue(Code.HOST_REFUSED, details={"reason": KEPT_CHANGING}))


def _finish(batch: Batch, portion: PortionWork, decisions: Sequence[Decision]) -> None:
    ledger.add(batch, Phase.WRITTEN, decisions)
    portions.set_counts(portion.id, _counts(decisions))


def _counts(decisions: Sequence[Decision]) -> portions.Counts:
    codes = Counter(code for decision in decisions for code in {str(issue.code) for issue in decision.issues})
    outcomes = Counter(str(decision.outcome) for decision in decisions)
    return {"outcomes": dict(outcomes), "issues": dict(codes)}


def _give_up(batch: Batch, portion: PortionWork, error: Exception | None) -> None:
    """Report every row of the portion as failed; nothing of it was written in our transaction."""
    reference = reference_of(f"portion {portion.number} of import {batch.id} failed", error)
    code = Code.HOST_UNAVAILABLE if isinstance(error, HostUnavailable) else Code.INTERNAL_ERROR
    reason = Issue(code, details={"reference": reference})
    with transaction.atomic():
        if portions.claim(portion, portions.WRITTEN, clock.now()):
            raw = rows.in_slices(batch.id, portion.first_slice, portion.last_slice)
            _finish(batch, portion, deciding.all_failed(batch, raw, reason))
