"""The plan page: what will happen to every row, and who may decide about it."""

from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks import Actor, CompletionRecord, HostUnavailable, Period, PeriodUnit
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.core.outcomes import Phase
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

CURRENT = CompletionRecord(completed=date(2024, 6, 1), expires=date(2026, 6, 1), window_opens=date(2026, 5, 1))
ROWS = ("ana,Forklift,,31/05/2025,", "ben,Forklift,,31/05/2025,", "j.smiht,Forklift,,31/05/2025,")
CODENAMES = ("upload_completions", "view_import_report", "view_personal_data", "approve_imports")


@pytest.fixture
def approver(user_with, client):
    user = user_with(*CODENAMES, username="approver")
    client.force_login(user)
    return user


@pytest.fixture
def waiting(approver, world):
    """Makes the plan of these rows."""

    def waiting(*rows, **options):
        content = (HEADINGS + "".join(f"{row}\n" for row in rows or ROWS)).encode()
        chosen = api.Options.from_mapping({"import_action": "certify_if_newer", **options})
        batch = api.submit(approver, [content], file_name="records.csv", options=chosen)
        return worked_off(batch)

    return waiting


def worked_off(batch):
    api.work_off(batch.id)
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def page(client, batch, name="batch", *args, query=""):
    response = client.get(reverse(f"cert_completion_plugin:{name}", args=[batch.reference, *args]) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def post(client, batch, name, **data):
    return client.post(reverse(f"cert_completion_plugin:{name}", args=[batch.reference]), data)


def test_the_plan_says_what_will_happen_in_one_sentence_and_writes_nothing(client, waiting, world):
    world.hold("ben", "Forklift", current=CURRENT)
    batch = waiting()
    text = page(client, batch)
    assert "Of 3 rows, 1 certifies a learner, 1 renews a certification and 1 has problems." in text
    assert "Nothing has been recorded yet." in text
    assert "Record 2 rows</button>" in text
    assert "1 current record is overwritten" in text
    assert "No messages are sent to learners." in text
    assert world.written == ()


def test_what_all_or_nothing_holds_back_is_corrected_in_the_whole_file(client, waiting):
    assert "?plan=1" in page(client, waiting()).partition("Download problem rows")[2]
    assert "Download problem rows" not in page(client, waiting(commit_policy="all_or_nothing"))


def test_a_certification_of_which_nothing_is_recorded_has_no_line(client, waiting, world):
    world.hold("ben", "Forklift", current=CURRENT)
    assert "Rows by certification" in page(client, waiting())
    assert "Rows by certification" not in page(
        client, waiting("ben,Forklift,,01/06/2024,", "ben,Forklift,,13/06/2024,x")
    )


def test_the_number_of_the_button_is_written_with_thousands(client, waiting, monkeypatch):
    batch = waiting()
    plan = api.plan_summary(api.SYSTEM, batch)
    assert plan is not None
    plan = replace(plan, counts={"outcomes": {"history": 4468}, "issues": {}})
    monkeypatch.setattr(api, "plan_summary", lambda user, batch, number=None: plan)
    text = page(client, batch)
    assert "Record 4,468 rows</button>" in text
    assert "Of 4,468 rows, 4,468 go to history." in text


def test_every_row_stands_there_with_what_will_happen_its_dates_and_why(client, waiting, world):
    world.hold("ben", "Forklift", current=CURRENT)
    text = page(client, waiting())
    assert "What will happen" in text
    assert 'June 1, 2026 <span aria-hidden="true">→</span>' in text
    assert "May 31, 2026" in text
    assert "There is no learner with the username “j.smiht”" in text
    assert "The learner had no valid record." in text
    assert "Newer than the record that was current." in text


def test_tiles_filter_the_rows(client, waiting):
    batch = waiting()
    assert 'href="?outcome=rejected#ccp-rows"' in page(client, batch)
    text = page(client, batch, query="?outcome=rejected")
    assert 'id="line-4"' in text
    assert 'id="line-2"' not in text
    text = page(client, batch, query="?problem=learner_not_found")
    assert ('id="line-4"' in text, 'id="line-2"' in text) == (True, False)


def test_problem_rows_of_the_plan_can_be_downloaded(client, waiting):
    batch = waiting()
    address = reverse("cert_completion_plugin:download", args=[batch.reference, "problems", "csv"]) + "?plan=1"
    assert f'href="{address}"' in page(client, batch)
    lines = b"".join(client.get(address).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("j.smiht,Forklift")


def test_approving_records_the_rows_of_the_plan(client, waiting, world):
    batch = waiting()
    response = post(client, batch, "approve", plan=1)
    assert response.status_code == 302
    found = worked_off(batch)
    assert (found.state, found.approved_by_name, len(world.written)) == ("finished", "approver", 2)
    text = page(client, batch)
    assert "approved by approver" in text
    assert reverse("cert_completion_plugin:plan", args=[batch.reference, 1]) in text


def test_approving_twice_says_who_did(client, waiting):
    batch = waiting()
    post(client, batch, "approve", plan=1)
    response = client.post(reverse("cert_completion_plugin:approve", args=[batch.reference]), {"plan": 1}, follow=True)
    assert "The plan was approved already, by approver." in response.content.decode()


@pytest.mark.parametrize("plan", ["1", "", "two", "9" * 40])
def test_who_looked_at_another_plan_is_shown_the_present_one(client, waiting, approver, world, plan):
    batch = waiting()
    api.plan_anew(approver, batch)
    worked_off(batch)
    for name in ("approve", "plan-anew"):
        response = client.post(
            reverse(f"cert_completion_plugin:{name}", args=[batch.reference]), {"plan": plan}, follow=True
        )
        assert "The plan was made anew meanwhile." in response.content.decode()
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    assert (found.state, found.plan, world.written) == ("awaiting_approval", 2, ())


def test_a_rule_that_changed_is_named_and_the_plan_can_be_made_anew(client, waiting, world):
    batch = waiting()
    [forklift] = world.list_certifications(Actor(key="", username=""), "", 9)
    world.change_certification(replace(forklift, rule=forklift.rule._replace(active=Period(3, PeriodUnit.YEAR))))
    text = " ".join(post(client, batch, "approve", plan=1).content.decode().split())
    assert "the recertification rule of Forklift (F1) has changed" in text
    assert "data-ccp-errors" in text
    assert (api.find(api.SYSTEM, batch.reference).state, world.written) == ("awaiting_approval", ())
    assert post(client, batch, "plan-anew", plan=1).status_code == 302
    worked_off(batch)
    text = page(client, batch)
    assert "Plan 2: what will happen" in text
    assert "May 31, 2028" in text
    assert "made anew for approver" in text


def test_an_lms_that_cannot_answer_changes_nothing(client, waiting, monkeypatch):
    batch = waiting()

    def away(*args, **kwargs):
        raise HostUnavailable("gone")

    monkeypatch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_certifications", away)
    assert "the LMS cannot answer just now" in post(client, batch, "approve", plan=1).content.decode()
    assert api.find(api.SYSTEM, batch.reference).state == "awaiting_approval"


def test_a_broken_threshold_is_shown_and_wants_a_tick(client, waiting, settings, world):
    settings.CERT_COMPLETION = {
        **settings.CERT_COMPLETION,
        "THRESHOLDS": {"problem_rows": 0.25, "overwritten": 0.5},
    }
    batch = waiting()
    text = page(client, batch)
    assert "Limits of this site" in text
    assert "Rows with problems</th>" in text
    assert "25 %" in text
    assert "33.33 % (1)" in text
    assert ("exceeded</span>" in text, "kept</span>" in text) == (True, True)
    refused = post(client, batch, "approve", plan=1).content.decode()
    assert "Tick that you have seen it" in refused
    assert 'href="#id_accept_broken"' in refused
    assert world.written == ()
    assert post(client, batch, "approve", plan=1, accept_broken="on").status_code == 302
    assert worked_off(batch).state == "finished"


def test_where_no_threshold_is_broken_there_is_nothing_to_tick(client, waiting):
    text = page(client, waiting())
    assert "accept_broken" not in text
    assert "Limits of this site" not in text


def test_discarding_is_asked_once_more(client, waiting, world):
    batch = waiting()
    assert "Do you want to discard the import of “records.csv”?" in page(client, batch, "discard")
    assert api.find(api.SYSTEM, batch.reference).state == "awaiting_approval"
    assert post(client, batch, "discard").status_code == 302
    assert (worked_off(batch).state, world.written) == ("cancelled", ())
    assert "does not wait for approval any more" in page(client, batch, "discard")
    response = client.post(reverse("cert_completion_plugin:discard", args=[batch.reference]), follow=True)
    assert "discarded or cancelled already, by approver" in response.content.decode()


def test_close_names_are_confirmed_by_value(client, waiting):
    batch = waiting(
        "ana,Forklfit,,31/05/2025,",
        "ben,Forklfit,,31/05/2025,",
        "ana,Forklif,,31/05/2025,",
        unknown_certification="create_evidence",
    )
    text = page(client, batch)
    assert 'name="names" value="Forklfit"' in text
    assert 'name="names" value="Forklif"' in text
    assert "become evidence items" in text
    assert "Tick the names" in post(client, batch, "plan-anew", plan=1, confirming="1").content.decode()
    assert (
        "is not among the names"
        in post(client, batch, "plan-anew", plan=1, confirming="1", names=["Boat"]).content.decode()
    )
    assert post(client, batch, "plan-anew", plan=1, confirming="1", names=["Forklfit"]).status_code == 302
    worked_off(batch)
    rows = api.page(api.SYSTEM, worked_off(batch), phase=Phase.PLANNED).rows
    assert [str(row.outcome) for row in rows] == ["evidence", "evidence", "rejected"]
    text = page(client, batch)
    assert ('value="Forklif"' in text, 'value="Forklfit"' in text) == (True, False)
    old = page(client, batch, "plan", 1)
    assert "Forklfit" in old
    assert "This plan was replaced by a newer one" in old
    assert '<form method="post"' not in old


def test_an_old_plan_can_be_looked_at_and_filtered(client, waiting, approver):
    batch = waiting()
    api.plan_anew(approver, batch)
    worked_off(batch)
    text = page(client, batch, "plan", 1, query="?outcome=rejected")
    assert ('id="line-4"' in text, 'id="line-2"' in text) == (True, False)
    assert reverse("cert_completion_plugin:plan", args=[batch.reference, 1]) in page(client, batch)
    assert client.get(reverse("cert_completion_plugin:plan", args=[batch.reference, 3])).status_code == 404


def test_a_plan_grown_old_says_so(client, waiting, monkeypatch):
    batch = waiting()
    assert "days old" not in page(client, batch)
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 20))
    assert "This plan is 5 days old: it was made for March 15, 2026." in page(client, batch)
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 16))
    assert "This plan is 1 day old" in page(client, batch)


