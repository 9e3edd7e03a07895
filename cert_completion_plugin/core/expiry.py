"""Periods, the three rules of recertification, and records that contradict themselves (import-rules.md §4 and §4.2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

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
    """The dates that a rule gives a record, both None where it never expires, and the branch of the rule that did."""

    expires: date | None
    window_opens: date | None
    branch: Branch


@lru_cache(maxsize=2**14)
def shifted(day: date, period: Period, times: int = 1) -> date:
    """`day` plus so many times the period, counted in one step from `day`; times may be negative.

    Months and years clamp to the last day of the month. Raises DateOutOfRange beyond the years 1 to 9999.
    """
    try:
        return day + _ONE[period.unit] * (period.count * times)
    except (ValueError, OverflowError):
        raise DateOutOfRange(f"{day} and {times} times {period} leave the years 1 to 9999.") from None


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
    expires, branch = _expiry(rule, completed, due, baseline)
    return RecordDates(expires, shifted(expires, rule.window, -1), branch)


def _expiry(rule: RecertificationRule, completed: date, due: date | None, baseline: date | None) -> tuple[date, Branch]:
    match rule.kind:
        case RuleKind.COMPLETION_DATE:
            return shifted(completed, rule.active), Branch.COMPLETION
        case RuleKind.FIXED_EXPIRY_DATE:
            start, branch = _fixed_start(completed, due, baseline)
            return _first_on_grid(start, rule.active, shifted(completed, rule.minimum_active)), branch
        case RuleKind.EXPIRY_DATE if baseline is None:
            base, branch = _expiry_base_of_a_first_record(completed, due)
            return shifted(base, rule.active), branch
        case RuleKind.EXPIRY_DATE:
            return _renewed_expiry(rule, completed, baseline)


def _expiry_base_of_a_first_record(completed: date, due: date | None) -> tuple[date, Branch]:
    if due is None:
        return completed, Branch.NO_DUE
    return (completed, Branch.AFTER_DUE) if completed > due else (due, Branch.DUE)


def _renewed_expiry(rule: RecertificationRule, completed: date, baseline: date) -> tuple[date, Branch]:
    if completed > baseline:
        return shifted(completed, rule.active), Branch.AFTER_EXPIRY
    if _is_before_window(completed, baseline, rule.window):
        return baseline, Branch.BEFORE_WINDOW
    return shifted(baseline, rule.active), Branch.IN_WINDOW


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


def _first_on_grid(start: date, active: Period, earliest: date) -> date:
    """The first of all `start` plus n times `active`, n also negative, that is not before `earliest`.

    It is computed, not searched for: days away, and without leaving the years 1 to 9999 on the way.
    """
    if active.unit in _DAYS:
        distance, step = (earliest - start).days, active.count * _DAYS[active.unit]
    else:
        distance = (earliest.year - start.year) * 12 + earliest.month - start.month
        step = active.count * _MONTHS[active.unit]
    times = -(-distance // step)
    reached = shifted(start, active, times)
    # Whole months reach the month of `earliest` or a later one; in that month itself the day may still be too early.
    return reached if reached >= earliest else shifted(start, active, times + 1)


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
