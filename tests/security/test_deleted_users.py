"""A user who is deleted leaves pages that can be read, and names only where something was done."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, ImportUndo, KeptFile, UserChoice
from tests import people
from tests.security.conftest import ANSWERS, now
from tests.security.test_scripts import addresses

pytestmark = pytest.mark.django_db


def test_every_page_of_an_import_outlives_who_made_it_and_whom_it_is_about(imports, operator, learner):
    api.remember_choice(operator, {"import_action": "save_to_history"})
    api.keep_file(operator, [b"x"], file_name="x.csv")
    learner.delete()
    operator.delete()
    assert (UserChoice.objects.count(), KeptFile.objects.count()) == (0, 0)
    assert ImportBatch.objects.filter(uploaded_by__isnull=False).count() == 0
    assert ImportUndo.objects.filter(confirmed_by__isnull=False).count() == 0
    client = Client()
    other = people.person("other")
    other.is_superuser = True
    other.save()
    client.force_login(other)
    seen = 0
    for address in addresses(imports):
        response = client.get(address)
        assert response.status_code in ANSWERS, address
        seen += response.status_code == 200
    assert seen > 50
    for state, batch in imports.items():
        assert now(batch).uploaded_by_name == batch.uploaded_by_name, state


def test_what_waits_for_work_goes_on_without_its_uploader_as_far_as_it_may(imported, rows, operator):
    batch = imported(rows, review=True)
    get_user_model().objects.filter(pk=operator.pk).delete()
    other = people.person("other")
    assert api.discard(other, now(batch))
    api.work_off(batch.id)
    assert now(batch).state == "cancelled"
