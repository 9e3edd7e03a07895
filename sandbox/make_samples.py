"""Writes the sample files, always the same: `python -m sandbox.make_samples`."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sandbox.demo_table import COURSES, HARRY, PEOPLE, SUSPENDED

SAMPLES = Path(__file__).resolve().parent / "samples"
HEADINGS = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate")
TEN_THOUSAND = 10_000

Row = Sequence[str]


def _day_first(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def clean() -> Iterator[Row]:
    """One completion each for forty active learners, over every certification that is still offered."""
    active = [person for person in PEOPLE if not person.suspended][:40]
    offered = [course for course in COURSES if course.offered]
    for number, person in enumerate(active):
        course = offered[number % len(offered)]
        completed = date(2026, 3, 2) + timedelta(days=5 * number)
        due = _day_first(completed + timedelta(days=14)) if number % 3 == 0 else ""
        yield person.username, course.short_name, course.id_number, _day_first(completed), due


def problems() -> Iterator[Row]:
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


def ten_thousand() -> Iterator[Row]:
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


def write(folder: Path) -> None:
    """Write the three files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("clean", clean()), ("problems", problems()), ("ten-thousand", ten_thousand())):
        _write_file(folder / f"{name}.csv", rows)


def _write_file(file: Path, rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADINGS)
        writer.writerows(rows)


if __name__ == "__main__":
    write(SAMPLES)
