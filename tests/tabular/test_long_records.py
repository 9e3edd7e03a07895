"""Records near and beyond 1 MiB (import-rules.md §1.1), and cells beyond the csv module's own limit."""

import csv
import tracemalloc
from collections.abc import Iterator

import pytest

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.tabular import Refused, read_head, read_slices

MIB = 1024 * 1024
PIECES = [1000, 512 * 1024, 3 * MIB]


def too_long(line, **details):
    return (Issue(Code.RECORD_TOO_LONG, line=line, details={"limit": MIB, **details}),)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n", "\nx,y\n", "\rx\n"])
def test_a_record_of_exactly_the_limit_is_read(read, piece, end):
    reading = read("a,b\n\n1," + "x" * (MIB - 2) + end, piece=piece)
    assert reading.refused == ()
    assert reading.lines[0] == 3
    assert reading.cells[0] == ("1", "x" * (MIB - 2))


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n", "\nx,y\n", "\rx\n"])
def test_one_byte_more_is_too_long(read, piece, end):
    reading = read("a,b\r\r1," + "x" * (MIB - 1) + end, piece=piece)
    assert reading.refused == too_long(3)


def test_a_line_before_it_whose_end_fell_between_two_pieces_does_not_count(read):
    reading = read("a" * 999 + "\r" + "x" * MIB, piece=1000)
    assert reading.refused == ()
    assert reading.lines == [2]


