"""A row by itself (import-rules.md §1.2 and §3)."""

from datetime import date

import pytest
from cert_completion_hooks.types import CertificationRef
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.issues import PROBLEMS, WARNINGS, Code, Issue, IssueDetail, in_order
from cert_completion_plugin.core.parse import date_texts, is_blank, parse_row
from cert_completion_plugin.core.rows import Cell, ParsedRow, RawRow

DAY_FIRST = DateFormat.named("DD/MM/YYYY")
GOOD = ("ana", "Fire Safety", "FS-100", "23/03/2012", "30/06/2012")
USERNAME, SHORT_NAME, ID_NUMBER, COMPLETED, DUE = range(5)


def columns_of(*others: str, fields: tuple[str, ...] = ()) -> Columns:
    columns, _ = read_headings([*REQUIRED, *others], fields)
    assert columns is not None
    return columns


FIVE = columns_of()


def parsed(*cells: Cell, date_format: DateFormat | None = DAY_FIRST, columns: Columns = FIVE) -> ParsedRow:
    return parse_row(RawRow(7, cells), columns, date_format)


def with_cell(index: int, cell: Cell) -> ParsedRow:
    cells: list[Cell] = [*GOOD]
    cells[index] = cell
    return parsed(*cells)


def codes(row: ParsedRow) -> list[Code]:
    return [issue.code for issue in row.issues]


def test_a_good_row():
    assert parsed(*GOOD) == ParsedRow(
        line=7,
        username_text="ana",
        reference_text=CertificationRef("Fire Safety", "FS-100"),
        username="ana",
        reference=CertificationRef("Fire Safety", "FS-100"),
        completed=date(2012, 3, 23),
        due=date(2012, 6, 30),
    )


def test_cells_are_found_by_their_headings_and_trimmed():
    columns, _ = read_headings(["remarks", *reversed(REQUIRED)])
    assert columns is not None
    row = parsed("x", "\ufeff", "\u00a023/03/2012 ", " FS-100\u00a0", "\u200bHygie\u0300ne", "ana\n", columns=columns)
    assert (row.username, row.reference) == ("ana", CertificationRef("Hygi\u00e8ne", "FS-100"))
    assert (row.completed, row.due, row.issues) == (date(2012, 3, 23), None, ())


@pytest.mark.parametrize("cells", [(), ("",), ("", " ", "\u00a0\t\u200b")])
def test_blank_records(cells):
    assert is_blank(cells)


@pytest.mark.parametrize("cells", [("", "x"), (date(2025, 1, 1),), ("", "0")])
def test_records_that_are_not_blank(cells):
    assert not is_blank(cells)


def test_too_few_cells_and_nothing_else():
    row = parsed("\u00a0nobody", "Quarry Survey")
    assert row.issues == (Issue(Code.TOO_FEW_CELLS, details={"expected": 5, "found": 2}),)
    assert (row.username_text, row.reference_text) == ("nobody", CertificationRef("Quarry Survey", ""))
    assert (row.username, row.reference, row.completed, row.due) == (None, None, None, None)


def test_too_many_cells_and_nothing_else():
    row = parsed("", "", "1.2E+15", "never", "", " ", " x")
    assert row.issues == (Issue(Code.TOO_MANY_CELLS, value=" x", details={"expected": 5, "found": 7}),)
    assert row.reference_text == CertificationRef("", "1.2E+15")


def test_surplus_blank_cells_are_fine():
    assert parsed(*GOOD, "", "\u00a0") == parsed(*GOOD)


def left_of_reference(bad):
    """The names of the good row that can still be looked up when this cell is bad."""
    return CertificationRef("" if bad == SHORT_NAME else GOOD[SHORT_NAME], "" if bad == ID_NUMBER else GOOD[ID_NUMBER])


@pytest.mark.parametrize(("index", "limit"), [(USERNAME, 150), (SHORT_NAME, 255), (ID_NUMBER, 100)])
def test_identifiers_may_be_as_long_as_their_limit(index, limit):
    assert with_cell(index, " " + "x" * limit + " ").issues == ()
    raw = " " + "x" * (limit + 1)
    row = with_cell(index, raw)
    details = {"limit": limit, "length": limit + 1}
    assert row.issues == (Issue(Code.VALUE_TOO_LONG, REQUIRED[index], raw, details=details),)
    assert (row.username is None) == (index == USERNAME)
    assert row.reference == left_of_reference(index)


