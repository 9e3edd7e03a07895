"""Which encoding a file is read in, and bytes that it cannot hold (import-rules.md §1, §1.1 and §2)."""

import codecs

import pytest

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import ENCODINGS
from cert_completion_plugin.tabular.encodings import CODECS

GUESSED = (Issue(Code.ENCODING_GUESSED, details={"encoding": "windows-1252"}),)

# A text that the encoding holds and UTF-8 writes otherwise.
SAMPLES = {
    "UTF-8": "Zoë 😀",
    "UTF-16": "Zoë Ċ਍ 😀",
    "windows-1250": "Žofie Říha",
    "windows-1251": "Ирина",
    "windows-1252": "Chloë … Œuvre €",
    "ISO-8859-1": "Chloë ¤",
    "ISO-8859-2": "Žofie Říha",
    "ISO-8859-15": "Œuvre €",
    "Shift_JIS": "表 佐藤 ｶﾅ 髙①",
    "EUC-JP": "佐藤 表",
    "GB18030": "张伟 丂 😀",
    "Big5": "許功蓋 恒",
    "EUC-KR": "김민수 뷁",
}


def code_and_place(reading):
    (issue,) = reading.refused
    return issue.code, issue.line, issue.details["encoding"], issue.details["offset"], issue.details["bytes"]


def encoded(text, encoding):
    return text.encode(CODECS["UTF-16LE" if encoding == "UTF-16" else encoding])


