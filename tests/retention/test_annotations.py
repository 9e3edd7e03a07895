"""Every model says what personal data it holds, in the way in which Open edX sites read it (OEP-30)."""

import re

import pytest
from django.apps import apps

APPS = ("cert_completion_plugin", "cert_completion_records")
MODELS = [
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    if not (model._meta.proxy or model._meta.abstract)
]
TYPES = {
    *("id", "name", "username", "password", "location", "phone_number", "email_address", "birth_date", "ip"),
    *("external_service", "biography", "gender", "sex", "image", "video", "other"),
}
RETIREMENTS = {"retained", "local_api", "consumer_api", "third_party"}
GROUP = ("pii", "pii_types", "pii_retirement")


def annotations(model):
    """Token -> what follows it on its line, in their order."""
    return dict(re.findall(r"^\s*\.\. (no_pii|pii\w*):[ \t]*(.*)$", model.__doc__ or "", re.MULTILINE))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_says_what_personal_data_it_holds(model):
    found = annotations(model)
    if "no_pii" in found:
        assert found == {"no_pii": ""}
        return
    assert tuple(found) == GROUP
    assert len(found["pii"].split()) > 2
    assert set(found["pii_types"].split(", ")) <= TYPES
    assert set(found["pii_retirement"].split(", ")) <= RETIREMENTS


def test_there_are_models():
    assert len(MODELS) > 20


PERSONAL = re.compile(r"user(?!_?choice)|name$|_by|learner|cells|content|reason|detail|file_name|changed")
HARMLESS = {
    *("Certification", "LearnerMessage", "CertificationMessage", "MessageText"),
    *("UserChoice", "Portion", "Plan", "Scope", "RequestKey", "WorkerSign"),
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_that_says_it_holds_none_has_no_column_that_could(model):
    columns = [field.name for field in model._meta.fields if PERSONAL.search(field.name)]
    if "no_pii" in annotations(model) and model.__name__ not in HARMLESS:
        assert columns == []
