"""Periods, the three rules of recertification, and records that contradict themselves (import-rules.md §4 and §4.2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cert_completion_hooks.types import (
    CertificationState,
    CompletionRecord,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
)
from dateutil.relativedelta import relativedelta

_ONE = {
    PeriodUnit.DAY: relativedelta(days=1),
    PeriodUnit.WEEK: relativedelta(weeks=1),
    PeriodUnit.MONTH: relativedelta(months=1),
    PeriodUnit.YEAR: relativedelta(years=1),
}
_DAYS = {PeriodUnit.DAY: 1, PeriodUnit.WEEK: 7}
_MONTHS = {PeriodUnit.MONTH: 1, PeriodUnit.YEAR: 12}


class DateOutOfRange(Exception):
    """A date would fall outside the years 1 to 9999. The row's own date is at fault (import-rules.md §2.1)."""


class RuleMisconfigured(Exception):
    """A certification's active period is zero or less. The host has to mend that (import-rules.md §4.2)."""


class Branch(StrEnum):
    """Which part of which rule gave an expiry date."""

    NEVER_EXPIRES = "never_expires"
    COMPLETION = "completion_date.completion"
    AFTER_EXPIRY = "expiry_date.completion_after_expiry"
    BEFORE_WINDOW = "expiry_date.completion_before_window"
    IN_WINDOW = "expiry_date.completion_in_window"
    AFTER_DUE = "expiry_date.completion_after_due"
    DUE = "expiry_date.due_after_completion"
    NO_DUE = "expiry_date.no_due"
    START_FROM_EXPIRY = "fixed_expiry_date.start_from_expiry"
    START_FROM_DUE = "fixed_expiry_date.start_from_due"
    START_FROM_COMPLETION = "fixed_expiry_date.start_from_completion"


@dataclass(frozen=True, slots=True)
class RecordDates:
    """The dates that a rule gives a record, and how: `expires` is `base` plus `times` times the active period.

    `branch` names the part of the rule. An expiry that stays is its own base, with times 0. `earliest`, C + M, is set
    under the fixed expiry date rule alone. Where the record never expires, there is nothing but the branch.
    """

    expires: date | None
    window_opens: date | None
    branch: Branch
    base: date | None = None
    times: int = 0
    earliest: date | None = None


