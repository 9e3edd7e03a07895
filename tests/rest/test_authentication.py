"""How users are known: by their session, and by whatever the site names."""

import base64
import json

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from cert_completion_plugin import conf
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db

SESSION, BASIC = (f"rest_framework.authentication.{name}Authentication" for name in ("Session", "Basic"))


class Badge(BaseAuthentication):
    """Knows users by a header of its own."""

    def authenticate(self, request):
        name = request.headers.get("X-Badge")
        if name is None:
            return None
        if name == "forged":
            raise AuthenticationFailed("This badge is forged.")
        return get_user_model().objects.get(username=name), name


@pytest.fixture
def known_by(settings):
    def known_by(*names):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "API_AUTHENTICATION": list(names)}

    return known_by


def test_a_session_is_enough_to_read(operator, call):
    assert call("get", "/imports").status_code == 200


def test_with_a_session_what_changes_something_takes_its_token(operator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    body = json.dumps({"rows": []})
    response = client.post(f"{ROOT}/imports", body, "application/json")
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert "CSRF" in response.json()["detail"]
    client.cookies["csrftoken"] = "a" * 32
    token = {"X-CSRFToken": "a" * 32}
    assert client.post(f"{ROOT}/imports", body, "application/json", headers=token).status_code == 201
    assert client.get(f"{ROOT}/imports").status_code == 200


def test_a_user_who_was_deactivated_is_nobody(operator, call):
    operator.is_active = False
    operator.save()
    assert call("get", "/imports").status_code == 401


def test_who_is_not_logged_in_is_told_how_one_can(known_by, client):
    assert client.get(f"{ROOT}/imports")["WWW-Authenticate"] == "Session"
    known_by(SESSION, BASIC)
    assert client.get(f"{ROOT}/imports")["WWW-Authenticate"].startswith("Basic")


def test_a_site_names_other_ways(known_by, client, operator):
    client.logout()
    known_by(SESSION, "tests.rest.test_authentication.Badge")
    response = client.post(f"{ROOT}/imports", '{"rows": []}', "application/json", headers={"X-Badge": "operator"})
    assert response.status_code == 201
    refused = client.get(f"{ROOT}/imports", headers={"X-Badge": "forged"})
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert "forged" in refused.json()["detail"]


def test_basic_authentication(known_by, client, operator):
    client.logout()
    known_by(BASIC)
    right, wrong = (base64.b64encode(f"operator:{word}".encode()).decode() for word in ("operator", "wrong"))
    assert client.get(f"{ROOT}/imports", headers={"Authorization": f"Basic {right}"}).status_code == 200
    assert client.get(f"{ROOT}/imports", headers={"Authorization": f"Basic {wrong}"}).status_code == 401
    client.force_login(operator)
    assert client.get(f"{ROOT}/imports").status_code == 401


def test_what_the_site_sets_for_its_other_apis_is_no_way_in(settings, client):
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
        "UNAUTHENTICATED_USER": None,
        "EXCEPTION_HANDLER": "nowhere.at_all",
    }
    response = client.get(f"{ROOT}/imports")
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("names", [[], "rest_framework.authentication.SessionAuthentication", [1]])
def test_the_setting_is_a_list_of_names(settings, names):
    settings.CERT_COMPLETION = {"API_AUTHENTICATION": names}
    with pytest.raises(ImproperlyConfigured, match="API_AUTHENTICATION"):
        conf.settings()
