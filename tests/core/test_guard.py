import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.guard import guarded, unguarded

TEXTS = st.text(st.sampled_from("'=+-@\t\r\n aé\uff1d") | st.characters(exclude_categories=["Cs"]), max_size=8)


ARMED = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", " =1", "\uff1d1", "\u00a0-1"]


@pytest.mark.parametrize("unseen", ["", "\u200b", "\ufeff", "\x00"])
@pytest.mark.parametrize("text", ARMED)
def test_what_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(text, unseen):
    assert guarded(text) == "'" + text
    if text[0] in "=+-@":
        assert guarded(unseen + text) == "'" + unseen + text


@pytest.mark.parametrize("text", ["", "ana", "'t Hooft", "'", "a=b", "2025-05-31", "007", "1,5", "[x]"])
def test_everything_else_stays_as_it_is_both_ways(text):
    assert guarded(text) == text == unguarded(text)


@pytest.mark.parametrize("text", ["'=1", "''=1", "' -1", "'\tx"])
def test_a_text_that_begins_with_the_guard_gets_another(text):
    assert guarded(text) == "'" + text
    assert unguarded(text) == text[1:]


@given(TEXTS)
@example("'=1")
@example("''@")
def test_any_text_comes_back_and_no_formula_goes_out(text):
    out = guarded(text)
    assert unguarded(out) == text
    assert (
        not out.lstrip(" \u200b\ufeff\x00")
        .lstrip()
        .startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    )
    assert not out.startswith(("\t", "\r", "\n"))
