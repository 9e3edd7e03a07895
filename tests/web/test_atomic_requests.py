"""A site whose requests are transactions: workers hear of an upload when it is there, and of none that failed."""

import pytest
from django.db import connection
from django.urls import reverse

from cert_completion_plugin import tasks
from cert_completion_plugin.models import ImportBatch, KeptFile
from tests.web.conftest import form

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch, operator):
    """What was sent to the workers: the task, and whether a transaction was open then."""
    sent = []
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    monkeypatch.setattr(
        tasks, "_send", lambda task, *ids, **options: sent.append((task, ids, connection.in_atomic_block)) or True
    )
    return sent


def test_an_upload_is_sent_when_its_request_has_committed(client, sent):
    assert client.post(reverse("cert_completion_plugin:upload"), form()).status_code == 302
    assert sent == [(tasks.read_batch, (ImportBatch.objects.get().pk,), False)]


def test_so_is_a_cancelled_import(client, sent):
    client.post(reverse("cert_completion_plugin:upload"), form())
    sent.clear()
    batch = ImportBatch.objects.get()
    client.post(reverse("cert_completion_plugin:cancel", args=[batch.reference.hex]))
    assert sent == [(tasks.work_on_batch, (batch.pk,), False)]


def test_a_request_that_fails_afterwards_leaves_nothing_and_sends_nothing(client, sent, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.api.remember_choice", lambda *args: 1 / 0)
    client.raise_request_exception = False
    assert client.post(reverse("cert_completion_plugin:upload"), form()).status_code == 500
    assert sent == []
    assert not ImportBatch.objects.exists()


def test_a_file_is_kept_while_its_form_is_corrected_and_no_longer_than_until_the_request_commits(client, sent):
    url = reverse("cert_completion_plugin:upload")
    client.post(url, form(sheet="x" * 256))
    token = KeptFile.objects.get().token.hex
    assert sent == []
    client.post(url, form(file="", kept=token))
    assert sent == [(tasks.read_batch, (ImportBatch.objects.get().pk,), False)]
    assert not KeptFile.objects.exists()


def test_a_kept_file_stays_kept_when_the_request_that_takes_it_fails(client, sent, monkeypatch):
    url = reverse("cert_completion_plugin:upload")
    client.post(url, form(sheet="x" * 256))
    monkeypatch.setattr("cert_completion_plugin.api.remember_choice", lambda *args: 1 / 0)
    client.raise_request_exception = False
    assert client.post(url, form(file="", kept=KeptFile.objects.get().token.hex)).status_code == 500
    assert not ImportBatch.objects.exists()
    assert KeptFile.objects.exists()
