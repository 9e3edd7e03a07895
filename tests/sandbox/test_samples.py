import csv
from pathlib import Path

import pytest

from sandbox.demo_table import COURSES, PEOPLE
from sandbox.make_samples import HEADINGS, SAMPLES, TEN_THOUSAND, write

NAMES = ("clean.csv", "problems.csv", "ten-thousand.csv")


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_file_is_what_the_table_gives(name: str, tmp_path: Path) -> None:
    write(tmp_path)
    assert (SAMPLES / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_clean_file_names_only_who_and_what_the_demo_data_has() -> None:
    usernames = {person.username for person in PEOPLE if not person.suspended}
    certifications = {(course.short_name, course.id_number) for course in COURSES if course.offered}
    rows = rows_of("clean.csv")
    assert len(rows) == 40
    assert {row["username"] for row in rows} <= usernames
    assert {(row["certificationshortname"], row["certificationidnumber"]) for row in rows} == certifications


def test_the_file_with_problems_has_the_row_of_the_help_page_to_the_letter() -> None:
    lines = (SAMPLES / "problems.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(HEADINGS)
    assert "harrychinn,health_and_safety,hs1,23/03/2012,31/06/2012" in lines


def test_the_large_file_has_ten_thousand_rows_of_all_learners_and_certifications() -> None:
    rows = rows_of("ten-thousand.csv")
    assert len(rows) == TEN_THOUSAND
    assert {row["username"] for row in rows} >= {person.username for person in PEOPLE}
    assert {row["certificationidnumber"] for row in rows} >= {course.id_number for course in COURSES}
