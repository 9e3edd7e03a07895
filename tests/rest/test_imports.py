"""What an import says of itself."""

import pytest
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,")


def document(call, batch):
    response = call("get", f"/imports/{batch.reference}")
    assert response.status_code == 200
    return response.json()


def test_one_that_has_ended(imported, call):
    found = document(call, imported(*ROWS))
    assert (found["state"], found["rows_read"], found["date_format"]) == ("finished", 2, "YYYY-MM-DD")
    assert found["read_as"] == {"kind": "text", "encoding": "UTF-8", "separator": ",", "quote": '"'}
    assert found["headings"][0] == "username"
    assert (found["progress"], found["trouble"], found["turn"], found["held_back"]) == (None, None, None, None)
    assert (found["plan"], found["question"], found["notes"]) == (None, None, [])
    assert found["finished_at"] is not None


def test_one_that_is_worked_on(operator, call):
    created = call("post", "/imports", {"rows": [{}]}).json()
    assert created["state"] == "received"
    assert created["progress"]["portions"] == 0
    assert created["progress"]["last_progress_at"] == created["uploaded_at"]


def test_one_that_is_read(operator, call):
    created = call("post", "/imports", {"rows": [{}]}).json()
    state = '{"reader": {"offset": 40, "dialect": {"kind": "text"}}}'
    ImportBatch.objects.update(state="reading", reader_state=state, file_size=80)
    assert call("get", f"/imports/{created['reference']}").json()["progress"]["share_read"] == 0.5


def test_one_of_which_a_file_is_refused(imported, operator, call):
    batch = api.submit(operator, [b"name\nx\n"], file_name="x.csv", options=api.Options())
    api.work_off(batch.id)
    found = document(call, batch)
    assert found["state"] == "refused"
    assert found["file_issues"][0]["code"] == "column_missing"
    assert "username" in found["file_issues"][0]["text"]


def test_one_that_was_held_back(imported, call):
    found = document(call, imported(*ROWS, commit_policy="all_or_nothing"))
    assert found["held_back"] == {"phase": "planned", "rows": 1, "line": 3}
    assert "Nothing was imported" in found["notes"][0]


def test_one_that_waits_for_a_host(imported, call, world, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)
    with world.away(), pytest.raises(api.TryAgain):
        imported(*ROWS)
    [batch] = api.newest(api.SYSTEM)
    found = document(call, batch)
    assert found["trouble"]["kind"] == "host_away"
    assert found["trouble"]["next_try_at"] is not None
    assert "cannot answer" in found["notes"][0]


def test_one_that_waits_for_its_turn(settings, operator, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "site"}
    for ahead in range(3):
        created = call("post", "/imports", {"rows": [{"username": "ana"}]}).json()
        assert created["turn"] == {"scope": "site", "ahead": ahead, "is_taken": False}


def test_one_that_was_cancelled(planned, call):
    batch = planned(*ROWS)
    call("post", f"/imports/{batch.reference}/cancel")
    found = document(call, batch)
    assert found["cancelled_by"] == "operator"
    assert "operator" in found["notes"][0]


def test_one_of_which_something_is_gone(imported, call):
    batch = imported(*ROWS)
    ImportBatch.objects.update(file_deleted_at=timezone.now())
    found = document(call, batch)
    assert found["file_deleted_at"] is not None
    assert "deleted" in found["notes"][0]


def test_names_in_answers_are_those_of_the_api(imported, call):
    assert set(document(call, imported(*ROWS))["options"]) == set(api.Options().as_mapping())
