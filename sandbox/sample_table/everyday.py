"""Three whole files: one without a mistake, one with many, and a long one."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from sandbox.demo_table import COURSES, HARRY, PEOPLE, SUSPENDED
from sandbox.sample_table.sample import Row, Sample, Section, csv_file

TEN_THOUSAND = 10_000
PROBLEMS_SHOW = (
    Code.TOO_FEW_CELLS,
    Code.TOO_MANY_CELLS,
    Code.VALUE_TOO_LONG,
    Code.VALUE_UNPRINTABLE,
    Code.USERNAME_BLANK,
    Code.LEARNER_NOT_FOUND,
    Code.COMPLETION_DATE_BLANK,
    Code.COMPLETION_DATE_INVALID,
    Code.DUE_DATE_INVALID,
    Code.CERTIFICATION_BLANK,
    Code.CERTIFICATION_AMBIGUOUS,
    Code.CERTIFICATION_MISMATCH,
    Code.CERTIFICATION_CLOSE_MATCH,
    Code.CERTIFICATION_NOT_FOUND,
    Code.LEARNER_SUSPENDED,
    Code.CERTIFICATION_INACTIVE,
    Code.COMPLETION_IN_FUTURE,
    Code.EXPIRES_IN_PAST,
    Code.DUE_LONG_BEFORE_COMPLETION,
    Code.LOOKS_LIKE_SPREADSHEET_DAMAGE,
    Outcome.CERTIFIED,
    Outcome.HISTORY,
    Outcome.DUPLICATE,
    Outcome.REJECTED,
)


def _day_first(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _clean() -> Iterator[Row]:
    """One completion each for forty active learners, over every certification that is still offered."""
    active = [person for person in PEOPLE if not person.suspended][:40]
    offered = [course for course in COURSES if course.offered]
    for number, person in enumerate(active):
        course = offered[number % len(offered)]
        completed = date(2026, 3, 2) + timedelta(days=5 * number)
        due = _day_first(completed + timedelta(days=14)) if number % 3 == 0 else ""
        yield person.username, course.short_name, course.id_number, _day_first(completed), due


def _problems() -> Iterator[Row]:
    """One row for each mistake that an administrator may make, and for each warning, between some that are fine."""
    hs = ("health_and_safety", "hs1")
    yield "j.smith", *hs, "14/03/2025", ""
    # a due date that does not exist
    yield HARRY.username, *hs, "23/03/2012", "31/06/2012"
    # ragged: a cell is missing; a comma inside a name was not quoted
    yield "m.brown", *hs, "11/04/2025"
    yield "Brown", "Mark", *hs, "11/04/2025", "11/05/2025"
    # a note typed into a cell; a line break within one
    note = "fa1 - her manager saw the certificate on the day of the audit, the original is in the safe of the office"
    yield "s.wilson", "first_aid", note, "02/05/2025", ""
    yield "k.adeyemi\n(agency)", *hs, "02/05/2025", ""
    # learners: none; misspelt
    yield "", *hs, "02/05/2025", ""
    yield "j.smiht", *hs, "02/05/2025", ""
    # completion dates: none; 29 February of a common year; words; a year of two digits; a date turned into a number
    yield "e.garcia", *hs, "", ""
    yield "e.garcia", *hs, "29/02/2023", ""
    yield "e.garcia", *hs, "spring 2023", ""
    yield "e.garcia", *hs, "17/05/24", ""
    yield "e.garcia", *hs, "45123", ""
    # certifications: none; one of two with this name; two names that do not belong together; misspelt; in another case;
    # unknown; a number that a spreadsheet has damaged
    yield "p.singh", "", "", "17/06/2025", ""
    yield "p.singh", "forklift_operator", "", "17/06/2025", ""
    yield "p.singh", "first_aid", "hs1", "17/06/2025", ""
    yield "p.singh", "helth_and_safety", "", "17/06/2025", ""
    yield "p.singh", "Data_Protection", "", "17/06/2025", ""
    yield "p.singh", "abseiling", "ab1", "17/06/2025", ""
    yield "p.singh", "", "1.2E+15", "17/06/2025", ""
    # several problems at once
    yield "nobody.at.all", "", "", "", "31/04/2025"
    # warnings: suspended; no longer offered; completed in the future; due long before; the expiry is long past
    yield SUSPENDED.username, *hs, "20/06/2025", ""
    yield "o.davies", "display_screens", "ds1", "20/06/2025", ""
    yield "r.evans", "fire_warden", "fw1", "20/06/2095", ""
    yield "v.lopez", *hs, "20/06/2025", "20/06/2021"
    yield "y.haddad", "fire_warden", "fw1", "20/06/2015", ""
    # the same completion twice, with another expiry the second time
    yield "t.virtanen", "first_aid", "fa1", "20/06/2025", ""
    yield "t.virtanen", "first_aid", "fa1", "20/06/2025", "30/06/2025"
    # fine, by one name alone and without due date
    yield "zoë.lindström", "site_induction", "", "20/06/2025", ""
    yield "jürgen.groß", "", "fl2", "20/06/2025", ""


def _ten_thousand() -> Iterator[Row]:
    """Fifteen years of completions: long histories, dates that repeat, and a mistake in about one row of a hundred."""
    # Of Random only random() is promised to give the same numbers in every version of Python.
    random = Random("ten thousand").random
    first, days = date(2010, 1, 4), 365 * 15
    for _ in range(TEN_THOUSAND):
        person = PEOPLE[int(random() * len(PEOPLE))]
        course = COURSES[int(random() * len(COURSES))]
        completed = first + timedelta(days=7 * int(random() * days / 7))
        due = completed + timedelta(days=int(random() * 60) - 20) if random() < 0.4 else None
        due_text = due.isoformat() if due else ""
        row = (person.username, course.short_name, course.id_number, completed.isoformat(), due_text)
        yield _with_mistake(row, int(random() * 5)) if random() < 0.01 else row


def _with_mistake(row: Row, kind: int) -> Row:
    username, short_name, id_number, completed, due = row
    return (
        (username + "x", short_name, id_number, completed, due),
        (username, short_name[1:], "", completed, due),
        (username, "abseiling", "ab1", completed, due),
        (username, short_name, id_number, "", due),
        (username, short_name, id_number, completed[:4] + "-02-30", due),
    )[kind]


EVERYDAY = Section(
    "Whole files",
    (
        Sample(
            name="clean.csv",
            content=lambda: csv_file(_clean()),
            holds="Forty rows without a mistake, over all certifications that are offered.",
            see="Every row gets to the history. Upload it again: every row is already held.",
        ),
        Sample(
            name="problems.csv",
            content=lambda: csv_file(_problems()),
            options={"import_action": "certify_if_newer"},
            shows=PROBLEMS_SHOW,
            holds="One row for each mistake that is easily made, and for each warning, between some that are fine.",
            see="A report with all kinds of rows; each rejected one says what is wrong and how to mend it.",
        ),
        Sample(
            name="ten-thousand.csv",
            content=lambda: csv_file(_ten_thousand()),
            options={"import_action": "certify_if_newer"},
            holds="Fifteen years of completions, with a mistake in about one row of a hundred.",
            see="The page counts up while the worker works; leave it and come back.",
        ),
    ),
)
