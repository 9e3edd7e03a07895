import unicodedata

import pytest
from cert_completion_hooks import folded, normalised
from hypothesis import given
from hypothesis import strategies as st

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00a0\u2003\t\r\n\x00\x1f\x85 "


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ana", "ana"),
        ("  ana ", "ana"),
        ("\u00a0ana\u200b", "ana"),
        ("ana\n\x00", "ana"),
        ("jose\u0301", "jos\u00e9"),
        ("an a", "an a"),
        ("in\tes", "in\tes"),
        ("\u200b \ufeff", ""),
        ("\u202aana\u202c", "ana"),
        ("\u2067\u061cana\u2069", "ana"),
        ("", ""),
    ],
)
def test_a_name_is_composed_and_trimmed_and_kept_inside(raw, expected):
    assert normalised(raw) == expected


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalised(normalised(text)) == normalised(text)


@given(st.text(max_size=50), st.text(alphabet=INVISIBLE, max_size=5), st.text(alphabet=INVISIBLE, max_size=5))
def test_what_sticks_to_the_ends_does_not_count(text, before, after):
    assert normalised(before + text + after) == normalised(text)


@given(st.text(max_size=50))
def test_composed_and_decomposed_are_the_same_name(text):
    assert normalised(unicodedata.normalize("NFD", text)) == normalised(unicodedata.normalize("NFC", text))


@given(st.text(max_size=50))
def test_case_does_not_count_when_folded(text):
    assert folded(text.upper()) == folded(text.upper().lower().upper())
    assert folded(folded(text)) == folded(text)


def test_a_megabyte_of_combining_characters_is_not_composed():
    text = "a" + "\u0301\u0316" * 500_000
    assert normalised(text) == text
