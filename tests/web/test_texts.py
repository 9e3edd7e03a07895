"""Every code has words, and the words say what they should."""

import pytest

from cert_completion_plugin import texts
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import BatchState, Outcome


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence_even_without_details(code):
    text = texts.issue_text(Issue(code, "username", "x", 7))
    assert text.startswith("Line 7: ")
    assert text.endswith((".", "?"))
    assert "%(" not in text


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_label_and_a_meaning(outcome):
    assert texts.outcome_label(outcome)
    assert texts.OUTCOME_MEANINGS[outcome]


@pytest.mark.parametrize("state", BatchState)
def test_every_state_has_a_label(state):
    assert texts.state_label(state)


@pytest.mark.parametrize(
    ("issue", "text"),
    [
        (
            Issue(Code.DUE_DATE_INVALID, "duedate", "31/06/2012", details={"format": "DD/MM/YYYY", "impossible": 1}),
            "duedate “31/06/2012”: there is no such day. Correct the date (DD/MM/YYYY).",
        ),
        (
            Issue(Code.COMPLETION_DATE_INVALID, "completiondate", "soon", details={"format": "DD/MM/YYYY"}),
            "completiondate “soon” is not a date written as DD/MM/YYYY, such as 31/05/2016.",
        ),
        (
            Issue(
                Code.COMPLETION_DATE_INVALID, "completiondate", "1/2/16", details={"format": "A", "fits": "DD/MM/YY"}
            ),
            "completiondate “1/2/16” is not written as A but as DD/MM/YY. Write all dates of a file in one format.",
        ),
        (
            Issue(Code.CERTIFICATION_CLOSE_MATCH, "certificationshortname", "Forklft", details={"nearest": "Forklift"}),
            "There is no certification “Forklft”. Did you mean “Forklift”?",
        ),
        (
            Issue(
                Code.CERTIFICATION_MISMATCH,
                "certificationshortname",
                "Forklift",
                details={"id_number": "C9", "by_short_name": ("Forklift (F1)",), "by_id_number": ()},
            ),
            "The short name “Forklift” belongs to “Forklift (F1)”, but the ID number “C9” to none. Correct or empty "
            "one of the two.",
        ),
        (
            Issue(Code.SAME_COMPLETION_OTHER_EXPIRY, details={"held": ("2026-05-01",), "computed": "2026-06-01"}),
            "with another expiry (May 1, 2026) than this row would give (June 1, 2026). ",
        ),
        (
            Issue(Code.COLUMN_MISSING, "duedate", details={"nearest": "Due"}),
            "The heading “duedate” is missing. Did you mean “Due” by it? Rename that heading, or add the column.",
        ),
        (
            Issue(Code.COLUMN_UNKNOWN, value='"User name"|"duedate"'),
            "separated by “|”, but another separator was chosen",
        ),
        (Issue(Code.COLUMN_UNKNOWN, value="username\tduedate"), "Choose “tab”, or let the separator be detected."),
        (Issue(Code.COLUMN_UNKNOWN, value="first; last"), "The column “first; last” is not known and is ignored."),
        (
            Issue(Code.COLUMN_MISSING, "duedate", details={"nearest": "username;duedate"}),
            "is missing. Add the column; its cells",
        ),
        (Issue(Code.QUOTE_UNCLOSED, line=9), "Line 9: A quoted cell is opened here and never closed."),
        (
            Issue(Code.ENCODING_INVALID, line=3, details={"offset": 12, "encoding": "UTF-8", "bytes": "e282"}),
            "Line 3: The file is not UTF-8 text: at byte 12 stands what cannot be (e282, hexadecimal). Choose the enc",
        ),
        (
            Issue(Code.ENCODING_INVALID, line=1, details={"encoding": "windows-1252", "marked": "UTF-16LE"}),
            "begins with the byte order mark of UTF-16. Choose UTF-16, or let",
        ),
        (
            Issue(Code.ENCODING_GUESSED, details={"encoding": "windows-1252"}),
            "so it was read as windows-1252. Check names with accents",
        ),
        (Issue(Code.FILE_UNREADABLE, details={"kind": "utf-16"}), "Choose the encoding UTF-16."),
        (Issue(Code.FILE_TOO_LARGE, details={"limit": 1048576}), "larger than this site allows (1.0\xa0MB)"),
    ],
)
def test_the_words_of_some_codes(issue, text):
    assert text in texts.issue_text(issue)
