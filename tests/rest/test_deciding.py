"""Answers, approvals, and the end of an import before its time."""

from dataclasses import replace

import pytest
from cert_completion_hooks import Period, PeriodUnit

from cert_completion_plugin import api
from tests import doubles
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db

UNCLEAR = "ana,Forklift,,01/02/2025,"


def problem(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    return response.json()


def worked(batch):
    api.work_off(batch.id)
    return api.find(api.SYSTEM, batch.reference)


class TestQuestion:
    def test_it_is_told_with_the_days_that_each_format_reads(self, imported, call):
        batch = imported(UNCLEAR)
        asked = call("get", f"/imports/{batch.reference}").json()
        assert asked["state"] == "needs_answer"
        question = asked["question"]
        assert question["kind"] == "ambiguous"
        assert "more than one way" in question["text"]
        assert question["likely_formats"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
        [sample] = question["samples"]
        assert sample == {
            "line": 2,
            "text": "01/02/2025",
            "read": {"DD/MM/YYYY": "2025-02-01", "MM/DD/YYYY": "2025-01-02"},
        }

    def test_an_answer_lets_the_import_go_on(self, imported, call):
        batch = imported(UNCLEAR)
        response = call("post", f"/imports/{batch.reference}/answer", {"date_format": "DD/MM/YYYY"})
        assert (response.status_code, response.json()["state"]) == (200, "reading")
        assert response.json()["question"] is None
        assert worked(batch).date_format == "DD/MM/YYYY"

    def test_an_import_that_asks_nothing_takes_no_answer(self, imported, call):
        batch = imported("ana,Forklift,,2025-06-01,")
        told = problem(
            call("post", f"/imports/{batch.reference}/answer", {"date_format": "DD/MM/YYYY"}), 409, "not_waiting"
        )
        assert told["state"] == "finished"

    @pytest.mark.parametrize("body", [{}, {"date_format": "DMY"}, {"date_format": None}, {"date_format": "auto"}])
    def test_an_answer_is_a_format_that_there_is(self, imported, call, body):
        batch = imported(UNCLEAR)
        response = call("post", f"/imports/{batch.reference}/answer", body)
        assert problem(response, 422, "not_valid")["errors"][0]["pointer"] == "#/date_format"


class TestApproval:
    def test_it_has_exactly_the_plan_written(self, planned, call):
        batch = planned("ana,Forklift,,2025-06-01,")
        response = call("post", f"/imports/{batch.reference}/approve", {"plan": 1})
        assert response.status_code == 200
        document = response.json()
        assert (document["state"], document["approved_by"], document["plan"]) == ("writing", "operator", 1)
        assert worked(batch).counts["outcomes"] == {"certified": 1}

    def test_of_another_plan_it_is_refused(self, planned, call):
        batch = planned("ana,Forklift,,2025-06-01,")
        problem(call("post", f"/imports/{batch.reference}/approve", {"plan": 2}), 409, "plan_outdated")
        assert worked(batch).state == "awaiting_approval"

    def test_it_is_given_once(self, planned, call):
        batch = planned("ana,Forklift,,2025-06-01,")
        call("post", f"/imports/{batch.reference}/approve", {"plan": 1})
        problem(call("post", f"/imports/{batch.reference}/approve", {"plan": 1}), 409, "not_waiting")

    def test_limits_of_the_site_have_to_be_taken_knowingly(self, settings, planned, call):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "THRESHOLDS": {"problem_rows": 0.1}}
        batch = planned("ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,")
        problem(call("post", f"/imports/{batch.reference}/approve", {"plan": 1}), 409, "limits_broken")
        response = call("post", f"/imports/{batch.reference}/approve", {"plan": 1, "accept_broken": True})
        assert response.json()["state"] == "writing"

    def test_a_rule_that_has_changed_is_named(self, planned, call, world):
        batch = planned("ana,Forklift,,2025-06-01,")
        yearly = doubles.yearly("Forklift", "F1")
        assert yearly.rule is not None
        world.change_certification(replace(yearly, rule=yearly.rule._replace(active=Period(2, PeriodUnit.YEAR))))
        told = problem(call("post", f"/imports/{batch.reference}/approve", {"plan": 1}), 409, "rules_changed")
        assert told["certifications"] == ["Forklift (F1)"]
        assert "Forklift" in told["detail"]

    def test_a_host_that_cannot_answer_is_told(self, planned, call, world):
        batch = planned("ana,Forklift,,2025-06-01,")
        with world.away():
            response = call("post", f"/imports/{batch.reference}/approve", {"plan": 1})
        assert problem(response, 503, "host_away")["reference"]
        assert worked(batch).state == "awaiting_approval"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"plan": "1"},
            {"plan": 0},
            {"plan": True},
            {"plan": 2**31},
            {"plan": 1, "accept_broken": "yes"},
            {"plan": 1, "x": 1},
        ],
    )
    def test_nothing_is_approved_by_a_body_that_is_not_understood(self, planned, call, body):
        batch = planned("ana,Forklift,,2025-06-01,")
        problem(call("post", f"/imports/{batch.reference}/approve", body), 422, "not_valid")
        assert worked(batch).state == "awaiting_approval"

    def test_every_verdict_but_the_first_is_a_problem(self, planned, call, monkeypatch):
        batch = planned("ana,Forklift,,2025-06-01,")
        codes = []
        for verdict in list(api.Verdict)[1:]:
            given = api.Approval(verdict)
            monkeypatch.setattr("cert_completion_plugin.batches.approve", lambda *_, given=given, **__: given)
            codes.append(call("post", f"/imports/{batch.reference}/approve", {"plan": 1}).json()["code"])
        assert codes == ["not_waiting", "plan_outdated", "limits_broken", "rules_changed", "host_away"]

    def test_ones_own_import_may_take_somebody_else(self, settings, planned, call):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "APPROVE_OWN": False}
        batch = planned("ana,Forklift,,2025-06-01,")
        told = problem(call("post", f"/imports/{batch.reference}/approve", {"plan": 1}), 403, "not_allowed")
        assert "whoever uploaded" in told["detail"]


