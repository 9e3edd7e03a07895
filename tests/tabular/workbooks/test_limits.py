"""A small file that would become something huge is refused before it does."""

import io
import zipfile

import pytest

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.tabular.workbooks import packages, reader
from tests.tabular.workbooks.conftest import cell, parts_of, table, table_row, zipped


def kinds(reading):
    return [issue.details["kind"] for issue in reading.refused if issue.code is Code.FILE_UNREADABLE]


def test_elements_nested_without_end(read, xlsx_of_xml, ods):
    nested = "<a>" * 5000 + "</a>" * 5000
    assert kinds(read(xlsx_of_xml(nested))) == ["bomb"]
    assert kinds(read(ods(table(nested)))) == ["bomb"]


def test_a_part_of_nothing_but_tags(read, xlsx):
    parts = parts_of(xlsx(["u"]))
    parts["xl/styles.xml"] = b"<styleSheet>" + b"<a/>" * 1_000_001 + b"</styleSheet>"
    assert kinds(read(zipped(parts))) == ["bomb"]


def test_parts_without_end_are_refused_before_they_are_listed(read, xlsx, monkeypatch):
    monkeypatch.setattr(packages, "MAX_PARTS", 20)
    parts = parts_of(xlsx(["u"]))
    assert read(zipped(parts)).lines == [2]
    assert kinds(read(zipped({**parts, **{f"xl/media/{number}": b"" for number in range(20)}}))) == ["bomb"]


def test_parts_that_are_too_large_together(read, xlsx, monkeypatch):
    monkeypatch.setattr(packages, "MAX_TOTAL", 20_000)
    parts = parts_of(xlsx(["u"]))
    assert read(zipped(parts)).refused == ()
    assert kinds(read(zipped({**parts, "xl/media/1": b"x" * 20_000}))) == ["bomb"]


@pytest.mark.parametrize("rows_per_slice", [1, 5000])
def test_a_text_that_a_million_cells_share(read, xlsx_of_xml, monkeypatch, rows_per_slice):
    monkeypatch.setattr(reader, "MAX_BYTES", 10_000)
    strings = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 1000}</t></si></sst>'
    )
    rows = '<row><c t="s"><v>0</v></c></row>' * 20
    reading = read(xlsx_of_xml(rows, **{"xl/sharedStrings.xml": strings}), rows_per_slice=rows_per_slice)
    assert kinds(reading) == ["bomb"]
    assert len(reading.rows) == 9


def test_a_row_that_is_repeated_a_million_times(read, ods, monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 1_000_000)
    reading = read(ods(table(table_row(cell("x", repeat=16_000), repeat=1_000_000))))
    assert kinds(reading) == ["bomb"]
    assert 20 < len(reading.rows) < 40


def test_a_blank_row_that_is_too_long_is_named(read, xlsx_of_xml):
    blanks = f'<row r="4"><c t="inlineStr"><is><t>{" " * 1_100_000}</t></is></c></row>'
    assert [(issue.code, issue.line) for issue in read(xlsx_of_xml(blanks)).refused] == [(Code.RECORD_TOO_LONG, 4)]


def test_formulas_of_other_things_are_no_part_of_a_row(read, xlsx_of_xml):
    sparklines = "<x><f>Sheet1!A1:B1</f><t>x</t><v>7</v></x>" * 1000
    content = xlsx_of_xml(f'<row><c><v>1</v></c></row>{sparklines}<row><c t="inlineStr"><is><t>u</t></is></c></row>')
    assert [row[0] for row in read(content).cells] == ["1", "u"]


def test_parts_protected_with_a_password(read, xlsx):
    content = bytearray(zipped({"xl/workbook.xml": b"x"}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = archive.start_dir
    content[listed + 8] |= 1
    assert kinds(read(bytes(content))) == ["encrypted"]


def test_the_disk_and_the_database_are_not_the_files_fault(xlsx):
    class Gone:
        size = 10

        def read_from(self, offset):
            yield from ()
            raise ConnectionError

    with pytest.raises(ConnectionError), packages.opened(Gone()):
        pass
