"""Telling what is held."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from cert_completion_hooks.conformance.asking import TODAY
from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.needs import needs_assignments, needs_expiry, needs_history
from cert_completion_hooks.types import (
    CertificationState,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    StateKey,
)

_HOOK = "find_completion_states"
CURRENT = CompletionRecord(completed=date(2025, 5, 1), expires=date(2026, 5, 1), window_opens=date(2026, 4, 1))
PAST = CompletionRecord(completed=date(2024, 5, 1), expires=date(2025, 5, 1), window_opens=date(2025, 4, 1))
OLDER = CompletionRecord(completed=date(2023, 2, 28), expires=date(2024, 2, 29))
_AS_HELD = "Tell what the LMS holds: the current record, every past one, and whether the learner is assigned."


class StatesConformance:
    """The hook `find_completion_states`, and the token that `CompletionState.digest` makes of its answers."""

    def test_of_whom_nothing_is_held_is_left_out(self, kit: Kit) -> None:
        key = kit.pair()
        told = kit.states(key).get(key, CompletionState())
        if replace(told, changed_by="", changed_at=None) != CompletionState():
            what = f"Nothing is held of this learner and certification; it answered {told}."
            kit.wrong(_HOOK, what, "Leave out what there is not: no assignment, no current record, no history.", key)

    def test_what_is_held_is_told(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST, OLDER], assigned=True)
        expected = CompletionState(current=CURRENT, history=(PAST, OLDER), assigned=True)
        kit.expect_state(key, expected, _HOOK, "What was entered by hand is told otherwise.", _AS_HELD)

    def test_a_record_that_never_expires_is_told(self, kit: Kit) -> None:
        current = CompletionRecord(completed=date(2025, 5, 1))
        key = kit.holding(current, assigned=True)
        expected = CompletionState(current=current, assigned=True)
        kit.expect_state(key, expected, _HOOK, "What was entered by hand is told otherwise.", _AS_HELD)
        _word(kit, key, date(9999, 12, 31), CertificationState.CERTIFIED)

    @needs_expiry
    @pytest.mark.parametrize(
        ("day", "word"),
        [
            ("2025-05-01", CertificationState.CERTIFIED),
            ("2026-03-31", CertificationState.CERTIFIED),
            ("2026-04-01", CertificationState.WINDOW_OPEN),
            ("2026-04-30", CertificationState.WINDOW_OPEN),
            ("2026-05-01", CertificationState.EXPIRED),
            ("2030-01-01", CertificationState.EXPIRED),
        ],
    )
    def test_the_word_is_that_of_the_day_asked_for(self, kit: Kit, day: str, word: CertificationState) -> None:
        _word(kit, kit.holding(CURRENT, assigned=True), date.fromisoformat(day), word)

    @needs_history
    def test_without_a_current_record_the_word_is_none(self, kit: Kit) -> None:
        key = kit.holding(None, [PAST], assigned=True)
        kit.expect_state(
            key, CompletionState(history=(PAST,), assigned=True), _HOOK, "Only a past record is held.", _AS_HELD
        )
        _word(kit, key, TODAY, CertificationState.NONE)

    def test_only_the_pairs_asked_for_are_told(self, kit: Kit) -> None:
        keys = [kit.pair(name, short_name) for name in ("kim", "lee") for short_name in ("Fire", "Crane")]
        for number, key in enumerate(keys):
            kit.do(kit.change(key, kit.record(line=number + 2)))
        told = kit.states(keys[0], keys[3])
        if set(told) != {keys[0], keys[3]}:
            what = f"Two pairs were asked for; it answered for {len(told)}: {list(told)}."
            kit.wrong(
                _HOOK, what, "Filter by pairs, not by all the learners and all the certifications that are named."
            )

    @pytest.mark.parametrize("odd", ["no such key", "0", "-1", "9" * 100, "kim' OR 1=1 --", "\u00e9\U0001f600"])
    def test_keys_that_are_not_the_host_s_are_unknown(self, kit: Kit, odd: str) -> None:
        key = kit.holding(CURRENT, assigned=True)
        keys = [StateKey(odd, odd), StateKey(odd, key.certification_key), StateKey(key.learner_key, odd)]
        told = kit.states(key, *keys)
        if set(told) != {key}:
            what = f"It answered for keys that it has never given out: {set(told) - {key}}."
            kit.wrong(_HOOK, what, "What was removed meanwhile is asked for as well: leave unknown keys out.", odd)

    def test_the_token_does_not_move_with_the_day(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, [PAST], assigned=True)
        tokens = {kit.state(key, date(year, 6, 1)).digest() for year in (2020, 2024, 2026, 2060)}
        if len(tokens) > 1:
            what = "What it tells of records and assignment differs from day to day, though nobody changed anything."
            mend = "Only the word in `state` depends on `as_of`: tell every record whatever the day, as it is stored."
            kit.wrong(_HOOK, what, mend, key)

    def test_the_token_changes_with_the_current_record(self, kit: Kit) -> None:
        _token_changes(kit, lambda key: kit.change(key, kit.record(), former=CURRENT))

    @needs_history
    def test_the_token_changes_with_the_history(self, kit: Kit) -> None:
        _token_changes(kit, lambda key: kit.change(key, history=[kit.record(3, date(2020, 1, 1))]))

    @needs_assignments
    def test_the_token_changes_with_the_assignment(self, kit: Kit) -> None:
        record = kit.record(3, date(2020, 1, 1))
        key = kit.pair()
        kit.do(kit.change(key, history=[record]))
        before = kit.state(key).digest()
        batch = kit.new_batch()
        past = kit.record(2, date(2019, 1, 1), batch=batch)
        kit.do(kit.change(key, history=[past], assign=True), batch=batch)
        state = kit.state(key)
        if not state.assigned or state.digest() == before:
            what = "The learner was assigned with a row for the history; what it tells is as before."
            kit.wrong(
                _HOOK, what, "Tell `assigned` as the LMS holds it, whether there is a current record or not.", key
            )

    @needs_expiry
    def test_the_token_changes_when_somebody_corrects_a_date(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        before = kit.state(key).digest()
        kit.world.correct("kim", "Fire", date(2025, 5, 1), date(2026, 9, 9))
        if kit.state(key).digest() == before:
            what = "The expiry of the current record was corrected by hand; what it tells is as before."
            kit.wrong(
                _HOOK,
                what,
                "Read the records anew for each question; a plan must not rest on what was true before.",
                key,
            )


def _word(kit: Kit, key: StateKey, day: date, word: CertificationState) -> None:
    told = kit.state(key, day).state
    if told is not word:
        what = f"On {day} the word for {CURRENT.window_opens} (window) and {CURRENT.expires} (expiry) is {told!r}"
        mend = (
            "Work the word out for `as_of`, not for today: EXPIRED from the expiry date on, WINDOW_OPEN from the "
            "window date on, else CERTIFIED; NONE without a current record."
        )
        kit.wrong(_HOOK, f"{what}; it should be {word!r}.", mend, key)


def _token_changes(kit: Kit, change: Callable[[StateKey], CompletionChange]) -> None:
    key = kit.holding(CURRENT, assigned=True)
    before = kit.state(key).digest()
    kit.do(change(key))
    if kit.state(key).digest() == before:
        what = "A change was written; what it tells of the learner and certification is as before."
        kit.wrong(
            _HOOK, what, "Read the records anew for each question; a plan must not rest on what was true before.", key
        )
