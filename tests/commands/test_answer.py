"""`manage.py cert_completion_answer`: the question and the answer on the command line."""

import pytest

from cert_completion_plugin import api
from tests.commands.conftest import present

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(imported):
    return imported("ana,Forklift,,03/04/2025,", "ben,Forklift,,05/06/2025,")


def test_without_an_answer_the_question_is_shown(run, asking):
    ended = run("answer", asking.reference)
    assert ended.code == 4
    assert "Every date of the file can be read in more than one way." in ended.out
    assert "Line 2: “03/04/2025”\n    DD/MM/YYYY: April 3, 2025\n    MM/DD/YYYY: March 4, 2025\n" in ended.out
    assert "Line 3: “05/06/2025”" in ended.out
    assert 'Formats that fit: "DD/MM/YYYY", "MM/DD/YYYY".' in ended.out
    assert present(asking).state == "needs_answer"


def test_the_answer_lets_the_import_go_on(run, asking):
    ended = run("answer", asking.reference, "--date-format", "MM/DD/YYYY", "--work")
    assert ended.code == 0
    assert "Of 2 rows, 2 certified learners." in ended.out
    assert [row.completed.isoformat() for row in api.rows(api.SYSTEM, asking)] == ["2025-03-04", "2025-05-06"]


def test_the_answer_can_be_left_to_workers(run, asking):
    ended = run("answer", asking.reference, "--date-format", "MM/DD/YYYY", "--no-wait")
    assert ended.code == 0
    assert present(asking).state == "received" or present(asking).state == "reading" or "Waiting" in ended.out


@pytest.mark.parametrize("change", [str, str.upper, lambda given: f"{given[:8]}-{given[8:]}", lambda given: given[:6]])
def test_a_reference_is_read_in_any_of_its_forms(run, asking, change):
    assert "records.csv" in run("answer", change(asking.reference)).out


@pytest.mark.parametrize("reference", ["0" * 32, "x", "../etc", "abc", "0" * 40])
def test_a_reference_of_no_import_is_told(run, reference):
    ended = run("answer", reference, "--date-format", "MM/DD/YYYY")
    assert ended.code == 1
    assert "no import with the reference" in ended.err or "is no reference of an import" in ended.err


def test_who_may_not_see_an_import_is_told_that_there_is_none(run, asking, user_with):
    user_with("upload_completions", username="stranger")
    for given in (asking.reference, asking.reference[:8]):
        ended = run("answer", given, user="stranger")
        assert (ended.code, ended.data) == (1, b"")
        assert "There is no import with the reference" in ended.err


def test_who_may_see_but_not_answer_is_denied(run, asking, user_with):
    user_with("view_import_report", username="reader")
    assert run("answer", asking.reference, user="reader").code == 4
    ended = run("answer", asking.reference, "--date-format", "MM/DD/YYYY", user="reader")
    assert ended.code == 6
    assert present(asking).state == "needs_answer"


def test_an_import_that_does_not_ask_is_told(run, imported):
    ended = run("answer", imported("ana,Forklift,,31/05/2025,").reference, "--date-format", "MM/DD/YYYY")
    assert ended.code == 1
    assert "asks nothing. Its state is: Finished." in ended.err


def test_a_format_that_there_is_not_is_told_with_those_that_there_are(run, asking):
    ended = run("answer", asking.reference, "--date-format", "dd.mm")
    assert ended.code == 1
    assert "'dd.mm'" in ended.err
    assert "YYYY-MM-DD" in ended.err
    assert present(asking).state == "needs_answer"


def test_somebody_was_faster(run, asking, monkeypatch):
    monkeypatch.setattr(api, "answer", lambda *args, **kwargs: False)
    ended = run("answer", asking.reference, "--date-format", "MM/DD/YYYY")
    assert ended.code == 1
    assert "Somebody else has just answered" in ended.err
