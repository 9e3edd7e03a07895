"""Periods, the three rules and contradicting records (import-rules.md §4 and §4.2)."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from cert_completion_hooks.types import (
    CertificationState,
    CompletionRecord,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.expiry import (
    DateOutOfRange,
    RuleMisconfigured,
    StepKind,
    contradicts_itself,
    record_dates,
    shifted,
    steps,
)

DAY, WEEK, MONTH, YEAR = PeriodUnit.DAY, PeriodUnit.WEEK, PeriodUnit.MONTH, PeriodUnit.YEAR


ONE_YEAR, ONE_MONTH, SIX_MONTHS = Period(1, YEAR), Period(1, MONTH), Period(6, MONTH)


def rule_of(kind: RuleKind, active=ONE_YEAR, window=ONE_MONTH, minimum=SIX_MONTHS) -> RecertificationRule:
    return RecertificationRule(kind=kind, active=active, window=window, minimum_active=minimum)


def day(text: str) -> date:
    return date.fromisoformat(text)


def maybe(text: str | None) -> date | None:
    return day(text) if text else None


def naively_shifted(start: date, period: Period, times: int = 1) -> date:
    """The oracle's own calendar arithmetic: months are counted one by one."""
    count = period.count * times
    if period.unit in (DAY, WEEK):
        return date.fromordinal(start.toordinal() + count * (7 if period.unit is WEEK else 1))
    year, month = start.year, start.month
    for _ in range(abs(count) * (12 if period.unit is YEAR else 1)):
        month += 1 if count > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        elif month == 0:
            year, month = year - 1, 12
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def naive_expiry(rule: RecertificationRule, c: date, d: date | None, b: date | None) -> date:
    """The oracle: the words of the rules, step by step."""
    if rule.kind is RuleKind.COMPLETION_DATE:
        return naively_shifted(c, rule.active)
    if rule.kind is RuleKind.EXPIRY_DATE:
        if b is not None and c <= b and c < naively_shifted(b, rule.window, -1):
            return b
        if b is not None:
            return naively_shifted(max(b, c), rule.active)
        return naively_shifted(c if d is None else max(c, d), rule.active)
    start = b or d or c
    earliest = naively_shifted(c, rule.minimum_active)
    n = 0
    while naively_shifted(start, rule.active, n) >= earliest:
        n -= 1
    while naively_shifted(start, rule.active, n + 1) < earliest:
        n += 1
    return naively_shifted(start, rule.active, n + 1)


days = st.dates(date(1980, 1, 1), date(2060, 12, 31)) | st.builds(
    lambda year, month: date(year, month, monthrange(year, month)[1]), st.integers(1980, 2060), st.integers(1, 12)
)
limits = {DAY: 800, WEEK: 120, MONTH: 40, YEAR: 6}


def periods(least: int) -> st.SearchStrategy[Period]:
    return st.sampled_from(PeriodUnit).flatmap(
        lambda unit: st.builds(Period, st.integers(least, limits[unit]), st.just(unit))
    )


rules = st.builds(
    RecertificationRule,
    kind=st.sampled_from(RuleKind),
    active=periods(1),
    window=periods(0),
    minimum_active=periods(0),
)
fixed_rules = st.builds(
    RecertificationRule,
    kind=st.just(RuleKind.FIXED_EXPIRY_DATE),
    active=periods(1),
    window=periods(0),
    minimum_active=periods(0),
)
any_days = st.dates()


@pytest.mark.parametrize(
    ("start", "period", "times", "expected"),
    [
        ("2015-01-31", Period(1, MONTH), 1, "2015-02-28"),
        ("2016-01-31", Period(1, MONTH), 1, "2016-02-29"),
        ("2016-02-29", Period(1, YEAR), 1, "2017-02-28"),
        ("2016-02-29", Period(1, YEAR), 4, "2020-02-29"),
        ("2015-01-31", Period(1, MONTH), 2, "2015-03-31"),
        ("2015-03-31", Period(1, MONTH), -1, "2015-02-28"),
        ("2015-12-31", Period(1, MONTH), 1, "2016-01-31"),
        ("2024-02-28", Period(1, DAY), 1, "2024-02-29"),
        ("2024-02-29", Period(2, WEEK), -1, "2024-02-15"),
        ("9998-12-31", Period(1, YEAR), 1, "9999-12-31"),
        ("0002-01-01", Period(1, YEAR), -1, "0001-01-01"),
    ],
)
def test_periods_clamp_and_are_counted_from_the_day(start, period, times, expected):
    assert shifted(day(start), period, times) == day(expected)


@given(days, periods(0), st.integers(-5, 5))
def test_periods_against_the_oracle(start, period, times):
    assert shifted(start, period, times) == naively_shifted(start, period, times)


