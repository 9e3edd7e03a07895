"""Whatever goes wrong is a problem document, with a stable code."""

import pytest
from django.core.cache import cache
from django.utils import translation
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle, UserRateThrottle

from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.problems import KINDS, Fault, Problem, pointer
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db


def problem(response, status, code):
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    document = response.json()
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"{ROOT}/problems/{code}"
    assert document["title"] == str(KINDS[code].title)
    assert document["detail"]
    assert response["Cache-Control"] == "no-store"
    return document


def test_a_problem_names_the_address_that_was_asked(operator, call):
    assert problem(call("get", "/imports/x?y=z"), 404, "not_found")["instance"] == f"{ROOT}/imports/x"


ABSENT = ("/", "/nothing", "/imports/", "/imports/x/", "/imports/x/y", "/imports/x/rows/y", "/openapi.yaml", "/%00")


@pytest.mark.parametrize("path", ABSENT)
@pytest.mark.parametrize("method", ["get", "post", "put", "options"])
def test_where_there_is_nothing_the_api_says_so(client, call, path, method):
    problem(call(method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("put", "/imports", "GET, HEAD, POST"),
        ("delete", "/imports/x", "GET, HEAD"),
        ("patch", "/imports/x", "GET, HEAD"),
        ("get", "/imports/x/approve", "POST"),
        ("post", "/imports/x/rows", "GET, HEAD"),
        ("options", "/imports", "GET, HEAD, POST"),
        ("trace", "/imports", "GET, HEAD, POST"),
        ("post", "/problems", "GET, HEAD"),
        ("post", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_an_address_does_not_take(operator, call, method, path, allowed):
    response = call(method, path)
    problem(response, 405, "method_not_allowed")
    assert response["Allow"] == allowed


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "application/json;q=x, nonsense"])
def test_what_is_no_json_is_not_to_be_had(operator, call, accept):
    response = call("get", "/limits", accept=accept)
    if response.status_code != 200:
        problem(response, 406, "not_acceptable")
    assert (response.status_code == 200) is ("json" in accept)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", ""])
def test_json_is(operator, call, accept):
    assert call("get", "/limits", accept=accept)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "kind",
    ["text/csv", "application/x-www-form-urlencoded", "application/xml", "application/jsonx", "x" * 300, "/", ";"],
)
def test_a_body_of_another_kind(operator, client, kind):
    problem(client.generic("POST", f"{ROOT}/imports", b"x", kind), 415, "media_type_not_supported")


def test_a_form_where_json_is_taken(planned, client):
    batch = planned("ana,Forklift,,2025-06-01,")
    response = client.post(f"{ROOT}/imports/{batch.reference}/approve", {"plan": 1})
    problem(response, 415, "media_type_not_supported")


@pytest.mark.parametrize(("length", "status"), [("-1", 400), ("x", 422), ("", 422), ("9" * 30, 413), ("9" * 9999, 413)])
def test_a_length_that_is_none(operator, client, length, status):
    extra = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}
    assert client.generic("POST", f"{ROOT}/imports", b"", **extra).status_code == status


def test_too_many_fields_in_a_form(settings, operator, client):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    response = client.post(f"{ROOT}/imports", {"a": "1", "b": "2", "c": "3"})
    problem(response, 400, "body_malformed")


def test_a_request_that_breaks_off(operator, client, monkeypatch):
    from django.http.request import UnreadablePostError

    def broken(*args, **given):
        raise UnreadablePostError("connection reset")

    monkeypatch.setattr("cert_completion_plugin.rest.parsing.JsonParser.parse", broken)
    problem(client.generic("POST", f"{ROOT}/imports", b"{}", "application/json"), 400, "body_malformed")


