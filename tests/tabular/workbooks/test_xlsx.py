"""XLSX as spreadsheet programs and scripts write it (import-rules.md §1, §1.2 and §2.1)."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from cert_completion_plugin.core.issues import Code, Issue
from tests.tabular.workbooks.conftest import HEADINGS, parts_of, saved, zipped


def kind_of(reading):
    [issue] = reading.refused
    assert issue.code is Code.FILE_UNREADABLE, issue
    return issue.details["kind"]


def test_texts_numbers_and_dates(read, xlsx):
    reading = read(xlsx(["0042", 42, (42, "00000"), date(2026, 3, 1), datetime(2026, 4, 1, 13, 30)]))
    assert reading.head.headings == tuple(HEADINGS)
    assert reading.cells == [("0042", "42", "00042", date(2026, 3, 1), date(2026, 4, 1))]
    assert reading.lines == [2]
    assert reading.head.state.dialect.as_mapping() == {
        "kind": "xlsx",
        "encoding": "",
        "separator": "",
        "quote": "",
        "sheet": "Completions",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567890123456, "1234567890123456"),
        (1.2e15, "1200000000000000"),
        (0.1 + 0.2, "0.3"),
        (-7, "-7"),
        (True, "TRUE"),
        (False, "FALSE"),
        (time(13, 30), "13:30:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        ("  padded ", "  padded "),
        ("=1+1", "=1+1"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("two\nlines", "two\nlines"),
        ("😀 \u202eab", "😀 \u202eab"),
        ("#N/A", "#N/A"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(read, xlsx, value, text):
    assert read(xlsx([value, "C", "", "", ""])).cells[0][0] == text


def test_a_formula_counts_by_what_it_gave(read, xlsx_of_xml):
    rows = (
        '<row r="2"><c r="A2" t="str"><f>LOWER("U1")</f><v>u1</v></c><c r="B2"><f>6*7</f><v>42</v></c>'
        '<c r="C2" t="str"><f>""</f><v></v></c><c r="D2"><f>TODAY()</f></c>'
        '<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    assert read(xlsx_of_xml(rows)).cells == [("u1", "42", "", "=TODAY()", "#DIV/0!")]


def test_lines_are_the_rows_of_the_sheet(read, xlsx_of_xml):
    rows = (
        '<row r="2"/><row r="5"><c r="A5" t="inlineStr"><is><t>u1</t></is></c></row>'
        '<row r="7"><c r="A7" s="0"/><c r="XFD7" s="0"/></row><row r="1048576"><c r="B1048576"><v>7</v></c></row>'
    )
    reading = read(xlsx_of_xml(rows))
    assert reading.lines == [5, 1048576]
    assert reading.cells == [("u1", "", "", "", ""), ("", "7", "", "", "")]


def test_rows_and_cells_may_leave_out_where_they_stand(read, xlsx_of_xml):
    reading = read(xlsx_of_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
    assert reading.lines == [2, 3]
    assert reading.cells == [("1", "2", "", "", ""), ("3", "", "", "", "")]


def test_cells_beyond_the_heading_are_kept_if_they_are_not_blank(read, xlsx_of_xml):
    reading = read(xlsx_of_xml('<row r="2"><c r="A2"><v>1</v></c><c r="G2"><v>9</v></c></row>'))
    assert reading.cells == [("1", "", "", "", "", "", "9")]


def test_runs_of_a_text_are_joined_without_its_pronunciation(read, xlsx_of_xml):
    runs = '<r><t>a</t></r><rPh><t>x</t></rPh><r><t xml:space="preserve"> b</t></r>'
    assert read(xlsx_of_xml(f'<row><c t="inlineStr"><is>{runs}</is></c></row>')).cells[0][0] == "a b"


def test_shared_strings(read, xlsx_of_xml):
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>one</t></si>'
        "<si><r><t>t</t></r><r><t>wo</t></r><rPh><t>x</t></rPh></si><si/><si><t>end_x000D_</t></si></sst>"
    )
    rows = "<row>" + "".join(f'<c t="s"><v>{number}</v></c>' for number in range(4)) + "</row>"
    content = xlsx_of_xml(rows, **{"xl/sharedStrings.xml": strings})
    assert read(content).cells == [("one", "two", "", "end\r", "")]


def test_dates_of_the_other_calendar(read, xlsx):
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx()))
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    workbook.active.append(["u", "C", "", date(2026, 3, 1), None])
    assert read(saved(workbook)).cells[0][3] == date(2026, 3, 1)


@pytest.mark.parametrize("value", [-5, 1e9])
def test_a_number_that_is_no_day_stays_a_number(read, xlsx, value):
    assert read(xlsx(["u", "C", "", (value, "yyyy-mm-dd"), ""])).cells[0][3] == str(int(value))


def test_iso_dates(read, xlsx_of_xml):
    rows = '<row><c t="d"><v>2026-03-01</v></c><c t="d"><v>2026-03-01T10:00:00</v></c><c t="d"><v>spring</v></c></row>'
    assert read(xlsx_of_xml(rows)).cells[0][:3] == (date(2026, 3, 1), date(2026, 3, 1), "spring")


def test_headings_are_texts_whatever_they_are(read, xlsx):
    reading = read(xlsx(["u", "C", "", "", "", "x"], headings=[*HEADINGS[:4], date(2026, 3, 1), 7]))
    assert reading.head.headings == (*HEADINGS[:4], "2026-03-01", "7")


def three_sheets():
    workbook = openpyxl.Workbook()
    workbook.active.title = "Notes"
    workbook.active.sheet_state = "hidden"
    workbook.create_chartsheet("Chart")
    for name in ("Résumé 2025", "2026"):
        sheet = workbook.create_sheet(name)
        sheet.append(HEADINGS)
        sheet.append([name])
    return saved(workbook)


@pytest.mark.parametrize(
    ("chosen", "found"), [("", "Résumé 2025"), ("2026", "2026"), (" re\u0301sume\u0301 2025 ", "Résumé 2025")]
)
def test_the_sheet_is_the_first_that_can_be_seen_or_the_chosen_one(read, chosen, found):
    reading = read(three_sheets(), sheet=chosen)
    assert (reading.head.state.dialect.sheet, reading.cells[0][0]) == (found, found)


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(read):
    reading = read(three_sheets(), sheet="2027")
    [issue] = reading.refused
    assert issue.code is Code.FILE_UNREADABLE
    assert issue.details == {"kind": "sheet", "sheet": "2027", "sheets": ("Notes", "Résumé 2025", "2026")}


def test_a_sheet_without_cells_is_empty(read):
    assert read(saved(openpyxl.Workbook())).refused == (Issue(Code.FILE_EMPTY),)


def test_a_protected_sheet_is_read(read, xlsx):
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx(["u", "C", "", "", ""])))
    workbook.active.protection.set_password("secret")
    assert read(saved(workbook)).cells == [("u", "C", "", "", "")]


def test_a_row_that_is_too_long_is_named(read, xlsx_of_xml):
    cells = "".join(f'<c t="inlineStr"><is><t>{"é" * 100_000}</t></is></c>' for _ in range(6))
    reading = read(xlsx_of_xml(f"<row><c><v>1</v></c></row><row>{cells}</row>"))
    assert [(issue.code, issue.line) for issue in reading.refused] == [(Code.RECORD_TOO_LONG, 3)]
    assert reading.lines == [2]


def test_one_endless_cell_is_not_gathered(read, xlsx_of_xml):
    reading = read(xlsx_of_xml(f'<row><c t="inlineStr"><is><t>{"x" * 5_000_000}</t></is></c></row>'))
    assert [(issue.code, issue.line) for issue in reading.refused] == [(Code.RECORD_TOO_LONG, 2)]


BILLION_LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le"])
def test_entities_are_refused_wherever_they_are_declared(read, xlsx, part, encoding):
    parts = parts_of(xlsx(["u"]))
    parts[part] = BILLION_LAUGHS.encode(encoding) + parts[part]
    assert kind_of(read(zipped(parts))) in ("bomb", "document", "broken")
    if part != "[Content_Types].xml":
        assert kind_of(read(zipped(parts))) == "bomb"


def test_entities_are_refused_in_the_sheet_and_in_the_strings(read, xlsx_of_xml):
    assert kind_of(read(xlsx_of_xml(before=BILLION_LAUGHS))) == "bomb"
    strings = BILLION_LAUGHS + '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    assert kind_of(read(xlsx_of_xml(**{"xl/sharedStrings.xml": strings}))) == "bomb"


def test_a_part_that_grows_a_thousandfold_is_refused(read, xlsx_of_xml):
    assert kind_of(read(xlsx_of_xml(f"<row>{' ' * 70_000_000}</row>"))) == "bomb"


def test_an_endless_tag_is_refused(read, xlsx_of_xml):
    noise = "".join(map(str, range(3_000_000)))
    assert kind_of(read(xlsx_of_xml(f'<row x="{noise}"/>'))) == "bomb"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="5"/><row r="3"><c><v>1</v></c></row>',
        '<row r="2"/><row r="2"><c><v>1</v></c></row>',
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row><c r="XFE2"><v>1</v></c></row>',
        '<row><c r="?"><v>1</v></c></row>',
        '<row r="x"/>',
        '<row><c t="s"><v>7</v></c></row>',
        '<row><c s="700"><v>7</v></c></row>',
        "<row><c>",
        "\x00",
    ],
)
def test_a_damaged_sheet_is_refused(read, xlsx_of_xml, rows):
    assert kind_of(read(xlsx_of_xml(rows))) == "broken"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/styles.xml"]
)
def test_a_workbook_with_a_part_missing_is_refused_or_read_without_it(read, xlsx, part):
    parts = parts_of(xlsx(["u", "C", "", "", ""]))
    del parts[part]
    reading = read(zipped(parts))
    assert kind_of(reading) in ("broken", "document") if reading.refused else part == "xl/styles.xml"


def test_a_workbook_that_is_cut_off_is_refused(read, xlsx):
    assert kind_of(read(xlsx(["u", "C", "", "", ""])[:-100])) == "broken"


def test_a_workbook_with_a_password_says_so(read):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert kind_of(read(ole + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(500))) == "encrypted"
    assert kind_of(read(ole + bytes(2000) + "Workbook".encode("utf-16-le"), piece=700)) == "workbook"


def test_other_archives_and_documents_say_what_they_are(read):
    word = '<Types><Override ContentType="application/vnd.ms-word.document.main+xml"/></Types>'
    binary = '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    assert kind_of(read(zipped({"learners.csv": "a,b"}))) == "archive"
    assert kind_of(read(zipped({"[Content_Types].xml": word, "word/document.xml": "x"}))) == "document"
    assert kind_of(read(zipped({"[Content_Types].xml": binary, "xl/workbook.bin": "x"}))) == "workbook"
    assert kind_of(read(zipped({"mimetype": "application/vnd.oasis.opendocument.text"}))) == "document"


def test_reading_goes_on_from_any_slice(source, xlsx):
    from cert_completion_plugin.core.options import Options
    from cert_completion_plugin.tabular import ReaderState, read_head, read_slices

    rows = [[f"u{number}", "C", number, date(2026, 1, 1), None] if number % 3 else [] for number in range(40)]
    file = source(xlsx(*rows))
    head = read_head(file, Options())
    whole = [row for part in read_slices(file, head.state) for row in part.rows]
    assert len(whole) == 26
    for part in read_slices(file, head.state, rows_per_slice=7):
        state = ReaderState.from_mapping(part.state.as_mapping())
        rest = [row for each in read_slices(file, state) for row in each.rows]
        assert rest == whole[state.rows_read :]


def test_a_million_empty_rows_cost_little(read, xlsx_of_xml):
    rows = "".join(f'<row r="{number}"/>' for number in range(2, 200_000))
    reading = read(xlsx_of_xml(rows + '<row r="200000"><c><v>1</v></c></row>'))
    assert reading.lines == [200_000]