class StepKind(StrEnum):
    """What a step of the arithmetic is for.

    `held_window`: B - W, before which a completion leaves the expiry as it is. `earliest`: C + M. `too_early`: the last
    date of the grid before it. `expires` and `window_opens`: the results.
    """

    HELD_WINDOW = "held_window"
    EARLIEST = "earliest"
    TOO_EARLY = "too_early"
    EXPIRES = "expires"
    WINDOW_OPENS = "window_opens"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of calendar arithmetic: `start` plus so many times the period gives `result`."""

    kind: StepKind
    start: date
    period: Period
    times: int
    result: date


@lru_cache(maxsize=2**14)
def shifted(day: date, period: Period, times: int = 1) -> date:
    """`day` plus so many times the period, counted in one step from `day`; times may be negative.

    Months and years clamp to the last day of the month. Raises DateOutOfRange beyond the years 1 to 9999.
    """
    try:
        return day + _ONE[period.unit] * (period.count * times)
    except (ValueError, OverflowError):
        raise DateOutOfRange(f"{day} and {times} times {period} leave the years 1 to 9999.") from None


@lru_cache(maxsize=2**14)
def record_dates(
    rule: RecertificationRule | None, completed: date, due: date | None, baseline: date | None
) -> RecordDates:
    """Expiry and recertification window of a completion (import-rules.md §4.2).

    `due` is the row's due date, `baseline` the expiry of the record that it renews, before any extension.
    Raises RuleMisconfigured for a rule without an active period, DateOutOfRange for dates beyond the years 1 to 9999.
    """
    if rule is None:
        return RecordDates(None, None, Branch.NEVER_EXPIRES)
    if rule.active.count <= 0:
        raise RuleMisconfigured(f"The active period is {rule.active}; it has to be longer than nothing.")
    base, branch, times, earliest = _count(rule, completed, due, baseline)
    expires = shifted(base, rule.active, times)
    return RecordDates(expires, shifted(expires, rule.window, -1), branch, base, times, earliest)


def steps(
    rule: RecertificationRule | None, completed: date, due: date | None, baseline: date | None
) -> tuple[Step, ...]:
    """The arithmetic by which `record_dates`, given the same, comes to its dates; none where nothing expires.

    Raises what `record_dates` raises.
    """
    dates = record_dates(rule, completed, due, baseline)
    if rule is None or dates.base is None or dates.expires is None:
        return ()
    active, times = rule.active, dates.times
    found: list[Step | None] = []
    if dates.branch in (Branch.BEFORE_WINDOW, Branch.IN_WINDOW):
        found.append(_step(StepKind.HELD_WINDOW, dates.base, rule.window, -1))
    if dates.earliest is not None:
        found.append(_step(StepKind.EARLIEST, completed, rule.minimum_active, 1))
        found.append(_step(StepKind.TOO_EARLY, dates.base, active, times - 1))
    found.append(_step(StepKind.EXPIRES, dates.base, active, times))
    found.append(_step(StepKind.WINDOW_OPENS, dates.expires, rule.window, -1))
    return tuple(step for step in found if step is not None)


def _step(kind: StepKind, start: date, period: Period, times: int) -> Step | None:
    try:
        return Step(kind, start, period, times, shifted(start, period, times))
    except DateOutOfRange:  # a date that is only compared with may lie before the year 1
        return None


class _Count(NamedTuple):
    """From which date, and in which part of the rule, how many active periods are counted."""

    base: date
    branch: Branch
    times: int = 1
    earliest: date | None = None


def _count(rule: RecertificationRule, completed: date, due: date | None, baseline: date | None) -> _Count:
    match rule.kind:
        case RuleKind.COMPLETION_DATE:
            return _Count(completed, Branch.COMPLETION)
        case RuleKind.FIXED_EXPIRY_DATE:
            start, branch = _fixed_start(completed, due, baseline)
            earliest = shifted(completed, rule.minimum_active)
            return _Count(start, branch, _times_to_reach(earliest, start, rule.active), earliest)
        case RuleKind.EXPIRY_DATE if baseline is None:
            return _count_of_a_first_record(completed, due)
        case RuleKind.EXPIRY_DATE:
            return _count_of_a_renewal(rule, completed, baseline)


def _count_of_a_first_record(completed: date, due: date | None) -> _Count:
    if due is None:
        return _Count(completed, Branch.NO_DUE)
    return _Count(completed, Branch.AFTER_DUE) if completed > due else _Count(due, Branch.DUE)


def _count_of_a_renewal(rule: RecertificationRule, completed: date, baseline: date) -> _Count:
    if completed > baseline:
        return _Count(completed, Branch.AFTER_EXPIRY)
    if _is_before_window(completed, baseline, rule.window):
        return _Count(baseline, Branch.BEFORE_WINDOW, times=0)
    return _Count(baseline, Branch.IN_WINDOW)


def _is_before_window(completed: date, baseline: date, window: Period) -> bool:
    try:
        return completed < shifted(baseline, window, -1)
    except DateOutOfRange:  # a window that opened before the year 1 has been open on every day
        return False


def _fixed_start(completed: date, due: date | None, baseline: date | None) -> tuple[date, Branch]:
    if baseline is not None:
        return baseline, Branch.START_FROM_EXPIRY
    if due is not None:
        return due, Branch.START_FROM_DUE
    return completed, Branch.START_FROM_COMPLETION


def _times_to_reach(earliest: date, start: date, active: Period) -> int:
    """The n of the first of all `start` plus n times `active`, n also negative, that is not before `earliest`.

    It is computed, not searched for: days away, and without leaving the years 1 to 9999 on the way.
    """
    if active.unit in _DAYS:
        distance, step = (earliest - start).days, active.count * _DAYS[active.unit]
    else:
        distance = (earliest.year - start.year) * 12 + earliest.month - start.month
        step = active.count * _MONTHS[active.unit]
    times = -(-distance // step)
    # Whole months reach the month of `earliest` or a later one; in that month itself the day may still be too early.
    return times if shifted(start, active, times) >= earliest else times + 1


def contradicts_itself(state: CertificationState, record: CompletionRecord, rule: RecertificationRule | None) -> bool:
    """Whether the dates of a current record cannot be true together (import-rules.md §4).

    A window date before the completion is no contradiction where the rule itself gives it: under a window longer than
    the active period every renewal would otherwise be renewed again by the same file.
    """
    completed, expires, opens = record.completed, record.expires, record.window_opens
    if state in (CertificationState.CERTIFIED, CertificationState.WINDOW_OPEN) and (
        completed is None or (expires is None and rule is not None)
    ):
        return True
    if completed and expires and expires < completed:
        return True
    if opens and expires and opens > expires:
        return True
    return bool(opens and completed and opens < completed) and not _is_window_by_rule(record, rule)


def _is_window_by_rule(record: CompletionRecord, rule: RecertificationRule | None) -> bool:
    if rule is None:
        return False
    return any(
        expires is not None and _window_of(expires, rule) == record.window_opens
        for expires in (record.baseline_expires, record.expires)
    )


def _window_of(expires: date, rule: RecertificationRule) -> date | None:
    try:
        return shifted(expires, rule.window, -1)
    except DateOutOfRange:
        return None
