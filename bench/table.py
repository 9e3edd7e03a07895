"""The table that is imported: who completed what when, what they held before, and which rows have problems.

Learners are distinct; 200 certifications, a quarter of each kind of rule; every fifth learner holds an older record
and one before it, so that the new one renews it; two rows of a hundred have a problem.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

HEADINGS = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate")
CERTIFICATIONS = 200
RULES = ("completion_date", "expiry_date", "fixed_expiry_date", "never_expires")
FIRST_DAY = date.today() - timedelta(days=330)
"""What is held before has not expired yet when the new completion comes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file. `held`: the completion date that the learner held before, if any."""

    username: str
    certification: int
    completed: date
    due: date | None
    held: date | None
    problem: int

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """The row as it stands in the file, with its problem."""
        username, short_name, completed = self.username, f"course-{self.certification:03}", self.completed.isoformat()
        match self.problem:
            case 1:
                username = f"nobody-{username}"
            case 2:
                completed = "2025-02-31"
            case 3:
                short_name = f"seminar of the year {self.certification + 1000}"
        due = self.due.isoformat() if self.due else ""
        return username, short_name, "" if self.problem == 3 else id_number(self.certification), completed, due


def id_number(certification: int) -> str:
    return f"ID-{certification:05}"


def username(number: int) -> str:
    return f"learner{number:07}"


def lines(rows: int) -> Iterator[Line]:
    for number in range(rows):
        completed = FIRST_DAY + timedelta(days=number % 300)
        yield Line(
            username=username(number),
            certification=number * 7 % CERTIFICATIONS,
            completed=completed,
            due=completed + timedelta(days=30) if number % 3 == 0 else None,
            held=completed - timedelta(days=200) if number % 5 == 0 else None,
            problem=1 + number // 50 % 3 if number % 50 == 7 else 0,
        )


def write_file(path: Path, rows: int, *, with_problems: bool) -> int:
    """Write the file; returns how many rows it has."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for line in lines(rows):
            if with_problems or not line.problem:
                writer.writerow(line.cells)
                written += 1
    return written