@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("bad", ["\x00", "\n", "\t", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
def test_control_characters_inside_a_cell(index, bad):
    raw = GOOD[index][:2] + bad + GOOD[index][2:]
    row = with_cell(index, raw)
    assert row.issues == (Issue(Code.VALUE_UNPRINTABLE, REQUIRED[index], raw),)
    assert (row.username is None) == (index == USERNAME)
    assert row.reference == left_of_reference(index)
    assert (row.completed is None) == (index == COMPLETED)
    assert (row.due is None) == (index == DUE)


@pytest.mark.parametrize("text", ["Anna\u00a0Maria", "\u0645\u06cc\u200c\u062e", "\U0001f600", "<b>=1+1</b>", "007"])
def test_other_characters_are_text(text):
    assert with_cell(USERNAME, text).username == text


def test_control_characters_at_the_ends_are_trimmed():
    assert with_cell(SHORT_NAME, "\x00Fire Safety\n").issues == ()


def test_two_bad_names_leave_nothing_to_look_up():
    row = parsed("ana", "x" * 256, "a\x00b", "23/03/2012", "")
    assert (codes(row), row.reference) == ([Code.VALUE_TOO_LONG, Code.VALUE_UNPRINTABLE], None)


def test_a_bad_identifier_hides_that_the_other_is_blank():
    row = parsed("ana", "", "x" * 101, "23/03/2012", "")
    assert (codes(row), row.reference) == ([Code.VALUE_TOO_LONG], None)
    assert row.reference_text == CertificationRef("", "x" * 101)


def test_a_cell_too_long_and_unprintable_has_one_problem():
    assert codes(with_cell(USERNAME, "x\n" * 200)) == [Code.VALUE_TOO_LONG]


def test_blank_cells():
    row = parsed(" ", "", "\u00a0", "\t", "")
    assert row.issues == (
        Issue(Code.USERNAME_BLANK, "username", " "),
        Issue(Code.COMPLETION_DATE_BLANK, "completiondate", "\t"),
        Issue(Code.CERTIFICATION_BLANK, "certificationshortname", ""),
    )
    assert (row.username, row.reference) == (None, None)


@pytest.mark.parametrize("reference", [CertificationRef("Fire Safety", ""), CertificationRef("", "0")])
def test_one_of_both_names_is_enough(reference):
    row = parsed("ana", reference.short_name, reference.id_number, "23/03/2012", "")
    assert (row.reference, row.issues) == (reference, ())


def test_a_day_that_does_not_exist_is_told_as_such():
    row = parsed("harrychinn", "health_and_safety", "hs1", "23/03/2012", "31/06/2012")
    details: dict[str, IssueDetail] = {"format": "DD/MM/YYYY", "impossible": 1, "year": 2012, "month": 6, "day": 31}
    assert row.issues == (Issue(Code.DUE_DATE_INVALID, "duedate", "31/06/2012", details=details),)
    assert (row.completed, row.due) == (date(2012, 3, 23), None)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2012-03-23", "YYYY-MM-DD"),
        ("23.03.2012", "DD.MM.YYYY"),
        ("3.4.2012", "DD.MM.YYYY"),
        ("03/04/12", "DD/MM/YY"),
        ("03/23/2012", "MM/DD/YYYY"),
        ("30/02/2012", None),
        ("tomorrow", None),
    ],
)
def test_a_date_in_another_format_names_it(text, fits):
    row = with_cell(COMPLETED, text)
    assert codes(row) == [Code.COMPLETION_DATE_INVALID]
    assert row.issues[0].details.get("fits") == fits
    assert row.issues[0].details["format"] == "DD/MM/YYYY"
    assert ("impossible" in row.issues[0].details) == (text in ("30/02/2012", "03/23/2012"))


def test_without_a_format_every_text_is_invalid():
    row = parsed("ana", "Fire Safety", "", "23/03/2012", "soon", date_format=None)
    assert codes(row) == [Code.COMPLETION_DATE_INVALID, Code.DUE_DATE_INVALID]
    assert row.issues[0].details == {"fits": "DD/MM/YYYY"}


def test_native_dates_are_taken_as_they_are():
    row = parsed(date(2020, 1, 2), "Fire Safety", "", date(2012, 3, 23), date(2012, 6, 30), date_format=None)
    assert (row.username, row.completed, row.due) == ("2020-01-02", date(2012, 3, 23), date(2012, 6, 30))
    assert row.issues == ()


