"""What each environment of the platform sets, on a settings module of its own."""

from types import SimpleNamespace

import pytest
from cert_completion_openedx.settings import common, credentials, production, test
from cert_completion_records.settings import common as records_common
from cert_completion_records.settings import production as records_production
from cert_completion_records.settings import test as records_test

from cert_completion_plugin.settings import common as plugin_common
from cert_completion_plugin.settings import production as plugin_production
from cert_completion_plugin.settings import test as plugin_test

ALL = (
    (plugin_common, "CERT_COMPLETION"),
    (plugin_production, "CERT_COMPLETION"),
    (plugin_test, "CERT_COMPLETION"),
    (records_common, "CERT_COMPLETION_RECORDS"),
    (records_production, "CERT_COMPLETION_RECORDS"),
    (records_test, "CERT_COMPLETION_RECORDS"),
    (common, "CERT_COMPLETION"),
    (production, "CERT_COMPLETION"),
    (test, "CERT_COMPLETION"),
    (credentials, "CERT_COMPLETION"),
)


def applied(module, **given):
    settings = SimpleNamespace(**given)
    module.plugin_settings(settings)
    return settings


@pytest.mark.parametrize(("module", "name"), ALL)
def test_what_is_set_stays(module, name):
    settings = applied(module, **{name: {"REQUEST_LIMIT_BYTES": 9, "SITE_URL": "https://mine", "PAGE_ROWS": 5}})
    assert getattr(settings, name).items() >= {
        ("REQUEST_LIMIT_BYTES", 9),
        ("SITE_URL", "https://mine"),
        ("PAGE_ROWS", 5),
    }


@pytest.mark.parametrize(("module", "name"), ALL)
@pytest.mark.parametrize("given", [{}, {"ENV_TOKENS": {}}, {"ENV_TOKENS": None}])
def test_there_is_a_dictionary_to_add_to(module, name, given):
    settings = applied(module, **given)
    getattr(settings, name)["PAGE_ROWS"] = 5


@pytest.mark.parametrize("module", [plugin_production, production, credentials])
@pytest.mark.parametrize("given", [{}, {"CERT_COMPLETION": {"PAGE_ROWS": 7}}, {"CERT_COMPLETION": None}])
def test_the_yaml_file_of_the_site_counts_before_what_was_set_in_common(module, given):
    settings = applied(module, **given, ENV_TOKENS={"CERT_COMPLETION": {"PAGE_ROWS": 5}})
    assert settings.CERT_COMPLETION["PAGE_ROWS"] == 5


@pytest.mark.parametrize(("module", "name"), ALL)
def test_a_name_without_a_value_in_the_yaml_file_says_nothing(module, name):
    settings = applied(module, **{name: {"PAGE_ROWS": 7}}, ENV_TOKENS={name: None})
    assert getattr(settings, name)["PAGE_ROWS"] == 7


def test_a_request_has_four_megabytes_until_the_site_says_otherwise():
    assert applied(common).CERT_COMPLETION["REQUEST_LIMIT_BYTES"] == 4_000_000
    unlimited = applied(production, CERT_COMPLETION={"REQUEST_LIMIT_BYTES": None})
    assert unlimited.CERT_COMPLETION["REQUEST_LIMIT_BYTES"] is None


def test_the_address_of_the_site_is_the_platforms():
    settings = applied(production, LMS_ROOT_URL="https://lms.example.org")
    for name in ("CERT_COMPLETION", "CERT_COMPLETION_RECORDS"):
        assert getattr(settings, name)["SITE_URL"] == "https://lms.example.org"


@pytest.mark.parametrize("address", [None, object(), "lms.example.org", ""])
def test_what_is_no_address_is_none(address):
    assert "SITE_URL" not in applied(production, LMS_ROOT_URL=address).CERT_COMPLETION


def test_two_sites_share_no_dictionary():
    first, second = applied(common), applied(common)
    first.CERT_COMPLETION["PAGE_ROWS"] = 5
    assert "PAGE_ROWS" not in second.CERT_COMPLETION
