"""Rows by line, filtered, page by page; and the story of one."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db

ROWS = (
    "ana,Forklift,F1,2025-06-01,",
    "ben,Crane,,2024-06-01,",
    "nobody,Forklift,,2025-06-01,",
    "ana,Forklift,F1,2025-06-01,",
    "anabel,Crane,,never,",
)


def lines(response):
    assert response.status_code == 200, response.content
    return [row["line"] for row in response.json()["rows"]]


def test_a_row_has_its_names_dates_and_problems(imported, call):
    batch = imported(*ROWS)
    rows = call("get", f"/imports/{batch.reference}/rows").json()["rows"]
    assert rows[0] == {
        "line": 2,
        "outcome": "certified",
        "why": "The learner had no valid record.",
        "username": "ana",
        "short_name": "Forklift",
        "id_number": "F1",
        "learner_key": "learner-1",
        "certification_key": "c-Forklift",
        "completed": "2025-06-01",
        "due": None,
        "expires": "2026-06-01",
        "window_opens": "2026-05-01",
        "repeats_line": None,
        "issues": [],
    }
    [issue] = rows[2]["issues"]
    assert (rows[2]["outcome"], issue["code"], issue["column"], issue["value"]) == (
        "rejected",
        "learner_not_found",
        "username",
        "nobody",
    )
    assert "no learner with the username" in issue["text"]
    assert (rows[3]["outcome"], rows[3]["repeats_line"]) == ("duplicate", 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 3, 4, 5, 6]),
        ("outcome=certified", [2, 3]),
        ("outcome=problems", [4, 6]),
        ("problem=learner_not_found", [4, 6]),
        ("problem=completion_date_invalid", [6]),
        ("certification=Crane", [3, 6]),
        ("certification=F1", [2, 4, 5]),
        ("certification=crane", [3, 6]),
        ("certification=Boat", []),
        ("learner=ana", [2, 5]),
        ("learner=ana*", [2, 5, 6]),
        ("line=3", [3]),
        ("line=1", []),
        ("outcome=rejected&certification=Crane", [6]),
        ("after=3", [4, 5, 6]),
        ("after=3&limit=1", [4]),
        ("before=4", [2, 3]),
        ("before=4&limit=1", [3]),
        ("after=1000000000", []),
    ],
)
def test_filters_and_pages(imported, call, query, expected):
    batch = imported(*ROWS)
    assert lines(call("get", f"/imports/{batch.reference}/rows?{query}")) == expected


def test_pages_lead_to_the_next_and_back(imported, call):
    batch = imported(*ROWS)
    path = f"/imports/{batch.reference}/rows?limit=2&outcome=certified&certification=Forklift"
    assert call("get", path).json()["next"] is None
    seen, path = [], f"/imports/{batch.reference}/rows?limit=2"
    while path:
        page = call("get", path.removeprefix(ROOT))
        seen.append(lines(page))
        last, path = page, page.json()["next"]
    assert seen == [[2, 3], [4, 5], [6]]
    assert last["Link"] == f'<{last.json()["previous"]}>; rel="previous"'
    before = call("get", last.json()["previous"].removeprefix(ROOT))
    assert lines(before) == [4, 5]
    assert lines(call("get", before.json()["next"].removeprefix(ROOT))) == [6]


def test_the_page_of_the_site_has_as_many_rows_as_the_site_says(settings, imported, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 2}
    batch = imported(*ROWS)
    assert lines(call("get", f"/imports/{batch.reference}/rows")) == [2, 3]


@pytest.mark.parametrize(
    ("what", "query", "faults"),
    [
        ("rows", "limit=1001", [("limit", "out_of_range")]),
        ("rows", "after=-1", [("after", "out_of_range")]),
        ("rows", "after=1000000001", [("after", "out_of_range")]),
        ("rows", "problem=nothing", [("problem", "not_offered")]),
        ("rows", "code=learner_not_found", [("code", "unknown")]),
        ("lines", "learner=ana", [("learner", "unknown")]),
        ("rows/2", "line=2", [("line", "unknown")]),
        ("rows/2", "plan=0", [("plan", "out_of_range")]),
        ("undos/1/rows", "status=gone", [("status", "not_offered")]),
    ],
)
def test_parameters_that_mean_nothing_are_told(imported, operator, call, what, query, faults):
    batch = imported(*ROWS)
    api.preview_undo(operator, batch)
    response = call("get", f"/imports/{batch.reference}/{what}?{query}")
    assert response.status_code == 422
    assert [(fault["parameter"], fault["code"]) for fault in response.json()["errors"]] == faults


def test_lines_have_no_names(imported, call):
    batch = imported(*ROWS)
    page = call("get", f"/imports/{batch.reference}/lines?outcome=problems")
    assert page.json()["rows"] == [
        {"line": 4, "outcome": "rejected", "codes": ["learner_not_found"], "repeats_line": None},
        {
            "line": 6,
            "outcome": "rejected",
            "codes": ["learner_not_found", "completion_date_invalid"],
            "repeats_line": None,
        },
    ]


def test_the_rows_and_lines_of_a_plan(planned, call):
    batch = planned(*ROWS)
    plan = call("get", f"/imports/{batch.reference}/plans/1").json()
    assert (plan["rows"], plan["writes"], plan["as_of"], plan["is_present"]) == (5, 2, "2026-03-15", True)
    assert plan["counts"]["outcomes"] == {"certified": 2, "duplicate": 1, "rejected": 2}
    assert [each["short_name"] for each in plan["certifications"]] == ["Forklift", "Crane"]
    for what in ("rows", "lines"):
        assert lines(call("get", f"/imports/{batch.reference}/plans/1/{what}?outcome=certified")) == [2, 3]
    assert lines(call("get", f"/imports/{batch.reference}/rows")) == []


def test_the_rows_of_an_older_plan_stay_as_they_were(planned, operator, call):
    batch = planned("ana,Forklft,,2025-06-01,")
    api.plan_anew(operator, batch, confirmed=["Forklft"])
    api.work_off(batch.id)
    codes = [
        call("get", f"/imports/{batch.reference}/plans/{plan}/lines").json()["rows"][0]["codes"] for plan in (1, 2)
    ]
    assert codes == [["certification_close_match"], ["certification_not_found"]]


@pytest.mark.parametrize("what", ["plans/2", "plans/2/rows", "plans/0", f"plans/{'9' * 20}", "rows/1", "rows/7"])
def test_what_there_is_not_is_not_found(planned, call, what):
    batch = planned(*ROWS)
    response = call("get", f"/imports/{batch.reference}/{what}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


class TestAccount:
    def test_it_has_the_whole_story(self, imported, call):
        batch = imported(*ROWS)
        account = call("get", f"/imports/{batch.reference}/rows/2").json()
        story = account["story"]
        assert [cell["text"] for cell in story["cells"]] == ["ana", "Forklift", "F1", "2025-06-01", ""]
        assert story["learner"]["key"] == "learner-1"
        assert story["decision"]["ground"] == "none_or_expired"
        assert story["dates"]["steps"][-1]["result"] == "2026-05-01"
        assert account["written"]["outcome"] == "certified"
        assert account["present"]["standing"] == "current"
        assert (account["as_of"], account["today"], account["could_not_tell"]) == ("2026-03-15", "2026-03-15", False)
        assert account["undos"] == []
        names = [step["name"] for step in account["steps"]]
        assert names[0] == "cells"
        assert "today" in names
        assert all(step["texts"] or step["name"] == "cells" for step in account["steps"])

    def test_it_has_the_plan_that_is_asked_for(self, planned, operator, call):
        batch = planned("ana,Forklft,,2025-06-01,")
        api.plan_anew(operator, batch, confirmed=["Forklft"])
        api.work_off(batch.id)
        codes = [
            call("get", f"/imports/{batch.reference}/rows/2?plan={plan}").json()["planned"]["issues"][0]["code"]
            for plan in (1, 2)
        ]
        assert codes == ["certification_close_match", "certification_not_found"]
        assert call("get", f"/imports/{batch.reference}/rows/2?plan=3").status_code == 404

    def test_it_has_what_was_undone(self, imported, operator, call):
        batch = imported(*ROWS)
        undo = api.preview_undo(operator, batch)
        api.work_off(batch.id)
        api.undo(operator, batch, "A trial.", preview=undo.number)
        api.work_off(batch.id)
        account = call("get", f"/imports/{batch.reference}/rows/2").json()
        assert account["undone"]["line"] == 2
        assert account["undos"] == [
            {
                "undo": 1,
                "row": {
                    "status": "undone",
                    "assignment_kept": False,
                    "reason": "",
                    "reference": "",
                    "changed_by": "",
                    "changed_at": None,
                },
            }
        ]

    def test_a_host_that_is_away_leaves_the_story(self, imported, call, world):
        batch = imported(*ROWS)
        with world.away():
            account = call("get", f"/imports/{batch.reference}/rows/2").json()
        assert account["could_not_tell"] is True
        assert account["present"] is None
        assert account["story"]["outcome"] == "certified"


def test_rows_that_were_deleted_are_gone(imported, call):
    batch = imported(*ROWS)
    ImportBatch.objects.update(rows_deleted_at=timezone.now(), ledger_deleted_at=timezone.now())
    for what in ("rows", "lines", "rows/2", "files/all.csv"):
        response = call("get", f"/imports/{batch.reference}/{what}")
        assert (response.status_code, response.json()["code"]) == (410, "gone"), what
        assert "deleted" in response.json()["detail"]
    document = call("get", f"/imports/{batch.reference}").json()
    assert document["counts"]["outcomes"]["certified"] == 2
    assert document["ledger_deleted_at"] is not None


def test_days_are_written_as_days_whatever_the_site_has_set(settings, imported, call):
    settings.REST_FRAMEWORK = {"DATE_FORMAT": "%d/%m/%Y", "DATETIME_FORMAT": "%s", "DATE_INPUT_FORMATS": ["%d/%m/%Y"]}
    batch = imported("ana,Forklift,,2025-06-01,2025-07-01")
    [row] = call("get", f"/imports/{batch.reference}/rows").json()["rows"]
    assert (row["completed"], row["due"]) == ("2025-06-01", "2025-07-01")
    document = call("get", f"/imports/{batch.reference}").json()
    assert document["as_of"] == date(2026, 3, 15).isoformat()
    assert document["uploaded_at"].endswith("Z")
    assert call("get", "/imports?since=2020-01-31").status_code == 200


def test_who_takes_rows_is_kept_in_the_history_of_the_import(imported, call, operator):
    batch = imported(*ROWS)
    for query in ("", "?after=2", "?before=9"):
        call("get", f"/imports/{batch.reference}/rows{query}")
    call("get", f"/imports/{batch.reference}/lines")
    entries = LogEntry.objects.filter(object_id=str(batch.id)).order_by("pk")
    assert [(entry.user, entry.change_message) for entry in entries][1:] == [
        (operator, "Downloaded rows: rows by the REST API")
    ]
