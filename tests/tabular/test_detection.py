"""Which separator and quote character a file is read with (import-rules.md §1 and §2)."""

import pytest

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import SEPARATORS

REQUIRED = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate")
HEADING = ",".join(REQUIRED)
ROW = ("ana", "Fire Safety", "FS-100", "2026-01-10", "")


def dialect(reading):
    return reading.head.state.dialect.separator, reading.head.state.dialect.quote


def table(separator, *rows, quote=""):
    lines = (separator.join(quote + cell + quote for cell in row) for row in (REQUIRED, *rows))
    return "".join(line + "\n" for line in lines)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_separator_and_quote_are_detected(read, separator, quote, rows):
    reading = read(table(separator, *[ROW] * rows, quote=quote))
    assert (reading.refused, reading.head.headings, reading.cells) == ((), REQUIRED, [ROW] * rows)
    assert dialect(reading) == (separator, quote or '"')


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_they_are_detected_in_every_encoding(read, encoding):
    reading = read(table(";", ("Zoë", "'Tis; true", "", "", ""), quote='"').encode(encoding))
    assert reading.cells == [("Zoë", "'Tis; true", "", "", "")]


@pytest.mark.parametrize(
    "rows",
    [
        [("ana", "Read, write, count, and more", "a,b", "10,5", ",")],
        [("ana", "10:30:00", "1:2", "a|b", "x\ty")] * 3,
        [("ana", "one,two,three,four", "", "", "")] * 50,
        [("ana", "a,b,c,d,e"), ("a,b,c,d,e",), ("1", "2,", "3", "4", "5", "6")],
    ],
)
def test_other_separators_in_the_cells_do_not_mislead(read, rows):
    reading = read(table(";", *rows))
    assert dialect(reading)[0] == ";"
    assert reading.cells == rows


@pytest.mark.parametrize(
    ("heading", "separator"),
    [
        ("Due_Date;completion date ;USERNAME;Certification ID-Number;certification_short_name", ";"),
        ("User Name|Remarks, if any; or none|duedate", "|"),
        ("Name;Course, place;Day", ";"),
        ("Name, first;Course;Day", ";"),
        ("first, last\tusername", "\t"),
        ("username", ","),
        ("nothing of use", ","),
    ],
)
@pytest.mark.parametrize("rows", ["", "Doe, John;FS: 1;x\n"])
def test_the_likeliest_separator_is_taken_whatever_is_missing(read, heading, separator, rows):
    reading = read(heading + "\n" + rows.replace(";", separator))
    assert dialect(reading)[0] == separator


def test_of_unknown_headings_those_count_that_the_rows_agree_with(read):
    heading = "Name, first, and last; Course\n"
    assert dialect(read(heading + "John Doe;FS-100\nJane Doe;FS-200\n"))[0] == ";"
    assert dialect(read(heading + "John,Doe,FS-100\nJane,Doe,FS-200\n"))[0] == ","


def test_a_chosen_separator_is_used_and_the_quote_is_still_detected(read):
    reading = read(f"{HEADING}\n'a;b',\"c;d\",,,\n", separator=";")
    assert (dialect(reading), reading.cells) == ((";", '"'), [("'a", "b',\"c", 'd",,,')])
    row = ("a;b", "c,d", "", "", "")
    reading = read(table(";", row, quote="'"), separator=";")
    assert (dialect(reading), reading.cells) == ((";", "'"), [row])


def test_a_chosen_quote_is_used_and_the_separator_is_still_detected(read):
    rows = [("'t Hart", "'s Nachts", "", "", "'x'")]
    assert read(table(";", *rows), quote="none").cells == rows
    assert read(table("|", *rows), quote='"').cells == rows
    assert dialect(read(table(";", ROW, quote='"'), quote="'")) == (";", "'")


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ("z1,'Radio, marine','MR''1',2025-05-01,\n", [("z1", "Radio, marine", "MR'1", "2025-05-01", "")]),
        ("z1,'Radio\nmarine',,,\n", [("z1", "Radio\nmarine", "", "", "")]),
        ("'z1','Say \"hi\"',,,\n'z2',\"x,y,,\n", [("z1", 'Say "hi"', "", "", ""), ("z2", '"x', "y", "", "")]),
    ],
)
def test_single_quotes_in_the_rows_alone(read, rows, cells):
    reading = read(f"{HEADING}\n{rows}")
    assert dialect(reading) == (",", "'")
    assert reading.cells == cells


@pytest.mark.parametrize(
    "rows",
    [
        "o'brien,O'Neill's,,,\n",
        "'t hart,'s Nachts,,,\n",
        "ana,'Tis time,,,\n",
        "ana,'Tis time,,,\nbob,'Tis late,,,\n",
        "'00123,Fire,'00456,2026-01-10,\n'00124,Fire,'00457,2026-01-10,\n",
        "ana,'Advanced' Fire Safety,,,\n",
        "ana,'Advanced',,,\nbob,Basic,,,\n",
        "ana,'Safety, Drivers',,,\nbob,\"x\",,,\n",
        "ana,'Safety,Drivers',,\n",
        '"ana","\'Tis, ""so""",,,\n',
        "'\n',,,,\n",
    ],
)
def test_apostrophes_are_letters(read, rows):
    reading = read(f"{HEADING}\n{rows}")
    assert dialect(reading) == (",", '"')
    assert reading.refused == ()


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('ana,"Fire Safety,FS-100,2026-01-10,\n', 2),
        ("ana,Fire,,,\n" * 3 + 'ana,"Fire,,,\n' + "ana,Fire,,,\n" * 3, 5),
        ('"ana",\'x\',,,\nbob,"Fire,,,\n', 3),
        ("ana,'x','y',,\nbob,\"Fire,,,\n" + "bob,z,,,\n", 3),
        ("ana,'x, y',,,\nbob,\"Fire,,,\n", 3),
    ],
)
def test_a_quote_never_closed_is_told_and_not_evaded(read, separator, rows, line):
    content = f"{HEADING}\n{rows}".replace(",", separator)
    assert read(content).refused == (Issue(Code.QUOTE_UNCLOSED, line=line),)


