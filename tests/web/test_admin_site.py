"""The admin site in which the pages are at home, where it is not Django's own; `tests/foreign_lms` has no other."""

import pytest
from django.core import checks
from django.test import override_settings

from cert_completion_plugin import home
from tests import people

OFFICE = {"ADMIN_SITE": "tests.web.two_admins.office"}


@pytest.fixture
def office(settings):
    settings.ROOT_URLCONF = "tests.web.two_admins"
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, **OFFICE}


@pytest.mark.django_db
def test_of_two_admin_sites_pages_lead_to_the_one_that_is_set(client, office):
    client.force_login(people.person("operator"))
    text = client.get("/cert-completions/").content.decode()
    assert "The training office" in text
    assert 'href="/office/"' in text
    assert 'action="/office/logout/"' in text
    assert 'href="/admin/' not in text


def test_whoever_has_to_log_in_does_so_there(client, office, settings):
    settings.LOGIN_URL = "/nowhere/"
    assert client.get("/cert-completions/")["Location"] == "/office/login/?next=/cert-completions/"


def test_without_the_setting_they_lead_to_django_s_own(client):
    assert home.admin_site().name == "admin"


def found():
    """From Django 6.1 on, checks may ask the database on their own."""
    return {message.id: message.msg for message in checks.run_checks(tags=["cert_completion"])}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("tests.web.two_admins.nothing", "cannot be imported"),
        ("tests.web.two_admins.no_site", "must lead to an AdminSite"),
        ("nonsense", "cannot be imported"),
    ],
)
def test_what_is_no_admin_site_is_told_at_start_up(settings, given, told):
    settings.CERT_COMPLETION = {"ADMIN_SITE": given}
    message = found()["cert_completion.E001"]
    assert "ADMIN_SITE" in message
    assert told in message
    assert home.site_of_entries().name == "admin"


@pytest.mark.django_db
def test_an_admin_site_that_the_urls_do_not_include_is_told(settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, **OFFICE}
    assert "not the one in which the plugin is at home ('office')" in found()["cert_completion.E007"]
    with override_settings(ROOT_URLCONF="tests.web.two_admins"):
        assert "cert_completion.E007" not in found()
