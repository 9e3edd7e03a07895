"""An upload is taken in whole, with its place in the admin's history and what it corrects, or not at all."""

import pytest
from django.db import OperationalError

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, KeptFile
from cert_completion_plugin.store import log
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"username,certificationshortname,certificationidnumber,completiondate,duedate\n"


@pytest.fixture
def uploader(db):
    return people.person("uploader")


@pytest.fixture
def _history_locked(monkeypatch):
    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(log, "add", locked)


@pytest.mark.usefixtures("_history_locked")
def test_a_file_that_fails_on_its_way_in_leaves_nothing(world, uploader):
    with pytest.raises(OperationalError):
        api.submit(uploader, [CONTENT], file_name="x.csv", options=api.Options(review=False))
    assert not ImportBatch.objects.exists()


@pytest.mark.usefixtures("_history_locked")
def test_a_kept_file_that_fails_on_its_way_in_stays_kept(world, uploader):
    kept = api.keep_file(uploader, [CONTENT], file_name="x.csv")
    with pytest.raises(OperationalError):
        api.submit_kept(uploader, kept, options=api.Options(review=False))
    assert not ImportBatch.objects.exists()
    assert KeptFile.objects.filter(pk=kept.id).exists()