def test_a_quote_never_closed_in_the_heading_is_told_in_every_dialect(read):
    for separator in SEPARATORS:
        for heading in ('username,"certificationshortname,duedate\n', '"username,duedate\n', 'duedate,username,"\n'):
            reading = read((heading + "x,y,z\n").replace(",", separator))
            assert reading.refused == (Issue(Code.QUOTE_UNCLOSED, line=1),)


def test_a_quote_never_closed_does_not_speak_against_a_separator_either(read):
    reading = read('Name;Course\nDoe;"Fire\n')
    assert (dialect(reading)[0], reading.refused) == (";", (Issue(Code.QUOTE_UNCLOSED, line=2),))


def test_a_single_quote_never_closed_is_told_where_the_heading_has_single_quotes(read):
    reading = read(table(";", ROW, quote="'") + "'ana';'Fire;;;\nbob;;;;\n")
    assert reading.refused == (Issue(Code.QUOTE_UNCLOSED, line=3),)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_that_names_the_separator_for_excel_is_heeded(read, end, line, encoding):
    content = end.join([line, "", "username;a,b,c", "1;2,3,4"]).encode(encoding)
    reading = read(content)
    assert (reading.head.heading_line, reading.head.headings) == (3, ("username", "a,b,c"))
    assert (reading.lines, reading.cells) == ([4], [("1", "2,3,4")])


def test_the_line_that_names_the_separator_decides_against_the_headings(read):
    assert dialect(read("sep=;\n" + table(",", ROW)))[0] == ";"
    assert dialect(read("sep=\t\nusername\tx\n"))[0] == "\t"
    assert read("sep=|\n").refused == (Issue(Code.FILE_EMPTY),)


def test_it_is_left_out_but_not_heeded_where_the_separator_is_chosen(read):
    reading = read("sep=;\n" + table(",", ("a;b", *ROW[1:])), separator=",")
    assert (reading.head.heading_line, reading.head.headings) == (2, REQUIRED)


@pytest.mark.parametrize("line", ["sep=;;", "sep=", "sep=x", " sep=;", '"sep=;', "\nsep=;"])
def test_other_lines_like_it_are_text(read, line):
    assert "sep" in read(line + "\n", quote="none").head.headings[0]


@pytest.mark.parametrize("blank", ["\n", " \r\n", ";;;;\n", "\u00a0;\u200b\n", '"";" "\n', "'';' '\n"])
def test_blank_lines_at_the_beginning_do_not_matter(read, blank):
    reading = read(blank * 3 + table(";", ROW), quote=blank[:1] if blank[:1] in ("'", '"') else "auto")
    assert (dialect(reading)[0], reading.cells) == (";", [ROW])


def test_more_blank_lines_than_are_looked_at_do_not_matter(read):
    reading = read((" " * 1000 + "\n") * 3000 + table(";", ROW))
    assert (reading.head.heading_line, reading.cells) == (3001, [ROW])


def test_multi_line_cells_are_looked_at_as_a_whole(read):
    rows = [("ana", "a,b\nc,d\n'e',f", "", "", "")] * 3
    reading = read(table(";", *rows, quote='"'))
    assert reading.cells == rows
    assert reading.lines == [2, 5, 8]


def test_ten_thousand_columns(read):
    more = tuple(f"note {number}" for number in range(10_000))
    reading = read(table(";", ROW + more).replace("duedate", "duedate;" + ";".join(more)))
    assert len(reading.head.headings) == len(reading.cells[0]) == 10_005


def test_a_heading_and_a_row_of_great_length(read):
    more = tuple(f"note, more than {number}" for number in range(20_000))
    row = (("x" * 99 + "\n") * 6_000, *("" for _ in more[1:]), *ROW)
    reading = read(table(";", row, quote="'").replace("'username", "'" + "';'".join(more) + "';'username"))
    assert (dialect(reading), reading.head.headings) == ((";", "'"), more + REQUIRED)
    assert (reading.refused, reading.cells) == ((), [row])


@pytest.mark.parametrize("place", ["in the rows", "in the heading"])
def test_what_cannot_be_decoded_does_not_hinder_detection(read, place):
    content = table(";", ROW, ("bob", "x\udcff", "", "", ""), quote="'")
    if place == "in the heading":
        content = content.replace("due", "\udcff")
    reading = read(content.encode("utf-8", "surrogateescape"), encoding="UTF-8")
    assert [issue.code for issue in reading.refused] == [Code.ENCODING_INVALID]
    if reading.head:
        assert dialect(reading) == (";", "'")
