"""A worker's turn at an undo: one portion of it, previewed or undone, each step in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from cert_completion_hooks.types import Actor, HostUnavailable, UndoStatus
from django.db import transaction

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import announcing, clock, outbox, persisting, rights, trouble
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.memory import without_collecting
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.batches.rights import LostRight
from cert_completion_plugin.batches.trouble import HOST_AWAY, TryAgain, pause, reference_of
from cert_completion_plugin.core.messages import Silence
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.undoing import RIGHT_LOST, RowUndo, UndoState, is_unclear, together
from cert_completion_plugin.store import connections, ledger, log, rows, site_state, undos
from cert_completion_plugin.store.values import Batch, Undo, UndoWork


def attempt(batch: Batch, undo: Undo, portion: UndoWork) -> None:
    """Do the present step of a portion that was taken, its attempt counted.

    Raises TryAgain when it could not be done just now; after the last attempt its rows cannot be undone.
    """
    if portion.attempts >= conf.settings().max_attempts:
        _give_up(batch, undo, portion, None)
        return

    def still_open(done: UndoWork) -> UndoWork | None:
        return undos.present(undo, done.id)

    began = monotonic()
    try:
        persisting.persist(_about(undo, portion), portion, lambda taken: work(batch, undo, taken), still_open)
    except Exception as error:
        connections.mend()
        _after(error, batch, undo, portion)
    else:
        announcing.undo_portion_done(undo, portion, monotonic() - began)
        if undo.trouble is not None and undo.trouble["kind"] == HOST_AWAY:
            undos.set_trouble(undo, None)


def advance(batch: Batch, undo: Undo) -> bool:
    """Take an undo a step on if all its portions are done; says whether this call did. Repeating it is harmless."""
    if not undos.all_done(undo) or not undos.end_step(undo, clock.now()):
        return False
    ended = undos.find(batch.id, undo.number)
    assert ended is not None
    if undo.state is UndoState.PREVIEWING:
        announcing.undo_previewed(ended)
    else:
        tell(batch, ended)
    return True


def tell(batch: Batch, undo: Undo) -> None:
    """Let log and other code hear of an undo that is done: at least once, what dies in between the sweep finds."""
    announcing.undone(batch, undo)
    site_state.told_of_undo(undo, clock.now())


@without_collecting
def work(batch: Batch, undo: Undo, portion: UndoWork) -> None:
    """Ask the host what would become of the rows of a portion, or have it done; keep what it says."""
    with transaction.atomic():
        if not undos.claim(undo, portion, clock.now()):
            return
        recorder = Recorder(batch, _actor(undo))
        asked = _asked(batch, portion, recorder)
        if undo.state is UndoState.UNDOING and (lost := rights.lost_to_undo(undo)) is not None:
            _leave(batch, undo, portion, asked, lost)
            return
        if undo.state is UndoState.PREVIEWING:
            told = recorder.take_back(together(asked.written.values(), asked.left), preview=True)
            undos.keep(undo, portion, asked.listed(told))
            return
        foretold = undos.foretold(undo, list(asked.left))
        confirmed = {line for line in asked.left if _is_confirmed(line, foretold, asked)}
        done = recorder.take_back(together(asked.written.values(), confirmed))
        _keep(batch, undo, portion, asked, asked.listed(foretold | done))


def _leave(batch: Batch, undo: Undo, portion: UndoWork, asked: "_Asked", lost: LostRight) -> None:
    """Whoever confirmed the undo may not undo any more: what is left stays, and somebody else may ask for it."""
    cannot = RowUndo(status=UndoStatus.CANNOT, reason=RIGHT_LOST)
    foretold = undos.foretold(undo, list(asked.left))
    kept = {line: cannot if row.status is UndoStatus.UNDONE else row for line, row in foretold.items()}
    undos.keep(undo, portion, kept)
    if undos.stop(undo, lost.as_json()):
        log.add(batch, lost.key or None, log.Logged.UNDO_STOPPED)
        announcing.undo_stopped(undo, lost)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows of a portion for an undo.

    `written` is how they were written, or may have been; `reported` what the report says of them. `left` are the lines
    of which something may be left to undo: with `undone_before`, only the assignment.
    """

    written: Mapping[int, Decision]
    reported: Mapping[int, Decision]
    left: frozenset[int]
    undone_before: frozenset[int]

    def listed(self, answers: Mapping[int, RowUndo]) -> dict[int, RowUndo]:
        """The answers that tell something new of a row of the report."""
        return {line: answers[line] for line in sorted(self.left & answers.keys()) if self._is_new(line, answers[line])}

    def _is_new(self, line: int, answer: RowUndo) -> bool:
        if line in self.undone_before:
            return answer.status is UndoStatus.UNDONE and not answer.assignment_kept
        # Of a row that was reported as failed, nobody knows whether the host has ever written it, unless it still has.
        return self.reported[line].outcome.writes or answer.status is UndoStatus.CHANGED_SINCE


