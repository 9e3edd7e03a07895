"""`manage.py cert_completion_watch`: a look at the watched places, with or without the work."""

import pytest

from cert_completion_plugin import api, tasks, watching
from tests.commands.conftest import called
from tests.watching.conftest import CONTENT, WRONG, imports, later, lying, place, watch

__all__ = ["later", "place"]

pytestmark = pytest.mark.django_db


def test_files_are_taken_up_and_left_to_workers(place):
    (place / "a.csv").write_text(CONTENT)
    ended = called("watch")
    [batch] = imports()
    assert (ended.code, ended.out) == (0, f"{place}: a.csv ({batch.reference.hex}): taken up\n")
    assert batch.state == "received"
    assert called("watch").out == ""


def test_with_work_they_are_imported_and_put_away(place):
    (place / "a.csv").write_text(CONTENT + WRONG)
    ended = called("watch", "--work", "--format", "json")
    [batch] = imports()
    named = f"done/a.{batch.reference.hex[:12]}.csv"
    assert ended.code == 0
    assert ended.document == {
        "events": [
            {"kind": "taken", "place": str(place), "name": "a.csv", "reference": batch.reference.hex, "text": ""},
            {"kind": "done", "place": str(place), "name": "a.csv", "reference": batch.reference.hex, "text": named},
        ]
    }
    assert (place / named).exists()


def test_what_is_the_matter_is_told_on_stderr_and_the_rest_is_done(place, settings):
    given = settings.CERT_COMPLETION["WATCHED"]
    watch(settings, {"directory": "/nowhere/at/all", "user": "operator"}, *given)
    (place / "a\x1b[2J.csv").write_text(CONTENT)
    ended = called("watch", "--work")
    assert ended.code == 1
    assert "/nowhere/at/all: stays: No such file or directory" in ended.err
    assert "put away: done/a" in ended.out
    assert "\x1b" not in ended.out


def test_a_site_that_watches_nothing_is_told_so(settings):
    settings.CERT_COMPLETION = {}
    ended = called("watch")
    assert ended.code == 1
    assert "No place is watched" in ended.err


def test_work_that_has_to_wait_is_told(place, monkeypatch):
    def later(batch_id):
        raise api.TryAgain(30)

    monkeypatch.setattr(api, "work_off", later)
    (place / "a.csv").write_text(CONTENT)
    assert "could not go on now; try again in 30 seconds" in called("watch", "--work").err
    assert lying(place) == ["taken/a.#.csv"]


def test_a_worker_looks_regularly(place, monkeypatch):
    begun = begin(monkeypatch)
    assert begun == {"cert_completion_plugin.sweep": 180, "cert_completion_plugin.watch": 60}
    (place / "a.csv").write_text(CONTENT)
    tasks.watch()
    assert [batch.file_name for batch in imports()] == ["a.csv"]
    api.work_off(imports()[0].id)
    tasks.watch()
    assert "done/a.#.csv" in lying(place)


def begin(monkeypatch):
    """What a worker that starts begins to send, and every how many seconds."""
    begun = {}
    monkeypatch.setattr(tasks, "_begin", lambda task, seconds: begun.update({task.name: seconds}))
    monkeypatch.setattr(tasks, "_sign_regularly", lambda worker: None)
    monkeypatch.setattr("cert_completion_plugin.broker.described", lambda consumer: None)
    tasks._begin_sweeping()
    return begun


def test_nothing_is_sent_where_nothing_is_watched(settings, monkeypatch):
    settings.CERT_COMPLETION = {}
    assert begin(monkeypatch) == {"cert_completion_plugin.sweep": 180}


def test_a_task_that_takes_too_long_goes_on_the_next_time(place, monkeypatch):
    from celery.exceptions import SoftTimeLimitExceeded

    def slow():
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(tasks, "_look", slow)
    tasks.watch()
    monkeypatch.setattr(tasks, "_look", watching.look_once)
    tasks.watch()
