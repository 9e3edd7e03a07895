"""The imports that a user may see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cert_completion_plugin.models import ImportBatch
from tests import people
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db


def references(response):
    assert response.status_code == 200, response.content
    return [each["reference"] for each in response.json()["imports"]]


def test_the_newest_come_first(imported, call):
    made = [imported("ana,Forklift,,2025-06-01,").reference for _ in range(3)]
    assert references(call("get", "/imports")) == made[::-1]


def test_a_list_says_what_became_of_the_rows(imported, call):
    imported("ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,")
    [found] = call("get", "/imports").json()["imports"]
    assert (found["state"], found["rows_read"], found["uploaded_by"]) == ("finished", 2, "operator")
    assert found["counts"] == {"outcomes": {"certified": 1, "rejected": 1}, "issues": {"learner_not_found": 1}}


def test_pages_follow_one_another_by_their_links(imported, call):
    made = [imported("ana,Forklift,,2025-06-01,").reference for _ in range(5)]
    seen, page = [], call("get", "/imports?limit=2&state=finished")
    while True:
        seen += references(page)
        path = page.json()["next"]
        if path is None:
            break
        assert page["Link"] == f'<{path}>; rel="next"'
        assert "state=finished" in path
        page = call("get", path.removeprefix(ROOT))
    assert seen == made[::-1]
    assert "Link" not in page


def test_a_page_begins_after_an_import_even_if_others_are_made_meanwhile(imported, call):
    made = [imported("ana,Forklift,,2025-06-01,").reference for _ in range(3)]
    path = call("get", "/imports?limit=1").json()["next"]
    imported("ana,Forklift,,2025-06-01,")
    assert references(call("get", path.removeprefix(ROOT))) == [made[1]]


def test_who_may_upload_sees_their_own_and_who_may_view_sees_all(imported, client, call, user_with):
    others = imported("ana,Forklift,,2025-06-01,")
    uploader = user_with("upload_completions", "approve_imports")
    own = imported("ben,Forklift,,2025-06-01,", user=uploader)
    client.force_login(uploader)
    assert references(call("get", "/imports")) == [own.reference]
    client.force_login(people.holding(uploader, "view_import_report"))
    assert references(call("get", "/imports")) == [own.reference, others.reference]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("state=finished", True),
        ("state=writing", False),
        ("uploader=operator", True),
        ("uploader=oper", False),
        ("outcome=certified", True),
        ("outcome=renewed", False),
        ("outcome=problems", True),
        ("certification=Forklift", True),
        ("certification=F1", True),
        ("certification=Crane", False),
        ("certification=Boat", False),
        ("learner=ana", True),
        ("learner=an", False),
        ("state=finished&learner=ana&outcome=certified", True),
    ],
)
def test_filters(imported, call, query, fits):
    batch = imported("ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,")
    assert references(call("get", f"/imports?{query}")) == ([batch.reference] if fits else [])


@pytest.mark.parametrize(
    ("since", "until", "fits"),
    [(-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False), (0, None, True), (None, 0, True)],
)
def test_days_of_uploading_are_taken_whole(imported, call, since, until, fits):
    imported("ana,Forklift,,2025-06-01,")
    today = timezone.localdate()
    given = {"since": since, "until": until}
    days = "&".join(f"{name}={today + timedelta(days=day)}" for name, day in given.items() if day is not None)
    assert bool(references(call("get", f"/imports?{days}"))) is fits


def test_the_last_day_that_there_is_has_no_next(imported, call):
    imported("ana,Forklift,,2025-06-01,")
    assert len(references(call("get", "/imports?until=9999-12-31"))) == 1


def test_certifications_cannot_be_told_while_the_lms_is_away(imported, call, world):
    imported("ana,Forklift,,2025-06-01,")
    with world.away():
        response = call("get", "/imports?certification=Forklift")
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "host_away", "60")


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("limit=0", [("limit", "out_of_range")]),
        ("limit=1001", [("limit", "out_of_range")]),
        ("limit=x", [("limit", "wrong_type")]),
        ("state=done", [("state", "not_offered")]),
        ("outcome=certified&outcome=renewed", [("outcome", "repeated")]),
        ("since=yesterday", [("since", "wrong_type")]),
        ("learner=", [("learner", "missing")]),
        ("learner=a%00", [("learner", "unprintable")]),
        ("learnr=ana", [("learnr", "unknown")]),
        ("before=" + "0" * 32, [("before", "not_offered")]),
        ("limit=x&state=y", [("limit", "wrong_type"), ("state", "not_offered")]),
        ("format=api", [("format", "unknown")]),
    ],
)
def test_parameters_that_mean_nothing_are_told(operator, call, query, faults):
    response = call("get", f"/imports?{query}")
    assert response.status_code == 422
    found = [(fault["parameter"], fault["code"]) for fault in response.json()["errors"]]
    assert sorted(found) == sorted(faults)


def test_a_page_before_anothers_import_is_as_one_before_none(imported, client, call, user_with):
    others = imported("ana,Forklift,,2025-06-01,")
    client.force_login(user_with("upload_completions"))
    answers = [call("get", f"/imports?before={each}").content for each in (others.reference, "0" * 32)]
    assert answers[0] == answers[1]


def test_naive_time_is_no_matter(settings, imported, call):
    settings.USE_TZ = False
    imported("ana,Forklift,,2025-06-01,")
    ImportBatch.objects.update(uploaded_at="2026-01-02 03:04:05")
    [found] = call("get", "/imports?since=2026-01-02&until=2026-01-02").json()["imports"]
    assert found["uploaded_at"].startswith("2026-01-02T03:04:05")
