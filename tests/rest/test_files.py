"""Files are the same, to the byte, as on the page of the import."""

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.urls import reverse

from cert_completion_plugin import api
from tests import doubles

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,F1,2025-06-01,", "nobody,=Crane,,2024-06-01,")


def content(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


def on_the_page(client, batch, what, kind):
    return client.get(reverse("cert_completion_plugin:download", args=[batch.reference, what, kind]))


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_the_report_is_that_of_the_page(imported, client, call, kind):
    batch = imported(*ROWS)
    ours, theirs = call("get", f"/imports/{batch.reference}/report.{kind}"), on_the_page(client, batch, "report", kind)
    assert content(ours) == content(theirs)
    assert ours.streaming
    for header in ("Content-Type", "Content-Disposition"):
        assert ours[header] == theirs[header]


def test_the_report_of_rows_is_that_of_the_same_file_with_the_same_options(settings, operator, client, call):
    rows = [{"username": "ana", "certificationshortname": "Forklift", "completiondate": "2025-06-01"}]
    created = call("post", "/imports", {"rows": rows, "options": {"review": False}}).json()
    ours = api.find(api.SYSTEM, created["reference"])
    api.work_off(ours.id)
    again = doubles.install(settings, MemoryHost())
    again.add_learner("ana")
    again.add_certification(doubles.yearly("Forklift", "F1"))
    theirs = api.submit(operator, api.file_of_rows(rows), file_name="other.csv", options=ours.options)
    api.work_off(theirs.id)
    reports = [content(call("get", f"/imports/{batch.reference}/report.csv")) for batch in (ours, theirs)]
    assert reports[0] == reports[1]
    assert b"history" in reports[0]


@pytest.mark.parametrize("what", ["all", "problems", "recorded"])
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_files_of_rows_are_those_of_the_page(imported, client, call, what, kind):
    batch = imported(*ROWS)
    ours, theirs = (
        call("get", f"/imports/{batch.reference}/files/{what}.{kind}"),
        on_the_page(client, batch, what, kind),
    )
    assert content(ours) == content(theirs)
    for header in ("Content-Type", "Content-Disposition"):
        assert ours[header] == theirs[header]


def test_a_workbook_is_one(imported, call):
    response = call("get", f"/imports/{imported(*ROWS).reference}/files/all.xlsx")
    assert content(response).startswith(b"PK")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")


def test_the_rows_of_a_plan_are_a_file(planned, operator, call):
    batch = planned("ana,Forklft,,2025-06-01,")
    api.plan_anew(operator, batch, confirmed=["Forklft"])
    api.work_off(batch.id)
    first, second = (content(call("get", f"/imports/{batch.reference}/files/plan.csv?plan={plan}")) for plan in (1, 2))
    assert b"certification_close_match" in first
    assert b"certification_not_found" in second
    assert content(call("get", f"/imports/{batch.reference}/files/plan.csv")) == second


def test_whatever_is_accepted_the_address_says_the_format(imported, call):
    path = f"/imports/{imported(*ROWS).reference}/report.csv"
    for accept in ("text/csv", "application/json", "text/html", "*/*;q=0.1"):
        assert call("get", path, accept=accept)["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "name",
    ["report.xlsx", "report.pdf", "files/all.pdf", "files/none.csv", "files/x.csv", "files/plan.csv?plan=7"],
)
def test_a_file_that_there_is_not_is_not_found(imported, call, name):
    response = call("get", f"/imports/{imported(*ROWS).reference}/{name}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_too_many_rows_for_a_format_are_told_with_the_one_that_can(imported, call, monkeypatch):
    batch = imported(*ROWS)
    monkeypatch.setattr("cert_completion_plugin.tabular.MOST_ROWS_AT_ONCE", 1)
    for kind in ("xlsx", "json"):
        response = call("get", f"/imports/{batch.reference}/files/all.{kind}")
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert "CSV" in response.json()["detail"]
    assert call("get", f"/imports/{batch.reference}/files/all.csv").status_code == 200


def test_a_cell_that_no_workbook_can_hold_is_told(imported, call):
    batch = imported(f"ana,Forklift,,2025-06-01,{'x' * 40_000}")
    response = call("get", f"/imports/{batch.reference}/files/all.xlsx")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
