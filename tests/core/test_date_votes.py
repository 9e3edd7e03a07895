"""Finding the date format of a whole file (import-rules.md §2.1)."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat, DateVotes, Sample, Verdict, VerdictKind
from cert_completion_plugin.core.options import DATE_FORMATS

FOUR_DIGIT_YEARS = tuple(name for name in DATE_FORMATS if "YYYY" in name)


def counted(cells) -> DateVotes:
    votes = DateVotes()
    for line, text in cells:
        votes.add(line, text)
    return votes


def verdict_on(*texts: str) -> Verdict:
    return counted(enumerate(texts, start=2)).verdict()


def readings(name: str, cells) -> list[date | None]:
    return [DateFormat.named(name).read(text) for _, text in cells]


def voting(cells) -> list[tuple[int, str]]:
    return [cell for cell in cells if any(DateFormat.named(name).read(cell[1]) for name in FOUR_DIGIT_YEARS)]


def dates_with(separators: str) -> st.SearchStrategy[str]:
    small, years, separator = st.integers(1, 31), st.sampled_from([1999, 2025]), st.sampled_from(separators)
    year_last = st.builds(lambda a, b, year, by: f"{a:02}{by}{b}{by}{year}", small, small, years, separator)
    year_first = st.builds(lambda a, b, year, by: f"{year}{by}{a}{by}{b:02}", small, small, years, separator)
    return st.one_of(year_last, year_last, year_first)


texts = st.one_of(dates_with("/"), dates_with("-/. "), st.sampled_from(["", "soon", "45123", "31.12.99"]))
one_separator = st.lists(st.integers(1, 31).flatmap(lambda a: st.integers(1, 31).map(lambda b: f"{a}/{b}/2025")))
files = st.one_of(st.lists(texts, max_size=8), one_separator).flatmap(
    lambda found: st.lists(st.integers(2, 20), min_size=len(found), max_size=len(found)).map(
        lambda lines: list(zip(lines, found, strict=True))
    )
)


def test_a_date_that_can_only_be_day_first_proves_it():
    verdict = verdict_on("03/04/2016", "", "later", "31/05/2016", "30/05/2016")
    assert verdict == Verdict(kind=VerdictKind.DECIDED, format_name="DD/MM/YYYY", proof_line=5, proof_text="31/05/2016")
    assert not verdict.asks


@pytest.mark.parametrize(
    ("text", "format_name"),
    [
        ("05/31/2016", "MM/DD/YYYY"),
        ("31.5.2016", "DD.MM.YYYY"),
        ("2016-05-31", "YYYY-MM-DD"),
        ("2016 3 4", "YYYY MM DD"),
    ],
)
def test_one_date_decides(text, format_name):
    verdict = verdict_on(text)
    assert (verdict.kind, verdict.format_name, verdict.proof_line) == (VerdictKind.DECIDED, format_name, 2)


def test_the_same_dates_either_way_need_no_proof():
    assert verdict_on("04.04.2025", "06.06.2025") == Verdict(kind=VerdictKind.DECIDED, format_name="DD.MM.YYYY")


def test_dates_that_can_be_read_two_ways_are_asked_about():
    verdict = verdict_on("04/04/2025", "03/04/2025", "03/04/2025", "05/06/2025", "07/08/2025", "09/10/2025")
    assert verdict == Verdict(
        kind=VerdictKind.AMBIGUOUS,
        candidates=("DD/MM/YYYY", "MM/DD/YYYY"),
        samples=(Sample(3, "03/04/2025"), Sample(5, "05/06/2025"), Sample(6, "07/08/2025")),
    )
    assert verdict.asks


def test_a_contradiction_shows_its_lines_and_offers_what_fits_most():
    verdict = verdict_on("01/02/2025", "05/31/2025", "31/05/2025", "30/05/2025", "29/05/2025")
    assert verdict == Verdict(
        kind=VerdictKind.CONTRADICTORY,
        samples=(Sample(4, "31/05/2025"), Sample(3, "05/31/2025")),
        offered="DD/MM/YYYY",
        offered_fits=4,
        votes=5,
    )
    assert verdict.asks


def test_two_separators_contradict_one_another():
    verdict = verdict_on("25/03/2024", "26.03.2024", "27.03.2024")
    assert verdict.samples == (Sample(3, "26.03.2024"), Sample(2, "25/03/2024"))
    assert (verdict.offered, verdict.offered_fits) == ("DD.MM.YYYY", 2)


def test_day_first_is_offered_when_both_fit_equally():
    assert verdict_on("05/31/2025", "31/05/2025").offered == "DD/MM/YYYY"


def test_no_date_leaves_nothing_to_ask():
    assert verdict_on("", "") == Verdict(kind=VerdictKind.NO_DATES)
    assert not verdict_on().asks


def test_dates_without_a_vote_are_asked_about():
    verdict = verdict_on("25.03.24", "", "soon", "25.03.24")
    assert verdict == Verdict(kind=VerdictKind.UNREADABLE, samples=(Sample(2, "25.03.24"), Sample(4, "soon")))
    assert verdict.asks


def test_a_long_text_does_not_make_the_state_long():
    assert len(json.dumps(counted([(2, "x" * 1_000_000), (3, "31/05/2025" * 100_000)]).as_state())) < 1000


def test_the_state_stays_small_whatever_the_file_holds():
    cells = [
        (line, f"{line % 40}{by}{line % 35}{by}{year}") for line in range(5000) for by in "-/. " for year in (25, 2025)
    ]
    assert len(json.dumps(counted(cells).as_state())) < 10_000


@given(files)
def test_what_is_decided_reads_every_vote_and_in_one_way_only(cells):
    verdict = counted(cells).verdict()
    votes = voting(cells)
    complete = {name: tuple(readings(name, votes)) for name in FOUR_DIGIT_YEARS if None not in readings(name, votes)}
    if not votes:
        expected = VerdictKind.UNREADABLE if any(text for _, text in cells) else VerdictKind.NO_DATES
    elif not complete:
        expected = VerdictKind.CONTRADICTORY
    else:
        expected = VerdictKind.DECIDED if len(set(complete.values())) == 1 else VerdictKind.AMBIGUOUS
    assert verdict.kind == expected
    if verdict.kind == VerdictKind.DECIDED:
        assert verdict.format_name in complete
        assert (verdict.proof_line is not None) == (len(complete) == 1)
    if verdict.kind == VerdictKind.AMBIGUOUS:
        assert set(verdict.candidates) == set(complete)


@given(files)
def test_what_is_shown_stands_in_the_file_and_shows_what_it_should(cells):
    verdict = counted(cells).verdict()
    assert set(verdict.samples) <= set(cells)
    assert len(verdict.samples) <= 3
    if verdict.proof_line is not None:
        assert (verdict.proof_line, verdict.proof_text) in cells
        readers = [name for name in FOUR_DIGIT_YEARS if DateFormat.named(name).read(verdict.proof_text)]
        assert readers == [verdict.format_name]
    if verdict.kind == VerdictKind.AMBIGUOUS:
        for sample in verdict.samples:
            assert len(set(readings(verdict.candidates[0], [sample]) + readings(verdict.candidates[1], [sample]))) == 2
    if verdict.kind == VerdictKind.CONTRADICTORY:
        first, *others = verdict.samples
        assert others
        assert DateFormat.named(verdict.offered).read(first.text)
        for other in others:
            assert all(None in readings(name, [first, other]) for name in FOUR_DIGIT_YEARS)


@given(files)
def test_the_offer_fits_most_votes(cells):
    verdict = counted(cells).verdict()
    if verdict.kind == VerdictKind.CONTRADICTORY:
        fits = {name: sum(day is not None for day in readings(name, cells)) for name in FOUR_DIGIT_YEARS}
        assert verdict.offered_fits == fits[verdict.offered] == max(fits.values())
        assert verdict.votes == len(voting(cells))


@given(files.flatmap(lambda cells: st.tuples(st.just(cells), st.permutations(cells))))
def test_the_order_of_the_cells_does_not_matter(orders):
    first, second = orders
    assert counted(first).verdict() == counted(second).verdict()


@given(files, st.integers(0, 8))
def test_counting_goes_on_where_it_was_interrupted(cells, interrupted):
    before = counted(cells[:interrupted])
    after = DateVotes.from_state(json.loads(json.dumps(before.as_state())))
    for line, text in cells[interrupted:]:
        after.add(line, text)
    assert after.verdict() == counted(cells).verdict()


@given(files)
def test_a_verdict_survives_being_stored(cells):
    verdict = counted(cells).verdict()
    assert Verdict.from_mapping(json.loads(json.dumps(verdict.as_mapping()))) == verdict