@pytest.mark.parametrize("unit", PeriodUnit)
@pytest.mark.parametrize("count", [10**5 * 40, 10**12, 10**400])
@pytest.mark.parametrize("times", [1, -1])
def test_beyond_the_calendar(unit, count, times):
    with pytest.raises(DateOutOfRange):
        shifted(date(2025, 1, 1), Period(count, unit), times)


@pytest.mark.parametrize(
    ("c", "d", "b", "by_completion", "by_expiry", "fixed"),
    [
        ("2015-01-01", None, None, "2016-01-01", "2016-01-01", "2016-01-01"),
        ("2015-01-01", "2015-03-01", None, "2016-01-01", "2016-03-01", "2016-03-01"),
        ("2015-01-01", "2015-09-01", None, "2016-01-01", "2016-09-01", "2015-09-01"),
        ("2015-01-01", "2014-11-01", None, "2016-01-01", "2016-01-01", "2015-11-01"),
        ("2015-06-15", None, "2015-12-31", "2016-06-15", "2015-12-31", "2015-12-31"),
        ("2015-12-15", None, "2015-12-31", "2016-12-15", "2016-12-31", "2016-12-31"),
        ("2016-02-10", None, "2015-12-31", "2017-02-10", "2017-02-10", "2016-12-31"),
        ("2015-06-15", "2015-12-15", None, "2016-06-15", "2016-12-15", "2015-12-15"),
        ("2015-06-16", "2015-12-15", None, "2016-06-16", "2016-12-15", "2016-12-15"),
        # with a record to renew, the row's due date plays no part
        ("2015-06-15", "2015-02-02", "2015-12-31", "2016-06-15", "2015-12-31", "2015-12-31"),
    ],
)
def test_the_table_of_the_rules(c, d, b, by_completion, by_expiry, fixed):
    expected = {
        RuleKind.COMPLETION_DATE: by_completion,
        RuleKind.EXPIRY_DATE: by_expiry,
        RuleKind.FIXED_EXPIRY_DATE: fixed,
    }
    for kind, expires in expected.items():
        dates = record_dates(rule_of(kind), day(c), maybe(d), maybe(b))
        assert dates.expires == day(expires)
        assert dates.window_opens == naively_shifted(day(expires), Period(1, MONTH), -1)


@pytest.mark.parametrize(
    ("kind", "c", "d", "b", "branch"),
    [
        (RuleKind.COMPLETION_DATE, "2015-01-01", "2015-03-01", "2015-06-01", "completion_date.completion"),
        (RuleKind.EXPIRY_DATE, "2015-06-02", None, "2015-06-01", "expiry_date.completion_after_expiry"),
        (RuleKind.EXPIRY_DATE, "2015-06-01", None, "2015-06-01", "expiry_date.completion_in_window"),
        (RuleKind.EXPIRY_DATE, "2015-05-01", None, "2015-06-01", "expiry_date.completion_in_window"),
        (RuleKind.EXPIRY_DATE, "2015-04-30", None, "2015-06-01", "expiry_date.completion_before_window"),
        (RuleKind.EXPIRY_DATE, "2015-01-01", None, None, "expiry_date.no_due"),
        (RuleKind.EXPIRY_DATE, "2015-01-01", "2015-01-01", None, "expiry_date.due_after_completion"),
        (RuleKind.EXPIRY_DATE, "2015-01-02", "2015-01-01", None, "expiry_date.completion_after_due"),
        (RuleKind.FIXED_EXPIRY_DATE, "2015-01-01", "2015-03-01", "2015-06-01", "fixed_expiry_date.start_from_expiry"),
        (RuleKind.FIXED_EXPIRY_DATE, "2015-01-01", "2015-03-01", None, "fixed_expiry_date.start_from_due"),
        (RuleKind.FIXED_EXPIRY_DATE, "2015-01-01", None, None, "fixed_expiry_date.start_from_completion"),
    ],
)
def test_the_branch_of_the_rule_is_named(kind, c, d, b, branch):
    assert record_dates(rule_of(kind), day(c), maybe(d), maybe(b)).branch == branch


def test_without_a_rule_nothing_expires():
    dates = record_dates(None, date(2015, 1, 1), date(2015, 3, 1), None)
    assert (dates.expires, dates.window_opens, dates.branch) == (None, None, "never_expires")


@given(rules, days, st.none() | days, st.none() | days)
@example(
    rule_of(RuleKind.FIXED_EXPIRY_DATE, active=Period(6, MONTH), minimum=Period(1, MONTH)),
    date(2016, 9, 10),
    date(2015, 8, 31),
    None,
)
@example(rule_of(RuleKind.FIXED_EXPIRY_DATE), date(2023, 4, 10), date(2024, 2, 29), None)
def test_every_rule_against_the_oracle(rule, c, d, b):
    dates = record_dates(rule, c, d, b)
    expires = naive_expiry(rule, c, d, b)
    assert dates.expires == expires
    assert dates.window_opens == naively_shifted(expires, rule.window, -1)


