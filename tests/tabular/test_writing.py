"""What is written can be read again, by our own readers, as it was."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cert_completion_plugin.core.guard import unguarded
from cert_completion_plugin.core.headings import OWN_REFERENCE, REQUIRED
from cert_completion_plugin.core.options import DATE_FORMATS, SEPARATORS
from cert_completion_plugin.core.parse import is_blank
from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular import (
    PUSHED_DIALECT,
    TooLongForWorkbook,
    csv_pieces,
    json_document,
    json_pieces,
    pushed_csv,
    xlsx,
)
from cert_completion_plugin.tabular.writing import date_text

HEADINGS = [*REQUIRED, OWN_REFERENCE]
TEXTS = st.text(
    st.sampled_from("ab,;\t|:\"' \r\n=+-@_x0041_\u2028\x00\x0b\ufeffé😀") | st.characters(exclude_categories=["Cs"]),
    max_size=8,
)
ROWS = st.lists(st.lists(TEXTS, min_size=6, max_size=6), max_size=5)


def read_again(read, content):
    """Rows without the guard; those that are blank are none, also where the guard kept them from being left out."""
    found = read(content)
    assert found.refused == ()
    assert found.head.headings == tuple(HEADINGS)
    rows = [tuple(unguarded(cell) for cell in row) for row in found.cells]
    return [row for row in rows if not is_blank(row)]


@given(rows=ROWS, separator=st.sampled_from(SEPARATORS))
@example(rows=[["'-5", "'=x", "'a", "''=", "'t Hooft", ""]] * 4, separator=",")
@settings(deadline=None)
def test_any_texts_survive_csv(read, rows, separator):
    content = b"".join(csv_pieces(HEADINGS, rows, separator=separator))
    assert read_again(read, content) == [tuple(row) for row in rows if not is_blank(row)]


@given(rows=ROWS)
@example(rows=[["_x0041_", "\x00", "a\rb", "\r\n", " a ", "\uffff"]])
@example(rows=[["", "", "", "", "", "\r"]])
@settings(deadline=None, max_examples=60)
def test_any_texts_survive_xlsx(read, rows):
    content = xlsx(HEADINGS, rows, sheet="Sheet")
    assert read_again(read, content) == [tuple(row) for row in rows if not is_blank(row)]


@pytest.mark.parametrize(
    "options", [{"encoding": "windows-1252"}, {"separator": ";"}, {"quote": "'"}, {"quote": "none"}]
)
def test_what_was_chosen_for_another_file_does_not_hold_for_a_download(read, options):
    content = b"".join(csv_pieces(HEADINGS, [["'=é", "x", "", "", "", "r"]], separator=","))
    assert read(content, **options).cells == [("''=é", "x", "", "", "", "r")]


def test_a_download_that_a_spreadsheet_program_saved_is_still_known(read):
    quoted = ";".join(f'"{heading}"' for heading in HEADINGS)
    saved = f"{quoted};;\r\n'=é;b;c;d;e;f;;\r\n"
    found = read(saved.encode("cp1252"), separator=",", encoding="windows-1252", quote="'")
    assert found.cells == [("'=é", "b", "c", "d", "e", "f", "", "")]


def test_a_workbook_has_texts_typed_and_formatted_as_texts_and_dates_as_dates():
    rows: list[list[Cell]] = [["007", "31/05/2016", date(2016, 5, 31)], ["=1+1", "1E5", date(1850, 1, 2)]]
    content = xlsx(["a", "b", "c"], rows, sheet="S")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [(cell.value, cell.data_type, cell.number_format) for row in sheet.iter_rows(min_row=2) for cell in row]
    assert [kind for _, kind, _ in cells] == ["s", "s", "d", "s", "s", "s"]
    assert [shown for _, _, shown in cells] == ["@", "@", "yyyy-mm-dd", "@", "@", "@"]
    assert [value for value, _, _ in cells][3:] == ["'=1+1", "1E5", "1850-01-02"]
    assert sheet.title == "S"


@pytest.mark.parametrize(("name", "title"), [("a/b:[c]", "a b  c"), ("x" * 40, "x" * 31), ("'", "Import")])
def test_any_name_becomes_one_that_a_sheet_can_have(name, title):
    assert openpyxl.load_workbook(io.BytesIO(xlsx(["a"], [], sheet=name))).sheetnames == [title]


def test_a_text_too_long_for_a_workbook_is_told_and_not_cut():
    assert xlsx(["a"], [["x" * 32_767]])
    with pytest.raises(TooLongForWorkbook):
        xlsx(["a"], [["x" * 32_768]])


@pytest.mark.parametrize("name", DATE_FORMATS)
def test_native_dates_are_written_in_the_format_of_the_file(name):
    from cert_completion_plugin.core.dates import DateFormat

    [_, line] = b"".join(csv_pieces(["a"], [[date(2016, 5, 3)]], date_format=name)).decode("utf-8-sig").splitlines()
    assert DateFormat.named(name).read(line) == date(2016, 5, 3)
    assert date_text(date(2016, 5, 3), "") == "2016-05-03"


def test_json_has_a_key_of_its_own_for_each_cell():
    rows = [["a", "b", "c", "d"]]
    [told] = json.loads(json_document(["column 2", "", "column 2"], rows))
    assert list(told.values()) == ["a", "b", "c", "d"]


def test_json_says_what_there_is_without_guard():
    rows: list[list[Cell]] = [["=1", date(2016, 5, 31), "é"], ["a", "b", "", "beyond"]]
    assert json.loads(json_document(["x", "", "y"], rows)) == [
        {"x": "=1", "column 2": "2016-05-31", "y": "é", "column 4": ""},
        {"x": "a", "column 2": "b", "y": "", "column 4": "beyond"},
    ]


def test_csv_comes_in_pieces_as_the_rows_do():
    taken = []

    def rows():
        for number in range(20_000):
            taken.append(number)
            yield [str(number), "x" * 20]

    pieces = csv_pieces(["a", "b"], rows())
    first = next(pieces)
    assert len(taken) < 5000
    assert len(list(csv.reader(io.StringIO((first + b"".join(pieces)).decode("utf-8-sig"))))) == 20_001


def test_documents_are_json_in_pieces_with_a_row_on_each_line():
    rows = [{"n": number, "text": "é\udc80" + "x" * 1000} for number in range(200)]
    pieces = list(json_pieces({"head": [1], "empty": {}}, "rows", rows))
    assert len(pieces) > 2
    content = b"".join(pieces)
    assert json.loads(content) == {"head": [1], "empty": {}, "rows": rows}
    assert "é" in content.decode()
    assert sum(line.startswith(b'  {"n": ') for line in content.splitlines()) == 200
    assert json.loads(b"".join(json_pieces({"a": 1}, "rows", []))) == {"a": 1, "rows": []}


PUSHED = st.lists(st.lists(TEXTS, min_size=5, max_size=5), max_size=5)


@given(PUSHED)
def test_pushed_rows_are_read_as_they_were_given(read, rows):
    reading = read(b"".join(pushed_csv(REQUIRED, rows)), **PUSHED_DIALECT)
    assert not reading.refused
    assert [list(cells) for cells in reading.cells] == [row for row in rows if not all(map(is_blank, row))]


def test_pushed_rows_without_line_breaks_stand_on_a_line_each(read):
    content = b"".join(pushed_csv(REQUIRED, [["a", "", "", "", ""], ["=b", "'", '"', ",", "\t"]]))
    assert content.startswith(b"username,")
    assert read(content, **PUSHED_DIALECT).lines == [2, 3]
