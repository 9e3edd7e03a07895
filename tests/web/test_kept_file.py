"""After a mistake in the form nobody has to choose the file again: it is kept for its sender alone, for a while."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cert_completion_plugin import api, tasks
from cert_completion_plugin.models import ImportBatch, KeptFile, KeptPiece
from cert_completion_plugin.store.files import PIECE_BYTES, StoredFile
from tests.web.conftest import HEADINGS, form

pytestmark = pytest.mark.django_db

URL = "/cert-completions/upload/"
CONTENT = HEADINGS + "ana,Forklift,,31/05/2025,\n"
LONG = (HEADINGS + "ana,Forklift,,31/05/2025,\n" * 50_000).encode()


@pytest.fixture(autouse=True)
def _logged_in(operator):
    pass


def mistaken(client, **values):
    """The page after a form in which the sheet's name is too long, and the token of the file that it keeps."""
    page = client.post(URL, form(**{"sheet": "x" * 256, **values})).content.decode()
    found = re.search(r'name="kept" value="([0-9a-f]{32})"', page)
    return page, found and found[1]


def again(token, **values):
    """The corrected form, sent as a browser does: with the token, and with no file."""
    return form(**{"file": "", "kept": token, **values})


def bytes_of(batch):
    return b"".join(StoredFile(batch).read_from(0))


def only_batch():
    return api.find(api.SYSTEM, ImportBatch.objects.get().reference.hex)


def test_the_corrected_form_needs_no_file(client):
    page, token = mistaken(client)
    assert "“external records.csv” (103\xa0bytes) is still here: you need not choose it again." in page
    assert not ImportBatch.objects.exists()
    assert client.post(URL, again(token)).status_code == 302
    batch = only_batch()
    assert (batch.file_name, bytes_of(batch)) == ("external records.csv", CONTENT.encode())
    assert not KeptFile.objects.exists()


def test_a_second_mistake_keeps_the_file_too(client):
    _, token = mistaken(client)
    page, kept = mistaken(client, file="", kept=token)
    assert kept == token
    assert "is still here" in page
    client.post(URL, again(kept))
    assert bytes_of(only_batch()) == CONTENT.encode()


def test_another_file_takes_the_place_of_the_kept_one(client):
    _, token = mistaken(client)
    client.post(URL, form(HEADINGS, kept=token))
    assert bytes_of(only_batch()) == HEADINGS.encode()


def test_a_file_of_many_pieces_comes_back_whole(client):
    _, token = mistaken(client, file=SimpleUploadedFile("long.csv", LONG))
    assert KeptPiece.objects.count() == -(-len(LONG) // PIECE_BYTES) > 1
    client.post(URL, again(token))
    assert bytes_of(only_batch()) == LONG


def test_nobody_else_gets_a_kept_file(client, user_with):
    _, token = mistaken(client)
    client.force_login(user_with("upload_completions", "view_import_report", username="another"))
    page = client.post(URL, again(token)).content.decode()
    assert "The file from your last try is no longer kept." in page
    assert "external records.csv" not in page
    assert not ImportBatch.objects.exists()
    assert KeptFile.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "0" * 32, "'; drop"])
def test_a_token_that_names_nothing_is_no_file(client, token):
    page = client.post(URL, again(token)).content.decode()
    assert "no longer kept." in page


def test_a_form_sent_twice_makes_one_import(client):
    _, token = mistaken(client)
    first, second = client.post(URL, again(token)), client.post(URL, again(token))
    assert first.status_code == 302
    assert "no longer kept" in second.content.decode()
    assert ImportBatch.objects.count() == 1


def test_of_two_that_take_a_kept_file_at_once_one_makes_an_import(client, operator):
    _, token = mistaken(client)
    kept = api.kept_file(operator, token)
    assert kept is not None
    api.submit_kept(operator, kept, options=api.Options(review=False))
    with pytest.raises(api.KeptFileGone):
        api.submit_kept(operator, kept, options=api.Options(review=False))
    assert ImportBatch.objects.count() == 1


def test_one_file_is_kept_for_a_user_at_a_time(client):
    _, first = mistaken(client)
    _, second = mistaken(client)
    assert first != second
    assert KeptFile.objects.get().token.hex == second
    assert KeptPiece.objects.count() == 1


def test_a_file_over_the_sites_limit_is_not_kept(client, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 20}
    page, token = mistaken(client)
    assert token is None
    assert "This file is larger than the 20\xa0bytes that this site takes." in page
    assert not KeptFile.objects.exists()
    assert not KeptPiece.objects.exists()


def test_a_file_that_was_not_sent_well_is_not_kept(client):
    _, token = mistaken(client, file=SimpleUploadedFile("x.csv", b""))
    assert token is None


def test_a_file_kept_too_long_is_gone_and_swept_away(client):
    _, token = mistaken(client)
    KeptFile.objects.update(kept_at=timezone.now() - api.KEPT_FOR - timedelta(seconds=1))
    assert "no longer kept" in client.post(URL, again(token)).content.decode()
    tasks.sweep()
    assert not KeptFile.objects.exists()
    assert not KeptPiece.objects.exists()


def test_the_sweep_leaves_what_is_kept_still(client):
    mistaken(client)
    tasks.sweep()
    assert KeptFile.objects.exists()


def test_a_kept_file_lies_where_the_sites_files_lie(client, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.STORAGES = {
        **settings.STORAGES,
        "imports": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "FILE_STORAGE": "imports"}
    _, token = mistaken(client)
    assert not KeptPiece.objects.exists()
    assert [path.read_bytes() for path in tmp_path.rglob("kept/*")] == [CONTENT.encode()]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, again(token))
    assert bytes_of(only_batch()) == CONTENT.encode()
    assert not list(tmp_path.rglob("kept/*"))


def test_a_kept_file_is_no_import(client):
    mistaken(client)
    assert "external records.csv" not in client.get("/cert-completions/").content.decode()
    assert api.unfinished() == []
