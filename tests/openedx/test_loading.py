"""The platform finds the apps, and puts their settings, URLs and receivers where they belong."""

from importlib.metadata import entry_points

import pytest
from cert_completion_hooks import Capability
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import resolve, reverse
from edx_django_utils.plugins import get_plugin_apps

from cert_completion_plugin import api
from tests.openedx.lms import common

OURS = ("cert_completion_plugin", "cert_completion_records", "cert_completion_openedx")


@pytest.mark.parametrize("service", ["lms.djangoapp", "credentials.djangoapp"])
def test_what_is_installed_names_each_app_by_its_package(service):
    found = {point.name: point.load() for point in entry_points(group=service) if point.name in OURS}
    assert {name: config.name for name, config in found.items()} == {name: name for name in OURS}


def test_the_services_find_the_apps_and_nobody_lists_them():
    assert not set(OURS) & {name.partition(".")[0] for name in common.PLATFORM_APPS}
    assert {path.partition(".")[0] for path in get_plugin_apps("lms.djangoapp")} >= set(OURS)
    assert all(map(apps.is_installed, OURS))


def test_pages_have_the_addresses_of_the_platform():
    assert reverse("cert_completion_plugin:upload") == "/certification-imports/upload/"
    assert reverse("cert_completion_records:own_record_of_learning") == "/certifications/record-of-learning/"
    # Django REST framework is there, so the REST API is.
    assert resolve("/certification-imports/api/v1/imports").namespaces[0] == "cert_completion_plugin"


def test_what_the_site_sets_counts_and_the_rest_is_set():
    """The YAML file replaces the whole dictionary; what stands last in the site's own settings adds to it."""
    ours, records = (getattr(settings, name) for name in ("CERT_COMPLETION", "CERT_COMPLETION_RECORDS"))
    assert (ours["PAGE_ROWS"], ours["MAX_ROWS"], ours["REQUEST_LIMIT_BYTES"]) == (50, 50_000, 4_000_000)
    assert ours["SITE_URL"] == records["SITE_URL"] == "https://lms.example.org"


def test_the_host_is_the_platform_with_the_record_book():
    [host] = api.hosts()
    assert host.name == "openedx"
    assert host.info is not None
    assert (host.info.name, host.info.capabilities) == ("openedx", frozenset(Capability))


def test_the_common_settings_know_no_address_yet():
    """What stands there is for a machine of a developer's."""
    assert "SITE_URL" not in vars(common)["CERT_COMPLETION"]


def test_nothing_is_the_matter_at_start_up(transactional_db, settings):
    """But that the broker of these tests is in their memory."""
    settings.SILENCED_SYSTEM_CHECKS = ["cert_completion.W008"]
    call_command("check", fail_level="WARNING", databases=["default"])


def test_no_migration_is_missing(transactional_db):
    call_command("makemigrations", *OURS, check=True, dry_run=True)


def test_static_files_are_collected_with_names_that_carry_their_content(tmp_path, settings):
    """As the image of the platform is built: what one file says of another must be there."""
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert list(tmp_path.glob("cert_completion_plugin/imports.*.js"))
