"""Planning and writing a portion: decide its rows, have the host write them, keep what became of each.

Each step is one transaction that begins by claiming the portion.
"""

from collections.abc import Sequence

from django.db import transaction

from cert_completion_plugin.batches import clock, counting, deciding, drifting, facts, holding_back, outbox
from cert_completion_plugin.batches.memory import without_collecting
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.core.all_or_nothing import cancelled, holds_back
from cert_completion_plugin.core.changes import Settled, as_drifted, as_failed, in_conflict
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import BatchState, Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import ledger, portions, rows
from cert_completion_plugin.store.values import Batch, PortionWork

CONFLICT_TRIES = 3
KEPT_CHANGING = "records_kept_changing"


class _Conflict(Exception):
    """Records changed between asking and writing: everything is rolled back and decided again."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled


@without_collecting
def write(batch: Batch, portion: PortionWork) -> None:
    """Have the host write a portion, from its plan if it has one.

    A host with a store of its own gets a plan first: what it is asked to write is committed before it is asked.
    """
    if portion.state == portions.WAITING and Recorder(batch).shares_connection:
        _decide_and_write(batch, portion)
        return
    if portion.state == portions.WAITING:
        plan(batch, portion)
        present = portions.get(portion.id)
        assert present is not None
        portion = present
    if portion.state == portions.PLANNED:
        _write_planned(batch, portion)


@without_collecting
def plan(batch: Batch, portion: PortionWork) -> None:
    """Decide the rows of a portion and commit what was decided; nothing is written yet."""
    with transaction.atomic():
        if portions.claim(portion, portions.PLANNED, clock.now()):
            keep(batch, portion, portions.PLANNED, _decided(batch, portion))


def _decided(batch: Batch, portion: PortionWork) -> list[Decision]:
    return deciding.decide(batch, rows.in_slices(batch.id, portion.first_slice, portion.last_slice))


def _decide_and_write(batch: Batch, portion: PortionWork) -> None:
    """The host writes on our connection: decisions, records and ledger entries commit together."""
    for last in (False,) * (CONFLICT_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                if portions.claim(portion, portions.WRITTEN, clock.now()):
                    settled = _settled(batch, _decided(batch, portion), last=last)
                    keep(batch, portion, portions.WRITTEN, settled)
            return
        except _Conflict:
            continue


def _write_planned(batch: Batch, portion: PortionWork) -> None:
    for last in (False,) * (CONFLICT_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                if portions.claim(portion, portions.WRITTEN, clock.now()):
                    decisions = planned(batch, portion)
                    keep(batch, portion, portions.WRITTEN, _settled(batch, decisions, last=last))
            return
        except _Conflict as conflict:
            _plan_again(batch, portion, conflict.settled)


def _plan_again(batch: Batch, portion: PortionWork, settled: Settled) -> None:
    """Decide the rows in conflict once more, and commit that before the host is asked again."""
    with transaction.atomic():
        if not portions.claim(portion, portions.PLANNED, clock.now()):
            return
        lines = [decision.line for decision in in_conflict(settled)]
        revisions = [revision for _, revision in ledger.latest(batch, Phase.PLANNED, lines).values()]
        again = deciding.decide(batch, list(rows.with_lines(batch.id, lines).values()))
        ledger.add(batch, Phase.PLANNED, again, revision=1 + max(revisions))


def planned(batch: Batch, portion: PortionWork) -> list[Decision]:
    """What was last decided for the rows of a portion."""
    lines = rows.lines_in_slices(batch.id, portion.first_slice, portion.last_slice)
    return [decision for decision, _ in ledger.latest(batch, Phase.PLANNED, lines).values()]


def _settled(batch: Batch, decisions: Sequence[Decision], *, last: bool) -> Sequence[Decision]:
    if holding_back.is_asked_for(batch) and any(map(holds_back, decisions)):
        # The plan as a whole was fine: this is what a second decision found.
        return cancelled(decisions)
    if batch.is_approved:
        return _settled_as_approved(batch, decisions)
    settled = Recorder(batch).write(decisions)
    if not settled.conflicts:
        return settled.decisions
    if not last:
        raise _Conflict(settled)
    return as_failed(settled.decisions, settled.conflicts, Issue(Code.HOST_REFUSED, details={"reason": KEPT_CHANGING}))


def _settled_as_approved(batch: Batch, decisions: Sequence[Decision]) -> Sequence[Decision]:
    """Nothing is decided again: what was approved is written as it stands, or not at all."""
    left = as_drifted(decisions, drifting.drifted(batch, decisions))
    settled = Recorder(batch).write(left)
    return as_drifted(settled.decisions, settled.conflicts)


def keep(batch: Batch, portion: PortionWork, state: str, decisions: Sequence[Decision]) -> None:
    """Keep what was planned for the rows of a portion or became of them, as its new state says, and count it."""
    ledger.add(batch, Phase.PLANNED if state == portions.PLANNED else Phase.WRITTEN, decisions)
    portions.set_counts(portion, counting.counts_of(decisions), counting.certifications_of(decisions))
    if batch.state is BatchState.PLANNING:
        portions.set_facts(portion.id, facts.facts_of(decisions, outbox.foresee(batch, decisions)))
    if state == portions.WRITTEN:
        outbox.fill(batch, decisions)
    goes_on_at_once = state == portions.PLANNED and batch.state is BatchState.WRITING
    portions.begin_phase(portion.id, attempts=int(goes_on_at_once))
    if state == portions.WRITTEN and holding_back.is_asked_for(batch):
        holding_back.begin(batch, decisions)
