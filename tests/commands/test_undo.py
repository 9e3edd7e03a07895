"""`manage.py cert_completion_undo`: preview, reason, result."""

from dataclasses import replace
from datetime import date

import pytest

from cert_completion_plugin import api
from tests import people
from tests.web.conftest import IMPORTING

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,,31/05/2025,", "ben,Forklift,,31/05/2025,", "nobody,Forklift,,31/05/2025,")


@pytest.fixture
def batch(imported, operator):
    people.holding(operator, *IMPORTING, "undo_imports")
    return imported(*ROWS)


def test_a_preview_undoes_nothing(run, batch, world):
    ended = run("undo", batch.reference, "--preview", "--work")
    assert ended.code == 0
    assert "2 rows will be taken back." in ended.out
    assert api.undo_state(batch).state == "previewed"


def test_an_undo_is_done_with_its_reason(run, batch):
    ended = run("undo", batch.reference, "--reason", "wrong file", "--work")
    assert ended.code == 0
    assert "2 rows were taken back." in ended.out
    undo = api.undo_state(batch)
    assert (undo.state, undo.reason, undo.confirmed_by_name) == ("done", "wrong file", "operator")


@pytest.mark.parametrize("is_preview", [True, False])
def test_what_was_changed_since_is_kept_and_told(run, batch, world, is_preview):
    corrected = replace(world.held("ana", "Forklift").current, expires=date(2030, 1, 1))
    world.hold("ana", "Forklift", current=corrected, changed_by="eve")
    flags = ("--preview",) if is_preview else ("--reason", "x")
    ended = run("undo", batch.reference, *flags, "--work", "--format", "json")
    assert ended.code == 2
    assert ended.document["rows"] == {"undone": 1, "changed_since": 1, "cannot": 0}
    assert ended.document["left"] == [{"line": 2, "status": "changed_since", "words": "Changed since by eve."}]
    again = run("undo", batch.reference, *flags, "--work")
    assert "Kept: changed since:\n  2: Changed since by eve." in again.out


def test_which_rows_are_left_is_for_those_who_may_see_rows(run, batch, world, user_with):
    user_with("view_import_report", "undo_imports", username="supervisor")
    corrected = replace(world.held("ana", "Forklift").current, expires=date(2030, 1, 1))
    world.hold("ana", "Forklift", current=corrected, changed_by="eve")
    ended = run("undo", batch.reference, "--preview", "--work", "--format", "json", user="supervisor")
    assert (ended.code, ended.document["left"]) == (2, [])
    assert "eve" not in run("undo", batch.reference, "--preview", "--work", user="supervisor").out


@pytest.mark.parametrize("flags", [(), ("--reason", " "), ("--no-wait", "--reason", "x")])
def test_what_is_missing_is_said(run, batch, flags):
    assert run("undo", batch.reference, *flags).code == 1
    assert api.undo_state(batch) is None


def test_an_import_of_which_nothing_was_recorded(run, batch, imported):
    ended = run("undo", imported(ROWS[2]).reference, "--reason", "x", "--work")
    assert ended.code == 5
    assert "This import recorded nothing, so there is nothing to undo." in ended.err


def test_who_may_not_undo_is_denied(run, batch, user_with):
    user_with("view_import_report", username="reader")
    for flags in (("--preview",), ("--reason", "x")):
        assert run("undo", batch.reference, *flags, user="reader").code == 6
    assert api.undo_state(batch) is None


def test_time_is_up(run, batch):
    ended = run("undo", batch.reference, "--reason", "x", "--timeout", "0.1")
    assert ended.code == 7
