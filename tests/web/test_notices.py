"""On the site's pages the uploader is told once how an import ended, on whichever page they open next."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import Notice
from cert_completion_plugin.views import notices
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

GOOD, BAD = "ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,"
LIST, UPLOAD = "/cert-completions/", "/cert-completions/upload/"


def told(client, path=LIST):
    page = client.get(path).content.decode()
    found = re.search(r'<ul class="messagelist">(.*?)</ul>', page, re.DOTALL)
    return [] if found is None else re.findall(r"<li[^>]*>(.*?)</li>", found[1], re.DOTALL)


@pytest.mark.parametrize("path", [LIST, UPLOAD])
def test_the_next_page_tells_it_once_with_a_link(client, imported, path):
    batch = imported(GOOD, BAD)
    [text] = told(client, path)
    address = reverse("cert_completion_plugin:batch", args=[batch.reference])
    assert "Your import of “records.csv” is done: 1 of 2 rows has a problem." in unescape(text)
    assert f'<a href="{address}">Show the report</a>' in text
    assert told(client, path) == []


def test_the_page_of_the_import_itself_tells_it_too(client, imported):
    batch = imported(GOOD)
    assert len(told(client, reverse("cert_completion_plugin:batch", args=[batch.reference]))) == 1


def test_what_the_script_asks_for_takes_nothing_away(client, imported):
    batch = imported(GOOD)
    client.get(reverse("cert_completion_plugin:progress", args=[batch.reference]))
    client.get(f"{UPLOAD}known.json?sha256={'0' * 64}")
    assert len(told(client)) == 1


@pytest.mark.parametrize("method", ["head", "options", "put"])
def test_what_nobody_reads_takes_nothing_away(client, imported, method):
    imported(GOOD)
    getattr(client, method)(LIST)
    assert len(told(client)) == 1


def test_nobody_else_is_told(client, imported, user_with):
    imported(GOOD)
    client.force_login(user_with("view_import_report", username="other"))
    assert told(client) == []
    assert Notice.objects.get().shown_at is None


def test_a_file_name_is_text(client, operator):
    batch = api.submit(operator, [HEADINGS.encode()], file_name="<b>x</b>.csv", options=api.Options(review=False))
    api.work_off(batch.id)
    [text] = told(client)
    assert "&lt;b&gt;x&lt;/b&gt;.csv" in text


def test_who_comes_back_after_long_is_told_of_the_last_by_name(client, operator):
    for number in range(8):
        options = api.Options(review=False)
        batch = api.submit(operator, [HEADINGS.encode()], file_name=f"{number}.csv", options=options)
        api.work_off(batch.id)
    *named, more = told(client)
    assert [re.search(r"“(\d)", unescape(text))[1] for text in named] == ["3", "4", "5", "6", "7"]
    assert "3 more imports of yours have ended." in more
    assert f'href="{LIST}"' in more
    assert told(client) == []


def request_of(user):
    request: Any = RequestFactory().get("/")
    request.user = user
    request._messages = CookieStorage(request)
    return request


def test_with_the_context_processor_any_page_of_the_site_tells_it(operator, imported):
    imported(GOOD)
    request = request_of(operator)
    assert notices.context(request) == {}
    notices.context(request)
    [message] = get_messages(request)
    assert (message.level_tag, "is done" in message.message) == ("success", True)
    again = request_of(operator)
    notices.context(again)
    assert list(get_messages(again)) == []


def test_whoever_is_not_logged_in_and_a_site_without_messages_take_nothing_away(operator, imported):
    imported(GOOD)
    notices.context(request_of(AnonymousUser()))
    bare = RequestFactory().get("/")
    notices.context(bare)
    bare.user = operator
    notices.context(bare)
    assert len(api.take_notices(operator)) == 1


@pytest.mark.parametrize(
    ("mail", "attempts", "minutes", "expected"),
    [
        ("sent", 1, 0, "On "),
        ("waiting", 0, 0, "A mail to operator about the end waits to be sent."),
        ("waiting", 1, 0, "The mail to operator about the end could not be sent yet, and is tried again."),
        ("dropped", 7, 0, "The mail to operator about the end could not be sent, and was given up."),
        ("sending", 1, 11, "Sending the mail to operator about the end was interrupted; it is not sent again."),
        ("sending", 1, 0, ""),
        ("none", 0, 0, ""),
    ],
)
def test_the_page_of_the_import_says_how_the_mail_stands(client, imported, mail, attempts, minutes, expected):
    batch = imported(GOOD)
    notice = Notice.objects.get()
    moved_at = notice.moved_at - timedelta(minutes=minutes)
    Notice.objects.update(mail=mail, attempts=attempts, moved_at=moved_at)
    assert notices.mail_text(batch).startswith(expected)
    page = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    assert ("operator about the end" in page or "operator was told of the end" in page) is bool(expected)
