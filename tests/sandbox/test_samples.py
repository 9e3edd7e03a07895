import csv
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from sandbox.demo_table import COURSES, PEOPLE
from sandbox.make_samples import FOLDER, README, readme
from sandbox.sample_table import HEADINGS, SAMPLES, TEN_THOUSAND

# What openpyxl writes depends on its version; of these the cells are compared.
WORKBOOKS = ("workbook.xlsx", "workbook-second-sheet.xlsx")


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cells_of(content: bytes) -> list[tuple[str, str, object, str]]:
    book = load_workbook(BytesIO(content))
    return [
        (sheet.title, cell.coordinate, cell.value, cell.number_format)
        for sheet in book
        for row in sheet
        for cell in row
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_committed_file_is_what_the_table_gives(sample) -> None:
    committed = (FOLDER / sample.name).read_bytes()
    if sample.name in WORKBOOKS:
        assert cells_of(committed) == cells_of(sample.content())
    else:
        # Not compared by pytest, which would take minutes to show how two large files differ.
        assert (committed == sample.content()) is True


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_does_not_tell_when_it_was_made(name: str) -> None:
    with ZipFile(FOLDER / name) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 1, 5, 12, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2026-01-05T12:00:00Z") == 2


def test_the_readme_is_what_the_table_gives() -> None:
    assert (FOLDER / README).read_text(encoding="utf-8") == readme()


def test_there_is_no_file_that_the_table_does_not_have() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {sample.name for sample in SAMPLES} | {README}


def test_the_clean_file_names_only_who_and_what_the_demo_data_has() -> None:
    usernames = {person.username for person in PEOPLE if not person.suspended}
    certifications = {(course.short_name, course.id_number) for course in COURSES if course.offered}
    rows = rows_of("clean.csv")
    assert len(rows) == 40
    assert {row["username"] for row in rows} <= usernames
    assert {(row["certificationshortname"], row["certificationidnumber"]) for row in rows} == certifications


def test_the_file_with_problems_has_the_row_of_the_help_page_to_the_letter() -> None:
    lines = (FOLDER / "problems.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(HEADINGS)
    assert "harrychinn,health_and_safety,hs1,23/03/2012,31/06/2012" in lines


def test_the_large_file_has_ten_thousand_rows_of_all_learners_and_certifications() -> None:
    rows = rows_of("ten-thousand.csv")
    assert len(rows) == TEN_THOUSAND
    assert {row["username"] for row in rows} >= {person.username for person in PEOPLE}
    assert {row["certificationidnumber"] for row in rows} >= {course.id_number for course in COURSES}
