"""`auto` against a reader of dates written from import-rules.md §2.1 alone, from the cells of rows to the verdict."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat, DateVotes, Verdict, VerdictKind
from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.options import DATE_FORMATS
from cert_completion_plugin.core.parse import date_texts, parse_row
from cert_completion_plugin.core.rows import Cell, RawRow

ORDERS = ("YYYY MM DD", "YY MM DD", "DD MM YYYY", "DD MM YY", "MM DD YYYY", "MM DD YY")
FORMATS = {order.replace(" ", separator) for order in ORDERS for separator in "-/. "}
VOTING = {name for name in FORMATS if "YYYY" in name}
FIVE = cast(Columns, read_headings(REQUIRED)[0])

MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MOST_DIGITS = {"YYYY": 4, "YY": 2, "MM": 2, "DD": 2}
LEAST_DIGITS = {"YYYY": 4, "YY": 2, "MM": 1, "DD": 1}


def reading(name: str, text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a cell in a format; None where the text is invalid in it."""
    separator = next(letter for letter in name if letter not in "YMD")
    words, parts = name.split(separator), text.strip(" \t\u00a0\u200b").split(separator)
    if len(parts) != 3:
        return None
    found: dict[str, int] = {}
    for word, part in zip(words, parts, strict=True):
        if not LEAST_DIGITS[word] <= len(part) <= MOST_DIGITS[word] or not set(part) <= set("0123456789"):
            return None
        found[word] = int(part)
    if "YY" in found:
        found["YYYY"] = found["YY"] + (2000 if found["YY"] <= 69 else 1900)
    year, month, day = found["YYYY"], found["MM"], found["DD"]
    if not (1000 <= year <= 9999 and 1 <= month <= 12):
        return None
    leap_day = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (year, month, day) if 1 <= day <= MONTHS[month - 1] + leap_day else None


File = list[tuple[Cell, Cell]]


def raw_rows(file: File, *, ragged: Iterable[int] = ()) -> list[RawRow]:
    """One row for each pair of date cells, from line 2 on; a ragged one lacks its last cell."""
    rows = [RawRow(line, ("ana", "Diving", "", *dates)) for line, dates in enumerate(file, 2)]
    return [RawRow(row.line, row.cells[:-1]) if row.line in ragged else row for row in rows]


def verdict_on(rows: Sequence[RawRow]) -> Verdict:
    votes = DateVotes()
    for row in rows:
        for text in date_texts(row, FIVE):
            votes.add(row.line, text)
    return votes.verdict()


def texts_of(file: File) -> list[tuple[int, str]]:
    """The cells that are asked, with their lines: text that is not blank."""
    cells = [(line, cell) for line, dates in enumerate(file, 2) for cell in dates if isinstance(cell, str)]
    return [(line, cell) for line, cell in cells if cell.strip(" \t\u00a0\u200b")]


def has_vote(text: str) -> bool:
    return any(reading(name, text) for name in VOTING)


def complete_formats(file: File) -> dict[str, list[tuple[int, int, int] | None]]:
    """The formats under which every date with a vote is valid, and how they read them."""
    votes = [text for _, text in texts_of(file) if has_vote(text)]
    readings = {name: [reading(name, text) for text in votes] for name in VOTING}
    return {name: found for name, found in readings.items() if None not in found}


small = st.integers(0, 32).map(str) | st.integers(0, 12).map("{:02}".format)
years = st.sampled_from(["2025", "2024", "1900", "2000", "0999", "1000", "9999", "10000", "25", "70", "69", "5"])
lax_words = st.sampled_from(["x", "2025x", "٣", "²", "", " 5", "31.", "005", "-1", "Mai"])
garbage = st.sampled_from(["soon", "45123", "1.2E+15", "2025", "//", "31/05/2016 10:00", "0", "\u200b", " "])
FIXED_SEPARATOR = st.shared(st.sampled_from("-/. "), key="separator")


