"""The periods of a case, which may be months and years, in days: a licence has one number of days for each.

A year has 365 or 366 days, as it happens. It has those here which fit most of the expiry dates that the case expects,
or else most of the days in its files. Where no number fits all of them the case makes no sense at the harbour.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cert_completion_hooks import Period, PeriodUnit
from dateutil.relativedelta import relativedelta

_ONE = {
    PeriodUnit.DAY: relativedelta(days=1),
    PeriodUnit.WEEK: relativedelta(weeks=1),
    PeriodUnit.MONTH: relativedelta(months=1),
    PeriodUnit.YEAR: relativedelta(years=1),
}
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def in_days(case: Mapping[str, Any], active: Period, window: Period, minimum: Period) -> tuple[int, int, int]:
    """The three periods of a rule as numbers of days."""
    expiries = list(_expected_expiries(case))
    days = list(_days_in_files(case))
    starts = [_moved(day, _back(active)) for day in expiries] or days
    ends = expiries or [_moved(day, active) for day in days]
    return _length(active, starts), -_length(_back(window), ends), _length(minimum, days)


def _expected_expiries(case: Mapping[str, Any]) -> Iterator[date]:
    for each in (case, *case.get("then", ())):
        for row in each["expect"].get("rows", ()):
            if row.get("expires"):
                yield row["expires"]


def _days_in_files(case: Mapping[str, Any]) -> Iterator[date]:
    files = " ".join(each.get("file", "") for each in (case, *case.get("then", ())))
    for text in _DAY.findall(files):
        try:
            yield date.fromisoformat(text)
        except ValueError:
            continue


def _length(period: Period, days: Iterable[date]) -> int:
    lengths = Counter((_moved(day, period) - day).days for day in days)
    return lengths.most_common(1)[0][0] if lengths else (_moved(date(2026, 1, 1), period) - date(2026, 1, 1)).days


def _moved(day: date, period: Period) -> date:
    try:
        return day + _ONE[period.unit] * period.count
    except (ValueError, OverflowError):
        return date.max if period.count > 0 else date.min


def _back(period: Period) -> Period:
    return Period(-period.count, period.unit)