class TestPlanAnew:
    def test_it_has_the_next_number_and_takes_names_as_others(self, planned, call):
        batch = planned("ana,Forklft,,2025-06-01,")
        [close] = call("get", f"/imports/{batch.reference}/plans/1").json()["close_matches"]
        assert close["nearest"] == "Forklift"
        body = {"plan": 1, "confirmed": [close["value"]]}
        assert call("post", f"/imports/{batch.reference}/plan-anew", body).json()["state"] == "planning"
        worked(batch)
        plans = call("get", f"/imports/{batch.reference}/plans").json()["plans"]
        assert [(plan["number"], plan["is_present"], plan["confirmed"]) for plan in plans] == [
            (1, False, []),
            (2, True, ["Forklft"]),
        ]
        assert plans[1]["counts"]["issues"] == {"certification_not_found": 1}

    def test_another_plan_than_the_present_is_outdated(self, planned, call):
        batch = planned("ana,Forklift,,2025-06-01,")
        problem(call("post", f"/imports/{batch.reference}/plan-anew", {"plan": 2}), 409, "plan_outdated")

    def test_an_import_that_has_ended_is_planned_no_more(self, imported, call):
        batch = imported("ana,Forklift,,2025-06-01,")
        problem(call("post", f"/imports/{batch.reference}/plan-anew", {"plan": 1}), 409, "not_waiting")

    @pytest.mark.parametrize("confirmed", ["Forklft", [7], [""], ["x" * 256], ["x"] * 1001])
    def test_names_are_a_list_of_texts(self, planned, call, confirmed):
        batch = planned("ana,Forklft,,2025-06-01,")
        body = {"plan": 1, "confirmed": confirmed}
        problem(call("post", f"/imports/{batch.reference}/plan-anew", body), 422, "not_valid")


@pytest.mark.parametrize("what", ["cancel", "discard"])
def test_an_import_that_waits_is_ended_once(planned, call, what):
    batch = planned("ana,Forklift,,2025-06-01,")
    response = call("post", f"/imports/{batch.reference}/{what}")
    assert (response.status_code, response.json()["cancelled_by"]) == (200, "operator")
    problem(call("post", f"/imports/{batch.reference}/{what}"), 409, "not_waiting")
    assert worked(batch).counts["outcomes"] == {"cancelled": 1}


def test_a_plan_that_does_not_wait_is_not_discarded(imported, call):
    batch = imported("ana,Forklift,,2025-06-01,")
    problem(call("post", f"/imports/{batch.reference}/discard"), 409, "not_waiting")


@pytest.mark.parametrize("what", ["cancel", "discard"])
def test_an_empty_object_may_be_said_and_nothing_else(planned, call, what):
    batch = planned("ana,Forklift,,2025-06-01,")
    problem(call("post", f"/imports/{batch.reference}/{what}", {"really": True}), 422, "not_valid")
    assert call("post", f"/imports/{batch.reference}/{what}", {}).status_code == 200


def test_the_way_of_an_import_by_the_api_alone(operator, call):
    """What a system does that pushes, with a worker beside it."""
    rows = [{"username": "ana", "certificationshortname": "Crane", "completiondate": "2025-06-01"}]
    created = call("post", "/imports", {"rows": rows, "options": {"import_action": "certify_if_newer"}})
    path = created["Location"].removeprefix(ROOT)
    batch = api.find(api.SYSTEM, created.json()["reference"])
    worked(batch)
    plan = call("get", path).json()["plan"]
    assert call("get", f"{path}/plans/{plan}").json()["writes"] == 1
    assert call("get", f"{path}/plans/{plan}/rows").json()["rows"][0]["expires"] == "2026-06-01"
    call("post", f"{path}/approve", {"plan": plan})
    worked(batch)
    assert call("get", path).json()["counts"]["outcomes"] == {"certified": 1}
    undo = call("post", f"{path}/undos")["Location"].removeprefix(ROOT)
    worked(batch)
    assert call("get", undo).json()["preview"] == {"undone": 1}
    call("post", f"{undo}/confirm", {"reason": "A trial."})
    worked(batch)
    assert call("get", undo).json()["result"] == {"undone": 1}
