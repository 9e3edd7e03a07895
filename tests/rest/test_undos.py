"""Undoing by the API."""

import pytest
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db


def problem(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    return response.json()


@pytest.fixture
def previewed(imported, call):
    """An import of three rows, one of which was changed since, and its undo, previewed."""

    def previewed(world):
        batch = imported("ana,Forklift,,2025-06-01,", "ben,Forklift,,2025-06-01,", "ben,Crane,,2025-06-01,")
        from datetime import date

        world.correct("ben", "Crane", date(2025, 6, 1), date(2030, 1, 1))
        call("post", f"/imports/{batch.reference}/undos")
        api.work_off(batch.id)
        return batch

    return previewed


def test_a_preview_says_what_an_undo_would_do(previewed, world, call):
    batch = previewed(world)
    assert call("get", f"/imports/{batch.reference}").json()["is_undone"] is False
    undo = call("get", f"/imports/{batch.reference}/undos/1").json()
    assert (undo["state"], undo["preview"], undo["result"]) == ("previewed", {"undone": 2, "changed_since": 1}, {})
    assert (undo["asked_by"], undo["progress"]) == ("operator", None)
    rows = call("get", f"/imports/{batch.reference}/undos/1/rows").json()["rows"]
    assert [(row["line"], row["username"]) for row in rows] == [(2, "ana"), (3, "ben")]
    assert {row["status"] for row in rows} == {"undone"}
    [kept] = call("get", f"/imports/{batch.reference}/undos/1/rows?status=changed_since").json()["rows"]
    assert (kept["line"], kept["short_name"], kept["outcome"]) == (4, "Crane", "certified")
    assert call("get", f"/imports/{batch.reference}/undos").json() == {"undos": [undo]}


def test_a_preview_is_told_while_it_is_made(imported, call):
    batch = imported("ana,Forklift,,2025-06-01,")
    response = call("post", f"/imports/{batch.reference}/undos")
    assert response.status_code == 202
    assert response["Location"] == f"{ROOT}/imports/{batch.reference}/undos/1"
    assert response.json()["state"] == "previewing"
    assert response.json()["progress"] == {"rows": 1, "rows_done": 0, "next_try_at": None}


def test_a_confirmed_undo_is_done_as_it_was_previewed(previewed, world, call):
    batch = previewed(world)
    response = call("post", f"/imports/{batch.reference}/undos/1/confirm", {"reason": "The wrong file."})
    assert (response.status_code, response.json()["state"]) == (202, "undoing")
    api.work_off(batch.id)
    undo = call("get", f"/imports/{batch.reference}/undos/1").json()
    assert (undo["state"], undo["result"]) == ("done", {"undone": 2, "changed_since": 1})
    assert (undo["reason"], undo["confirmed_by"]) == ("The wrong file.", "operator")
    assert call("get", f"/imports/{batch.reference}").json()["is_undone"] is True
    assert [each["is_undone"] for each in call("get", "/imports").json()["imports"]] == [True]


def test_pages_of_rows_lead_to_the_next_and_back(imported, operator, call):
    batch = imported(*[f"ana,Forklift,,2025-06-0{day}," for day in range(1, 5)])
    api.preview_undo(operator, batch)
    api.work_off(batch.id)
    seen, path = [], f"/imports/{batch.reference}/undos/1/rows?limit=1"
    while path:
        page = call("get", path.removeprefix(ROOT)).json()
        seen += [row["line"] for row in page["rows"]]
        path = page["next"]
    assert seen == [2, 3, 4, 5]
    back = call("get", page["previous"].removeprefix(ROOT)).json()
    assert [row["line"] for row in back["rows"]] == [4]
    assert [row["line"] for row in call("get", back["next"].removeprefix(ROOT)).json()["rows"]] == [5]
    assert [row["line"] for row in call("get", back["previous"].removeprefix(ROOT)).json()["rows"]] == [3]


def test_an_undo_may_be_given_up(previewed, world, call):
    batch = previewed(world)
    response = call("post", f"/imports/{batch.reference}/undos/1/abandon")
    assert (response.status_code, response.json()["state"]) == (200, "abandoned")
    problem(call("post", f"/imports/{batch.reference}/undos/1/abandon"), 409, "undo_outdated")
    problem(call("post", f"/imports/{batch.reference}/undos/1/confirm", {"reason": "x"}), 409, "undo_outdated")
    assert call("post", f"/imports/{batch.reference}/undos").json()["number"] == 2


def test_a_preview_that_is_not_complete_cannot_be_confirmed(imported, call):
    batch = imported("ana,Forklift,,2025-06-01,")
    call("post", f"/imports/{batch.reference}/undos")
    problem(call("post", f"/imports/{batch.reference}/undos/1/confirm", {"reason": "x"}), 409, "undo_outdated")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \n"}, {"reason": 7}, {"reason": "x" * 1001}])
def test_a_reason_is_given(previewed, world, call, body):
    batch = previewed(world)
    told = problem(call("post", f"/imports/{batch.reference}/undos/1/confirm", body), 422, "not_valid")
    assert told["errors"][0]["pointer"] == "#/reason"
    assert api.undo_state(batch).state == "previewed"


@pytest.mark.parametrize("path", ["undos/2", "undos/2/rows", "undos/0", "undos/99999999999999999999"])
def test_an_undo_that_there_is_not_is_not_found(previewed, world, call, path):
    problem(call("get", f"/imports/{previewed(world).reference}/{path}"), 404, "not_found")


@pytest.mark.parametrize("what", ["confirm", "abandon"])
def test_neither_can_be_decided_about(previewed, world, call, what):
    path = f"/imports/{previewed(world).reference}/undos/2/{what}"
    problem(call("post", path, {"reason": "x"} if what == "confirm" else {}), 404, "not_found")


def test_an_import_that_has_not_ended_cannot_be_undone(planned, call):
    problem(call("post", f"/imports/{planned('ana,Forklift,,2025-06-01,').reference}/undos"), 409, "not_ended")


def test_an_import_that_recorded_nothing_cannot_be_undone(imported, call):
    problem(call("post", f"/imports/{imported('x,Forklift,,2025-06-01,').reference}/undos"), 409, "nothing_recorded")


def test_every_obstacle_is_a_problem(imported, call, monkeypatch):
    batch = imported("ana,Forklift,,2025-06-01,")
    ImportBatch.objects.update(ledger_deleted_at=timezone.now())
    codes = []
    for obstacle in api.Obstacle:
        monkeypatch.setattr("cert_completion_plugin.batches.undoing.obstacle", lambda batch, found=obstacle: found)
        codes.append(call("post", f"/imports/{batch.reference}/undos").json()["code"])
    assert codes == ["undo_not_offered", "not_ended", "nothing_recorded", "gone"]


def test_a_site_that_cannot_undo_says_so(imported, call, monkeypatch):
    batch = imported("ana,Forklift,,2025-06-01,")
    monkeypatch.setattr("cert_completion_plugin.batches.undoing.undo_is_offered", lambda: False)
    problem(call("post", f"/imports/{batch.reference}/undos"), 409, "undo_not_offered")
