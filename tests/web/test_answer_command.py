"""`manage.py cert_completion_answer`: the question and the answer on the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from cert_completion_plugin import api

pytestmark = pytest.mark.django_db


def answer(reference, *arguments):
    output = io.StringIO()
    call_command("cert_completion_answer", reference, *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def asking(imported):
    return imported("ana,Forklift,,03/04/2025,", "ben,Forklift,,05/06/2025,")


def test_without_an_answer_the_question_is_shown(asking):
    told = answer(asking.reference)
    assert "Every date of the file can be read in more than one way." in told
    assert "Line 2: “03/04/2025”\n    DD/MM/YYYY: April 3, 2025\n    MM/DD/YYYY: March 4, 2025\n" in told
    assert "Line 3: “05/06/2025”" in told
    assert 'Formats that fit: "DD/MM/YYYY", "MM/DD/YYYY".' in told
    assert api.find(api.SYSTEM, asking.reference).state == "needs_answer"


def test_the_answer_lets_the_import_go_on(asking):
    assert "goes on as soon as a worker takes it up" in answer(asking.reference, "--date-format", "MM/DD/YYYY")
    api.work_off(asking.id)
    assert [row.completed.isoformat() for row in api.rows(api.SYSTEM, asking)] == ["2025-03-04", "2025-05-06"]


def test_a_reference_with_hyphens_will_do(asking):
    given = asking.reference
    hyphens = f"{given[:8]}-{given[8:12]}-{given[12:16]}-{given[16:20]}-{given[20:]}"
    assert "records.csv" in answer(hyphens)


@pytest.mark.parametrize("reference", ["0" * 32, "x", "../etc"])
def test_a_reference_of_no_import_is_told(db, reference):
    with pytest.raises(CommandError, match="There is no import with the reference"):
        answer(reference, "--date-format", "MM/DD/YYYY")


def test_an_import_that_does_not_ask_is_told(imported):
    batch = imported("ana,Forklift,,31/05/2025,")
    with pytest.raises(CommandError, match=r"asks nothing\. Its state is: Finished\."):
        answer(batch.reference, "--date-format", "MM/DD/YYYY")


def test_a_format_that_there_is_not_is_told_with_those_that_there_are(asking):
    with pytest.raises(CommandError, match=r"no date format 'dd.mm'. Date formats are: YYYY-MM-DD,"):
        answer(asking.reference, "--date-format", "dd.mm")
    assert api.find(api.SYSTEM, asking.reference).state == "needs_answer"


def test_somebody_who_was_faster_is_told(asking, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.api.answer", lambda user, batch, date_format: False)
    with pytest.raises(CommandError, match="Somebody else has just answered"):
        answer(asking.reference, "--date-format", "MM/DD/YYYY")


def test_what_the_file_says_does_not_steer_the_terminal(imported):
    told = answer(imported("ana,Forklift,,1\x1b[31m2,").reference)
    assert "Line 2: “1\ufffd[31m2”" in told
    assert "Formats that fit: none of those that there are." in told
