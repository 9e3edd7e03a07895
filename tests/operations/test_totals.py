"""Numbers of all imports that have ended: each is added once, whatever dies, and they cost the same for any number."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportUndo, Portion
from cert_completion_plugin.store import site_state
from tests.operations.conftest import BAD, GOOD

SLOW = [(0.04, "0.1"), (0.1, "0.1"), (0.11, "0.25"), (300.0, "300.0"), (301, "slower")]
OTHER = "ben.okafor,Forklift,F1,2025-06-01,"


def test_before_anything_ended_there_are_none(db):
    assert site_state.numbers() == {}


def test_each_end_is_added(stage):
    stage.worked_off(GOOD, BAD)
    stage.worked_off(OTHER)
    stage.worked_off(content=b"who,what\n")
    numbers = site_state.numbers()
    assert numbers["imports"] == {"finished": 2, "refused": 1}
    assert numbers["rows"] == {"certified": 2, "rejected": 1}
    assert sum(numbers["portions"].values()) == 2
    assert 0 < numbers["seconds"]["sum"] < 5


def test_one_that_is_told_twice_is_added_once(stage):
    batch = stage.worked_off()
    site_state.told_of_import(batch, batch.finished_at)
    assert site_state.numbers()["imports"] == {"finished": 1}


def test_an_undo_is_added_once(stage):
    batch = stage.undone()
    undo = api.undo_state(batch)
    assert undo
    site_state.told_of_undo(undo, timezone.now())
    numbers = site_state.numbers()
    assert (numbers["undos"], numbers["undone"]) == ({"done": 1}, {"undone": 1})


def test_messages_are_added_when_none_is_left(stage):
    stage.worked_off(messages="send")
    assert site_state.numbers()["messages"] == {"sent": 1}


def test_an_undo_of_which_nobody_was_told_is_found(stage):
    batch = stage.undone()
    ImportUndo.objects.update(told_at=None)
    assert api.unfinished() == [batch.id]
    stage.work_off(batch)
    assert api.unfinished() == []
    assert site_state.numbers()["undos"] == {"done": 2}


def test_a_portion_keeps_how_long_it_took_planned_and_written(stage, monkeypatch):
    seconds = iter(range(0, 10_000, 2))
    monkeypatch.setattr("cert_completion_plugin.store.portions.monotonic", lambda: 1_000_000.0 + next(seconds))
    batch = stage.planned()
    [planned] = Portion.objects.values_list("seconds", flat=True)
    assert planned > 0
    api.approve(stage.user, batch, plan=1)
    stage.work_off(batch)
    [both] = Portion.objects.values_list("seconds", flat=True)
    assert both > planned


@pytest.mark.parametrize(("took", "bucket"), SLOW)
def test_portions_are_counted_by_how_long_they_took(took, bucket):
    assert site_state._durations([took, 0])["portions"] == {bucket: 1}


def test_how_long_a_portion_took_is_kept_by_a_statement_that_there_was_before(stage):
    with CaptureQueriesContext(connection) as queries:
        stage.work_off(stage.submit(OTHER))
    statements = [query["sql"] for query in queries]
    updates = [sql for sql in statements if re.match(r"UPDATE .cert_completion_plugin_portion\b", sql)]
    [keeping] = [sql for sql in updates if "seconds" in sql]
    assert "counts" in keeping
