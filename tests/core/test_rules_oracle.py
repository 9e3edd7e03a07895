"""The date rules (import-rules.md §4.2 and the limits of §2.1) against a second reading of their text.

The oracle counts on a calendar without end, so that it knows exactly which dates lie outside the years 1 to 9999.
"""

from datetime import date
from typing import NamedTuple, cast

import pytest
from cert_completion_hooks.types import Certification, Period, PeriodUnit, RecertificationRule, RuleKind
from hypothesis import event, example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.expiry import DateOutOfRange, record_dates
from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.options import ImportAction, Options
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Decision, RawRow
from tests.core.builders import ANA, TODAY, World, codes, days

DAY, WEEK, MONTH, YEAR = PeriodUnit


class Day(NamedTuple):
    """A day of the endless calendar; the order of its fields is the order of time."""

    year: int
    month: int
    day: int


def of(day: date) -> Day:
    return Day(day.year, day.month, day.day)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def length(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def number(day: Day) -> int:
    """Days since 1 March of the year 0: years that begin in March have their leap day at the end."""
    year, month = (day.year, day.month - 3) if day.month > 2 else (day.year - 1, day.month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day.day - 1


def numbered(wanted: int) -> Day:
    """The day of a number, by trying: first the year, then the month."""
    year = wanted * 400 // 146097 - 1
    while number(Day(year + 1, 1, 1)) <= wanted:
        year += 1
    month = max(month for month in range(1, 13) if number(Day(year, month, 1)) <= wanted)
    return Day(year, month, wanted - number(Day(year, month, 1)) + 1)


def plus(day: Day, period: Period, times: int = 1) -> Day:
    count = period.count * times
    if period.unit in (DAY, WEEK):
        return numbered(number(day) + count * (7 if period.unit is WEEK else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if period.unit is YEAR else 1)
    year, month = months // 12, months % 12 + 1
    return Day(year, month, min(day.day, length(year, month)))


def expiry(rule: RecertificationRule, c: Day, d: Day | None, b: Day | None) -> Day:
    if rule.kind is RuleKind.COMPLETION_DATE:
        return plus(c, rule.active)
    if rule.kind is RuleKind.EXPIRY_DATE:
        if b is not None:
            if c > b:
                return plus(c, rule.active)
            if c < plus(b, rule.window, -1):
                return b
            return plus(b, rule.active)
        if d is not None:
            return plus(c, rule.active) if c > d else plus(d, rule.active)
        return plus(c, rule.active)
    origin = b if b is not None else d if d is not None else c
    wanted = plus(c, rule.minimum_active)

    def start(n: int) -> Day:
        return plus(origin, rule.active, n)

    n = 0
    while start(n) >= wanted:
        n -= 1
    while start(n + 1) < wanted:
        n += 1
    return start(n + 1)


def expected_dates(rule: RecertificationRule, c: date, d: date | None, b: date | None) -> tuple[date, date] | None:
    """Expiry and window, or None where one of them lies outside the years 1 to 9999."""
    expires = expiry(rule, of(c), of(d) if d else None, of(b) if b else None)
    opens = plus(expires, rule.window, -1)
    if not (1 <= expires.year <= 9999 and 1 <= opens.year <= 9999):
        return None
    return date(*expires), date(*opens)


def found_dates(rule: RecertificationRule, c: date, d: date | None, b: date | None) -> tuple[date, date] | None:
    try:
        dates = record_dates(rule, c, d, b)
    except DateOutOfRange:
        return None
    assert dates.expires is not None
    assert dates.window_opens is not None
    return dates.expires, dates.window_opens


LONGEST = {DAY: 4000, WEEK: 600, MONTH: 150, YEAR: 30}
MONTH_ENDS = st.builds(
    lambda year, month: date(year, month, length(year, month)), st.integers(1, 9999), st.integers(1, 12)
)
LEAP_DAYS = st.integers(1, 2499).map(lambda four: 4 * four).filter(is_leap).map(lambda year: date(year, 2, 29))
ANY_DAYS = st.dates() | MONTH_ENDS | LEAP_DAYS | st.dates(date(1, 1, 1), date(3, 1, 1)) | st.dates(date(9990, 1, 1))
OUR_DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def periods(least: int) -> st.SearchStrategy[Period]:
    lengths = {unit: st.integers(least, longest) | st.integers(least, 13) for unit, longest in LONGEST.items()}
    return st.sampled_from(PeriodUnit).flatmap(lambda unit: st.builds(Period, lengths[unit], st.just(unit)))


RULES = st.builds(
    RecertificationRule,
    kind=st.sampled_from(RuleKind),
    active=periods(1),
    window=periods(0),
    minimum_active=periods(0) | st.just(Period(0, DAY)),
)


@st.composite
def near(draw: st.DrawFn, day: date, rule: RecertificationRule) -> date | None:
    """A day around another: on its grid, a day beside the grid or the window, or anywhere within a hundred periods."""
    steps = draw(st.sampled_from([1, 1, 1, 0, -1, 2, 3, -2]) | st.integers(-100, 100))
    found = plus(of(day), draw(st.sampled_from([rule.window, rule.active, rule.minimum_active])), steps)
    found = numbered(number(found) + draw(st.sampled_from([0, 0, 0, 1, -1]) | st.integers(-400, 400)))
    return date(*found) if 1 <= found.year <= 9999 else None


@st.composite
def completions(draw: st.DrawFn) -> tuple[RecertificationRule, date, date | None, date | None]:
    """A rule, and C, D and B."""
    rule, completed = draw(RULES), draw(ANY_DAYS | OUR_DAYS)
    return rule, completed, draw(st.none() | near(completed, rule)), draw(st.none() | near(completed, rule))


def rule_of(kind: RuleKind, active: Period, minimum: Period, window: Period = days(0)) -> RecertificationRule:
    return RecertificationRule(kind=kind, active=active, window=window, minimum_active=minimum)


@given(ANY_DAYS)
def test_the_calendar_of_the_oracle_is_the_usual_one(day):
    assert number(of(day)) == day.toordinal() + number(Day(1, 1, 1)) - 1
    assert numbered(number(of(day))) == of(day)


@given(completions())
@example((rule_of(RuleKind.FIXED_EXPIRY_DATE, Period(6, MONTH), days(0)), date(2016, 2, 29), date(2015, 8, 31), None))
@example((rule_of(RuleKind.FIXED_EXPIRY_DATE, Period(1, YEAR), days(0)), date(2023, 2, 28), date(2024, 2, 29), None))
@example((rule_of(RuleKind.EXPIRY_DATE, Period(1, YEAR), days(0), days(9)), date(2025, 5, 1), None, date(2025, 5, 10)))
@example((rule_of(RuleKind.EXPIRY_DATE, Period(1, YEAR), days(0), days(9)), date(2025, 4, 30), None, date(2025, 5, 10)))
@example((rule_of(RuleKind.EXPIRY_DATE, Period(1, YEAR), days(0), Period(2, YEAR)), date(1, 2, 1), None, date(2, 2, 1)))
def test_expiry_and_window_are_what_the_text_says(given_dates):
    rule, c, d, b = given_dates
    expected = expected_dates(rule, c, d, b)
    event("outside the calendar" if expected is None else "inside")
    assert found_dates(rule, c, d, b) == expected


@given(completions())
def test_what_plays_no_part_changes_nothing(given_dates):
    rule, c, d, b = given_dates
    if rule.kind is RuleKind.COMPLETION_DATE:
        assert found_dates(rule, c, d, b) == found_dates(rule, c, None, None)
    if rule.kind is not RuleKind.FIXED_EXPIRY_DATE:
        without = RecertificationRule(kind=rule.kind, active=rule.active, window=rule.window)
        assert found_dates(rule, c, d, b) == found_dates(without, c, d, b)
    if b is not None:
        assert found_dates(rule, c, d, b) == found_dates(rule, c, None, b)


@pytest.mark.parametrize(
    ("c", "d", "b", "by_kind"),
    [
        ("2015-01-01", None, None, ("2016-01-01", "2016-01-01", "2016-01-01")),
        ("2015-01-01", "2015-03-01", None, ("2016-01-01", "2016-03-01", "2016-03-01")),
        ("2015-01-01", "2015-09-01", None, ("2016-01-01", "2016-09-01", "2015-09-01")),
        ("2015-01-01", "2014-11-01", None, ("2016-01-01", "2016-01-01", "2015-11-01")),
        ("2015-06-15", None, "2015-12-31", ("2016-06-15", "2015-12-31", "2015-12-31")),
        ("2015-12-15", None, "2015-12-31", ("2016-12-15", "2016-12-31", "2016-12-31")),
        ("2016-02-10", None, "2015-12-31", ("2017-02-10", "2017-02-10", "2016-12-31")),
        ("2015-06-15", "2015-12-15", None, ("2016-06-15", "2016-12-15", "2015-12-15")),
        ("2015-06-16", "2015-12-15", None, ("2016-06-16", "2016-12-15", "2016-12-15")),
    ],
)
def test_the_oracle_gives_the_worked_examples(c, d, b, by_kind):
    due, baseline = (date.fromisoformat(text) if text else None for text in (d, b))
    for kind, expires in zip(RuleKind, by_kind, strict=True):
        rule = rule_of(kind, Period(1, YEAR), Period(6, MONTH), Period(1, MONTH))
        assert expected_dates(rule, date.fromisoformat(c), due, baseline)[0] == date.fromisoformat(expires)


FIVE = cast(Columns, read_headings(REQUIRED)[0])


def decided(rule: RecertificationRule, completed: date, due: date | None) -> Decision:
    """What becomes of the only row about a learner of whom nothing is held."""
    host = World([ANA], [Certification(key="c1", short_name="Diving", id_number="", rule=rule)])
    row = RawRow(2, ("ana", "Diving", "", completed, due or ""))
    options = Options(import_action=ImportAction.CERTIFY_IF_NEWER)
    (decision,) = decide_portion([row], FIVE, None, options, TODAY, host)
    return decision


@given(completions())
@example((rule_of(RuleKind.EXPIRY_DATE, Period(1, YEAR), days(0)), date(9998, 6, 1), date(9999, 6, 1), None))
@example((rule_of(RuleKind.FIXED_EXPIRY_DATE, Period(9, YEAR), days(0)), date(9991, 1, 2), date(2000, 1, 1), None))
def test_a_row_whose_dates_leave_the_calendar_blames_the_date_that_is_to_blame(given_dates):
    rule, c, d, _ = given_dates
    decision = decided(rule, c, d)
    expected = expected_dates(rule, c, d, None)
    if expected is not None:
        assert decision.outcome == "certified"
        assert (decision.expires, decision.window_opens) == expected
        long_before = d is not None and of(d) < plus(of(c), rule.active, -1)
        assert ("due_long_before_completion" in codes(decision)) == long_before
        return
    assert decision.outcome == "rejected"
    if d is not None and expected_dates(rule, c, None, None) is not None:
        assert codes(decision) == ["due_date_invalid", *(["completion_in_future"] if c > TODAY else [])]
    else:
        assert codes(decision) == ["completion_date_invalid"]
