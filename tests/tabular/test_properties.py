"""What holds for any table, any bytes, any slices and any pieces."""

import csv
import io
import itertools
import json

from cert_completion_hooks.text import normalised
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cert_completion_plugin.core.options import QUOTES, SEPARATORS, Options
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.tabular import ReaderState, Refused, RowSlice, read_head, read_slices
from cert_completion_plugin.tabular.cells import RecordSplitter, closes_quote, csv_records
from cert_completion_plugin.tabular.values import Dialect

# Short texts of the characters that matter, and of any others.
TEXTS = st.text(
    st.sampled_from("ab,;\t|:\"' \r\n\u2028\x85\x0b\x00\ufeffé😀") | st.characters(exclude_categories=["Cs"]),
    max_size=6,
)
TABLES = st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=8)
LINE_ENDS = st.sampled_from(["\n", "\r", "\r\n"])
SEPARATOR = st.sampled_from(SEPARATORS)
QUOTE = st.sampled_from(QUOTES)
MARKUP = st.text(st.sampled_from("a,'\"\r\n"), max_size=60)
PIECE = st.integers(1, 40)
ROWS_PER_SLICE = st.integers(1, 5)

unhurried = settings(deadline=None)


def naive(text, separator, quote):
    """The grammar once more, character by character: each record's line and cells; None where a quote stays open."""
    records: list[tuple[int, tuple[str, ...]]] = []
    cells: list[str] = []
    cell, quoted, fresh, line, start, at = "", False, True, 1, 1, 0
    while at < len(text):
        two, one = text[at : at + 2], text[at]
        end = two if two == "\r\n" else one if one in "\r\n" else ""
        at += len(end) or 1
        line += bool(end)
        if quoted and one == quote and two == quote * 2:
            cell, at = cell + quote, at + 1
        elif quoted and one == quote:
            quoted = False
        elif quoted:
            cell += end or one
        elif end or one == separator:
            cells, cell, fresh = [*cells, cell], "", True
            if end:
                records, cells, start = [*records, (start, tuple(cells))], [], line
            continue
        elif fresh and one == quote:
            quoted = True
        else:
            cell += one
        fresh = False
    if quoted:
        return None
    return [(line, cells) for line, cells in [*records, (start, (*cells, cell))] if any(map(normalised, cells))]


def written(table, separator, quote, line_end):
    """The table as the csv module writes it, every cell quoted."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, quotechar=quote, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(
        table
    )
    return buffer.getvalue()


def pairs(rows):
    return [(row.line, row.cells) for row in rows]


@unhurried
@given(TABLES, SEPARATOR, st.sampled_from(['"', "'"]), LINE_ENDS, PIECE)
def test_what_was_written_is_read(read, table, separator, quote, line_end, piece):
    text = written([["heading"], *table], separator, quote, line_end)
    reading = read(text, separator=separator, quote=quote, piece=piece)
    assert reading.refused == ()
    assert reading.cells == [tuple(cells) for cells in table if any(map(normalised, cells))]
    assert [(1, reading.head.headings), *pairs(reading.rows)] == naive(text, separator, quote)


@unhurried
@given(MARKUP | st.lists(TEXTS, max_size=12).map("".join), SEPARATOR, QUOTE, PIECE, ROWS_PER_SLICE)
def test_any_text_is_read_as_the_naive_parser_reads_it(read, text, separator, quote, piece, rows_per_slice):
    text = "heading\n" + text
    reading = read(text, separator=separator, quote=quote, piece=piece, rows_per_slice=rows_per_slice)
    expected = naive(text, separator, quote)
    if reading.refused and reading.refused[0].code == "file_unreadable":
        return
    if expected is None:
        assert [issue.code for issue in reading.refused] == ["quote_unclosed"]
    else:
        assert [(1, reading.head.headings), *pairs(reading.rows)] == expected


@unhurried
@given(MARKUP, PIECE, st.lists(ROWS_PER_SLICE, min_size=1))
@example('a\r"', 1, [2])
def test_reading_goes_on_from_every_slice(source, text, piece, sizes):
    file = source(("heading\n" + text).encode(), piece)
    state = read_head(file, Options()).state
    whole, failure = drained(file, state, 5000)
    rows: list[RawRow] = []
    sizes = itertools.cycle(sizes)
    while isinstance(part := next_slice(file, state, next(sizes)), RowSlice):
        rows += part.rows
        state = ReaderState.from_mapping(json.loads(json.dumps(part.state.as_mapping())))
        assert state == part.state
        assert state.rows_read == len(rows)
    assert rows == whole
    assert (part.issues if part else None) == failure


def drained(file, state, rows_per_slice):
    rows: list[RawRow] = []
    try:
        for part in read_slices(file, state, rows_per_slice=rows_per_slice):
            assert len(part.rows) <= rows_per_slice
            rows += part.rows
    except Refused as refused:
        return rows, refused.issues
    return rows, None


def next_slice(file, state, rows_per_slice):
    try:
        return next(read_slices(file, state, rows_per_slice=rows_per_slice), None)
    except Refused as refused:
        return refused


@unhurried
@given(
    st.binary(max_size=200)
    | st.lists(st.binary(max_size=3) | st.sampled_from([b"\r", b"\n", b'"', b",", b"a"])).map(b"".join),
    SEPARATOR,
    QUOTE,
    PIECE,
    ROWS_PER_SLICE,
)
@example(b"\xef\xbb\xbf", ",", '"', 1, 1)
@example(b'\xef\xbb\xbf"\r', ",", '"', 1, 1)
@example(b"a\n\x80", ",", "none", 1, 1)
def test_any_bytes_are_read_or_refused_and_pieces_do_not_matter(read, content, separator, quote, piece, rows_per_slice):
    options = {"separator": separator, "quote": quote}
    reading = read(content, piece=piece, rows_per_slice=rows_per_slice, **options)
    assert reading == read(content, **options)
    assert reading.head or reading.refused


@unhurried
@given(MARKUP, SEPARATOR, QUOTE)
def test_a_record_split_by_hand_is_the_csv_modules(text, separator, quote):
    dialect = Dialect(encoding="UTF-8", separator=separator, quote=quote)
    lines = text.splitlines(keepends=True)
    rest = iter(lines)
    cells = next(csv_records(rest, dialect), None)
    taken = lines[: len(lines) - len(list(rest))]
    splitter = RecordSplitter(dialect)
    complete = [splitter.feed(line) for line in taken]
    if cells and splitter.opened_on is None:
        assert complete == [False] * (len(taken) - 1) + [True]
        assert splitter.cells == cells
    elif cells:
        assert naive(text, separator, quote) is None
        assert not any(complete)


@unhurried
@given(st.lists(st.text(st.sampled_from("a'"), max_size=5)))
def test_a_quote_is_closed_as_the_naive_parser_closes_it(texts):
    # A second cell shows whether the first was closed on the way: an open one would swallow the separator.
    assert closes_quote(texts, "'") == (naive("'" + "".join(texts) + "\n", ",", "'") is not None)
