"""Whoever guesses learns nothing, neither from an answer nor from how long it takes."""

from collections.abc import Mapping

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import people

pytestmark = pytest.mark.django_db
MISSING = "0" * 32
PAGES: Mapping[str, Mapping[str, object]] = {
    "batch": {},
    "cancel": {},
    "plan": {"plan": 1},
    "row": {"line": 2},
    "download": {"what": "all", "kind": "csv"},
    "progress": {},
    "undo": {},
    "undo-progress": {},
}


@pytest.mark.parametrize("name", PAGES)
def test_an_import_that_one_may_not_see_costs_as_much_as_one_that_there_is_not(client, imports, name):
    client.force_login(people.person("somebody", "upload_completions", "view_personal_data", "approve_imports"))
    answers = []
    for reference in (MISSING, imports["finished"].reference):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            address = reverse(f"cert_completion_plugin:{name}", kwargs={"reference": reference, **PAGES[name]})
            response = client.get(address)
        shapes = [query["sql"].replace(reference, "") for query in queries]
        answers.append((response.status_code, len(shapes), without_addresses(response, reference)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def without_addresses(response, reference):
    return response.content.decode().replace(reference, "")


@pytest.mark.parametrize("name", PAGES)
def test_who_may_see_no_import_is_answered_before_any_is_looked_up(client, imports, name):
    client.force_login(people.holding(people.person("nobody")))
    addresses = [
        reverse(f"cert_completion_plugin:{name}", kwargs={"reference": reference, **PAGES[name]})
        for reference in (MISSING, imports["finished"].reference)
    ]
    with CaptureQueriesContext(connection) as queries:
        found = [client.get(address) for address in addresses]
    assert [response.status_code for response in found] == [403, 403]
    assert [query["sql"] for query in queries if "importbatch" in query["sql"]] == []


def test_whether_a_file_was_uploaded_is_told_to_those_who_may_see_its_import(client, imports):
    client.force_login(people.person("somebody", "upload_completions"))
    answer = client.get(reverse("cert_completion_plugin:known"), {"sha256": imports["finished"].file_sha256})
    unknown = client.get(reverse("cert_completion_plugin:known"), {"sha256": "0" * 64})
    assert answer.content == unknown.content
