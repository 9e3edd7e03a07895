"""The story of a row's dates, and what holds for the stories of all rows."""

from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks.types import (
    CertificationState,
    CompletionState,
    Period,
    PeriodUnit,
    RuleKind,
    StateKey,
)
from hypothesis import given

from cert_completion_plugin.core.expiry import Branch, StepKind
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import RawRow, ResolvedRow
from cert_completion_plugin.core.story import tell
from tests.core.builders import FIRE_SAFETY, TODAY, World, days, record, rule
from tests.core.strategies import decided_in, files, options, worlds
from tests.core.telling import HELD, ISO, columns_of, holding, kept, row, stories, story


class TestDates:
    @pytest.mark.parametrize(
        ("kind", "current", "completed", "due", "branch", "expected"),
        [
            (
                RuleKind.COMPLETION_DATE,
                None,
                "2025-05-01",
                "",
                Branch.COMPLETION,
                ["expires 2025-05-01 +1 2026-05-01", "window_opens 2026-05-01 -1 2026-04-01"],
            ),
            (
                RuleKind.EXPIRY_DATE,
                HELD,
                "2025-06-01",
                "2025-01-01",
                Branch.BEFORE_WINDOW,
                [
                    "held_window 2026-03-01 -1 2026-02-01",
                    "expires 2026-03-01 +0 2026-03-01",
                    "window_opens 2026-03-01 -1 2026-02-01",
                ],
            ),
            (
                RuleKind.EXPIRY_DATE,
                HELD,
                "2026-02-01",
                "",
                Branch.IN_WINDOW,
                [
                    "held_window 2026-03-01 -1 2026-02-01",
                    "expires 2026-03-01 +1 2027-03-01",
                    "window_opens 2027-03-01 -1 2027-02-01",
                ],
            ),
            (
                RuleKind.EXPIRY_DATE,
                HELD,
                "2026-03-02",
                "",
                Branch.AFTER_EXPIRY,
                ["expires 2026-03-02 +1 2027-03-02", "window_opens 2027-03-02 -1 2027-02-02"],
            ),
            (
                RuleKind.EXPIRY_DATE,
                None,
                "2025-05-01",
                "2025-06-15",
                Branch.DUE,
                ["expires 2025-06-15 +1 2026-06-15", "window_opens 2026-06-15 -1 2026-05-15"],
            ),
            (
                RuleKind.FIXED_EXPIRY_DATE,
                None,
                "2025-06-16",
                "2022-12-15",
                Branch.START_FROM_DUE,
                [
                    "earliest 2025-06-16 +1 2025-12-16",
                    "too_early 2022-12-15 +3 2025-12-15",
                    "expires 2022-12-15 +4 2026-12-15",
                    "window_opens 2026-12-15 -1 2026-11-15",
                ],
            ),
            (
                RuleKind.FIXED_EXPIRY_DATE,
                HELD,
                "2025-06-01",
                "2029-01-01",
                Branch.START_FROM_EXPIRY,
                [
                    "earliest 2025-06-01 +1 2025-12-01",
                    "too_early 2026-03-01 -1 2025-03-01",
                    "expires 2026-03-01 +0 2026-03-01",
                    "window_opens 2026-03-01 -1 2026-02-01",
                ],
            ),
        ],
    )
    def test_the_arithmetic_of_each_rule(self, kind, current, completed, due, branch, expected):
        known = replace(FIRE_SAFETY, rule=rule(kind))
        step = story(row(2, completed, due), world=holding(current, certification=known)).dates
        assert step.branch is branch
        assert [f"{one.kind} {one.start} {one.times:+} {one.result}" for one in step.steps] == expected
        assert (step.rule, step.completed, step.baseline) == (
            known.rule,
            date.fromisoformat(completed),
            current and current.expires,
        )

    def test_an_extension_does_not_count(self):
        extended = replace(HELD, baseline_expires=date(2026, 2, 10), window_opens=date(2026, 1, 10))
        known = replace(FIRE_SAFETY, rule=rule(RuleKind.EXPIRY_DATE))
        step = story(row(2, "2025-06-01"), world=holding(extended, certification=known)).dates
        assert (step.baseline, step.expires) == (date(2026, 2, 10), date(2026, 2, 10))

    def test_a_certification_that_never_expires(self):
        step = story(row(2, "2025-06-01"), world=World(certifications=[replace(FIRE_SAFETY, rule=None)])).dates
        assert (step.rule, step.branch, step.steps, step.expires) == (None, Branch.NEVER_EXPIRES, (), None)

    def test_a_rule_that_gives_no_dates(self):
        broken = replace(FIRE_SAFETY, rule=rule(active=days(0)))
        told = story(row(2, "2025-06-01"), world=World(certifications=[broken]))
        assert (told.outcome, told.decision, told.dates.problem) == ("failed", None, "no_active_period")
        ages = rule(RuleKind.EXPIRY_DATE, active=Period(3000, PeriodUnit.YEAR), window=Period(5000, PeriodUnit.YEAR))
        far = record(date(2025, 3, 1), date(7000, 1, 1))
        told = story(row(2, "2025-06-01"), world=holding(far, certification=replace(FIRE_SAFETY, rule=ages)))
        assert (told.outcome, told.decision.decided, told.dates.problem) == ("failed", "renewed", "out_of_range")

    def test_a_leading_row_that_fails_moves_nothing(self):
        ages = rule(RuleKind.EXPIRY_DATE, active=Period(3000, PeriodUnit.YEAR), window=Period(5000, PeriodUnit.YEAR))
        far = record(date(2025, 3, 1), date(7000, 1, 1))
        world = holding(far, certification=replace(FIRE_SAFETY, rule=ages))
        told = stories(row(2, "2025-06-01"), row(3, "2025-03-01"), world=world)
        assert [(one.outcome, one.decision.ground) for one in told.values()] == [
            ("failed", "newer_than_current"),
            ("already_held", "held_by_current"),
        ]

    def test_a_compared_date_before_the_year_1_is_left_out(self):
        ages = rule(RuleKind.EXPIRY_DATE, active=Period(2000, PeriodUnit.YEAR), window=Period(3000, PeriodUnit.YEAR))
        held = record(date(2025, 3, 1), date(2100, 1, 1))
        step = story(row(2, "2025-06-01"), world=holding(held, certification=replace(FIRE_SAFETY, rule=ages))).dates
        assert (step.branch, [one.kind for one in step.steps]) == (
            Branch.IN_WINDOW,
            [StepKind.EXPIRES, StepKind.WINDOW_OPENS],
        )