def test_bytes_count_not_characters(read):
    assert read("a\n" + "é" * (MIB // 2)).refused == ()
    assert read("a\n" + "é" * (MIB // 2) + "x").refused == too_long(2)


@pytest.mark.parametrize("piece", [1000, 1001, 512 * 1024])
@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n", "\nx,y\n", "\rx\n"])
@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("letter", ["x", "Ċ", "😀"])
def test_the_limit_counts_bytes_in_utf16_too(read, piece, end, order, letter):
    units = len(letter.encode(f"utf-16-{order}"))
    fits = "\ufeffa,b\r\n1," + letter * ((MIB - 4) // units)
    reading = read((fits + end).encode(f"utf-16-{order}"), piece=piece)
    assert (reading.refused, reading.lines[0]) == ((), 2)
    assert read((fits + "." + end).encode(f"utf-16-{order}"), piece=piece).refused == too_long(2)


def test_a_heading_can_be_too_long(read):
    assert read("\n" + "x" * (MIB + 1)).refused == too_long(2)


@pytest.mark.parametrize("piece", PIECES)
def test_lines_of_one_record_count_together_without_the_last_line_end(read, piece):
    fits = 'a,b\n1,"' + "0123456\n" * (MIB // 8 - 1) + '012"\r\n2,x\n'
    reading = read(fits, piece=piece)
    assert reading.refused == ()
    assert reading.lines == [2, 2 + MIB // 8]
    longer = fits.replace('012"', '01234"')
    assert read(longer, piece=piece).refused == too_long(2, quote_line=2)


@pytest.mark.parametrize("piece", PIECES)
def test_of_a_long_record_in_an_open_quote_the_opening_line_is_told(read, piece):
    reading = read('a,b\n"x\n",y,"\n' + "z\n" * MIB + '"\n', piece=piece)
    assert reading.refused == too_long(2, quote_line=3)


@pytest.mark.parametrize("piece", [1000, 1001, 512 * 1024])
@pytest.mark.parametrize("rest", ["1,2\n", '1,""2""\n', '""\n'])
def test_a_quote_never_closed_is_told_however_much_follows(read, piece, rest):
    reading = read('a,b\n1,2\n\n1,"2\n' + rest * (2 * MIB // len(rest)), piece=piece)
    assert reading.refused == (Issue(Code.QUOTE_UNCLOSED, line=4),)


@pytest.mark.parametrize("piece", PIECES)
def test_cells_beyond_the_limit_of_the_csv_module(read, piece):
    long = "x" * 200_000
    content = f'a,b,c\n1,{long},y"\n2,"{long}\r\n""{long}"z,3\n\n{long}\n4,5,6\n'
    reading = read(content, piece=piece)
    assert reading.refused == ()
    assert reading.lines == [2, 3, 6, 7]
    assert reading.cells == [
        ("1", long, 'y"'),
        ("2", f'{long}\r\n"{long}z', "3"),
        (long,),
        ("4", "5", "6"),
    ]


def test_a_long_cell_never_closed(read):
    long = "x" * 200_000
    assert read(f'a,b\n1,"{long}\n{long}\n').refused == (Issue(Code.QUOTE_UNCLOSED, line=2),)


def test_a_limit_that_somebody_else_sets_is_respected_and_harmless(read):
    before = csv.field_size_limit(5)
    try:
        assert read('headings,b\n1,"long\ncell"\n2,3\n').cells == [("1", "long\ncell"), ("2", "3")]
        assert csv.field_size_limit() == 5
    finally:
        csv.field_size_limit(before)


class Endless:
    """200 MB made on the fly: a heading, then one byte again and again."""

    size = 200 * MIB

    def __init__(self, heading: bytes, filler: bytes) -> None:
        self.heading = heading
        self.filler = filler * (512 * 1024 // len(filler))

    def read_from(self, offset: int) -> Iterator[bytes]:
        yield self.heading[offset:]
        for _ in range(400):
            yield self.filler


@pytest.mark.parametrize(
    ("heading", "filler", "code"),
    [
        (b"a,b\n", b"x", Code.RECORD_TOO_LONG),
        (b"a,b\n1,", b'"', Code.RECORD_TOO_LONG),
        (b'a,b\n1,"\n', b"x", Code.QUOTE_UNCLOSED),
        (b'a,b\n1,"\n', b'""', Code.QUOTE_UNCLOSED),
        (b"", b"x", Code.RECORD_TOO_LONG),
        (b"\xff\xfe", b"x\0", Code.RECORD_TOO_LONG),
        (b"\xff\xfe", b"\n\1", Code.RECORD_TOO_LONG),
        (b"\xff\xfe" + 'a,b\n1,"\n'.encode("utf-16-le"), b"x\0" * 31 + b"\n\0", Code.QUOTE_UNCLOSED),
        (b"a;b\n'1;'s\n", b"'x", Code.RECORD_TOO_LONG),
        (b"a,\xe9\n", b"x", Code.RECORD_TOO_LONG),
        (b"a,\x81\n", b"x", Code.ENCODING_INVALID),
    ],
)
def test_memory_stays_small_with_an_endless_line(heading, filler, code):
    file = Endless(heading, filler)
    tracemalloc.start()
    try:
        with pytest.raises(Refused) as refused:
            list(read_slices(file, read_head(file, Options()).state))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.issues[0].code == code
    assert peak < 16 * MIB


def test_slices_of_long_rows_are_closed_by_bytes(source):
    file = source(b"a,b\n" + (b"1," + b"x" * 900_000 + b"\n") * 20)
    slices = list(read_slices(file, read_head(file, Options()).state))
    assert [len(part.rows) for part in slices] == [5, 5, 5, 5]


def test_a_long_stretch_of_blank_lines_makes_slices_without_rows(source):
    file = source(b"a\n" + b"\n" * (9 * MIB) + b"x\n")
    slices = list(read_slices(file, read_head(file, Options()).state))
    assert [len(part.rows) for part in slices] == [0, 0, 1]
    assert slices[-1].rows[0].line == 2 + 9 * MIB
    assert [part.state.rows_read for part in slices] == [0, 0, 1]


def test_a_cell_of_combining_characters_is_no_trap(read):
    # Normalising this cell as a whole takes minutes.
    content = "a\n" + "\u0301\u0323" * (MIB // 4) + "\n"
    assert len(read(content).rows) == 1
