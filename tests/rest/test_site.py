"""What the API says of the site."""

import pytest
from cert_completion_hooks import EvidenceField, EvidenceType, FieldKind

from cert_completion_plugin import api

pytestmark = pytest.mark.django_db


def test_limits_are_those_of_the_site(settings, operator, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 1000, "MAX_ROWS": 7}
    assert call("get", "/limits").json() == {
        "max_bytes": 1000,
        "max_rows": 7,
        "max_json_bytes": 1000,
        "max_imports": None,
        "max_columns": 100,
        "max_rows_at_once": api.MOST_ROWS_AT_ONCE,
        "max_page": 1000,
        "keys_kept_for_hours": 24,
    }


def options(call):
    return {each["name"]: each for each in call("get", "/options").json()["options"]}


def test_options_are_told_with_their_values_and_the_sites_defaults(settings, operator, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "never"}}
    found = options(call)
    assert found["assign"] == {
        "name": "assign",
        "label": "Assign learners",
        "default": "never",
        "values": ["when_certifying", "always", "never"],
    }
    assert found["review"]["values"] == [False, True]
    assert found["ignore_case"]["values"] == [False, True]
    assert found["sheet"]["values"] is None
    assert found["encoding"]["default"] == "auto"


def test_every_value_that_is_told_is_taken(operator, call):
    for name, option in options(call).items():
        if name in ("encoding", "separator", "quote", "sheet"):
            continue
        for value in option["values"]:
            response = call("post", "/imports", {"rows": [], "options": {name: value}})
            assert response.status_code == 201, (name, value, response.content)


def test_what_the_site_cannot_do_is_not_offered(operator, call, monkeypatch):
    monkeypatch.setattr(api, "evidence_is_offered", lambda: False)
    monkeypatch.setattr(api, "undo_is_offered", lambda: False)
    monkeypatch.setattr(api, "messages_are_offered", lambda: False)
    found = options(call)
    assert found["unknown_certification"]["values"] == ["ignore"]
    assert found["commit_policy"]["values"] == ["valid_rows"]
    assert found["messages"]["values"] == ["none"]


def test_the_review_is_no_choice_for_those_who_may_not_leave_it_out(client, user_with, call):
    client.force_login(user_with("upload_completions"))
    found = options(call)
    assert found["review"]["values"] == [True]
    assert found["ignore_case"]["values"] == [False, True]


def test_evidence_types_are_those_that_the_lms_offers(operator, call, world):
    fields = (EvidenceField(name="grade", kind=FieldKind.CHOICE, required=True, choices=("A", "B")),)
    world.add_evidence_type(EvidenceType(name="licence", label="Licence", fields=fields))
    assert call("get", "/evidence-types").json()["evidence_types"] == [
        {
            "name": "licence",
            "label": "Licence",
            "fields": [
                {"name": "grade", "kind": "choice", "label": "", "required": True, "choices": ["A", "B"]},
            ],
        }
    ]
    assert options(call)["evidence_type"]["values"] == ["", "licence"]


def test_rows_bring_the_fields_of_their_evidence(operator, call, world):
    fields = (EvidenceField(name="licence_no", kind=FieldKind.TEXT, required=True),)
    world.add_evidence_type(EvidenceType(name="licence", label="Licence", fields=fields))
    row = {"username": "ana", "certificationshortname": "Boat", "completiondate": "2025-06-01", "licence_no": "007"}
    chosen = {"review": False, "unknown_certification": "create_evidence", "evidence_type": "licence"}
    created = call("post", "/imports", {"rows": [row], "options": chosen}).json()
    api.work_off(api.find(api.SYSTEM, created["reference"]).id)
    assert call("get", f"/imports/{created['reference']}").json()["counts"]["outcomes"] == {"evidence": 1}
    [item] = world.evidence
    assert item.fields == {"licence_no": "007"}


def test_health(operator, call, imported):
    found = call("get", "/health").json()
    assert found["broker_answers"] is True
    assert found["waiting_since"] is None
    call("post", "/imports", {"rows": []})
    assert call("get", "/health").json()["waiting_since"] is not None
