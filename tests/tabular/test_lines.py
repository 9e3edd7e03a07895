"""Line ends, physical line numbers, skipped records, quotes (import-rules.md §1 and §1.2)."""

import pytest

PIECES = [1, 2, 3, 5, 1000]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_end(read, end, piece):
    reading = read(end.join(["", "a,b", "", "1,2", "3,4"]), piece=piece)
    assert reading.head.heading_line == 2
    assert reading.lines == [4, 5]
    assert reading.cells == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("piece", PIECES)
def test_mixed_line_ends(read, piece):
    reading = read("a\r\n1\n2\r3\n\r4\r\r\n5\r", piece=piece)
    assert reading.cells == [("1",), ("2",), ("3",), ("4",), ("5",)]
    assert reading.lines == [2, 3, 4, 6, 8]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"])
def test_other_separators_of_lines_are_letters(read, separator):
    reading = read(f"a,b\n1{separator}2,3\n4,5\n")
    assert reading.cells == [(f"1{separator}2", "3"), ("4", "5")]
    assert reading.lines == [2, 3]


@pytest.mark.parametrize("piece", PIECES)
def test_cells_of_many_lines(read, piece):
    reading = read('a,"b\r\nb"\n1,"x\r\ny\rz\n"\n2,"\n\n"\r\n3,', piece=piece)
    assert reading.head.headings == ("a", "b\r\nb")
    assert reading.cells == [("1", "x\r\ny\rz\n"), ("2", "\n\n"), ("3", "")]
    assert reading.lines == [3, 7, 10]


def test_blank_records_are_skipped_and_counted_as_lines(read):
    reading = read('a,b\n\n1,2\n,\n   \n\u00a0,\u200b\ufeff\n"\n\n","\t"\n3\n')
    assert reading.lines == [3, 10]
    assert reading.cells == [("1", "2"), ("3",)]


def test_the_heading_is_the_first_record_that_is_not_blank(read):
    reading = read("\n,,\n user name ,\n1,\n")
    assert reading.head.heading_line == 3
    assert reading.head.headings == (" user name ", "")
    assert reading.lines == [4]


@pytest.mark.parametrize("blank_part", [" " * 300, "\u00a0" * 1000, "\u200b" * 256])
def test_text_far_behind_blanks_is_text(read, blank_part):
    reading = read(f"a\n{blank_part}x\n{blank_part}\n")
    assert reading.lines == [2]


def test_ragged_rows_are_kept_as_they_are(read):
    assert read("a,b\n1\n1,2,3,,\n").cells == [("1",), ("1", "2", "3", "", "")]


def test_a_heading_alone_has_no_rows(read):
    for end in ("", "\n", "\r\n\n"):
        assert read("a,b" + end).rows == ()
        assert read("a,b" + end).refused == ()


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('1,5" pipe', ("1", '5" pipe')),
        ('1, "x"', ("1", ' "x"')),
        ('"1","a ""b"", c"', ("1", 'a "b", c')),
        ('"","""",x', ("", '"', "x")),
        ('"a"b"c,d', ('ab"c', "d")),
        ("'1,2'", ("'1", "2'")),
    ],
)
def test_quotes(read, row, cells):
    assert read(f"a,b\n{row}\n").cells == [cells]


def test_the_chosen_quote_and_separator(read):
    reading = read("a;b\n'1;''\n2';\"x\n", separator=";", quote="'")
    assert reading.cells == [("1;'\n2", '"x')]
    assert reading.lines == [2]


def test_no_quote_character(read):
    assert read("a,b\n\"1,'2\n", quote="none").cells == [('"1', "'2")]


def test_text_is_handed_on_as_it_stands(read):
    assert read("a,b\n 007 ,=1+1\ne\u0301,\u00a0\n").cells == [(" 007 ", "=1+1"), ("e\u0301", "\u00a0")]
