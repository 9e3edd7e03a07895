"""What holds for any table, any bytes, any slices and any pieces."""

import csv
import io
import itertools
import json

from cert_completion_hooks.text import normalised
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.core.options import AUTO, ENCODINGS, QUOTES, SEPARATORS, Options
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.tabular import ReaderState, Refused, RowSlice, read_head, read_slices
from cert_completion_plugin.tabular.cells import RecordSplitter, closes_quote, csv_records
from cert_completion_plugin.tabular.encodings import CODECS, decode
from cert_completion_plugin.tabular.opening import open_text
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
ENCODING = st.sampled_from(sorted(CODECS))
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


def held(text, encoding):
    """What of a text an encoding can hold."""
    return "".join(character for character in text if holds(character, encoding))


def holds(character, encoding):
    try:
        return decode(character.encode(CODECS[encoding]), encoding) == character
    except UnicodeError:
        return False


def option(encoding):
    return "UTF-16" if encoding.startswith("UTF-16") else encoding


MARKED = ("UTF-8", "UTF-16LE", "UTF-16BE", "GB18030")


@unhurried
@given(TABLES, ENCODING, SEPARATOR, st.sampled_from(['"', "'"]), LINE_ENDS, st.booleans(), PIECE)
def test_what_was_written_is_read(read, table, encoding, separator, quote, line_end, marked, piece):
    table = [[held(cell, encoding) for cell in cells] for cells in table]
    text = written([["heading"], *table], separator, quote, line_end)
    mark = "\ufeff" if marked and encoding in MARKED else ""
    options = {"encoding": option(encoding), "separator": separator, "quote": quote}
    reading = read((mark + text).encode(CODECS[encoding]), piece=piece, **options)
    assert reading.refused == ()
    assert reading.cells == [tuple(cells) for cells in table if any(map(normalised, cells))]
    assert [(1, reading.head.headings), *pairs(reading.rows)] == naive(text, separator, quote)


WIDE_TABLES = st.integers(5, 7).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def sparingly_quoted(cell, separator, quote):
    # Until Python 3.13 the csv module leaves a CR bare where the line end is LF.
    return quote + cell + quote if any(mark in cell for mark in (separator, "\r", "\n")) else cell


def with_headings(table, headings=REQUIRED):
    return [[*headings, *(f"note {number}" for number in range(5, len(table[0])))], *table]


@unhurried
@given(
    WIDE_TABLES,
    st.permutations(REQUIRED),
    st.sampled_from(["UTF-8", "UTF-16LE", "UTF-16BE"]),
    st.booleans(),
    SEPARATOR,
    st.sampled_from(['"', "'"]),
    LINE_ENDS,
    PIECE,
)
def test_what_was_written_in_quotes_is_read_without_any_choice(
    read, table, headings, encoding, marked, separator, quote, line_end, piece
):
    text = written(with_headings(table, headings), separator, quote, line_end)
    mark = "\ufeff" if marked or encoding != "UTF-8" else ""
    reading = read((mark + text).encode(CODECS[encoding]), piece=piece)
    dialect = reading.head.state.dialect
    assert (reading.refused, dialect.encoding, dialect.separator, dialect.quote) == ((), encoding, separator, quote)
    assert [(1, reading.head.headings), *pairs(reading.rows)] == naive(text, separator, quote)


@unhurried
@given(WIDE_TABLES, SEPARATOR, st.sampled_from(['"', "'"]), LINE_ENDS)
def test_what_was_written_with_few_quotes_is_read_without_any_choice(read, table, separator, quote, line_end):
    # Quotes in the cells would leave it open which kind was meant around them.
    table = [[cell.replace("'", "").replace('"', "") for cell in cells] for cells in table]
    lines = (separator.join(sparingly_quoted(cell, separator, quote) for cell in row) for row in with_headings(table))
    reading = read("".join(line + line_end for line in lines))
    assert reading.refused == ()
    assert reading.cells == [tuple(cells) for cells in table if any(map(normalised, cells))]


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
@given(MARKUP | st.lists(TEXTS, max_size=12).map("".join), ENCODING, PIECE, st.lists(ROWS_PER_SLICE, min_size=1))
@example('a\r"', "UTF-8", 1, [2])
def test_reading_goes_on_from_every_slice(source, text, encoding, piece, sizes):
    file = source(("heading\n" + held(text, encoding)).encode(CODECS[encoding]), piece)
    state = read_head(file, Options(encoding=option(encoding))).state
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


FILES = [
    'username,certificationshortname,certificationidnumber,completiondate,duedate\nZoë,\'Tis "x",,2026-01-10,\n',
    "'username';'duedate'\r\n'許功';'a\n;b'\r\n'x''y';\r\n",
    'sep=|\rusername|duedate\r"a|\rb"|😀\r\r',
]
SCRAPS = st.sampled_from([*(bytes([byte]) for byte in b"\r\n\"',;a\0\xd8"), b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])


@st.composite
def damaged_files(draw):
    """Files that were right until some of their bytes were replaced, left out or added."""
    content = draw(st.sampled_from(FILES)).encode(CODECS[draw(ENCODING)], "replace")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=2) | SCRAPS) + content[at + draw(st.integers(0, 3)) :]
    return content


@unhurried
@given(
    st.binary(max_size=200) | st.lists(st.binary(max_size=3) | SCRAPS).map(b"".join) | damaged_files(),
    st.sampled_from([AUTO, *ENCODINGS]),
    st.just(AUTO) | SEPARATOR,
    st.just(AUTO) | QUOTE,
    PIECE,
    ROWS_PER_SLICE,
)
@example(b"\xef\xbb\xbf", AUTO, ",", '"', 1, 1)
@example(b'\xef\xbb\xbf"\r', AUTO, ",", '"', 1, 1)
@example(b"a\n\x80", "UTF-8", ",", "none", 1, 1)
def test_any_bytes_are_read_or_refused_and_pieces_do_not_matter(
    read, content, encoding, separator, quote, piece, rows_per_slice
):
    options = {"encoding": encoding, "separator": separator, "quote": quote}
    reading = read(content, piece=piece, rows_per_slice=rows_per_slice, **options)
    assert reading == read(content, **options)
    assert reading.head or reading.refused


@unhurried
@given(damaged_files(), PIECE, PIECE)
def test_a_file_is_always_opened_in_the_same_way(source, content, piece, other):
    assert opened(source(content, piece)) == opened(source(content, piece)) == opened(source(content, other))


def opened(file):
    try:
        return open_text(file, Options())
    except Refused as refused:
        return refused.issues


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
