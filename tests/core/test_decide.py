"""What should happen to rows (import-rules.md §4): the table, every exception, and what holds for all rows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from cert_completion_hooks.types import (
    CertificationState,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    Learner,
    Period,
    PeriodUnit,
    RuleKind,
)
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.again import decide_again
from cert_completion_plugin.core.changes import changes_of, items_of
from cert_completion_plugin.core.decide import decide
from cert_completion_plugin.core.expiry import record_dates
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Assign, ImportAction, Messages, Options
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, ResolvedRow
from tests.core.builders import FIRE_SAFETY, PAIR, TODAY, World, by_line, codes, days, record, resolved, rule
from tests.core.strategies import LEARNERS, decided_in, files, options, worlds

SAVE, UNCERTIFIED, NEWER = ImportAction
NONE, CERTIFIED, WINDOW_OPEN, EXPIRED = CertificationState
HELD = record(date(2025, 3, 1), date(2026, 3, 1), date(2026, 2, 1))
LAPSED = record(date(2023, 3, 1), date(2024, 3, 1), date(2024, 2, 1))
OLDER, NEWEST = date(2025, 1, 10), date(2025, 8, 20)
EXPIRY_RULE = replace(FIRE_SAFETY, rule=rule(RuleKind.EXPIRY_DATE))


def decided(
    *rows: ResolvedRow,
    state: CompletionState | None = None,
    action: ImportAction = NEWER,
    assign: Assign = Assign.WHEN_CERTIFYING,
    messages: Messages = Messages.NONE,
) -> list[Decision]:
    options = Options(import_action=action, assign=assign, messages=messages)
    return decide(rows, {PAIR: state} if state else {}, {}, options, TODAY)


def outcomes(decisions: Iterable[Decision]) -> list[str]:
    return [str(decision.outcome) for decision in decisions]


def held(
    word: CertificationState = CERTIFIED, current: CompletionRecord | None = HELD, *history: CompletionRecord
) -> CompletionState:
    return CompletionState(state=word, current=current, history=history, assigned=current is not None)


class TestTheTable:
    @pytest.mark.parametrize("completed", [OLDER, NEWEST, date(2012, 1, 1)])
    @pytest.mark.parametrize(
        "state",
        [None, held(NONE, None), CompletionState(assigned=True), held(EXPIRED, None), held(EXPIRED, LAPSED)],
        ids=["absent", "none", "assigned", "expired", "expired record"],
    )
    @pytest.mark.parametrize(
        ("action", "outcome"), [(SAVE, "history"), (UNCERTIFIED, "certified"), (NEWER, "certified")]
    )
    def test_none_or_expired(
        self, state: CompletionState | None, completed: date, action: ImportAction, outcome: str
    ) -> None:
        assert outcomes(decided(resolved(2, completed), state=state, action=action)) == [outcome]

    @pytest.mark.parametrize("word", [CERTIFIED, WINDOW_OPEN])
    @pytest.mark.parametrize(
        ("action", "completed", "outcome"),
        [
            (SAVE, OLDER, "history"),
            (UNCERTIFIED, OLDER, "history"),
            (NEWER, OLDER, "history"),
            (SAVE, NEWEST, "history"),
            (UNCERTIFIED, NEWEST, "history"),
            (NEWER, NEWEST, "renewed"),
        ],
    )
    def test_certified_or_window_open(
        self, word: CertificationState, action: ImportAction, completed: date, outcome: str
    ) -> None:
        assert outcomes(decided(resolved(2, completed), state=held(word), action=action)) == [outcome]

    @pytest.mark.parametrize("action", ImportAction)
    def test_the_hosts_word_counts_and_not_the_dates(self, action: ImportAction) -> None:
        (as_told,) = decided(resolved(2, OLDER), state=held(CERTIFIED, LAPSED), action=action)
        assert as_told.outcome is (Outcome.RENEWED if action is NEWER else Outcome.HISTORY)

    @pytest.mark.parametrize("action", ImportAction)
    def test_a_following_row_is_always_history(self, action: ImportAction) -> None:
        for state in (None, held(), held(WINDOW_OPEN), held(EXPIRED, LAPSED)):
            rows = [resolved(2, OLDER), resolved(3, NEWEST), resolved(4, date(2024, 7, 7))]
            assert outcomes(decided(*rows, state=state, action=action))[::2] == ["history", "history"]

    def test_the_newest_leads_and_of_equal_ones_the_smaller_line(self) -> None:
        rows = [resolved(5, NEWEST), resolved(4, OLDER), resolved(7, NEWEST), resolved(9, OLDER)]
        decisions = by_line(decided(*rows))
        assert {line: str(one.outcome) for line, one in decisions.items()} == {
            4: "history",
            5: "certified",
            7: "duplicate",
            9: "duplicate",
        }
        assert (decisions[7].repeats_line, decisions[9].repeats_line) == (5, 4)

    def test_a_certification_that_never_expires_is_renewed_by_a_newer_completion(self) -> None:
        never = replace(FIRE_SAFETY, rule=None)
        state = held(CERTIFIED, record(date(2025, 3, 1)))
        (decision,) = decided(resolved(2, NEWEST, certification=never), state=state)
        assert (decision.outcome, decision.expires, decision.window_opens) == (Outcome.RENEWED, None, None)
        assert outcomes(decided(resolved(2, OLDER, certification=never), state=state)) == ["history"]


class TestFormerRecord:
    def former(self, state: CompletionState, action: ImportAction = NEWER) -> CompletionRecord | None:
        (decision,) = decided(resolved(2, NEWEST), state=state, action=action)
        assert decision.basis is not None
        return decision.basis.former

    def test_a_renewed_or_expired_record_goes_to_history_as_it_is(self) -> None:
        assert self.former(held()) == HELD
        assert self.former(held(EXPIRED, LAPSED)) == LAPSED

    def test_unless_history_holds_one_with_that_completion_date(self) -> None:
        assert self.former(held(CERTIFIED, HELD, record(HELD.completed, date(2030, 1, 1)))) is None
        assert self.former(held(EXPIRED, LAPSED, record(LAPSED.completed))) is None
        assert self.former(held(CERTIFIED, HELD, LAPSED, record(None))) == HELD

    def test_it_stays_where_the_row_is_history(self) -> None:
        assert self.former(held(), SAVE) is None
        assert self.former(held(), UNCERTIFIED) is None


class TestAlreadyHeld:
    @pytest.mark.parametrize("action", ImportAction)
    @pytest.mark.parametrize("word", [CERTIFIED, WINDOW_OPEN, EXPIRED])
    def test_by_the_current_record(self, action: ImportAction, word: CertificationState) -> None:
        current = LAPSED if word is EXPIRED else HELD
        (decision,) = decided(resolved(2, current.completed), state=held(word, current), action=action)
        assert (decision.outcome, decision.basis, decision.expires) == (Outcome.ALREADY_HELD, None, None)

    @pytest.mark.parametrize("action", ImportAction)
    def test_by_a_history_record(self, action: ImportAction) -> None:
        rows = [resolved(2, NEWEST), resolved(3, LAPSED.completed)]
        assert outcomes(decided(*rows, state=held(CERTIFIED, HELD, LAPSED), action=action))[1] == "already_held"

    @pytest.mark.parametrize("current", [HELD, LAPSED])
    def test_by_a_record_that_is_just_moving_to_history(self, current: CompletionRecord) -> None:
        state = held(CERTIFIED if current is HELD else EXPIRED, current)
        rows = [resolved(2, current.completed), resolved(3, NEWEST)]
        assert outcomes(decided(*rows, state=state))[0] == "already_held"

    @pytest.mark.parametrize(
        ("expires", "action", "outcome"),
        [
            (date(2025, 8, 31), NEWER, "already_held"),
            (date(2025, 9, 1), NEWER, "already_held"),
            (date(2025, 9, 2), NEWER, "certified"),
            (date(2025, 9, 2), UNCERTIFIED, "certified"),
            (None, NEWER, "certified"),
            (date(2025, 9, 2), SAVE, "already_held"),
        ],
    )
    def test_history_holds_a_row_that_would_become_current_only_with_an_expiry_that_is_past(
        self, expires: date | None, action: ImportAction, outcome: str
    ) -> None:
        state = held(EXPIRED, None, record(OLDER, expires))
        (decision,) = decided(resolved(2, OLDER), state=state, action=action)
        assert decision.outcome == outcome
        assert decision.basis is None or decision.basis.former is None

    def test_history_with_a_later_expiry_does_not_bar_renewing_but_holds_a_repeated_row(self) -> None:
        state = held(CERTIFIED, HELD, record(NEWEST, date(2026, 8, 20)))
        rows = [resolved(2, NEWEST), resolved(3, NEWEST)]
        assert outcomes(decided(*rows, state=state)) == ["renewed", "already_held"]

    def test_a_leading_row_that_is_held_keeps_the_lead(self) -> None:
        rows = [resolved(2, LAPSED.completed), resolved(3, date(2022, 1, 1))]
        assert outcomes(decided(*rows, state=held(EXPIRED, None, LAPSED))) == ["already_held", "history"]

    def test_it_comes_before_duplicate(self) -> None:
        rows = [resolved(2, HELD.completed), resolved(3, HELD.completed)]
        assert outcomes(decided(*rows, state=held())) == ["already_held", "already_held"]


class TestOtherExpiry:
    def warned(self, due: date | None, state: CompletionState, completed: date = date(2025, 3, 1)) -> bool:
        (decision,) = decided(resolved(2, completed, due, certification=EXPIRY_RULE), state=state, action=SAVE)
        assert decision.outcome is Outcome.ALREADY_HELD
        return codes(decision) == ["same_completion_other_expiry"]

    def test_it_is_told_where_no_expiry_held_for_that_completion_is_the_computed_one(self) -> None:
        assert not self.warned(None, held())
        assert self.warned(date(2025, 6, 1), held())
        assert not self.warned(date(2025, 6, 1), held(CERTIFIED, HELD, record(HELD.completed, date(2026, 6, 1))))
        assert self.warned(date(2025, 6, 1), held(CERTIFIED, HELD, record(OLDER, date(2026, 6, 1))))
        assert self.warned(None, held(CERTIFIED, record(HELD.completed, date(2026, 4, 1), baseline=date(2026, 3, 1))))

    def test_it_names_what_was_computed_and_what_is_held(self) -> None:
        (decision,) = decided(resolved(2, HELD.completed, date(2025, 6, 1), certification=EXPIRY_RULE), state=held())
        assert decision.issues[0].details == {"computed": "2026-06-01", "held": ("2026-03-01",)}

    def test_the_expiry_of_a_record_that_contradicts_itself_does_not_count(self) -> None:
        turned = record(date(2025, 6, 1), date(2025, 5, 1))
        assert self.warned(
            date(2024, 5, 1), held(CERTIFIED, turned, record(turned.completed, date(2030, 1, 1))), date(2025, 6, 1)
        )

    def test_it_is_not_told_of_a_row_that_is_written(self) -> None:
        state = held(NONE, None, record(OLDER, date(2030, 1, 1)))
        (decision,) = decided(resolved(2, OLDER), state=state)
        assert (decision.outcome, decision.issues) == (Outcome.CERTIFIED, ())


class TestRecordsThatContradictThemselves:
    TURNED = record(date(2025, 6, 1), date(2025, 5, 1), date(2025, 4, 1))
    UNDATED = record(None, date(2026, 5, 1), date(2026, 4, 1))

    @pytest.mark.parametrize("current", [TURNED, UNDATED])
    @pytest.mark.parametrize("completed", [OLDER, date(2025, 6, 1), NEWEST])
    @pytest.mark.parametrize("action", [UNCERTIFIED, NEWER])
    def test_they_are_replaced_by_any_row_and_kept_in_history(
        self, current: CompletionRecord, completed: date, action: ImportAction
    ) -> None:
        (decision,) = decided(resolved(2, completed), state=held(CERTIFIED, current), action=action)
        assert decision.outcome is Outcome.RENEWED
        assert decision.expires == record_dates(FIRE_SAFETY.rule, completed, None, None).expires
        assert decision.basis is not None
        assert decision.basis.former == current

    @pytest.mark.parametrize("current", [TURNED, UNDATED])
    def test_they_stay_where_rows_are_saved_to_history(self, current: CompletionRecord) -> None:
        (decision,) = decided(resolved(2, date(2025, 6, 1)), state=held(CERTIFIED, current), action=SAVE)
        assert decision.outcome is Outcome.HISTORY
        assert decision.basis is not None
        assert decision.basis.former is None

    def test_the_expiry_is_computed_as_if_there_were_no_current_record(self) -> None:
        crooked = record(date(2025, 6, 1), date(2026, 6, 1), date(2027, 1, 1), date(2026, 5, 1))
        for completed in (date(2026, 4, 25), date(2026, 5, 25)):
            row = resolved(2, completed, certification=EXPIRY_RULE)
            (decision,) = decided(row, state=held(WINDOW_OPEN, crooked))
            assert (decision.outcome, decision.expires) == (Outcome.RENEWED, completed.replace(year=2027))

    def test_a_following_row_of_the_same_completion_is_not_held_by_it(self) -> None:
        rows = [resolved(2, NEWEST), resolved(3, date(2025, 6, 1)), resolved(4, date(2025, 6, 1))]
        state = held(CERTIFIED, self.TURNED)
        assert outcomes(decided(*rows, state=state)) == ["renewed", "history", "duplicate"]

    def test_one_without_completion_date_is_moved_whatever_history_holds(self) -> None:
        state = held(CERTIFIED, self.UNDATED, record(None, date(2020, 1, 1)))
        (decision,) = decided(resolved(2, OLDER), state=state)
        assert decision.basis is not None
        assert decision.basis.former == self.UNDATED

    def test_one_whose_completion_date_history_holds_is_not_doubled(self) -> None:
        state = held(CERTIFIED, self.TURNED, record(self.TURNED.completed, date(2026, 6, 1)))
        (decision,) = decided(resolved(2, OLDER), state=state)
        assert decision.basis is not None
        assert decision.basis.former is None


class TestDates:
    def test_the_expiry_held_before_any_extension_is_the_base_of_a_renewal(self) -> None:
        current = record(date(2024, 8, 20), date(2025, 10, 31), date(2025, 7, 20), date(2025, 8, 20))
        row = resolved(2, date(2025, 8, 10), date(2025, 1, 1), certification=EXPIRY_RULE)
        (decision,) = decided(row, state=held(WINDOW_OPEN, current))
        assert (decision.expires, decision.window_opens) == (date(2026, 8, 20), date(2026, 7, 20))

    def test_without_extension_it_is_the_expiry(self) -> None:
        current = record(date(2024, 8, 20), date(2025, 9, 20), date(2025, 8, 20))
        row = resolved(2, date(2025, 8, 25), certification=EXPIRY_RULE)
        (decision,) = decided(row, state=held(WINDOW_OPEN, current))
        assert decision.expires == date(2026, 9, 20)

    @pytest.mark.parametrize(("word", "action"), [(EXPIRED, NEWER), (CERTIFIED, UNCERTIFIED), (CERTIFIED, SAVE)])
    def test_other_rows_have_no_base(self, word: CertificationState, action: ImportAction) -> None:
        current = record(date(2024, 8, 20), date(2025, 9, 20), date(2025, 8, 20))
        row = resolved(2, date(2025, 8, 25), date(2025, 8, 30), certification=EXPIRY_RULE)
        (decision,) = decided(row, state=held(word, current), action=action)
        assert decision.expires == date(2026, 8, 30)

    def test_a_following_row_has_no_base(self) -> None:
        current = record(date(2024, 8, 20), date(2025, 9, 20), date(2025, 8, 20))
        rows = [resolved(2, date(2025, 8, 25), certification=EXPIRY_RULE)]
        rows += [resolved(3, date(2025, 8, 26), certification=EXPIRY_RULE)]
        decisions = by_line(decided(*rows, state=held(WINDOW_OPEN, current)))
        assert decisions[2].expires == date(2026, 8, 25)

    @pytest.mark.parametrize(
        ("completed", "expected"), [(date(2024, 9, 1), ["expires_in_past"]), (date(2024, 9, 2), [])]
    )
    def test_an_expiry_of_today_is_past(self, completed: date, expected: list[str]) -> None:
        (decision,) = decided(resolved(2, completed), messages=Messages.SEND)
        assert (decision.outcome, codes(decision)) == (Outcome.CERTIFIED, expected)
        assert decision.basis is not None
        assert decision.basis.announce is not bool(expected)

    def test_a_row_that_does_not_become_current_says_nothing_of_a_past_expiry(self) -> None:
        for action in (SAVE, NEWER):
            decisions = decided(resolved(2, date(2020, 1, 1)), resolved(3, NEWEST), action=action)
            assert decisions[0].issues == ()

    def test_warnings_of_the_row_are_kept_in_order(self) -> None:
        suspended = Issue(Code.LEARNER_SUSPENDED)
        due = Issue(Code.DUE_LONG_BEFORE_COMPLETION)
        (decision,) = decided(resolved(2, date(2012, 1, 1), issues=(suspended, due)))
        assert codes(decision) == ["learner_suspended", "expires_in_past", "due_long_before_completion"]


class TestFailures:
    NO_TIME = replace(FIRE_SAFETY, rule=rule(active=days(0)))

    @pytest.mark.parametrize("action", ImportAction)
    def test_a_rule_without_an_active_period_fails_all_its_rows(self, action: ImportAction) -> None:
        rows = [resolved(2, OLDER, certification=self.NO_TIME), resolved(3, HELD.completed, certification=self.NO_TIME)]
        decisions = decided(*rows, state=held(), action=action)
        assert outcomes(decisions) == ["failed", "failed"]
        assert [codes(one) for one in decisions] == [["certification_misconfigured"]] * 2
        assert not any(one.basis or one.expires for one in decisions)

    def test_a_row_with_problems_stays_the_uploaders(self) -> None:
        problem = Issue(Code.LEARNER_NOT_FOUND)
        (decision,) = decided(resolved(2, OLDER, certification=self.NO_TIME, issues=(problem,)))
        assert (decision.outcome, decision.issues) == (Outcome.REJECTED, (problem,))

    def test_a_record_whose_renewal_leaves_the_calendar_fails_the_leading_row_alone(self) -> None:
        ages = rule(RuleKind.EXPIRY_DATE, active=Period(3000, PeriodUnit.YEAR), window=Period(5000, PeriodUnit.YEAR))
        known = replace(FIRE_SAFETY, rule=ages)
        rows = [resolved(2, NEWEST, certification=known), resolved(3, OLDER, certification=known)]
        decisions = decided(*rows, state=held(WINDOW_OPEN, record(date(2025, 3, 1), date(7000, 1, 1))))
        assert outcomes(decisions) == ["failed", "history"]
        assert codes(decisions[0]) == ["certification_misconfigured"]
        assert [one.line for one in decisions if one.basis] == [3]


class TestRejected:
    def test_a_row_with_a_problem_neither_leads_nor_is_repeated(self) -> None:
        bad = resolved(2, NEWEST, issues=(Issue(Code.DUE_DATE_INVALID),))
        decisions = decided(bad, resolved(3, NEWEST), resolved(4, OLDER))
        assert outcomes(decisions) == ["rejected", "certified", "history"]
        assert decisions[0].basis is None

    def test_a_warning_does_not_stop_a_row(self) -> None:
        assert outcomes(decided(resolved(2, issues=(Issue(Code.LEARNER_SUSPENDED),)))) == ["certified"]


class TestEvidence:
    ITEM = EvidenceItem(
        learner_key="l1", name="Moon Walking", short_name="Moon Walking", id_number="", completed=date(2025, 5, 1)
    )

    def row(self, line: int, completed: date = date(2025, 5, 1), due: date | None = None) -> ResolvedRow:
        return resolved(line, completed, due, certification=None)

    def decided(self, *rows: ResolvedRow, held_items: Iterable[EvidenceItem] = ()) -> list[Decision]:
        return decide(rows, {}, {item.evidence_key: item for item in held_items}, Options(), TODAY)

    def test_an_item_with_its_dates_and_no_expiry(self) -> None:
        (decision,) = self.decided(self.row(2, due=date(2025, 6, 1)))
        assert (decision.outcome, decision.completed, decision.due) == (
            Outcome.EVIDENCE,
            date(2025, 5, 1),
            date(2025, 6, 1),
        )
        assert (decision.expires, decision.basis, decision.certification_key) == (None, None, "")

    def test_held_or_repeated_whatever_the_due_date(self) -> None:
        rows = [self.row(4), self.row(3, due=date(2025, 6, 1)), self.row(2, date(2025, 5, 2))]
        decisions = self.decided(*rows)
        assert outcomes(decisions) == ["evidence", "evidence", "duplicate"]
        assert decisions[2].repeats_line == 3
        assert outcomes(self.decided(*rows, held_items=[self.ITEM])) == ["evidence", "already_held", "already_held"]

    def test_another_name_or_learner_is_another_item(self) -> None:
        renamed = self.row(3)
        reference = renamed.parsed.reference_text._replace(id_number="MW")
        renamed = replace(renamed, parsed=replace(renamed.parsed, reference=reference, reference_text=reference))
        other = resolved(4, certification=None, learner=Learner(key="l2", username="bea"))
        assert outcomes(self.decided(self.row(2), renamed, other)) == ["evidence"] * 3

    def test_a_problem_keeps_it_from_being_written(self) -> None:
        bad = resolved(2, certification=None, issues=(Issue(Code.EVIDENCE_FIELD_INVALID),))
        assert outcomes(self.decided(bad, self.row(3))) == ["rejected", "evidence"]


class TestBasis:
    def test_it_stands_on_the_row_that_becomes_current(self) -> None:
        decisions = decided(resolved(2, OLDER), resolved(3, NEWEST))
        assert [one.line for one in decisions if one.basis] == [3]

    def test_else_on_the_first_row_written_as_history(self) -> None:
        rows = [resolved(2, HELD.completed), resolved(3, OLDER), resolved(4, NEWEST)]
        assert [one.line for one in decided(*rows, state=held(), action=SAVE) if one.basis] == [3]

    def test_it_tells_what_was_there_before(self) -> None:
        state = held(CERTIFIED, HELD, LAPSED)
        (decision,) = decided(resolved(2, NEWEST), state=state)
        assert decision.basis is not None
        assert decision.basis.expected == state.digest()
        assert decision.basis.current_before == HELD
        assert decision.basis.assigned_before

    def test_nothing_held_has_a_digest_too(self) -> None:
        (decision,) = decided(resolved(2))
        assert decision.basis is not None
        assert decision.basis.expected == CompletionState().digest()

    @pytest.mark.parametrize(
        ("assign", "action", "assigned", "expected"),
        [
            (Assign.WHEN_CERTIFYING, NEWER, False, True),
            (Assign.WHEN_CERTIFYING, NEWER, True, False),
            (Assign.WHEN_CERTIFYING, SAVE, False, False),
            (Assign.ALWAYS, NEWER, False, True),
            (Assign.ALWAYS, SAVE, False, True),
            (Assign.ALWAYS, SAVE, True, False),
            (Assign.NEVER, NEWER, False, False),
            (Assign.NEVER, SAVE, False, False),
        ],
    )
    def test_whether_the_learner_is_assigned(
        self, assign: Assign, action: ImportAction, assigned: bool, expected: bool
    ) -> None:
        state = CompletionState(assigned=assigned)
        (decision,) = decided(resolved(2), state=state, action=action, assign=assign)
        assert decision.basis is not None
        assert decision.basis.assign is expected

    def test_a_row_that_writes_nothing_assigns_nobody(self) -> None:
        state = held(NONE, None, LAPSED)
        (decision,) = decided(resolved(2, LAPSED.completed), state=state, action=SAVE, assign=Assign.ALWAYS)
        assert (decision.outcome, decision.basis) == (Outcome.ALREADY_HELD, None)

    @pytest.mark.parametrize(
        ("messages", "action", "announced"),
        [(Messages.SEND, NEWER, True), (Messages.SEND, SAVE, False), (Messages.NONE, NEWER, False)],
    )
    def test_whether_the_record_may_be_announced(
        self, messages: Messages, action: ImportAction, announced: bool
    ) -> None:
        (decision,) = decided(resolved(2), action=action, messages=messages)
        assert decision.basis is not None
        assert decision.basis.announce is announced


def imported(world: World, rows: list[ResolvedRow], chosen: Options, batch_id: str) -> list[Decision]:
    decisions = decided_in(world, rows, chosen)
    world.write(changes_of(decisions, batch_id), items_of(decisions, batch_id))
    return decisions


class TestWhateverTheRows:
    @given(worlds(), files(), options, st.randoms(use_true_random=False))
    def test_decisions_do_not_depend_on_the_order_of_the_rows(self, world, rows, chosen, random) -> None:
        shuffled = random.sample(rows, len(rows))
        assert decided_in(world, shuffled, chosen) == decided_in(world, rows, chosen)

    @given(worlds(), files(), options)
    def test_learners_can_be_decided_apart(self, world, rows, chosen) -> None:
        apart = [
            decision
            for learner in LEARNERS
            for decision in decided_in(world, [row for row in rows if row.learner == learner], chosen)
        ]
        assert sorted(apart, key=lambda one: one.line) == decided_in(world, rows, chosen)

    @given(worlds(), files(), options)
    def test_every_row_has_one_decision_and_every_pair_written_one_basis(self, world, rows, chosen) -> None:
        decisions = decided_in(world, rows, chosen)
        assert [one.line for one in decisions] == sorted(row.line for row in rows)
        written = [one for one in decisions if one.outcome.writes and one.outcome is not Outcome.EVIDENCE]
        carriers = [one for one in decisions if one.basis]
        assert all(one in written for one in carriers)
        assert sorted(one.state_key for one in carriers) == sorted({one.state_key for one in written})
        current = [one for one in written if one.outcome.becomes_current]
        assert all(one.basis for one in current)

    @given(worlds(), files(), options)
    def test_a_duplicate_names_the_first_row_of_its_completion(self, world, rows, chosen) -> None:
        decisions = decided_in(world, rows, chosen)
        for one in decisions:
            assert (one.repeats_line is not None) == (one.outcome is Outcome.DUPLICATE)
            if one.repeats_line is not None:
                repeated = by_line(decisions)[one.repeats_line]
                assert repeated.line < one.line
                assert (repeated.state_key, repeated.completed) == (one.state_key, one.completed)
                assert repeated.outcome is not Outcome.DUPLICATE

    @given(worlds(), files(), options)
    def test_no_record_is_lost(self, world, rows, chosen) -> None:
        before = dict(world.states)
        imported(world, rows, chosen, "b1")
        for key, state in before.items():
            after = world.states[key]
            dates = {one.completed for one in (after.current, *after.history) if one}
            assert set(state.history) <= set(after.history)
            assert state.current is None or state.current.completed in dates

    @given(worlds(), files(), options)
    def test_the_same_file_again_writes_nothing(self, world, rows, chosen) -> None:
        imported(world, rows, chosen, "b1")
        assert not any(one.outcome.writes for one in decided_in(world, rows, chosen))

    @given(worlds(), files(), options)
    def test_decided_again_by_keys_everything_is_the_same(self, world, rows, chosen) -> None:
        decisions = [one for one in decided_in(world, rows, chosen) if one.outcome is not Outcome.REJECTED]
        again = decide_again(decisions, world.held(TODAY), world.evidence, chosen, TODAY)
        assert [replace(one, issues=()) for one in again] == [replace(one, issues=()) for one in decisions]

    @given(worlds(), files(), options, st.data())
    def test_a_file_that_has_grown_writes_only_what_is_new_and_then_nothing(self, world, rows, chosen, data) -> None:
        old_lines = data.draw(st.sets(st.integers(2, 9)))
        imported(world, [row for row in rows if row.line in old_lines], chosen, "b1")
        grown = imported(world, rows, chosen, "b2")
        assert not any(one.outcome.writes for one in grown if one.line in old_lines)
        assert not any(one.outcome.writes for one in decided_in(world, rows, chosen))


def test_every_order_of_three_completions_gives_the_same_records() -> None:
    rows = [resolved(line, day) for line, day in ((2, OLDER), (3, NEWEST), (4, date(2024, 7, 7)))]
    assert len({tuple(outcomes(decided(*order))) for order in permutations(rows)}) == 1
