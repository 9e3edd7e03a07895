"""Cells that are easily taken for something else."""

import pytest

from tests.tabular.workbooks.conftest import HEADINGS, cell, table, table_row


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-12", "-12"),
        ("12345678901234567890", "12345678901234567890"),
        ("1.23456789012346E+15", "1234567890123460"),
        ("0.10000000000000001", "0.1"),
        ("nan", "nan"),
        ("1e999", "1e999"),
        ("x", "x"),
    ],
)
def test_a_number_keeps_all_its_digits(read, xlsx_of_xml, value, text):
    assert read(xlsx_of_xml(f"<row><c><v>{value}</v></c></row>")).cells[0][0] == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (cell("5.00 EUR", "currency", 'office:value="5"'), "5.00 EUR"),
        (cell("1.2E+15", "float", 'office:value="1.2345E+15"'), "1234500000000000"),
        (cell("###", "float", 'office:value="42"'), "42"),
        ('<table:table-cell table:formula="of:=TODAY()"/>', "=TODAY()"),
        ('<table:table-cell table:formula="of:=IF(TRUE();&quot;&quot;)"><text:p/></table:table-cell>', ""),
        (cell("", "string", 'table:formula="of:=&quot;&quot;"'), ""),
        (cell("", "time", 'office:time-value="PT1H"'), "PT1H"),
        (
            "<table:table-cell><draw:rect><text:p>in a shape</text:p></draw:rect><text:p>x</text:p></table:table-cell>",
            "x",
        ),
        (
            '<table:covered-table-cell office:value-type="string"><text:p>hidden</text:p></table:covered-table-cell>',
            "hidden",
        ),
    ],
)
def test_a_cell_of_an_ods(read, ods, given, text):
    assert read(ods(table(table_row(cell("u"), given)))).cells == [("u", text, "", "", "")]


def test_blank_cells_behind_the_heading_are_no_columns(read, xlsx):
    reading = read(xlsx(["u", "", "", "", "", " ", "\u00a0"], headings=[*HEADINGS, " ", "\u200b"]))
    assert reading.head.headings == tuple(HEADINGS)
    assert reading.cells == [("u", "", "", "", "")]


def test_a_blank_sheet_name_chooses_none(read, xlsx):
    assert read(xlsx(["u"]), sheet=" ").head.state.dialect.sheet == "Completions"


@pytest.mark.parametrize(
    ("written", "text"),
    [("a_x0041_", "aA"), ("_x005F_x0041_", "_x0041_"), ("_xD83D_", "_xD83D_"), ("x_x004_", "x_x004_"), ("é😀", "é😀")],
)
def test_escaped_characters(read, xlsx_of_xml, written, text):
    strings = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{written}</t></si></sst>'
    rows = f'<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>{written}</t></is></c></row>'
    reading = read(xlsx_of_xml(rows, **{"xl/sharedStrings.xml": strings}))
    assert reading.cells[0][:2] == (text, text)