def raw_of(row: ResolvedRow) -> RawRow:
    parsed = row.parsed
    names = parsed.reference_text.short_name, parsed.reference_text.id_number
    days = (day.isoformat() if day else "" for day in (parsed.completed, parsed.due))
    return RawRow(row.line, (parsed.username_text, *names, *days))


class TestWhateverTheRows:
    @given(worlds(), files(), options)
    def test_a_decision_comes_back_from_the_ledger_as_it_was(self, world, rows, chosen) -> None:
        for decision in decided_in(world, rows, chosen):
            assert kept(decision) == decision

    @given(worlds(), files(), options)
    def test_the_story_ends_in_what_was_decided(self, world, rows, chosen) -> None:
        raw = {one.line: raw_of(one) for one in rows}
        for decision in decided_in(world, rows, chosen):
            told = tell(raw[decision.line], columns_of(), ISO, chosen, kept(decision))
            if decision.outcome is Outcome.REJECTED:
                assert (told.decision, told.dates, told.evidence) == (None, None, None)
                continue
            step = told.decision or told.evidence
            assert step is not None
            assert step.decided is decision.outcome
            if told.dates is not None and decision.outcome.writes:
                assert (told.dates.expires, told.dates.window_opens) == (decision.expires, decision.window_opens)

    @given(worlds(), files(), options)
    def test_the_state_and_the_record_are_those_that_were_held(self, world, rows, chosen) -> None:
        held = world.held(TODAY)
        raw = {one.line: raw_of(one) for one in rows}
        for decision in decided_in(world, rows, chosen):
            step = tell(raw[decision.line], columns_of(), ISO, chosen, kept(decision)).decision
            if step is not None:
                state = held.get(StateKey(decision.learner_key, decision.certification_key), CompletionState())
                assert (step.state, step.current) == (CertificationState(state.state), state.current)
