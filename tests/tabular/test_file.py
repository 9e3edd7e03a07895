"""What refuses a file as a whole before any row is read (import-rules.md §1.1)."""

import io
import random
import zipfile

import pytest

from cert_completion_plugin.core.issues import Code, Issue


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\n\r\n\r", b"  \n\t\n", b",,,\n", "\u00a0,\u200b\n".encode()]
)
def test_a_file_without_a_heading_is_empty(read, content):
    assert read(content).refused == (Issue(Code.FILE_EMPTY),)


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "text " * 100)
    return buffer.getvalue()


BINARY = {
    "broken, workbook": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "workbook of the old kind, or encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "archive": zipped("learners.csv"),
    "archive, gzip": b"\x1f\x8b\x08\x00" + b"username,",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "document": b"%PDF-1.4\nonly,text,up,to,here\n",
    "binary, random": random.Random(1).randbytes(5000),
    "binary, long": random.Random(2).randbytes(500_000),
    "binary, NUL only": bytes(10),
    "binary, marked as UTF-16": b"\xff\xfe" + bytes(10),
    "binary, UTF-32": "\ufeffusername,duedate\n".encode("utf-32-le"),
}


@pytest.mark.parametrize("name", BINARY)
def test_what_is_no_text_is_unreadable(read, name):
    kind = name.partition(",")[0].partition(" of")[0]
    assert read(BINARY[name]).refused == (Issue(Code.FILE_UNREADABLE, details={"kind": kind}),)


def test_some_control_characters_are_text(read):
    reading = read("username,note\na\x00na,a\x01\x02\x7fb\n")
    assert reading.refused == ()
    assert reading.cells == [("a\x00na", "a\x01\x02\x7fb")]


def test_nul_is_a_letter_without_a_quote_character_too(read):
    assert read("a,b\nx\x00,\x00y\n", quote="none").cells == [("x\x00", "\x00y")]


def test_a_character_cut_by_the_part_that_is_looked_at_is_no_sign_of_a_binary_file(read):
    # Some control characters, fewer than three in ten: binary only if the bytes were no UTF-8.
    content = ("x" + "\x01" * 10_000 + "é" * 60_000 + "\n").encode()
    assert content[64 * 1024 - 1] == 0xC3
    assert read(content).refused == ()


@pytest.mark.parametrize("encoding", ["auto", "UTF-8"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("piece", [1, 2, 100])
def test_the_byte_order_mark_is_no_part_of_the_heading(read, encoding, mark, piece):
    reading = read(mark + '"user,name",é\nana,x\n'.encode(), encoding=encoding, piece=piece)
    assert reading.head.headings == ("user,name", "é")
    assert reading.cells == [("ana", "x")]


def test_a_byte_order_mark_elsewhere_is_text(read):
    assert read("\ufeffa,\ufeffc\n\ufeffb,d\n").head.headings == ("a", "\ufeffc")


def test_byte_order_marks_of_several_programs_are_all_left_out(read):
    assert read('\ufeff\ufeff"a"\nb\n').head.headings == ("a",)
    assert read("\ufeff\ufeffa\n\ufeffb\n").cells == [("\ufeffb",)]


def test_bytes_that_utf8_cannot_hold_are_named_with_their_place(read):
    reading = read(b"\xef\xbb\xbfa,b\r\n1,2\r\n3,\xc3\xa9 \xe2\x82\n")
    (issue,) = reading.refused
    assert (issue.code, issue.line) == (Code.ENCODING_INVALID, 3)
    assert issue.details == {"encoding": "UTF-8", "offset": 18, "bytes": "e282"}
    assert reading.cells == [("1", "2")]


def test_a_line_in_the_middle_of_a_record_is_named_too(read):
    reading = read(b'a,b\n1,"x\ny\n\xff"\n', encoding="UTF-8")
    assert [(issue.code, issue.line, issue.details["offset"]) for issue in reading.refused] == [
        (Code.ENCODING_INVALID, 4, 11)
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,b\n1,2\n1,"x\n1,2\n', 3),
        ('a,b\n"1\n\n2",x,"y\nz', 4),
        ('a,b\r\n1,"""x""\r\n', 2),
        ('\n"a,b', 2),
        ('a\r1,"', 2),
    ],
)
def test_a_quote_never_closed_is_named_with_the_line_that_opens_it(read, content, line):
    assert read(content).refused == (Issue(Code.QUOTE_UNCLOSED, line=line),)


def test_rows_before_the_place_are_read_whatever_the_slices(read):
    content = b"a\n" + b"x\n" * 10 + b"\xff\n"
    for rows_per_slice in (1, 3, 10, 11):
        reading = read(content, rows_per_slice=rows_per_slice, encoding="UTF-8")
        assert reading.lines == list(range(2, 12))
        assert reading.refused[0].line == 12
