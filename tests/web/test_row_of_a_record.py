"""From a record of the record book to the row that wrote it, on the whole way."""

import re

import pytest
from cert_completion_records.models import Certification, ImportSource
from django.contrib.auth.models import Permission
from django.urls import reverse

from cert_completion_plugin import api
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db


def test_a_record_leads_to_its_row(client, operator, settings, django_user_model):
    settings.CERT_COMPLETION = {"HOSTS": ["records"]}
    learner = django_user_model.objects.create_user("lea")
    Certification.objects.create(short_name="Forklift", id_number="F1", full_name="Forklift trucks")
    content = (HEADINGS + "\nlea,Forklift,,2025-06-01,\n").encode()
    chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer"})
    batch = api.submit(operator, [content], file_name="records.csv", options=chosen)
    api.work_off(batch.id)
    address = reverse("cert_completion_plugin:row", args=[batch.reference, 3])

    record = reverse("cert_completion_records:record_of_learning", args=[str(learner.pk)])
    operator.user_permissions.add(Permission.objects.get(codename="view_learnercertification"))
    assert f'<a href="{address}">records.csv, line 3</a>' in client.get(record).content.decode()
    page = client.get(address).content.decode()
    assert f'href="{record}"' in page
    assert "Yes: the record is as it was written" in page

    client.force_login(learner)
    own = client.get(record).content.decode()
    assert "records.csv, line 3" in own
    assert re.search(r"uploaded by operator, ", own)
    assert address not in own


def test_an_import_from_before_rows_had_pages_leads_to_its_report():
    assert ImportSource(report_url="/imports/1/").row_path(3) == "/imports/1/"
