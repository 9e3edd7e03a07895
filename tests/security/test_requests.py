"""Requests from elsewhere: forged ones change nothing, and no page sends anybody to another site."""

from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import WorkerSign
from tests.security.conftest import ANSWERS, EVIL
from tests.security.test_scripts import addresses

pytestmark = pytest.mark.django_db

POSTED = {
    "date_format": "DD/MM/YYYY",
    "plan": 1,
    "preview": 1,
    "reason": "x",
    "do": "preview",
    "import_action": "certify_if_newer",
    "next": f"//{EVIL}/",
}


def all_there_is():
    """Every row of both apps, but for what is noted beside a request."""
    models = [
        model
        for app in ("cert_completion_plugin", "cert_completion_records")
        for model in apps.get_app_config(app).get_models()
        if model is not WorkerSign
    ]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_a_forged_post_is_refused_everywhere_and_changes_nothing(imports, operator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    before = all_there_is()
    for address in addresses(imports):
        for headers in ({}, {"referer": f"https://{EVIL}/"}, {"origin": f"https://{EVIL}"}):
            assert client.post(address, POSTED, headers=headers).status_code == 403, address
    assert all_there_is() == before


def test_to_look_changes_nothing(client, imports, operator):
    """But that uploaders are told once which of their imports have ended, on the first page that they open."""
    client.get(reverse("cert_completion_plugin:batches"))
    before = all_there_is()
    for address in addresses(imports):
        assert client.get(address, POSTED).status_code in ANSWERS
        client.head(address)
        client.options(address)
    assert all_there_is() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_other_methods_are_not_taken(client, imports, operator, method):
    before = all_there_is()
    for address in addresses({"waiting": imports["waiting"]}):
        taken = {200} if method == "put" else set()  # Django's forms take it as POST
        assert getattr(client, method)(address).status_code in {404, 405} | taken, address
    assert all_there_is() == before


def leads_elsewhere(response):
    return response.status_code in (301, 302, 303, 307, 308) and urlsplit(response["Location"]).netloc != ""


@pytest.mark.parametrize(
    "value", [f"//{EVIL}/", f"https://{EVIL}/", f"/\\{EVIL}", f"\t//{EVIL}", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(imports, operator, client, value):
    names = ("next", "back", "return", "url", "corrects", "plan", "group")
    for address in addresses({"waiting": imports["waiting"]}):
        given = dict.fromkeys(names, value)
        assert not leads_elsewhere(client.get(address, given)), address
        assert not leads_elsewhere(client.post(address, {**POSTED, **given})), address
        assert not leads_elsewhere(Client().get(address, given)), address


def test_the_log_in_leads_back_to_the_page_and_nowhere_else(imports, db):
    get_user_model().objects.create_user("harmless", password="x")
    for path in (f"//{EVIL}/../cert-completions/", "/cert-completions/"):
        client = Client()
        sent = client.get("/cert-completions/", {"next": path})
        assert urlsplit(sent["Location"]).netloc == ""
        back = client.post(sent["Location"], {"username": "harmless", "password": "x"})
        assert urlsplit(back["Location"]).netloc == ""
        assert back["Location"].startswith("/cert-completions/")


def test_a_host_header_does_not_get_into_a_redirect(imports, operator, client):
    address = reverse("cert_completion_plugin:batch", args=[imports["asking"].reference])
    response = client.post(address, {"date_format": "DD/MM/YYYY"}, HTTP_HOST=EVIL)
    assert response.status_code == 302
    assert EVIL not in response["Location"]


def test_pages_are_in_no_frame_and_are_not_sniffed(imports, operator, client):
    for address in addresses({"finished": imports["finished"]}):
        response = client.get(address)
        if response.status_code == 200:
            assert response["X-Frame-Options"] == "DENY"
            assert response["X-Content-Type-Options"] == "nosniff"


def test_rows_are_not_kept_by_caches(imports, operator, client):
    for name, args in (("download", ["all", "csv"]), ("progress", [])):
        response = client.get(reverse(f"cert_completion_plugin:{name}", args=[imports["finished"].reference, *args]))
        assert "no-store" in response["Cache-Control"]


def test_the_system_is_nobody_who_could_log_in():
    assert not hasattr(api.SYSTEM, "backend")
    assert api.SYSTEM.pk is None
