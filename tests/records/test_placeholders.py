"""Placeholders: what they stand for, and what is told of those that stand for nothing."""

import pytest
from cert_completion_records.placeholders import as_text, filled, names_in, problems
from hypothesis import given
from hypothesis import strategies as st

KNOWN = ["learner", "certification", "expires"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {learner},", "Dear Ana,"),
        ("{ learner }{learner}", "AnaAna"),
        ("{{learner}} and }}{{", "{learner} and }{"),
        ("{{{learner}}}", "{Ana}"),
        ("{certification}", "{learner} % $ {0.x}"),
        ("", ""),
    ],
)
def test_a_text_is_filled_in_at_one_go(text, expected):
    assert problems(text, KNOWN) == []
    assert filled(text, {"learner": "Ana", "certification": "{learner} % $ {0.x}"}) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\n{lerner}", ["Line 2: there is no placeholder “{lerner}”. Did you mean {learner}?"]),
        ("{Expires}", ["Line 1: there is no placeholder “{Expires}”. Did you mean {expires}?"]),
        ("{}", ["Line 1: there is no placeholder “{}”. There are: {learner}, {certification}, {expires}."]),
        ("{learner.password}", ["Line 1: there is no placeholder “{learner.password}”. Did you mean {learner}?"]),
        ("{learner!r}", ["Line 1: there is no placeholder “{learner!r}”. Did you mean {learner}?"]),
        ("{learner", ["Line 1: “{” stands alone. Write it twice if a brace is what you mean."]),
        (
            "x }\r\ny {\nz",
            [
                "Line 1: “}” stands alone. Write it twice if a brace is what you mean.",
                "Line 2: “{” stands alone. Write it twice if a brace is what you mean.",
            ],
        ),
    ],
)
def test_what_cannot_be_filled_in_is_told_with_its_line(text, told):
    assert problems(text, KNOWN) == told


@given(st.text(alphabet="{}ab\n"))
def test_what_has_no_problems_can_be_filled_in_and_any_text_can_be_written(text):
    if not problems(text, ["a", "b"]):
        filled(text, {"a": "1", "b": "2"})
    assert not problems(as_text(text), [])
    assert filled(as_text(text), {}) == text
    assert names_in(as_text(text)) == set()
