import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.web.conftest import form

pytestmark = pytest.mark.django_db

URL = "/cert-completions/upload/"


@pytest.fixture(autouse=True)
def _logged_in(operator):
    pass


def only_batch():
    return api.find(api.SYSTEM, ImportBatch.objects.get().reference.hex)


def test_the_form_says_what_the_due_date_is_and_what_is_allowed(client):
    content = client.get(URL).content.decode()
    assert "the time of completion" in content
    assert "it is not the expiry date" in content
    assert "1,000,000 rows" in content
    for name in ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate"):
        assert name in content


def test_an_upload_answers_with_the_page_of_the_import(client):
    response = client.post(URL, form(ignore_case="on", unknown_certification="create_evidence"))
    batch = only_batch()
    assert response.url == reverse("cert_completion_plugin:batch", args=[batch.reference])
    assert (batch.state, batch.file_name, batch.uploaded_by_name) == ("received", "external records.csv", "operator")
    assert batch.options.as_mapping() == {
        **api.Options().as_mapping(),
        "import_action": "certify_if_newer",
        "unknown_certification": "create_evidence",
        "ignore_case": True,
        "review": False,
    }


def test_nothing_is_parsed_while_the_upload_is_answered(client, monkeypatch):
    def parsed(*args, **kwargs):
        raise AssertionError("the file was opened in the request")

    monkeypatch.setattr("cert_completion_plugin.tabular.read_head", parsed)
    assert client.post(URL, form()).status_code == 302


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"file": ""}, "Choose the file with the completions."),
        ({"file": SimpleUploadedFile("x.csv", b"")}, "The chosen file is empty."),
        ({"import_action": "certify_everybody"}, "“certify_everybody” is not offered. Choose another one."),
        ({"import_action": ""}, "What the newest completion of each learner does: Choose one."),
        ({"date_format": "DD/MM"}, "“DD/MM” is not offered."),
        ({"separator": "#"}, "“#” is not offered."),
    ],
)
def test_a_mistake_in_the_form_is_named_at_the_top_and_nothing_is_stored(client, values, text):
    response = client.post(URL, form(**values))
    content = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert"' in content
    assert text in content
    assert not ImportBatch.objects.exists()


def test_a_file_over_the_sites_limit_is_refused_in_words(client, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 20}
    content = client.post(URL, form(), follow=True).content.decode()
    assert "The file was refused. Nothing was imported." in content
    assert "larger than this site allows" in content


def limited(settings, request_limit):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "REQUEST_LIMIT_BYTES": request_limit}


def test_a_server_in_front_that_lets_less_through_is_told_of_with_both_ways_out(client, settings):
    limited(settings, 4_000_000)
    content = client.get(URL).content.decode()
    assert "Sent from this page it can have at most 3.8\xa0MB" in content
    assert f'data-ccp-most-sent="{4_000_000 - 64 * 1024}"' in content
    assert "to raise that limit" in content
    assert content.count("watched folder") == 2


@pytest.mark.parametrize("request_limit", [None, 100 * 1024 * 1024 + 64 * 1024])
def test_nothing_is_said_of_a_server_in_front_that_lets_every_file_through(client, settings, request_limit):
    limited(settings, request_limit)
    content = client.get(URL).content.decode()
    assert "Sent from this page" not in content
    assert "data-ccp-most-sent" not in content


def test_a_limit_below_what_any_form_takes_is_told_as_none_at_all(client, settings):
    limited(settings, 1000)
    assert "at most 0\xa0bytes" in client.get(URL).content.decode()


def test_what_arrives_all_the_same_is_taken(client, settings):
    """The limit is the server's; the setting may be older than it."""
    limited(settings, 1)
    assert client.post(URL, form()).status_code == 302


def test_an_uploader_who_may_not_see_the_imports_of_others_sees_their_own(client, user_with):
    client.force_login(user_with("upload_completions"))
    content = client.post(URL, form(review="True"), follow=True).content.decode()
    assert "The file was received and waits for a worker." in content


def test_the_task_is_sent_after_the_commit_with_atomic_requests(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("cert_completion_plugin.tasks._send", lambda task, *ids, **kw: sent.append(ids) or True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, form())
        assert sent == []
    assert sent == [(only_batch().id,)]


def test_somebody_with_too_many_imports_is_told_what_to_do_and_the_file_is_kept(client, operator, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "IMPORTS_PER_USER": 1}
    client.post(URL, form())
    content = client.post(URL, form()).content.decode()
    assert "1 of your imports has not ended yet, the most that this site allows at the same time." in content
    assert "approve, answer or cancel it" in content
    assert ImportBatch.objects.count() == 1
    api.cancel(operator, api.newest(operator)[0])
    token = re.search('name="kept" value="([^"]+)"', content)[1]
    client.post(URL, form(file=None, kept=token))
    assert ImportBatch.objects.count() == 2
