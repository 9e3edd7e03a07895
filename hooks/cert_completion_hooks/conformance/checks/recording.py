"""Writing completions: what is asked, all of it, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from cert_completion_hooks.conformance.checks.states import CURRENT, OLDER, PAST
from cert_completion_hooks.conformance.kit import WHOLE, Kit
from cert_completion_hooks.conformance.needs import needs_assignments, needs_expiry, needs_history
from cert_completion_hooks.types import CompletionState, LearnerStatus, StateKey, WriteStatus

_HOOK = "record_completions"
_FAR = 1_000_000
"""A line of a large file."""


class RecordingConformance:
    """The hook `record_completions`, where what it is asked fits what is held."""

    def test_a_first_completion_becomes_current(self, kit: Kit) -> None:
        key, new = kit.pair(), kit.record()
        kit.do(kit.change(key, new))
        _holds(kit, key, CompletionState(current=new))

    def test_all_of_a_change_is_written(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST])
        new, past = kit.record(), kit.record(_FAR, date(2020, 1, 1))
        kit.do(kit.change(key, new, [past], former=CURRENT, assign=True))
        _holds(kit, key, CompletionState(current=new, history=(PAST, CURRENT, past), assigned=True))

    @needs_history
    def test_history_alone_leaves_the_current_record(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        past = [kit.record(3, date(2020, 1, 1)), kit.record(2, date(2019, 1, 1))]
        kit.do(kit.change(key, history=past))
        _holds(kit, key, CompletionState(current=CURRENT, history=tuple(past), assigned=True))

    @needs_history
    def test_history_alone_certifies_nobody(self, kit: Kit) -> None:
        key, past = kit.pair(), kit.record()
        kit.do(kit.change(key, history=[past]))
        _holds(kit, key, CompletionState(history=(past,)))

    @needs_history
    def test_the_former_record_is_moved_as_it_is(self, kit: Kit) -> None:
        extended = replace(CURRENT, baseline_expires=date(2026, 2, 1))
        key, new = kit.holding(extended, assigned=True), kit.record()
        former = kit.state(key).current
        assert former is not None
        kit.do(kit.change(key, new, former=former))
        _holds(kit, key, CompletionState(current=new, history=(former,), assigned=True))

    @needs_history
    def test_a_former_record_keeps_the_row_that_it_came_from(self, kit: Kit) -> None:
        key, first, batch = kit.pair(), kit.record(), kit.new_batch()
        kit.do(kit.change(key, first))
        second = kit.record(2, date(2026, 3, 10), batch=batch)
        kit.do(kit.change(key, second, former=first), batch=batch)
        _holds(kit, key, CompletionState(current=second, history=(first,)))

    @needs_history
    def test_a_record_that_history_stands_in_for_is_replaced(self, kit: Kit) -> None:
        same_day = replace(CURRENT, expires=date(2026, 4, 30))
        key, new = kit.holding(CURRENT, [same_day], assigned=True), kit.record()
        kit.do(kit.change(key, new))
        _holds(kit, key, CompletionState(current=new, history=(same_day,), assigned=True))

    @needs_history
    def test_what_is_held_already_stays(self, kit: Kit) -> None:
        key, past = (
            kit.holding(CURRENT, [PAST, OLDER], assigned=True),
            kit.record(2, date(2020, 1, 1)),
        )
        kit.do(kit.change(key, history=[past]))
        _holds(kit, key, CompletionState(current=CURRENT, history=(PAST, OLDER, past), assigned=True))

    @needs_assignments
    def test_nobody_is_assigned_unasked(self, kit: Kit) -> None:
        key, new = kit.pair(), kit.record()
        kit.do(kit.change(key, new, assign=False))
        _holds(kit, key, CompletionState(current=new))

    @needs_assignments
    def test_an_assignment_stays(self, kit: Kit) -> None:
        key, new = kit.holding(None, assigned=True), kit.record()
        kit.do(kit.change(key, new, assign=False))
        _holds(kit, key, CompletionState(current=new, assigned=True))

    @needs_history
    @needs_assignments
    def test_a_row_for_the_history_can_assign(self, kit: Kit) -> None:
        key, past = kit.pair(), kit.record()
        kit.do(kit.change(key, history=[past], assign=True))
        _holds(kit, key, CompletionState(history=(past,), assigned=True))

    @needs_expiry
    @pytest.mark.parametrize(
        ("completed", "expires", "window_opens"),
        [
            (date.min, date.max, date(9999, 12, 1)),
            (date(2024, 2, 29), date(2025, 2, 28), None),
            (date(2026, 3, 1), date(2026, 3, 1), date(2026, 2, 1)),
            (date(2026, 3, 1), None, None),
            (date(1582, 10, 10), date(1900, 2, 28), date(1899, 12, 31)),
        ],
    )
    def test_every_date_is_kept(
        self, kit: Kit, completed: date, expires: date | None, window_opens: date | None
    ) -> None:
        key, new = kit.pair(), kit.dated(2, completed, expires, window_opens)
        kit.do(kit.change(key, new))
        mend = "Keep calendar dates, from year 1 to 9999, without time or time zone."
        kit.expect_state(key, CompletionState(current=new), _HOOK, "What was written is told otherwise.", mend)

    def test_each_learner_gets_their_own(self, kit: Kit) -> None:
        keys = [kit.pair(f"learner{number}", name) for number in range(4) for name in ("Fire", "Crane")]
        new = [kit.record(number + 2, date(2026, 1, 1 + number)) for number in range(len(keys))]
        changes = [kit.change(key, record) for key, record in zip(keys, new, strict=True)]
        kit.do(*reversed(changes))
        for key, record in zip(keys, new, strict=True):
            _holds(kit, key, CompletionState(current=record))

    def test_a_suspended_learner_is_written(self, kit: Kit) -> None:
        kit.learner("kim", LearnerStatus.SUSPENDED)
        key, new = kit.pair(), kit.record()
        kit.do(kit.change(key, new))
        _holds(kit, key, CompletionState(current=new))

    def test_one_conflict_keeps_nobody_else_from_being_written(self, kit: Kit) -> None:
        key, other = kit.pair(), kit.pair("lee")
        stale, good = kit.change(key, kit.record(2)), kit.change(other, kit.record(3))
        batch = kit.new_batch()
        meanwhile = kit.record(2, date(2026, 2, 2), batch=batch)
        kit.do(kit.change(key, meanwhile), batch=batch)
        answered = kit.write(stale, good)
        mend = "Answer each change by itself: `conflict` for those that do not fit, and write the others."
        when = "Of two changes the first did not fit what was held any more, the second did."
        kit.expect_status(_HOOK, good.key, answered[good.key].status, WriteStatus.WRITTEN, when, mend)
        kit.expect_status(_HOOK, stale.key, answered[stale.key].status, WriteStatus.CONFLICT, when, mend)
        _holds(kit, other, CompletionState(current=good.current))
        _holds(kit, key, CompletionState(current=meanwhile))


def _holds(kit: Kit, key: StateKey, expected: CompletionState) -> None:
    kit.expect_state(key, expected, _HOOK, "The change was written, and it is not what is held.", WHOLE)
