"""How a text is read in one date format (import-rules.md §2.1)."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat, fitting_formats
from cert_completion_plugin.core.options import DATE_FORMATS

SEPARATORS = "-/. "
two_digit_years = st.dates(date(1970, 1, 1), date(2069, 12, 31))
four_digit_years = st.dates(date(1000, 1, 1))


def written(day: date, name: str, *, padded: bool = True) -> str:
    digits = "02" if padded else ""
    values = {"YYYY": f"{day.year:04}", "YY": f"{day.year % 100:02}", "MM": f"{day.month:{digits}}"}
    values["DD"] = f"{day.day:{digits}}"
    return re.sub("[YMD]+", lambda part: values[part[0]], name)


def days_of(name: str) -> st.SearchStrategy[date]:
    return four_digit_years if "YYYY" in name else two_digit_years


@st.composite
def days_in_formats(draw):
    name = draw(st.sampled_from(DATE_FORMATS))
    return name, draw(days_of(name))


near_dates = st.builds(
    "{}{}{}{}{}".format,
    st.integers(0, 10000),
    st.sampled_from(SEPARATORS),
    st.integers(0, 40),
    st.sampled_from(SEPARATORS),
    st.integers(0, 10000),
)


def test_there_are_six_orders_with_four_separators():
    assert len(set(DATE_FORMATS)) == 24
    assert {DateFormat.named(name).order for name in DATE_FORMATS} == {"YMD", "DMY", "MDY"}


@pytest.mark.parametrize("name", ["auto", "", "DD/MM-YYYY", "YYYY MM", "dd/mm/yyyy", "YYYY/DD/MM"])
def test_a_format_that_is_none_is_named_in_the_error(name):
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        DateFormat.named(name)


@given(days_in_formats(), st.booleans())
def test_a_date_written_in_a_format_reads_back(written_day, padded):
    name, day = written_day
    assert DateFormat.named(name).read(written(day, name, padded=padded)) == day


@given(st.sampled_from(DATE_FORMATS), near_dates | st.text(max_size=12) | st.text("0123456789-/. ", max_size=12))
def test_what_is_read_means_the_same_numbers(name, text):
    day = DateFormat.named(name).read(text)
    if day is not None:
        separator = next(character for character in name if character not in "YMD")
        again = written(day, name)
        assert list(map(int, text.split(separator))) == list(map(int, again.split(separator)))
        assert text.isascii()


@given(days_in_formats(), st.sampled_from(SEPARATORS))
def test_only_the_chosen_separator_separates(written_day, other):
    name, day = written_day
    separator = next(character for character in name if character not in "YMD")
    text = written(day, name).replace(separator, other)
    assert (DateFormat.named(name).read(text) == day) == (other == separator)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DD/MM/YYYY", "31/06/2012"),
        ("DD/MM/YYYY", "29/02/2013"),
        ("DD/MM/YYYY", "00/06/2012"),
        ("DD/MM/YYYY", "01/00/2012"),
        ("DD/MM/YYYY", "01/13/2012"),
        ("DD/MM/YYYY", "01/01/0999"),
        ("DD/MM/YYYY", "01/01/12012"),
        ("DD/MM/YYYY", "01/01/12"),
        ("DD/MM/YYYY", "001/01/2012"),
        ("DD/MM/YYYY", "01/01/2012 "),
        ("DD/MM/YYYY", "01/01/2012\n"),
        ("DD/MM/YYYY", "01/01/2012 00:00"),
        ("DD/MM/YYYY", "01/01/2012x"),
        ("DD/MM/YYYY", "01//2012"),
        ("DD/MM/YYYY", "-1/01/2012"),
        ("DD/MM/YYYY", "\u0663\u0661/05/2016"),
        ("DD/MM/YYYY", "31/\u0660\u0665/2016"),
        ("DD/MM/YYYY", "\u0660\u0661/\u0660\u0661/\u0662\u0660\u0661\u0662"),
        ("DD/MM/YYYY", ""),
        ("DD/MM/YY", "01/01/2012"),
        ("DD/MM/YY", "01/01/1"),
        ("DD.MM.YYYY", "01x01x2012"),
        ("YYYY-MM-DD", "20120101"),
        ("YYYY-MM-DD", "45123"),
    ],
)
def test_no_date(name, text):
    assert DateFormat.named(name).read(text) is None


@pytest.mark.parametrize(("text", "year"), [("1/1/00", 2000), ("1/1/69", 2069), ("1/1/70", 1970), ("1/1/99", 1999)])
def test_two_digit_years_turn_at_seventy(text, year):
    assert DateFormat.named("DD/MM/YY").read(text) == date(year, 1, 1)


def test_the_first_and_the_last_year():
    assert DateFormat.named("YYYY-MM-DD").read("1000-1-1") == date(1000, 1, 1)
    assert DateFormat.named("YYYY-MM-DD").read("9999-12-31") == date(9999, 12, 31)


def test_the_parts_of_a_day_that_does_not_exist():
    assert DateFormat.named("DD/MM/YYYY").parts("31/06/2012") == (2012, 6, 31)
    assert DateFormat.named("DD/MM/YYYY").parts("31-06-2012") is None


def test_fitting_formats():
    assert [one.name for one in fitting_formats("3/4/2025")] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert [one.name for one in fitting_formats("04.30.27")] == ["MM.DD.YY"]
    assert fitting_formats("31/06/2012") == ()
