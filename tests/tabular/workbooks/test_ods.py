"""OpenDocument spreadsheets (import-rules.md §1 and §1.2)."""

from datetime import date

import pytest

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.tabular import read_head, read_slices
from tests.tabular.workbooks.conftest import cell, table, table_row
from tests.tabular.workbooks.test_xlsx import BILLION_LAUGHS, kind_of

DAY = 'office:date-value="2026-03-01T00:00:00"'


def test_texts_numbers_and_dates(read, ods):
    row = table_row(
        cell("u1"),
        cell("0042", "float", 'office:value="42"'),
        cell(),
        cell("01.03.26", "date", DAY),
        cell("x", repeat=1),
    )
    reading = read(ods(table(row)))
    assert (reading.lines, reading.cells) == ([2], [("u1", "0042", "", date(2026, 3, 1), "x")])
    assert (reading.head.state.dialect.kind, reading.head.state.dialect.sheet) == ("ods", "Sheet1")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (cell("1.23456789E+015", "float", 'office:value="1234567890123456"'), "1234567890123456"),
        (cell("###", "float", 'office:value="1.5"'), "1.5"),
        (cell("", "float", 'office:value="7"'), "7"),
        (cell("50 %", "percentage", 'office:value="0.5"'), "50 %"),
        (cell("WAHR", "boolean", 'office:boolean-value="true"'), "TRUE"),
        (cell("falsch", "boolean", 'office:boolean-value="false"'), "FALSE"),
        (cell("13:30", "time", 'office:time-value="PT13H30M"'), "13:30"),
        (cell("", "string", 'office:string-value="kept"'), "kept"),
        (cell("two\nlines"), "two\nlines"),
        (cell('a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d'), "a   b\tc\nd"),
        (cell("<text:span>bo</text:span>ld<text:a>er</text:a>"), "bolder"),
        (cell("name<office:annotation><text:p>a note</text:p></office:annotation>d"), "named"),
        (
            "<table:table-cell><office:annotation><text:p>note</text:p></office:annotation><text:p>x</text:p></table:table-cell>",
            "x",
        ),
        (cell("soon", "date", 'office:date-value="soon"'), "soon"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(read, ods, given, text):
    assert read(ods(table(table_row(cell("u"), given)))).cells == [("u", text, "", "", "")]


def test_repeated_cells_and_rows(read, ods):
    rows = (
        table_row(cell(repeat=16384), repeat=3),
        table_row(cell("a", repeat=2), cell(repeat=2), cell("b"), cell(repeat=16379)),
        table_row(cell("c"), repeat=2),
        table_row(cell(repeat=1024), repeat=1_048_000),
    )
    reading = read(ods(table(*rows)))
    assert reading.lines == [5, 6, 7]
    assert reading.cells == [("a", "a", "", "", "b"), ("c", "", "", "", ""), ("c", "", "", "", "")]


@pytest.mark.parametrize("row", [table_row(cell("x", repeat=2_000_000)), table_row(cell("x"), repeat=2_000_000)])
def test_what_no_sheet_can_hold_is_refused(read, ods, row):
    assert kind_of(read(ods(table(row)))) == "broken"


def test_a_row_that_is_too_long_is_named(read, ods):
    row = table_row(cell("x" * 300_000, repeat=5))
    assert [(issue.code, issue.line) for issue in read(ods(table(table_row(cell("u")), row))).refused] == [
        (Code.RECORD_TOO_LONG, 3)
    ]
    blanks = table_row(cell('<text:s text:c="2000000000"/>'))
    assert [issue.code for issue in read(ods(table(blanks))).refused] == [Code.RECORD_TOO_LONG]


def test_sheets(read, ods):
    style = '<style:style style:name="hidden"><style:table-properties table:display="false"/></style:style>'
    tables = [
        table(table_row(cell(name)), name=name, style="hidden" if name == "Notes" else "")
        for name in ("Notes", "2025", "2026")
    ]
    content = ods(*tables, styles=style)
    assert read(content).cells[0][0] == "2025"
    assert read(content, sheet="2026").cells[0][0] == "2026"
    assert read(content, sheet="notes").cells[0][0] == "Notes"
    [issue] = read(content, sheet="x").refused
    assert issue.details == {"kind": "sheet", "sheet": "x", "sheets": ("Notes", "2025", "2026")}


def test_refusals(read, ods):
    manifest = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
    assert kind_of(read(ods(table(), **manifest))) == "encrypted"
    assert kind_of(read(ods(table(), before=BILLION_LAUGHS))) == "bomb"
    assert kind_of(read(ods())) == "broken"
    assert kind_of(read(ods("<table:table"))) == "broken"
    assert kind_of(read(ods(table(table_row('<table:table-cell table:number-columns-repeated="x"/>'))))) == "broken"
    assert read(ods(table(heading=""))).refused == (Issue(Code.FILE_EMPTY),)


def test_reading_goes_on_from_any_slice(source, ods):
    rows = [table_row(cell(f"u{number}"), repeat=1 + number % 3) for number in range(20)]
    file = source(ods(table(*rows)))
    head = read_head(file, Options())
    whole = [row for part in read_slices(file, head.state) for row in part.rows]
    assert len(whole) == 39
    for part in read_slices(file, head.state, rows_per_slice=4):
        rest = [row for each in read_slices(file, part.state) for row in each.rows]
        assert rest == whole[part.state.rows_read :]
