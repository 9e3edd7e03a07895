"""Taking back what an import wrote, where nobody has changed it since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from cert_completion_hooks.conformance.checks.states import CURRENT, PAST
from cert_completion_hooks.conformance.kit import Kit, to_undo
from cert_completion_hooks.conformance.needs import needs_assignments, needs_expiry, needs_history, needs_undo
from cert_completion_hooks.types import (
    BatchInfo,
    ChangeToUndo,
    CompletionRecord,
    CompletionState,
    StateKey,
    UndoResult,
    UndoStatus,
)

_HOOK = "undo_changes"
_RESTORE = (
    "Take away each record that still is as the import wrote it, bring the former current record back, out of the "
    "history if it was moved there, and take the assignment away if the change made it and nothing stands on it."
)
_KEEP = (
    "A record that was changed since stays, and so does a current record whose former one was changed since: name its "
    "row key in `kept`, and answer `changed_since` where nothing could be taken back."
)
_PREVIEW = "With `preview` work out the same answers, and write nothing: roll the transaction back."
_AGAIN = "Answer `undone` for what is not there any more, and leave alone what others wrote meanwhile."
_CANNOT = "Answer `cannot` with a reason where the learner, the certification or the right of `batch.actor` is gone."


class UndoConformance:
    """The hook `undo_changes`, for changes."""

    @needs_undo
    @pytest.mark.parametrize("assigned", [False, True], ids=["unassigned", "assigned"])
    @pytest.mark.parametrize("moved", [False, True], ids=["replaced", "moved"])
    @pytest.mark.parametrize("held", [None, CURRENT], ids=["nothing", "held"])
    @pytest.mark.parametrize("rows", [0, 2])
    def test_everything_is_as_before(
        self, kit: Kit, held: CompletionRecord | None, moved: bool, assigned: bool, rows: int
    ) -> None:
        key = kit.holding(held, [PAST], assigned=assigned)
        former = kit.state(key).current if moved else None
        asked = _write(kit, key, kit.record(), _past(kit)[:rows], former=former, assign=True)
        result = _undo(kit, asked)
        _is_restored(kit, key, asked, result, CompletionState(current=held, history=(PAST,), assigned=assigned))

    @needs_undo
    @needs_history
    def test_history_alone_is_taken_back(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST], assigned=True)
        asked = _write(kit, key, None, _past(kit))
        result = _undo(kit, asked)
        _is_restored(kit, key, asked, result, CompletionState(current=CURRENT, history=(PAST,), assigned=True))

    @needs_undo
    @needs_history
    def test_the_rows_of_a_record_that_came_back_are_its_own(self, kit: Kit) -> None:
        key, first = kit.pair(), kit.record()
        kit.do(kit.change(key, first))
        batch = kit.new_batch()
        newer = kit.record(2, date(2026, 3, 10), batch=batch)
        asked = _write(kit, key, newer, former=first, batch=batch)
        result = _undo(kit, asked, batch=batch)
        _is_restored(kit, key, asked, result, CompletionState(current=first))

    @needs_undo
    def test_a_preview_writes_nothing(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST])
        asked = _write(kit, key, kit.record(), _past(kit), former=kit.state(key).current, assign=True)
        written = kit.state(key)
        foretold = kit.undo(asked, preview=True)[asked.change.key]
        kit.expect_state(key, written, _HOOK, "The preview of an undo wrote something.", _PREVIEW)
        done = _undo(kit, asked)
        if (foretold.status, foretold.kept) != (done.status, done.kept):
            what = f"The preview said {foretold}, and the undo {done}."
            kit.wrong(_HOOK, what, "With `preview` answer what the undo would.", asked.change.key)

    @needs_undo
    def test_other_learners_keep_what_they_have(self, kit: Kit) -> None:
        asked = _write(kit, kit.pair(), kit.record(2))
        others = [kit.pair("lee"), kit.pair("kim", "Crane")]
        kit.do(*(kit.change(key, kit.record(line)) for line, key in enumerate(others, 3)))
        _undo(kit, asked)
        for line, key in enumerate(others, 3):
            when = "One learner's change was undone, and another's record went too."
            mend = "Take back the changes that are given, not all that the import wrote."
            kit.expect_state(key, CompletionState(current=kit.record(line)), _HOOK, when, mend)

    @needs_undo
    def test_asking_again_is_harmless(self, kit: Kit) -> None:
        key = kit.pair()
        asked, batch = _write(kit, key, kit.record(), assign=True), kit.new_batch()
        _undo(kit, asked)
        later = kit.record(2, date(2026, 3, 5), batch=batch)
        kit.do(kit.change(key, later, assign=True), batch=batch)
        result = _undo(kit, asked)
        when = "An undo was asked for again, after another import had written."
        kit.expect_status(_HOOK, asked.change.key, result.status, UndoStatus.UNDONE, when, _AGAIN)
        kit.expect_state(key, CompletionState(current=later, assigned=True), _HOOK, when, _AGAIN)

    @needs_undo
    @needs_assignments
    def test_an_assignment_that_somebody_made_since_stays(self, kit: Kit) -> None:
        key = kit.pair()
        asked = _write(kit, key, kit.record(), assign=True)
        _undo(kit, asked)
        kit.world.hold("kim", "Fire", assigned=True)
        _undo(kit, asked)
        when = "An undo was asked for again, after somebody had assigned the learner by hand."
        mend = "Keep with an assignment which change made it, and take away only what that change made."
        kit.expect_state(key, CompletionState(assigned=True), _HOOK, when, mend)

    @needs_undo
    def test_what_was_never_written_is_undone(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST], assigned=True)
        before = kit.state(key)
        change = replace(kit.change(key, kit.record(), _past(kit)), former=before.current)
        result = _undo(kit, to_undo(change, CompletionState()))
        when = "A change was undone that was never written (the plugin cannot always know)."
        kit.expect_status(_HOOK, change.key, result.status, UndoStatus.UNDONE, when, _AGAIN)
        kit.expect_state(key, before, _HOOK, when, _AGAIN)

    @needs_undo
    @needs_history
    def test_a_record_that_was_renewed_since_is_kept(self, kit: Kit) -> None:
        key, first, batch = kit.pair(), kit.record(), kit.new_batch()
        asked = _write(kit, key, first, assign=True)
        newer = kit.record(2, date(2026, 3, 10), batch=batch)
        renewal = _write(kit, key, newer, former=first, batch=batch)
        renewed = kit.state(key)
        _is_kept(kit, asked, _undo(kit, asked), renewed, "Another import had renewed the record since.")
        _undo(kit, renewal, batch=batch)
        result = _undo(kit, asked)
        _is_restored(kit, key, asked, result, CompletionState())

    @needs_undo
    @needs_expiry
    def test_a_record_that_was_corrected_since_is_kept(self, kit: Kit) -> None:
        key = kit.pair()
        asked = _write(kit, key, kit.record(), assign=True)
        kit.world.correct("kim", "Fire", date(2026, 3, 1), date(2027, 9, 9))
        corrected = kit.state(key)
        _is_kept(kit, asked, _undo(kit, asked), corrected, "The expiry was corrected by hand since.")

    @needs_undo
    @needs_expiry
    @needs_history
    def test_a_record_stays_whose_former_one_was_corrected(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        asked = _write(kit, key, kit.record(), former=kit.state(key).current)
        kit.world.correct("kim", "Fire", date(2025, 5, 1), date(2026, 6, 6))
        corrected = kit.state(key)
        when = "The former record, which stands in the history, was corrected by hand since."
        _is_kept(kit, asked, _undo(kit, asked), corrected, when)

    @needs_undo
    @needs_expiry
    @needs_history
    def test_of_several_rows_only_those_changed_since_are_kept(self, kit: Kit) -> None:
        key, (past, older) = kit.pair(), _past(kit)
        asked = _write(kit, key, kit.record(), [past, older], assign=True)
        assert past.completed is not None
        kit.world.correct("kim", "Fire", past.completed, date(2022, 2, 2))
        result = _undo(kit, asked)
        when = "Of three rows one was corrected by hand since."
        kit.expect_status(_HOOK, asked.change.key, result.status, UndoStatus.UNDONE, when, _KEEP)
        if result.kept != (past.row_key,):
            kit.wrong(_HOOK, f"{when} It names as kept: {result.kept}.", _KEEP, asked.change.key)
        left = CompletionState(history=(replace(past, expires=date(2022, 2, 2)),), assigned=True)
        kit.expect_state(key, left, _HOOK, when, _KEEP)

    @needs_undo
    @needs_assignments
    @needs_history
    def test_the_assignment_stays_while_a_later_record_stands_on_it(self, kit: Kit) -> None:
        key, batch = kit.pair(), kit.new_batch()
        asked = _write(kit, key, None, _past(kit)[:1], assign=True)
        later = kit.record(2, batch=batch)
        kit.do(kit.change(key, later), batch=batch)
        _undo(kit, asked)
        when = "A change that had assigned was undone, after another import had certified."
        kit.expect_state(key, CompletionState(current=later, assigned=True), _HOOK, when, _RESTORE)

    @needs_undo
    def test_of_a_learner_who_is_gone_nothing_is_undone(self, kit: Kit) -> None:
        asked = _write(kit, kit.pair(), kit.record())
        kit.world.remove_learner("kim")
        _cannot(kit, asked, "The learner was removed since.")

    @needs_undo
    def test_of_a_certification_that_is_gone_nothing_is_undone(self, kit: Kit) -> None:
        asked = _write(kit, kit.pair(), kit.record())
        kit.world.remove_certification("Fire")
        _cannot(kit, asked, "The certification was removed since.")

    @needs_undo
    @pytest.mark.parametrize("odd", ["no such key", "0", "9" * 100, "\u00e9\U0001f600"])
    def test_of_keys_that_are_not_the_host_s_nothing_is_undone(self, kit: Kit, odd: str) -> None:
        change = kit.change(kit.pair(), kit.record())
        for strange in (replace(change, learner_key=odd), replace(change, certification_key=odd)):
            _cannot(
                kit, to_undo(strange, CompletionState()), "It was asked to undo for a key that it has never given out."
            )


def _is_restored(kit: Kit, key: StateKey, asked: ChangeToUndo, result: UndoResult, before: CompletionState) -> None:
    when = f"A change was undone ({result.reason})."
    kit.expect_status(_HOOK, asked.change.key, result.status, UndoStatus.UNDONE, when, _RESTORE)
    if result.kept or result.assignment_kept:
        what = f"Nobody had changed anything since, and it names something as kept: {result}."
        kit.wrong(_HOOK, what, _RESTORE, asked.change.key)
    kit.expect_state(key, before, _HOOK, "A change was undone, and it is not as it was before.", _RESTORE)


def _is_kept(kit: Kit, asked: ChangeToUndo, result: UndoResult, held: CompletionState, when: str) -> None:
    change = asked.change
    assert change.current is not None
    kit.expect_state(change.state_key, held, _HOOK, f"{when} The undo changed it even so.", _KEEP)
    kit.expect_status(_HOOK, change.key, result.status, UndoStatus.CHANGED_SINCE, when, _KEEP)
    if result.kept != (change.current.row_key,):
        kit.wrong(_HOOK, f"{when} It names as kept: {result.kept}.", _KEEP, change.key)


def _cannot(kit: Kit, asked: ChangeToUndo, when: str) -> None:
    result = _undo(kit, asked)
    kit.expect_status(_HOOK, asked.change.key, result.status, UndoStatus.CANNOT, when, _CANNOT)
    if not result.reason.strip():
        kit.wrong(_HOOK, f"{when} It answered `cannot` without a reason.", _CANNOT, asked.change.key)


def _past(kit: Kit) -> list[CompletionRecord]:
    return [kit.record(3, date(2020, 1, 1)), kit.record(4, date(2019, 1, 1))]


def _write(
    kit: Kit,
    key: StateKey,
    current: CompletionRecord | None,
    history: Sequence[CompletionRecord] = (),
    *,
    former: CompletionRecord | None = None,
    assign: bool = False,
    batch: BatchInfo | None = None,
) -> ChangeToUndo:
    """Have a change written; what is to be undone."""
    before = kit.state(key)
    change = kit.change(key, current, history, former=former, assign=assign)
    kit.do(change, batch=batch)
    return to_undo(change, before)


def _undo(kit: Kit, asked: ChangeToUndo, *, batch: BatchInfo | None = None) -> UndoResult:
    return kit.undo(asked, batch=batch)[asked.change.key]