@given(rules, days, st.none() | days, st.none() | days)
def test_the_steps_are_true_and_end_in_the_dates(rule, c, d, b):
    dates = record_dates(rule, c, d, b)
    found = steps(rule, c, d, b)
    for step in found:
        assert step.result == naively_shifted(step.start, step.period, step.times)
    results = {step.kind: step.result for step in found}
    assert [*results][-2:] == [StepKind.EXPIRES, StepKind.WINDOW_OPENS]
    assert [*results.values()][-2:] == [dates.expires, dates.window_opens]


@given(fixed_rules, days, st.none() | days, st.none() | days)
def test_the_steps_on_a_grid_are_the_last_too_early_and_the_first_late_enough(rule, c, d, b):
    earliest, too_early, expires, _ = steps(rule, c, d, b)
    assert (earliest.start, earliest.period, earliest.times) == (c, rule.minimum_active, 1)
    assert too_early.start == expires.start == (b or d or c)
    assert too_early.times == expires.times - 1
    assert too_early.result < earliest.result <= expires.result


@given(rules, days, days)
def test_the_window_of_the_expiry_held_is_a_step_where_it_is_compared_with(rule, c, b):
    compared = [step for step in steps(rule, c, None, b) if step.kind is StepKind.HELD_WINDOW]
    if rule.kind is RuleKind.EXPIRY_DATE and c <= b:
        assert [step.result for step in compared] == [naively_shifted(b, rule.window, -1)]
    else:
        assert compared == []


def test_where_nothing_expires_there_are_no_steps():
    assert steps(None, date(2015, 1, 1), None, None) == ()


@given(fixed_rules, any_days, st.none() | any_days, st.none() | any_days)
def test_the_fixed_expiry_is_the_first_on_its_grid_after_the_minimum(rule, c, d, b):
    try:
        expires = record_dates(rule, c, d, b).expires
        assert expires is not None
        earliest = shifted(c, rule.minimum_active)
    except DateOutOfRange:
        assume(False)
    start = b or d or c
    assert expires >= earliest
    assert expires >= c
    times = grid_position(start, rule.active, expires)
    assert shifted(start, rule.active, times) == expires
    try:
        before = shifted(start, rule.active, times - 1)
    except DateOutOfRange:
        return
    assert before < earliest


def grid_position(start: date, active: Period, found: date) -> int:
    """The n of start(n) = found, by the position of days, or of months, on the calendar."""
    if active.unit in (DAY, WEEK):
        distance, step = found.toordinal() - start.toordinal(), active.count * (7 if active.unit is WEEK else 1)
    else:
        months = (found.year * 12 + found.month) - (start.year * 12 + start.month)
        distance, step = months, active.count * (12 if active.unit is YEAR else 1)
    assert distance % step == 0
    return distance // step