@pytest.mark.parametrize("text", ["1.2E+15", "1,2E+15", "4.56E+12", "1E+15", "1.2e+15"])
@pytest.mark.parametrize("index", [USERNAME, SHORT_NAME, ID_NUMBER])
def test_rounded_numbers_look_damaged_but_are_looked_up(index, text):
    row = with_cell(index, text)
    assert row.issues == (Issue(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE, REQUIRED[index], text),)
    assert row.username is not None
    assert row.reference is not None


@pytest.mark.parametrize("text", ["1234567890123456", "E+15", "1.2E15", "1.2E+15x", "C++", "45123"])
def test_other_identifiers_do_not_look_damaged(text):
    assert with_cell(USERNAME, text).issues == ()


@pytest.mark.parametrize("text", ["45123", "45123.5", "45123,25"])
def test_day_numbers_look_damaged(text):
    row = parsed("ana", "Fire Safety", "", text, text)
    damage = Code.LOOKS_LIKE_SPREADSHEET_DAMAGE
    assert codes(row) == [Code.COMPLETION_DATE_INVALID, Code.DUE_DATE_INVALID, damage, damage]
    assert [issue.column for issue in row.issues[2:]] == ["completiondate", "duedate"]


@pytest.mark.parametrize("text", ["4512", "451234", "45123.", "\u0664\u0665\u0661\u0662\u0663"])
def test_other_numbers_are_no_day_numbers(text):
    assert codes(with_cell(DUE, text)) == [Code.DUE_DATE_INVALID]


def test_all_problems_of_a_row_come_together_and_in_order():
    row = parsed("", "9.9E+10", "a\x00b", "45123", "never")
    assert codes(row) == [
        Code.VALUE_UNPRINTABLE,
        Code.USERNAME_BLANK,
        Code.COMPLETION_DATE_INVALID,
        Code.DUE_DATE_INVALID,
        Code.LOOKS_LIKE_SPREADSHEET_DAMAGE,
        Code.LOOKS_LIKE_SPREADSHEET_DAMAGE,
    ]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (GOOD, ["23/03/2012", "30/06/2012"]),
        ((*GOOD, "", " "), ["23/03/2012", "30/06/2012"]),
        (("ana", "", "", "\u00a0soon ", ""), ["soon", ""]),
        (("ana", "", "", date(2012, 3, 23), "30/06/2012"), ["30/06/2012"]),
        (GOOD[:4], []),
        ((*GOOD, "x"), []),
    ],
)
def test_the_cells_that_have_a_say_in_the_date_format(cells, texts):
    assert list(date_texts(RawRow(7, cells), FIVE)) == texts


def test_the_fields_of_the_evidence_type_come_as_they_stand():
    columns = columns_of("Licence No", "issued", "colour", "remarks", fields=("licence_no", "issued", "colour"))
    row = parsed(*GOOD, " AB-1 ", date(2020, 1, 2), "\u00a0", "x", columns=columns)
    assert row.fields == {"licence_no": " AB-1 ", "issued": date(2020, 1, 2)}


cell_texts = st.one_of(
    st.text(max_size=20),
    st.text("0123456789-/. E+\x00\n\u00a0", max_size=12),
    st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf", "Zs"]), max_size=4),
    st.sampled_from([*GOOD, "45123", "1.2E+15", "", "x" * 300]),
)
any_cells = st.lists(cell_texts | st.dates(), max_size=8)
formats = st.none() | st.sampled_from([DAY_FIRST, DateFormat.named("YYYY-MM-DD"), DateFormat.named("MM.DD.YY")])


@given(any_cells, formats)
def test_any_texts_can_be_a_row(cells, date_format):
    row = parsed(*cells, date_format=date_format)
    found = set(codes(row))
    assert row.issues == in_order(list(row.issues))
    assert found <= PROBLEMS | WARNINGS
    ragged = len(cells) < 5 or not is_blank(cells[5:])
    assert bool(found & {Code.TOO_FEW_CELLS, Code.TOO_MANY_CELLS}) == ragged
    assert is_blank(cells) == all(is_blank([cell]) for cell in cells)
    if ragged:
        assert len(row.issues) == 1
    elif not found & PROBLEMS:
        assert row.username == row.username_text != ""
        assert row.reference == row.reference_text != CertificationRef("", "")
        assert row.completed is not None


@given(st.lists(cell_texts | st.dates(), min_size=5, max_size=5), formats)
def test_a_cell_has_at_most_one_problem(cells, date_format):
    problems = [issue.column for issue in parsed(*cells, date_format=date_format).issues if issue.is_problem]
    assert len(problems) == len(set(problems))
