"""The values of cells: numbers as they are shown, and native dates (import-rules.md §1.2 and §2.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import isfinite

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.workbooks.number_formats import GENERAL, shown


class Numbers:
    """The numbers of one workbook. Given: the number format of a style, and the day on which its calendar begins."""

    def __init__(self, format_of: Callable[[int], str], epoch: datetime) -> None:
        self._epoch = epoch
        self._style = lru_cache(maxsize=None)(lambda style: _Style.of(format_of(style)))
        self._day = lru_cache(maxsize=2**14)(self._read_day)

    def read(self, text: str, style: int) -> Cell:
        """What a number cell shows: a date if its format is one, else the number. No number at all stays a text."""
        try:
            value = int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return text
        if isinstance(value, float) and not isfinite(value):
            return text
        found = self._style(style)
        return self._day(value, found.is_duration) if found.is_date else _shown(value, found.number_format)

    def _read_day(self, value: int | float, is_duration: bool) -> Cell:
        if value < 0:  # no calendar of a spreadsheet program goes back that far
            return shown(value, GENERAL)
        try:
            moment = from_excel(value, self._epoch, timedelta=is_duration)
        except (ValueError, OverflowError):
            return shown(value, GENERAL)
        return moment.date() if isinstance(moment, datetime) else str(moment)


@dataclass(frozen=True, slots=True)
class _Style:
    number_format: str
    is_date: bool
    is_duration: bool

    @classmethod
    def of(cls, number_format: str) -> "_Style":
        return cls(number_format, is_date_format(number_format), is_timedelta_format(number_format))


@lru_cache(maxsize=2**14)
def _shown(value: int | float, number_format: str) -> str:
    return shown(value, number_format)


def date_of(text: str) -> Cell:
    """The day of a date, with or without a time, as ISO 8601 writes it; what is none stays a text."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return text