def texts(separators: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = small | small | small | years | lax_words
    year_last = st.tuples(small, small, years).flatmap(lambda parts: separators.map(lambda one: one.join(parts)))
    year_first = st.tuples(years, small, small).flatmap(lambda parts: separators.map(lambda one: one.join(parts)))
    anything = st.tuples(part, part, part).flatmap(lambda parts: separators.map(lambda one: one.join(parts)))
    return st.one_of(year_last, year_last, year_first, anything)


def dates_in(name: str) -> st.SearchStrategy[str]:
    """Real dates written in one format, with one or two digits."""
    separator = next(letter for letter in name if letter not in "YMD")

    def written(day: date, short: bool) -> str:
        spec = "" if short else "02"
        values = {"YYYY": f"{day:%Y}", "YY": f"{day:%y}", "MM": format(day.month, spec), "DD": format(day.day, spec)}
        return separator.join(values[word] for word in name.split(separator))

    return st.builds(written, st.dates(date(1999, 1, 1), date(2030, 1, 1)), st.booleans())


def padded(cells: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return cells | cells | st.tuples(st.sampled_from(["\t", "  ", "\u00a0", "\u200b"]), cells).map("".join)


mixed = padded(texts(st.sampled_from("-/. ")) | garbage | texts(FIXED_SEPARATOR))
alike = st.sampled_from(sorted(FORMATS)).flatmap(
    lambda name: st.lists(st.tuples(dates_in(name), dates_in(name) | st.just("")))
)
one_separator = st.lists(st.tuples(padded(texts(FIXED_SEPARATOR)), st.just("") | texts(FIXED_SEPARATOR)), max_size=5)
cells = mixed | st.just("") | st.dates(date(1999, 1, 1))
files: st.SearchStrategy[File] = st.one_of(
    st.lists(st.tuples(cells, cells), max_size=6),
    one_separator,
    alike,
    alike.flatmap(
        lambda file: st.tuples(st.just(file), st.lists(st.tuples(cells, cells), max_size=1)).map(
            lambda two: two[0] + two[1]
        )
    ),
)


def test_the_formats_are_those_of_the_rules() -> None:
    assert set(DATE_FORMATS) == FORMATS


@given(st.sampled_from(sorted(FORMATS)), mixed | files.map(lambda file: next(iter(texts_of(file)), (0, ""))[1]))
@example("DD/MM/YYYY", "29/02/1900")
@example("DD/MM/YYYY", "29/2/2000")
@example("DD/MM/YY", "29/02/00")
@example("YY-MM-DD", "70-1-1")
@example("YYYY-MM-DD", "0999-01-01")
@example("DD.MM.YYYY", "٣1.01.2025")
def test_every_format_reads_what_the_rules_say(name: str, text: str) -> None:
    row = RawRow(2, ("ana", "Diving", "", text, ""))
    completed = parse_row(row, FIVE, DateFormat.named(name)).completed
    expected = reading(name, text)
    assert completed == (date(*expected) if expected else None)


def expected_kind(file: File) -> VerdictKind:
    if not any(has_vote(text) for _, text in texts_of(file)):
        return VerdictKind.UNREADABLE if texts_of(file) else VerdictKind.NO_DATES
    ways = {tuple(found) for found in complete_formats(file).values()}
    if not ways:
        return VerdictKind.CONTRADICTORY
    return VerdictKind.DECIDED if len(ways) == 1 else VerdictKind.AMBIGUOUS


@given(files)
@example([("31/05/2016", ""), ("05/31/2016", "")])
@example([("04/04/2016", "05/05/2016")])
@example([("04/05/2016", "soon")])
@example([("31.5.16", "")])
@example([(date(2025, 1, 1), "")])
def test_auto_says_what_trying_all_formats_says(file: File) -> None:
    verdict = verdict_on(raw_rows(file))
    event(str(verdict.kind))
    assert verdict.kind == expected_kind(file)
    assert verdict.asks == (verdict.kind not in (VerdictKind.DECIDED, VerdictKind.NO_DATES))


@given(alike | files)
def test_a_format_that_is_used_is_contradicted_by_no_cell(file: File) -> None:
    rows = raw_rows(file)
    verdict = verdict_on(rows)
    if verdict.kind is not VerdictKind.DECIDED:
        return
    assert verdict.format_name in complete_formats(file)
    used = DateFormat.named(verdict.format_name)
    for row in rows:
        parsed = parse_row(row, FIVE, used)
        for cell, found in zip(row.cells[3:], (parsed.completed, parsed.due), strict=True):
            if isinstance(cell, str):
                ways = {reading(name, cell) for name in complete_formats(file)}
                assert ways == {(found.year, found.month, found.day) if found else None}


@given(alike | files)
def test_the_proof_can_be_read_in_one_way_only_and_is_given_where_one_format_is_left(file: File) -> None:
    verdict = verdict_on(raw_rows(file))
    left = complete_formats(file)
    if verdict.proof_line is not None:
        assert (verdict.proof_line, verdict.proof_text) in [
            (line, text.strip(" \t\u00a0\u200b")) for line, text in texts_of(file)
        ]
        assert [name for name in FORMATS if reading(name, verdict.proof_text)] == [verdict.format_name]
    assert (verdict.proof_line is not None) == (verdict.kind is VerdictKind.DECIDED and len(left) == 1)


@given(one_separator | alike)
@example([("04/05/2016", "06/07/2016"), ("08/09/2016", "10/11/2016")])
def test_a_question_between_two_readings_shows_cells_that_differ(file: File) -> None:
    verdict = verdict_on(raw_rows(file))
    if verdict.kind is not VerdictKind.AMBIGUOUS:
        return
    assert set(verdict.candidates) == set(complete_formats(file))
    doubtful = {
        (line, text.strip(" \t\u00a0\u200b"))
        for line, text in texts_of(file)
        if len({reading(name, text) for name in verdict.candidates}) > 1
    }
    assert set(verdict.samples) <= doubtful
    assert len(set(verdict.samples)) == min(3, len({text for _, text in doubtful}))


@given(files)
def test_a_contradiction_shows_lines_that_contradict_and_offers_what_fits_most(file: File) -> None:
    verdict = verdict_on(raw_rows(file))
    if verdict.kind is not VerdictKind.CONTRADICTORY:
        return
    votes = [text for _, text in texts_of(file) if has_vote(text)]
    fits = {name: sum(reading(name, text) is not None for text in votes) for name in VOTING}
    assert verdict.offered_fits == fits[verdict.offered] == max(fits.values())
    assert verdict.votes == len(votes)
    shown = [text for _, text in verdict.samples]
    assert len(shown) > 1
    assert not any(all(reading(name, text) for text in shown) for name in VOTING)


@given(files.flatmap(lambda file: st.tuples(st.just(file), st.permutations(file))))
def test_where_a_date_stands_decides_nothing_but_the_line_that_is_shown(files_of_rows: tuple[File, File]) -> None:
    first, second = (verdict_on(raw_rows(file)) for file in files_of_rows)

    def told(verdict: Verdict) -> tuple[object, ...]:
        return (
            verdict.kind,
            verdict.format_name,
            verdict.candidates,
            verdict.offered,
            verdict.offered_fits,
            verdict.votes,
        )

    assert told(first) == told(second)


@given(files, st.sets(st.integers(2, 8)))
def test_cells_of_ragged_rows_have_no_vote(file: File, ragged: set[int]) -> None:
    without = [dates if line not in ragged else ("", "") for line, dates in enumerate(file, 2)]
    assert verdict_on(raw_rows(file, ragged=ragged)) == verdict_on(raw_rows(without))


@pytest.mark.parametrize("text", ["25.03.24", "24-03-25", "2025-13-13", "0999-01-01", "31/05/2016 10:00"])
def test_what_no_format_with_four_digits_reads_never_decides(text: str) -> None:
    rows = raw_rows([(text, "31.05.2016"), (text, text)])
    assert verdict_on(rows).format_name == "DD.MM.YYYY"
    issues = Counter(
        str(issue.code) for row in rows for issue in parse_row(row, FIVE, DateFormat.named("DD.MM.YYYY")).issues
    )
    assert issues == {"completion_date_invalid": 2, "due_date_invalid": 1}