def test_a_plan_that_is_held_back_says_why_and_can_only_be_discarded(client, waiting):
    text = page(client, waiting(commit_policy="all_or_nothing"))
    assert "“All or nothing” was chosen, and 1 row has a problem (line 4)" in text
    assert "Record " not in text
    assert ">Discard</a>" in text


def test_where_there_is_nothing_to_record_the_button_says_so(client, waiting):
    batch = waiting("nobody,Forklift,,31/05/2025,")
    assert "Finish: there is nothing to record" in page(client, batch)
    post(client, batch, "approve", plan=1)
    assert worked_off(batch).state == "finished"


def test_names_and_values_cannot_break_out_of_the_page(client, waiting, world):
    batch = waiting('ana,"Forklift<",,31/05/2025,', '"<b>x</b>",Forklift,,31/05/2025,')
    text = page(client, batch)
    assert 'value="Forklift&lt;"' in text
    assert "<b>x</b>" not in text


@pytest.mark.parametrize("name", ["approve", "discard", "plan-anew"])
@pytest.mark.parametrize(
    "codenames",
    [("upload_completions", "view_import_report"), ("approve_imports", "upload_completions"), ("approve_imports",), ()],
    ids=lambda names: "+".join(names),
)
def test_only_who_may_approve_and_see_can_decide(client, waiting, user_with, world, name, codenames):
    batch = waiting()
    client.force_login(user_with(*codenames, username="other"))
    status = 404 if "approve_imports" in codenames else 403
    assert post(client, batch, name, plan=1).status_code == status
    if name == "discard" or status == 403:
        assert client.get(reverse(f"cert_completion_plugin:{name}", args=[batch.reference])).status_code == status
    found = api.find(api.SYSTEM, batch.reference)
    assert (found.state, found.plan, world.written) == ("awaiting_approval", 1, ())


