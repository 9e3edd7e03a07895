"""The report over all imports: its filters, and its pages."""

import re
from datetime import UTC, datetime

import pytest
from cert_completion_hooks.types import HostUnavailable
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests import doubles
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db
LIST = "cert_completion_plugin:batches"


@pytest.fixture
def upload(user_with):
    """Uploads these rows as a file of this name, and has them imported or planned."""

    def upload(name, *rows, by, **options):
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        content = (HEADINGS + "".join(f"{row}\n" for row in rows)).encode()
        batch = api.submit(by, [content], file_name=name, options=chosen)
        api.work_off(batch.id)
        return batch

    return upload


@pytest.fixture
def imports(operator, user_with, upload, world):
    """Four imports, of two people, three months, two certifications and three learners."""
    world.add_certification(doubles.yearly("Crane", "C1"))
    world.add_learner("Ana")
    eva = user_with("upload_completions", "approve_imports", username="eva")
    upload("forklift.csv", "ana,Forklift,,2025-05-31,", by=operator)
    upload("crane.csv", "ben,Crane,,2025-05-31,", "nobody,Crane,,2025-05-31,", by=eva)
    upload("waiting.csv", "Ana,Forklift,,2025-05-31,", "nobody,Forklift,,2025-05-31,", by=eva, review=True)
    upload("asking.csv", "ben,Crane,,03/04/2025,", by=operator)
    for month, batch in enumerate(ImportBatch.objects.order_by("id"), start=1):
        ImportBatch.objects.filter(pk=batch.pk).update(uploaded_at=datetime(2026, month, 15, 22, 30, tzinfo=UTC))


def found(client, **filters):
    """The names of the files that are listed."""
    response = client.get(reverse(LIST), filters)
    assert response.status_code == 200
    return [name.split(".")[0] for name in re.findall(r"<bdi>(\w+\.csv)</bdi>", response.content.decode())]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["asking", "waiting", "crane", "forklift"]),
        ({"since": "2026-02-15"}, ["asking", "waiting", "crane"]),
        ({"since": "2026-02-16", "until": "2026-03-15"}, ["waiting"]),
        ({"until": "2026-02-14"}, ["forklift"]),
        ({"until": "9999-12-31"}, ["asking", "waiting", "crane", "forklift"]),
        ({"uploader": "eva"}, ["waiting", "crane"]),
        ({"uploader": "ev"}, []),
        ({"state": "finished"}, ["crane", "forklift"]),
        ({"state": "needs_answer"}, ["asking"]),
        ({"outcome": "certified"}, ["waiting", "crane", "forklift"]),
        ({"outcome": "rejected"}, ["waiting", "crane"]),
        ({"outcome": "problems"}, ["waiting", "crane"]),
        ({"outcome": "evidence"}, []),
        ({"certification": "Crane"}, ["crane"]),
        ({"certification": " F1 "}, ["waiting", "forklift"]),
        ({"certification": "crane"}, []),
        ({"learner": "ana"}, ["forklift"]),
        ({"learner": "Ana"}, ["waiting"]),
        ({"learner": "nobody"}, ["waiting", "crane"]),
        ({"learner": "nobod"}, []),
        ({"learner": "nobody", "uploader": "eva", "state": "finished", "outcome": "rejected"}, ["crane"]),
        ({"learner": "ana", "certification": "C1"}, []),
    ],
)
def test_imports_are_found_by(client, imports, filters, expected):
    assert found(client, **filters) == expected


def test_days_are_those_of_the_viewer(client, imports, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert found(client, since="2026-02-16", until="2026-02-16") == ["crane"]
    assert found(client, since="2026-02-15", until="2026-02-15") == []


def test_a_site_without_time_zones_has_days_too(client, operator, settings):
    settings.USE_TZ = False
    assert found(client, since="2026-02-16") == []


def test_the_filters_lead_on_to_the_rows_of_an_import(client, imports):
    batch = ImportBatch.objects.get(file_name="crane.csv")
    page = client.get(reverse(LIST), {"learner": "nobody", "uploader": "eva"}).content.decode()
    assert f'href="{reverse("cert_completion_plugin:batch", args=[batch.reference.hex])}?learner=nobody"' in page


def test_what_was_looked_for_stays_in_the_form(client, imports):
    page = client.get(reverse(LIST), {"learner": "<b>", "state": "finished", "since": "2026-02-16"}).content.decode()
    assert 'value="&lt;b&gt;"' in page
    assert '<option value="finished" selected>Finished</option>' in page
    assert 'value="2026-02-16"' in page
    assert "No import fits." in page


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "2026-02-16", "until": "2026-02-15"}, "This day lies before the one from which on you look."),
        ({"state": "nonsense"}, "Select a valid choice."),
        ({"learner": "a\0"}, "Null characters are not allowed."),
        ({"certification": "Moon"}, "This site has no certification with the short name or ID number “Moon”."),
    ],
)
def test_what_cannot_be_looked_for_is_said(client, imports, filters, text):
    response = client.get(reverse(LIST), filters)
    assert text in response.content.decode()
    assert response.context["batches"] == []


def test_a_host_that_is_away_is_said_and_spoils_nothing_else(client, imports, monkeypatch):
    def away(*args, **kwargs):
        raise HostUnavailable

    monkeypatch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_certifications", away)
    page = client.get(reverse(LIST), {"certification": "Crane"}).content.decode()
    assert "The LMS cannot look up certifications just now." in page
    assert found(client, learner="ana") == ["forklift"]


def test_pages_keep_the_filters(client, imports, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.views.batches.PAGE", 1)
    assert found(client, uploader="eva") == ["waiting"]
    older = client.get(reverse(LIST), {"uploader": "eva"}).context["older"]
    response = client.get(reverse(LIST) + older)
    assert "crane.csv" in response.content.decode()
    assert (response.context["older"], response.context["newest"]) == ("", "?uploader=eva")


def test_nothing_yet_and_nothing_older(client, operator):
    assert "Nothing has been imported yet." in client.get(reverse(LIST)).content.decode()
    assert "There are no older imports." in client.get(reverse(LIST), {"before": "1"}).content.decode()


def test_the_number_of_queries_depends_neither_on_imports_nor_on_filters(client, imports, upload, operator):
    def queries(**filters):
        with CaptureQueriesContext(connection) as context:
            client.get(reverse(LIST), filters)
        return len(context)

    queries()  # on the first page that they open, uploaders are told which imports have ended
    few = queries()
    for number in range(5):
        upload(f"more{number}.csv", "ana,Forklift,,2025-05-31,", by=operator)
    queries()
    assert queries() == few
    found_none = {"learner": "ana", "certification": "F1", "outcome": "problems", "uploader": "eva"}
    assert (
        queries(since="2026-01-01", **found_none) == few - 1 + 2
    )  # nothing to ask of undos; the host is asked behind a savepoint


def test_uploaders_are_suggested(client, imports):
    page = client.get(reverse(LIST)).content.decode()
    assert re.findall(r'<option value="(\w+)"></option>', page) == ["eva", "operator"]