def test_every_encoding_has_a_sample():
    assert set(SAMPLES) == set(ENCODINGS)
    assert set(CODECS) == {*ENCODINGS, "UTF-16LE", "UTF-16BE"} - {"UTF-16"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_the_chosen_encoding_is_read(read, encoding, end, piece):
    sample = SAMPLES[encoding]
    reading = read(encoded(end.join(["username", sample, "", sample, ""]), encoding), encoding=encoding, piece=piece)
    assert (reading.refused, reading.head.issues) == ((), ())
    assert reading.cells == [(sample,), (sample,)]
    assert reading.lines == [2, 4]
    assert reading.head.state.dialect.encoding == ("UTF-16LE" if encoding == "UTF-16" else encoding)


@pytest.mark.parametrize("name", ["UTF-8", "UTF-16LE", "UTF-16BE", "GB18030"])
@pytest.mark.parametrize("marks", [1, 2])
def test_a_byte_order_mark_decides_and_is_no_part_of_the_heading(read, name, marks):
    reading = read(("\ufeff" * marks + '"user"\nZoë\n').encode(CODECS[name]))
    assert (reading.head.headings, reading.cells, reading.head.issues) == (("user",), [("Zoë",)], ())
    assert reading.head.state.dialect.encoding == name


@pytest.mark.parametrize("name", ["UTF-16LE", "UTF-16BE"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf16_chosen_is_read_in_either_byte_order(read, name, mark):
    reading = read((mark + "username\nĀĂĄ\n").encode(CODECS[name]), encoding="UTF-16")
    assert reading.cells == [("ĀĂĄ",)]
    assert reading.head.state.dialect.encoding == name


@pytest.mark.parametrize(
    ("chosen", "mark", "marked"),
    [
        ("windows-1252", codecs.BOM_UTF8, "UTF-8"),
        ("windows-1251", codecs.BOM_UTF16_LE, "UTF-16LE"),
        ("UTF-8", codecs.BOM_UTF16_BE, "UTF-16BE"),
        ("UTF-16", codecs.BOM_UTF8, "UTF-8"),
    ],
)
def test_the_mark_of_another_encoding_than_the_chosen_one_refuses_the_file(read, chosen, mark, marked):
    details = {"encoding": chosen, "offset": 0, "bytes": mark.hex(), "marked": marked}
    refusal = Issue(Code.ENCODING_INVALID, line=1, details=details)
    assert read(mark + "note,username\n".encode(CODECS[marked]), encoding=chosen).refused == (refusal,)


def test_text_that_is_not_utf8_is_guessed_and_says_so(read):
    reading = read("username\nJosé … Müller\n".encode("cp1252"))
    assert reading.cells == [("José … Müller",)]
    assert reading.head.issues == GUESSED
    assert reading.head.state.dialect.encoding == "windows-1252"


@pytest.mark.parametrize("piece", [1, 2, 3, 512 * 1024])
def test_a_single_byte_far_behind_decides_too(read, piece):
    reading = read(b"username\n" + b"ana\n" * 400 + b"Jos\xe9", piece=piece)
    assert reading.head.issues == GUESSED
    assert reading.cells[-1] == ("José",)


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("sequences", "invalid", "encoding"),
    [
        (b"\xc3\xa9", b"\xe9,", "windows-1252"),
        (b"\xc3\xa9" * 2, b"\xe9,", "UTF-8"),
        (b"\xe2\x82\xac" * 2, b"\xe9,\xe9,", "windows-1252"),
        (b"\xe2\x82\xac" * 3, b"\xe9,\xe9,", "UTF-8"),
        # A sequence that is cut short counts with each of its bytes, also at the end of the file.
        (b"\xf0\x9f\x98\x80" * 2, b"\xf0\x9f,", "windows-1252"),
        (b"\xf0\x9f\x98\x80" * 2, b"\xe2\x82", "windows-1252"),
        (b"\xf0\x9f\x98\x80" * 3, b"\xe2\x82", "UTF-8"),
        # Neither an overlong form nor a surrogate is UTF-8.
        (b"\xc3\xa9" * 2, b"\xc0\xaf", "windows-1252"),
        (b"\xc3\xa9" * 3, b"\xed\xa0\x80", "windows-1252"),
        (b"\xc3\xa9" * 4, b"\xed\xa0\x80", "UTF-8"),
    ],
)
def test_broken_utf8_is_what_has_more_sequences_than_bytes_that_cannot_be(read, piece, sequences, invalid, encoding):
    reading = read(b"username\n" + sequences + b"\nx" + invalid, piece=piece)
    assert reading.head.state.dialect.encoding == encoding
    if encoding == "UTF-8":
        assert code_and_place(reading)[:4] == (Code.ENCODING_INVALID, 3, "UTF-8", 11 + len(sequences))
        assert reading.head.issues == ()
    else:
        assert (reading.refused, reading.head.issues) == ((), GUESSED)


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_what_windows_1252_cannot_hold_either_is_named_with_its_place(read, byte):
    reading = read(b"username\nJos\xe9\nx" + bytes([byte]) + b"\n")
    assert reading.head.issues == GUESSED
    assert code_and_place(reading) == (Code.ENCODING_INVALID, 3, "windows-1252", 15, f"{byte:02x}")
    assert reading.cells == [("José",)]


@pytest.mark.parametrize(
    ("encoding", "invalid", "told"),
    [
        ("UTF-8", b"\xe9x", "e9"),
        ("windows-1250", b"\x98", "98"),
        ("windows-1251", b"\x98", "98"),
        ("Shift_JIS", b"\xeb\x40", "eb"),
        ("Shift_JIS", b"\xa0", "a0"),
        ("Shift_JIS", b"\xff", "ff"),
        ("EUC-JP", b"\x80", "80"),
        ("GB18030", b"\x80", "80"),
        ("Big5", b"\xff", "ff"),
        ("EUC-KR", b"\x80", "80"),
        ("EUC-KR", b"\xb1\n", "b1"),
    ],
)
def test_bytes_that_the_chosen_encoding_cannot_hold_are_named(read, encoding, invalid, told):
    before = encoded(f"username,note\n{SAMPLES[encoding]},", encoding)
    reading = read(before + invalid + b"\n", encoding=encoding)
    assert code_and_place(reading) == (Code.ENCODING_INVALID, 2, encoding, len(before), told)


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    ("rest", "line", "at", "told"),
    [
        ("\ud83d\nx\n", 2, 0, "d83d"),
        ("a\udc00b", 2, 2, "dc00"),
        ("\ud83d😀\n", 2, 0, "d83d"),
        ("b\r\n\r\ny\udc00\n", 4, 12, "dc00"),
        ("b\nend\ud83d", 3, 10, "d83d"),
    ],
)
def test_half_a_pair_of_utf16_is_named_with_its_place(read, order, piece, rest, line, at, told):
    start = "\ufeffusername\n😀".encode(f"utf-16-{order}")
    reading = read(start + rest.encode(f"utf-16-{order}", "surrogatepass"), piece=piece)
    if order == "le":
        told = told[2:] + told[:2]
    assert code_and_place(reading) == (Code.ENCODING_INVALID, line, f"UTF-16{order.upper()}", len(start) + at, told)


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
@pytest.mark.parametrize(("text", "line"), [("user\nana", 2), ("user\nana\n", 3), ("user\n😀", 2)])
def test_half_a_unit_at_the_end_of_utf16_is_named_with_its_place(read, piece, text, line):
    content = ("\ufeff" + text).encode("utf-16-le")
    reading = read(content + b"\n", piece=piece)
    assert code_and_place(reading) == (Code.ENCODING_INVALID, line, "UTF-16LE", len(content), "0a")


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_line_ends_of_utf16_are_units_not_bytes(read, order, piece):
    # Each of these letters has the byte of a line end in it.
    cells = ["ĊčਊഅȊ", "\u0d0a\u0a0d\u0d00"]
    content = ("\ufeffuser,x\r\n" + ",".join(cells) + '\r1,"\n\r\n"\n\r2').encode(f"utf-16-{order}")
    reading = read(content, piece=piece)
    assert reading.cells == [tuple(cells), ("1", "\n\r\n"), ("2",)]
    assert reading.lines == [2, 3, 7]


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1252", "UTF-16", "GB18030"])
def test_control_characters_are_a_matter_of_their_rows(read, encoding):
    reading = read(encoded("username,note\na\x00na,a\x01\x02\x7fb\n", encoding), encoding=encoding)
    assert (reading.refused, reading.cells) == ((), [("a\x00na", "a\x01\x02\x7fb")])


def test_iso_8859_1_is_not_taken_for_windows_1252(read):
    assert read(b"user\nd\x92Arc\n", encoding="ISO-8859-1").cells == [("d\x92Arc",)]


@pytest.mark.parametrize("chosen", ["auto", "UTF-8", "windows-1252", "Shift_JIS"])
@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("text", ["username,duedate\n", "\r\nusername;x\n許功蓋;김민수\n" * 50, "a"])
def test_utf16_that_nothing_declares_is_told_so(read, chosen, order, text):
    refusal = Issue(Code.FILE_UNREADABLE, details={"kind": "utf-16"})
    assert read(text.encode(f"utf-16-{order}"), encoding=chosen).refused == (refusal,)


def test_a_heading_that_the_guessed_encoding_cannot_hold_is_told_with_the_guess(read):
    refused = read(b"username,na\x81me\n\xe9\n").refused
    assert [issue.code for issue in refused] == [Code.ENCODING_INVALID, Code.ENCODING_GUESSED]