def test_who_may_only_look_sees_why_they_cannot_decide(client, waiting, user_with):
    batch = waiting("ana,Forklfit,,31/05/2025,", *ROWS)
    client.force_login(user_with("view_import_report", "view_personal_data", username="reader"))
    text = page(client, batch)
    assert "you need the permission “Can approve, discard and plan anew certification imports”" in text
    assert '<form method="post"' not in text
    assert "Record 2 rows" not in text
    assert "Forklfit" in text


def test_a_decision_that_is_merely_looked_at_leads_to_the_plan(client, waiting):
    batch = waiting()
    for name in ("approve", "plan-anew"):
        response = client.get(reverse(f"cert_completion_plugin:{name}", args=[batch.reference]))
        assert response["Location"] == reverse("cert_completion_plugin:batch", args=[batch.reference])


@pytest.mark.parametrize("name", ["approve", "discard", "plan-anew"])
def test_what_is_not_there_cannot_be_decided(client, approver, name):
    for reference in ("nonsense", "0" * 32):
        address = reverse(f"cert_completion_plugin:{name}", args=[reference])
        assert client.post(address, {"plan": 1}).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_rows_and_plans(client, waiting, approver):
    few = waiting()
    many = waiting(*(f"nobody{number},Forklift{number},,31/05/2025," for number in range(60)), *ROWS)
    api.plan_anew(approver, many)
    worked_off(many)
    counts = []
    for batch in (few, many):
        page(client, batch)
        with CaptureQueriesContext(connection) as queries:
            page(client, batch)
        counts.append(len(queries))
    assert counts[0] == counts[1]
