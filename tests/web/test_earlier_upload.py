"""A file that was uploaded before: a warning with a link to that import, and no refusal."""

from hashlib import sha256

import pytest

from cert_completion_plugin import api
from tests.web.conftest import HEADINGS, form

pytestmark = pytest.mark.django_db

CONTENT = HEADINGS + "ana,Forklift,,31/05/2025,\n"
DIGITS = sha256(CONTENT.encode()).hexdigest()
KNOWN = "/cert-completions/upload/known.json"
WARNING = "The same file was uploaded before, by operator on "


def uploaded(client):
    return client.post("/cert-completions/upload/", form(CONTENT), follow=True).content.decode()


def test_the_second_import_of_a_file_is_made_and_leads_to_the_first(client, operator):
    assert WARNING not in uploaded(client)
    first = api.newest(api.SYSTEM)[0]
    page = uploaded(client)
    assert WARNING in page
    assert "(Waiting to be read)" in page
    assert f'<a href="/cert-completions/{first.reference}/">Show that import</a>' in page
    assert WARNING not in client.get(f"/cert-completions/{first.reference}/").content.decode()


def test_the_newest_of_the_earlier_ones_is_shown(client, operator):
    for _ in range(3):
        page = uploaded(client)
    assert api.newest(api.SYSTEM)[1].reference in page
    assert api.newest(api.SYSTEM)[2].reference not in page


def test_another_file_gives_no_warning(client, operator):
    uploaded(client)
    page = client.post("/cert-completions/upload/", form(HEADINGS), follow=True).content.decode()
    assert WARNING not in page


def test_files_that_were_too_large_are_not_taken_for_one(client, operator, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 20}
    uploaded(client)
    assert WARNING not in uploaded(client)


def test_the_script_can_ask_before_the_file_is_sent(client, operator):
    assert client.get(KNOWN, {"sha256": DIGITS}).json() == {}
    uploaded(client)
    answer = client.get(KNOWN, {"sha256": DIGITS.upper()}).json()
    assert answer["text"].startswith(WARNING)
    assert answer["url"] == f"/cert-completions/{api.newest(api.SYSTEM)[0].reference}/"
    assert client.get(KNOWN, {"sha256": "0" * 64}).json() == {}
    assert client.get(KNOWN).json() == {}
    for nonsense in ("\0", "%" * 64, DIGITS + "\n", "é" * 64):
        assert client.get(KNOWN, {"sha256": nonsense}).json() == {}


def test_who_may_not_see_the_imports_of_others_is_told_of_their_own_alone(client, operator, user_with):
    uploaded(client)
    client.force_login(user_with("upload_completions", "approve_imports"))
    assert client.get(KNOWN, {"sha256": DIGITS}).json() == {}
    uploaded(client)
    assert "by somebody" in client.get(KNOWN, {"sha256": DIGITS}).json()["text"]


def test_who_may_not_upload_is_told_nothing(client, user_with):
    client.force_login(user_with("view_import_report"))
    assert client.get(KNOWN, {"sha256": DIGITS}).status_code == 403
