"""The description of the API is that of the API."""

import json
import re

import pytest
from django.urls import get_script_prefix, set_script_prefix
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from cert_completion_plugin.rest.openapi import FILE
from cert_completion_plugin.rest.urls import urlpatterns
from tests.rest.conftest import ROOT
from tools import openapi

DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
OPERATIONS = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


def test_it_is_what_would_be_written_now():
    """Otherwise: `python -m tools.openapi`."""
    assert json.loads(openapi.written()) == DOCUMENT


def test_it_is_made_without_a_word_of_doubt(capsys):
    GENERATOR_STATS.reset()
    openapi.document()
    assert not GENERATOR_STATS
    assert capsys.readouterr() == ("", "")


def test_it_is_openapi():
    validate_schema(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.")


def test_it_has_every_address():
    shown = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{pattern.pattern}") for pattern in urlpatterns}
    assert set(DOCUMENT["paths"]) == shown - {"/openapi.json", "/"}


def test_every_operation_has_a_name_a_summary_and_its_problems():
    names = [operation["operationId"] for operation in OPERATIONS]
    assert len(names) == len(set(names))
    for operation in OPERATIONS:
        assert operation["summary"]
        statuses = set(operation["responses"])
        assert statuses & {"200", "201", "202"}
        if operation.get("security"):
            assert statuses >= {"401", "403", "406", "429"}


def test_bodies_take_nothing_that_is_not_described():
    for operation in OPERATIONS:
        for body in operation.get("requestBody", {}).get("content", {}).values():
            name = body["schema"]["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][name]["additionalProperties"] is False


@pytest.mark.parametrize("prefix", ["", "/lms"])
def test_it_is_served_with_the_address_of_the_site(client, prefix):
    before = get_script_prefix()
    set_script_prefix(f"{prefix}/")
    try:
        served = client.get(f"{ROOT}/openapi.json").json()
    finally:
        set_script_prefix(before)
    assert served.pop("servers") == [{"url": f"{prefix}{ROOT}"}]
    assert served == DOCUMENT


@pytest.mark.django_db
def test_it_is_open_to_everybody_and_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(f"{ROOT}/openapi.json").status_code == 200


def test_a_type_that_nobody_has_described_is_told():
    with pytest.raises(TypeError, match="not described"):
        openapi.described(list[int])
