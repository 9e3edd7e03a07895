"""Writing again, and writing what does not fit any more."""

from dataclasses import replace
from datetime import date

import pytest

from cert_completion_hooks.conformance.checks.states import CURRENT
from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.needs import needs_assignments, needs_expiry, needs_history
from cert_completion_hooks.types import CompletionChange, CompletionState, StateKey, WriteStatus

_HOOK = "record_completions"
NEVER_HELD = "-" * 64
"""What the plugin expects where it only asks whether a change was applied: as long as a digest, and none."""

_REPEAT = (
    "Keep the key of every change that you apply, in the same transaction as its records, and look for it before you "
    "compare `expected`: a change that was applied is `repeated`, whatever is held now, and nothing is written."
)
_FIT = (
    "Lock the learner and certification, then compare `expected` with the digest of what is held: where they differ, "
    "answer `conflict` and write nothing."
)
_GONE = "See that the learner, the certification and the right of `batch.actor` are still there: else `conflict`."


class RepetitionConformance:
    """The hook `record_completions` after a crash, and where records have changed since they were looked at."""

    def test_a_change_is_written_once(self, kit: Kit) -> None:
        change = _written(kit, assign=True)
        _answers(kit, change, WriteStatus.REPEATED, "The same change was asked for again.", _REPEAT)

    @needs_history
    def test_a_change_of_history_is_written_once(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        change = kit.change(key, history=[kit.record(3, date(2020, 1, 1)), kit.record(2, date(2019, 1, 1))])
        kit.do(change)
        _answers(kit, change, WriteStatus.REPEATED, "The same change was asked for again.", _REPEAT)

    def test_a_change_is_repeated_also_when_another_import_wrote_since(self, kit: Kit) -> None:
        change, batch = _written(kit), kit.new_batch()
        newer = kit.record(2, date(2026, 3, 10), batch=batch)
        kit.do(kit.change(change.state_key, newer, former=change.current), batch=batch)
        when = "A change was asked for again, after another import had renewed its record."
        _answers(kit, change, WriteStatus.REPEATED, when, _REPEAT)

    def test_whether_a_change_was_applied_can_be_asked(self, kit: Kit) -> None:
        change = _written(kit)
        when = "A change that was applied was asked for with an `expected` that no state has."
        _answers(kit, replace(change, expected=NEVER_HELD), WriteStatus.REPEATED, when, _REPEAT)

    def test_whether_a_change_was_not_applied_can_be_asked(self, kit: Kit) -> None:
        change = kit.change(kit.pair(), kit.record())
        when = "A change that was never applied was asked for with an `expected` that no state has."
        _answers(kit, replace(change, expected=NEVER_HELD), WriteStatus.CONFLICT, when, _FIT)
        kit.do(change)

    def test_the_same_line_of_another_import_is_another_change(self, kit: Kit) -> None:
        change, batch = _written(kit), kit.new_batch()
        other = kit.change(change.state_key, kit.record(2, date(2026, 3, 10), batch=batch), former=change.current)
        mend = "A key is unique for ever: compare all of it, the import's id and the line."
        when = "Another import wrote a row on the same line."
        found = kit.write(other, batch=batch)[other.key].status
        kit.expect_status(_HOOK, other.key, found, WriteStatus.WRITTEN, when, mend)

    def test_an_expectation_of_nothing_does_not_fit_a_record(self, kit: Kit) -> None:
        key = kit.pair()
        change = kit.change(key, kit.record())
        kit.world.hold("kim", "Fire", current=CURRENT, assigned=True)
        _answers(kit, change, WriteStatus.CONFLICT, "A record was entered since the change was decided.", _FIT)

    def test_an_expectation_of_a_record_does_not_fit_nothing(self, kit: Kit) -> None:
        key = kit.pair()
        expected = CompletionState(current=CURRENT).digest()
        change = replace(kit.change(key, kit.record()), expected=expected)
        _answers(kit, change, WriteStatus.CONFLICT, "A record is expected that is not held.", _FIT)

    @needs_expiry
    def test_a_corrected_date_does_not_fit(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        change = kit.change(key, kit.record(), former=CURRENT)
        kit.world.correct("kim", "Fire", date(2025, 5, 1), date(2026, 9, 9))
        _answers(kit, change, WriteStatus.CONFLICT, "A date was corrected since the change was decided.", _FIT)

    @needs_history
    def test_a_new_past_record_does_not_fit(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        change, batch = kit.change(key, kit.record(), former=CURRENT), kit.new_batch()
        kit.do(kit.change(key, history=[kit.record(2, date(2020, 1, 1), batch=batch)]), batch=batch)
        when = "A past record was added since the change was decided."
        _answers(kit, change, WriteStatus.CONFLICT, when, _FIT)

    @needs_assignments
    def test_another_assignment_does_not_fit(self, kit: Kit) -> None:
        key = kit.pair()
        change = kit.change(key, kit.record(), assign=True)
        kit.world.hold("kim", "Fire", assigned=True)
        _answers(kit, change, WriteStatus.CONFLICT, "The learner was assigned since the change was decided.", _FIT)

    def test_a_learner_who_is_gone_is_a_conflict(self, kit: Kit) -> None:
        change = kit.change(kit.pair(), kit.record())
        kit.world.remove_learner("kim")
        _answers(kit, change, WriteStatus.CONFLICT, "The learner was removed since.", _GONE)

    def test_a_certification_that_is_gone_is_a_conflict(self, kit: Kit) -> None:
        change = kit.change(kit.pair(), kit.record())
        kit.world.remove_certification("Fire")
        _answers(kit, change, WriteStatus.CONFLICT, "The certification was removed since.", _GONE)

    @pytest.mark.parametrize("odd", ["no such key", "0", "9" * 100, "\u00e9\U0001f600"])
    def test_keys_that_are_not_the_host_s_are_a_conflict(self, kit: Kit, odd: str) -> None:
        change = kit.change(kit.pair(), kit.record())
        when = "It was asked to write for a key that it has never given out."
        for strange in (replace(change, learner_key=odd), replace(change, certification_key=odd)):
            _answers(kit, strange, WriteStatus.CONFLICT, when, _GONE)


def _written(kit: Kit, *, assign: bool = False) -> CompletionChange:
    change = kit.change(kit.pair(), kit.record(), assign=assign)
    kit.do(change)
    return change


def _answers(kit: Kit, change: CompletionChange, status: WriteStatus, when: str, mend: str) -> None:
    """Asked for this change, the host says so and writes nothing."""
    key: StateKey = change.state_key
    before = kit.state(key)
    result = kit.write(change)[change.key]
    kit.expect_status(_HOOK, change.key, result.status, status, when, mend)
    kit.expect_state(key, before, _HOOK, f"{when} It answered `{result.status}`, and wrote even so.", mend)