class TestThrottling:
    def test_the_api_is_throttled_as_the_site_throttles_others(self):
        from rest_framework.views import APIView

        assert ApiView.throttle_classes is APIView.throttle_classes

    def test_too_many_requests_are_told_when_to_come_again(self, operator, call, monkeypatch):
        class Always(BaseThrottle):
            def allow_request(self, request, view):
                return False

            def wait(self):
                return 12.6

        monkeypatch.setattr(ApiView, "throttle_classes", [Always])
        response = call("get", "/limits")
        problem(response, 429, "throttled")
        assert response["Retry-After"] == "13"

    def test_nobody_knows_when(self, operator, call, monkeypatch):
        monkeypatch.setattr(
            ApiView, "throttle_classes", [type("Never", (BaseThrottle,), {"allow_request": lambda *_: False})]
        )
        response = call("get", "/limits")
        problem(response, 429, "throttled")
        assert "Retry-After" not in response

    @pytest.mark.parametrize("rates", [{}, {"cert_completion": "2/hour"}, {"other": "1/hour"}])
    def test_a_site_may_give_the_api_a_rate_of_its_own(self, settings, operator, call, monkeypatch, rates):
        cache.clear()
        settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": rates}
        monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", rates)
        monkeypatch.setattr(ApiView, "throttle_classes", [ScopedRateThrottle])
        statuses = [call("get", "/limits").status_code for _ in range(3)]
        assert statuses == ([200, 200, 429] if "cert_completion" in rates else [200] * 3)
        cache.clear()

    def test_users_are_throttled_each(self, operator, call, monkeypatch):
        cache.clear()
        monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "1/hour"})
        monkeypatch.setattr(ApiView, "throttle_classes", [UserRateThrottle])
        assert [call("get", "/limits").status_code for _ in range(2)] == [200, 429]
        cache.clear()


def test_what_nobody_foresaw_is_the_sites_to_handle(operator, client, monkeypatch):
    def broken(*args, **given):
        raise ZeroDivisionError

    monkeypatch.setattr("cert_completion_plugin.rest.site.most_json_bytes", broken)
    with pytest.raises(ZeroDivisionError):
        client.get(f"{ROOT}/limits")
    client.raise_request_exception = False
    assert client.get(f"{ROOT}/limits").status_code == 500


def test_a_refused_request_undoes_the_transaction_around_it(operator, call, monkeypatch):
    """With ATOMIC_REQUESTS."""
    undone = []
    monkeypatch.setattr("cert_completion_plugin.rest.failing.set_rollback", lambda: undone.append(True))
    call("get", "/imports/x")
    assert undone == [True]
    call("get", "/imports")
    assert undone == [True]


def test_every_kind_of_problem_is_described(call):
    listed = call("get", "/problems").json()["problems"]
    assert [each["code"] for each in listed] == list(KINDS)
    for each in listed:
        assert call("get", f"/problems/{each['code']}").json() == each
        assert each["meaning"].endswith(".")
    assert [each["status"] for each in listed] == sorted(each["status"] for each in listed)
    problem(call("get", "/problems/nothing"), 404, "not_found")


def test_a_document_has_what_rfc_9457_says_and_ours_behind():
    found = Problem("not_valid", "Wrong.", [Fault(code="missing", detail="Missing.", pointer="#/x")], more={"limit": 7})
    assert found.document(type="/t", instance="/i") == {
        "type": "/t",
        "title": "Not valid",
        "status": 422,
        "detail": "Wrong.",
        "instance": "/i",
        "code": "not_valid",
        "errors": [{"pointer": "#/x", "code": "missing", "detail": "Missing."}],
        "limit": 7,
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "#"),
        (("rows", 3, "username"), "#/rows/3/username"),
        (("a/b~c d",), "#/a~1b~0c%20d"),
        (("\ud800é",), "#/%3F%C3%A9"),
    ],
)
def test_places_are_written_as_rfc_6901_has_them(path, expected):
    assert pointer(*path) == expected


def test_texts_are_in_the_language_of_the_request(settings, operator, client):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    with translation.override("en"):
        texts = [
            client.get(f"{ROOT}/imports?limit=x", headers={"Accept-Language": language}).json()["detail"]
            for language in ("en", "de")
        ]
    assert texts[0] != texts[1]
