"""Malformed types of evidence are told at start-up, in words."""

import pytest
from cert_completion_records import host
from cert_completion_records.checks import check_settings
from django.core import checks
from django.utils.translation import gettext_lazy


def text(name, **others):
    return {"name": name, "kind": "text", **others}


def licence(*fields, **others):
    return {"name": "licence", "fields": list(fields), **others}


def test_good_types_and_none_at_all(settings):
    assert check_settings(None) == []
    settings.CERT_COMPLETION_RECORDS = {
        "EVIDENCE_TYPES": [
            licence(text("no"), {"name": "class", "kind": "choice", "choices": ["b", "B"]}, label=gettext_lazy("Yes")),
            {"name": "card"},
        ]
    }
    assert check_settings(None) == []
    assert [kind.label for kind in host.evidence_types()] == ["Yes", "card"]


def test_the_check_is_run_at_start_up(settings):
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{}]}
    assert "cert_completion_records.E001" in {message.id for message in checks.run_checks()}


@pytest.mark.parametrize(
    ("types", "words"),
    [
        ({"licence": {}}, "must be a list"),
        (None, "must be a list"),
        (["licence"], "'licence' is not a dictionary"),
        ([{"fields": []}], "a text is needed where there is None"),
        ([{"name": " "}], "the name is blank"),
        ([{"name": 7}], "a text is needed where there is 7"),
        ([{"name": "x" * 101}], "at most 100 characters"),
        ([licence(), licence()], "'licence' stands there twice"),
        ([licence(label=7)], "a text is needed where there is 7"),
        ([licence({"name": "x"})], "there is no kind None"),
        ([licence({"name": "x", "kind": "colour"})], "there is no kind 'colour'"),
        ([licence("x")], "'x' is not a dictionary"),
        ([{"name": "licence", "fields": text("x")}], "'fields' must be a list"),
        ([licence(text("_- "))], "the field '_- ' needs a name"),
        ([licence(text("Licence No"), text("licence_no"))], "needs a name that differs"),
        ([licence({"name": "x", "kind": "choice"})], "'choices' that differ"),
        ([licence({"name": "x", "kind": "choice", "choices": "abc"})], "'choices' must be a list"),
        ([licence({"name": "x", "kind": "choice", "choices": ["a", " a"]})], "'choices' that differ"),
        ([licence({"name": "x", "kind": "choice", "choices": ["a", ""]})], "'choices' that differ"),
        ([licence({"name": "x", "kind": "choice", "choices": [1]})], "a text is needed where there is 1"),
        ([licence(text("x", choices=["a"]))], "none if it is not"),
    ],
)
def test_what_is_wrong_is_told(settings, types, words):
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": types}
    (error,) = check_settings(None)
    assert (error.id, error.level) == ("cert_completion_records.E001", checks.ERROR)
    assert "CERT_COMPLETION_RECORDS" in str(error.hint)
    assert words in error.msg


def test_a_setting_that_is_no_dictionary(settings):
    settings.CERT_COMPLETION_RECORDS = ["EVIDENCE_TYPES"]
    (error,) = check_settings(None)
    assert error.msg == "CERT_COMPLETION_RECORDS must be a dictionary, not ['EVIDENCE_TYPES']."
