"""What an import says of itself to the hosts."""

import pytest
from django.test import override_settings
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.batches.identity import info_of

pytestmark = pytest.mark.django_db


def test_the_pages_of_an_import_and_its_rows(world, submit):
    batch = submit("a00,Forklift,,2025-06-01,")
    info = info_of(batch)
    assert info.report_url == reverse("cert_completion_plugin:batch", args=[batch.reference])
    assert info.row_url.format(line=214) == reverse("cert_completion_plugin:row", args=[batch.reference, 214])


@override_settings(ROOT_URLCONF="django.contrib.auth.urls")
def test_a_site_without_the_pages_has_no_addresses(world, submit):
    batch = api.find(api.SYSTEM, submit("a00,Forklift,,2025-06-01,").reference)
    assert batch is not None
    info = info_of(batch)
    assert (info.report_url, info.row_url) == ("", "")