def _asked(batch: Batch, portion: UndoWork, recorder: Recorder) -> _Asked:
    lines = rows.lines_in_slices(batch.id, portion.first_slice, portion.last_slice)
    reported = _latest(batch, Phase.WRITTEN, lines)
    reported = {line: decision for line, decision in reported.items() if not decision.is_forgotten}
    # What was taken back from a change already is no longer reported as written; the plan has all of it.
    needs_plan = batch.held_back is not None or not recorder.shares_connection
    planned = _latest(batch, Phase.PLANNED, lines) if needs_plan else {}
    written = {line: planned.get(line, decision) for line, decision in reported.items()}
    before = undos.undone_before(batch.id, lines)
    left = {
        line
        for line, decision in reported.items()
        if (decision.outcome.writes and before.get(line, True))
        or (is_unclear(decision) and not recorder.shares_connection and written[line].outcome.writes)
    }
    return _Asked(written, reported, frozenset(left), frozenset(before))


def _latest(batch: Batch, phase: Phase, lines: list[int]) -> dict[int, Decision]:
    return {line: decision for line, (decision, _) in ledger.latest(batch, phase, lines).items()}


def _is_confirmed(line: int, foretold: Mapping[int, RowUndo], asked: _Asked) -> bool:
    """Whether this row is to be undone: its preview said so, or nothing, since nobody knows whether it was written."""
    if line in foretold:
        return foretold[line].status is UndoStatus.UNDONE
    return is_unclear(asked.reported[line])


def _keep(batch: Batch, undo: Undo, portion: UndoWork, asked: _Asked, done: Mapping[int, RowUndo]) -> None:
    """Keep what became of the rows: a new entry of the ledger for those undone, and no message about them any more."""
    undone = [asked.reported[line] for line, row in done.items() if row.status is UndoStatus.UNDONE]
    ledger.add(batch, Phase.UNDONE, [replace(row, basis=None, trace=None) for row in undone], revision=undo.number)
    outbox.drop(batch, undone, Silence.UNDONE)
    undos.keep(undo, portion, done)


def _after(error: Exception, batch: Batch, undo: Undo, portion: UndoWork) -> None:
    """Give the portion up after its last attempt; else raise TryAgain. A host that is away is waited for."""
    present = undos.present(undo, portion.id)
    if present is None:
        return
    is_away = isinstance(error, HostUnavailable)
    attempts = present.attempts
    if attempts >= conf.settings().max_attempts:
        if not is_away:
            _give_up(batch, undo, present, error)
            return
        attempts -= 1
    reference = reference_of(logbook.PORTION_INTERRUPTED, error, **_about(undo, portion), attempt=present.attempts)
    if told := trouble.told_of(error, reference, undo.trouble):
        undos.set_trouble(undo, told)
    seconds = pause(error, present.attempts)
    undos.wait(present, clock.after(seconds), attempts)
    raise TryAgain(seconds) from error


def _give_up(batch: Batch, undo: Undo, portion: UndoWork, error: Exception | None) -> None:
    """Report the rows of the portion as such that cannot be undone; nothing of them was, in our transaction."""
    reference = reference_of(logbook.PORTION_FAILED, error, **_about(undo, portion))
    cannot = RowUndo(status=UndoStatus.CANNOT, reference=reference)
    with transaction.atomic():
        if not undos.claim(undo, portion, clock.now()):
            return
        asked = _asked(batch, portion, Recorder(batch))
        if undo.state is UndoState.PREVIEWING:
            kept = asked.listed(dict.fromkeys(asked.left, cannot))
        else:
            foretold = undos.foretold(undo, list(asked.left))
            kept = {line: cannot if row.status is UndoStatus.UNDONE else row for line, row in foretold.items()}
        undos.keep(undo, portion, kept)


def _actor(undo: Undo) -> Actor:
    """Who acts: whoever confirmed the undo, or asked what it would do."""
    if undo.state is UndoState.UNDOING:
        return administrator(undo.confirmed_by_key or None, undo.confirmed_by_name)
    return administrator(undo.asked_by_key or None, undo.asked_by_name)


def _about(undo: Undo, portion: UndoWork) -> dict[str, Any]:
    """What a line of the log says of a portion of an undo."""
    return {"batch": undo.batch_id, "undo": undo.number, "portion": portion.number}
