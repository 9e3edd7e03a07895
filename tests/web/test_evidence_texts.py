"""What an administrator reads about a field that an evidence type does not accept."""

import pytest

from cert_completion_plugin import texts
from cert_completion_plugin.core.issues import Code, Issue


def told(value="x", **details):
    return texts.issue_text(Issue(Code.EVIDENCE_FIELD_INVALID, "licenceno", value, details={"field": "No", **details}))


@pytest.mark.parametrize(
    ("details", "text"),
    [
        (
            {"kind": "date", "format": "DD/MM/YYYY"},
            "“No” cannot be “x”. It takes a date written as DD/MM/YYYY, such as 31/05/2016.",
        ),
        (
            {"kind": "date", "format": "DD/MM/YYYY", "impossible": 1},
            "there is no such day. Correct the date (DD/MM/YYYY).",
        ),
        ({"kind": "date"}, "in the file's date format: choose that when you upload the file."),
        ({"kind": "number"}, "It takes a number such as 12.5, without separators between thousands."),
        ({"kind": "yes_no"}, "It takes “yes” or “no”."),
        ({"kind": "url"}, "It takes a web address that begins with https:// or http://."),
        ({"kind": "choice", "choices": ("A", "50 %"), "more": 0}, "It takes one of these values: “A”, “50 %”."),
        ({"kind": "choice", "choices": ("A",), "more": 7}, "It takes one of these values: “A”, …."),
        ({"kind": "text", "reason": "unprintable"}, "“No” contains a character that cannot be printed. Remove it."),
        ({"kind": "text", "reason": "too_long", "limit": 10}, "“No” is longer than 10 characters. Shorten it."),
    ],
)
def test_what_a_field_takes_is_told(details, text):
    assert text in told(**{"reason": "not_accepted", **details})


def test_a_field_that_is_required_names_its_column():
    assert told("", reason="required") == "The chosen evidence type needs “No”. Fill in the column “licenceno”."