@pytest.mark.parametrize("due", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("unit", PeriodUnit)
def test_a_grid_that_begins_thousands_of_years_away(due, unit):
    rule = rule_of(RuleKind.FIXED_EXPIRY_DATE, active=Period(1, unit))
    expires = record_dates(rule, date(2025, 3, 1), day(due), None).expires
    assert expires is not None
    assert expires >= date(2025, 9, 1)
    assert expires - date(2025, 9, 1) < timedelta(days=366)


def test_a_grid_whose_date_before_lies_before_the_year_1():
    rule = rule_of(RuleKind.FIXED_EXPIRY_DATE, active=Period(5, YEAR))
    assert record_dates(rule, day("0003-01-01"), day("9999-01-01"), None).expires == day("0004-01-01")


@pytest.mark.parametrize(
    ("rule", "c", "d"),
    [
        (rule_of(RuleKind.COMPLETION_DATE, active=Period(7975, YEAR)), "2025-01-01", None),
        (rule_of(RuleKind.EXPIRY_DATE), "2025-03-01", "9999-12-31"),
        (rule_of(RuleKind.FIXED_EXPIRY_DATE), "9999-09-01", None),
        (rule_of(RuleKind.FIXED_EXPIRY_DATE), "9999-05-01", "2020-03-01"),
        (rule_of(RuleKind.COMPLETION_DATE, window=Period(9000, YEAR)), "2025-01-01", None),
    ],
)
def test_dates_beyond_the_year_9999_or_before_the_year_1(rule, c, d):
    with pytest.raises(DateOutOfRange):
        record_dates(rule, day(c), maybe(d), None)


def test_the_last_possible_expiry():
    rule = rule_of(RuleKind.COMPLETION_DATE, active=Period(7975, YEAR))
    assert record_dates(rule, date(2024, 12, 31), None, None).expires == date(9999, 12, 31)


def test_a_window_that_opened_before_the_year_1_is_open():
    rule = rule_of(RuleKind.EXPIRY_DATE, active=Period(2000, YEAR), window=Period(3000, YEAR))
    assert record_dates(rule, date(2000, 1, 1), None, date(2100, 1, 1)).expires == date(4100, 1, 1)


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize("count", [0, -1])
def test_an_active_period_of_nothing_is_the_hosts_error(kind, count):
    with pytest.raises(RuleMisconfigured):
        record_dates(rule_of(kind, active=Period(count, MONTH)), date(2025, 1, 1), None, None)


YEARLY = rule_of(RuleKind.COMPLETION_DATE)
WINDOW_LONGER_THAN_ACTIVE = rule_of(RuleKind.COMPLETION_DATE, active=Period(1, MONTH), window=Period(3, MONTH))
CERTIFIED, WINDOW_OPEN, EXPIRED = (
    CertificationState.CERTIFIED,
    CertificationState.WINDOW_OPEN,
    CertificationState.EXPIRED,
)


def record(completed=None, expires=None, opens=None, baseline=None) -> CompletionRecord:
    return CompletionRecord(
        completed=maybe(completed),
        expires=maybe(expires),
        window_opens=maybe(opens),
        baseline_expires=maybe(baseline),
    )


@pytest.mark.parametrize(
    ("state", "held", "rule", "contradicts"),
    [
        (CERTIFIED, record("2025-01-01", "2026-01-01", "2025-12-01"), YEARLY, False),
        (CERTIFIED, record("2025-01-01", "2026-06-01", "2025-12-01", "2026-01-01"), YEARLY, False),
        (CERTIFIED, record("2025-01-01", "2025-01-01", "2025-01-01"), YEARLY, False),
        (CERTIFIED, record("2025-01-01", "2026-01-01"), YEARLY, False),
        (CERTIFIED, record(None, "2026-01-01", "2025-12-01"), YEARLY, True),
        (WINDOW_OPEN, record(None, "2026-01-01", "2025-12-01"), YEARLY, True),
        (EXPIRED, record(None, "2026-01-01", "2025-12-01"), YEARLY, False),
        (CERTIFIED, record("2025-01-01"), YEARLY, True),
        (WINDOW_OPEN, record("2025-01-01"), YEARLY, True),
        (EXPIRED, record("2025-01-01"), YEARLY, False),
        (CERTIFIED, record("2025-01-01"), None, False),
        (CERTIFIED, record(), None, True),
        (CERTIFIED, record("2025-01-01", "2024-12-31"), YEARLY, True),
        (EXPIRED, record("2025-01-01", "2024-12-31"), YEARLY, True),
        (CERTIFIED, record("2025-01-01", "2026-01-01", "2026-01-02"), YEARLY, True),
        (CERTIFIED, record("2025-01-01", "2026-01-01", "2024-12-31"), YEARLY, True),
        (CERTIFIED, record("2025-01-01", None, "2024-12-31"), None, True),
        # a window longer than the active period opens before the completion by the rule itself
        (CERTIFIED, record("2025-04-01", "2025-05-01", "2025-02-01"), WINDOW_LONGER_THAN_ACTIVE, False),
        (CERTIFIED, record("2025-04-01", "2025-08-01", "2025-02-01", "2025-05-01"), WINDOW_LONGER_THAN_ACTIVE, False),
        (CERTIFIED, record("2025-04-01", "2025-06-01", "2025-03-01", "2025-05-01"), WINDOW_LONGER_THAN_ACTIVE, False),
        (CERTIFIED, record("2025-04-01", "2025-05-01", "2025-02-02"), WINDOW_LONGER_THAN_ACTIVE, True),
    ],
)
def test_records_that_contradict_themselves(state, held, rule, contradicts):
    assert contradicts_itself(state, held, rule) is contradicts


def test_a_window_of_the_rule_before_the_year_1_excuses_nothing():
    rule = rule_of(RuleKind.COMPLETION_DATE, window=Period(9000, YEAR))
    assert contradicts_itself(CERTIFIED, record("2025-04-01", "2026-04-01", "2025-02-01"), rule)


@given(rules, days, st.none() | days)
def test_what_a_rule_gives_a_first_record_never_contradicts_itself(rule, c, d):
    dates = record_dates(rule, c, d, None)
    written = CompletionRecord(completed=c, expires=dates.expires, window_opens=dates.window_opens)
    assert not contradicts_itself(CERTIFIED, written, rule)


@given(rules, days, days)
def test_what_a_rule_gives_a_renewal_never_contradicts_itself(rule, c, b):
    dates = record_dates(rule, c, None, b)
    written = CompletionRecord(completed=c, expires=dates.expires, window_opens=dates.window_opens)
    assert not contradicts_itself(CERTIFIED, written, rule)
