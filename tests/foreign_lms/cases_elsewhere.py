"""The acceptance cases that make no sense at the harbour, by file, each with the reason.

Every one of them is about months or years, and a licence counts days: 365 are one year, and are a day short of another.
What they are about is told in days by `tests/acceptance/cases/days.yaml`. Each must fail here, or it does not belong
into the list (test_cases.py).
"""

from collections.abc import Mapping

LEAP_DAY = "A year of the case has 365 days, another one 366; a licence has one number of days for all of them."
MONTHS = "A month or quarter before a date has as many days as the calendar says; a licence has one number of days."
GRID = "The dates are a grid of calendar years from the due date; in days it drifts away by a day every leap year."
HELD = "A held record was counted in calendar years across a leap day; in days it is another expiry (a warning)."
DUE = "Two due dates stand exactly two calendar years before completions, one of them across a leap day."

CASES_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "dates.yaml": {
        "date-format-dd_mm_yyyy": MONTHS,
        "date-format-ddpmmpyy": MONTHS,
        "date-two-digit-years": LEAP_DAY,
        "due-long-before-completion": DUE,
        "expiry-beyond-year-9999": GRID,
    },
    "decisions.yaml": {
        "none-assigned-older-save-to-history-completion": LEAP_DAY,
        "none-assigned-older-certify-uncertified-expiry": LEAP_DAY,
        "none-assigned-older-certify-uncertified-fixed": LEAP_DAY,
        "expired-older-certify-if-newer-expiry": LEAP_DAY,
        "expired-newer-save-to-history-completion": LEAP_DAY,
        "expired-newer-save-to-history-expiry": LEAP_DAY,
        "expired-newer-certify-uncertified-fixed": LEAP_DAY,
        "expired-newer-certify-if-newer-completion": LEAP_DAY,
        "expired-newer-certify-if-newer-fixed": LEAP_DAY,
        "none-never-assigned-older-save-to-history-completion": LEAP_DAY,
        "none-never-assigned-older-certify-uncertified-expiry": LEAP_DAY,
        "none-never-assigned-older-certify-uncertified-fixed": LEAP_DAY,
        "none-never-assigned-newer-save-to-history-fixed": LEAP_DAY,
        "none-never-assigned-newer-certify-uncertified-completion": LEAP_DAY,
        "none-never-assigned-newer-certify-if-newer-expiry": LEAP_DAY,
        "expired-record-held-older-save-to-history-completion": LEAP_DAY,
        "expired-record-held-older-save-to-history-expiry": LEAP_DAY,
        "expired-record-held-older-certify-uncertified-fixed": LEAP_DAY,
        "expired-record-held-older-certify-if-newer-completion": LEAP_DAY,
        "expired-record-held-older-certify-if-newer-fixed": LEAP_DAY,
        "newest-leads-older-follow": LEAP_DAY,
        "equal-to-history": HELD,
        "expired-record-still-held": HELD,
        "mixed-states-certify-if-newer": MONTHS,
        "mixed-states-certify-uncertified": MONTHS,
        "leading-row-already-held-in-history": HELD,
    },
    "expiry.yaml": {
        "expiry-table-first-record": LEAP_DAY,
        "month-end-clamps": MONTHS,
        "fixed-steps-count-from-the-start": MONTHS,
        "fixed-minimum-after-a-past-due-date": GRID,
        "expiry-many-first": MONTHS,
        "expiry-many-renewals": MONTHS,
        "expiry-rule-due-boundaries": MONTHS,
        "fixed-last-step-from-the-start": MONTHS,
    },
    "phases.yaml": {
        "undo-each-kind": LEAP_DAY,
    },
    "reupload.yaml": {
        "same-file-twice-save-to-history": LEAP_DAY,
        "same-file-twice-certify-uncertified": LEAP_DAY,
        "same-file-twice-certify-if-newer": LEAP_DAY,
        "grown-file-renewals-under-expiry-rule": LEAP_DAY,
    },
}
