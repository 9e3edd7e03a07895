import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api, batches
from cert_completion_plugin.models import ImportBatch, Portion
from tests.web.conftest import HEADINGS
from tests.web.test_batch import html_of, text_of

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,,2025-06-01,", "ben,Forklift,,2025-06-01,")


@pytest.fixture
def submitted(operator, settings):
    """Submits two rows, a portion each."""
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}

    def submitted(**options):
        content = (HEADINGS + "".join(f"{row}\n" for row in ROWS)).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        return api.submit(operator, [content], file_name="records.csv", options=chosen)

    return submitted


def address(batch):
    return reverse("cert_completion_plugin:cancel", args=[batch.reference])


def confirm(client, batch):
    response = client.post(address(batch), follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_offers_it_and_says_what_stays(client, submitted):
    batch = submitted()
    page = html_of(client, batch)
    assert f'href="{address(batch)}"' in page
    asked = client.get(address(batch)).content.decode()
    assert "Rows that were recorded already stay recorded; the others are left out" in asked
    assert api.find(api.SYSTEM, batch.reference).state == "received"


def test_all_or_nothing_says_that_nothing_stays(client, submitted):
    batch = submitted(commit_policy="all_or_nothing")
    assert "what was recorded already is taken back" in client.get(address(batch)).content.decode()


def test_it_is_told_while_and_after(client, submitted):
    batch = submitted()
    batches.read(batch.id)
    batches.take_turn(batch.id)
    assert "cancelled by operator. Rows that nobody has begun are being left out." in confirm(client, batch)
    assert address(batch) not in html_of(client, batch)
    api.work_off(batch.id)
    text = text_of(client, batch)
    assert "The report says what had been recorded by then." in text
    assert "1 Certified became" in text
    assert "1 Cancelled not written" in text
    assert "Rows read 2 = 1 + 1" in text


def test_before_anything_was_recorded(client, submitted):
    batch = submitted()
    confirm(client, batch)
    api.work_off(batch.id)
    text = text_of(client, batch)
    assert "This import was cancelled by operator before anything was recorded." in text
    assert "Rows read" not in text


def test_what_all_or_nothing_took_back_is_told(client, submitted):
    batch = submitted(commit_policy="all_or_nothing")
    batches.read(batch.id)
    while not Portion.objects.filter(state="written").exists():
        batches.take_turn(batch.id)
    confirm(client, batch)
    api.work_off(batch.id)
    assert "and what had been written was taken back." in text_of(client, batch)


def test_too_late(client, submitted):
    batch = submitted()
    api.work_off(batch.id)
    assert "This import has ended, or was cancelled already." in client.get(address(batch)).content.decode()
    assert "The import had ended, or was cancelled already." in confirm(client, batch)
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_asking_is_not_doing(client, submitted):
    batch = submitted()
    client.get(address(batch))
    assert api.find(api.SYSTEM, batch.reference).cancelled_at is None


def test_it_needs_the_permission_to_upload(client, submitted, user_with):
    batch = submitted()
    client.force_login(user_with("view_import_report"))
    assert address(batch) not in html_of(client, batch)
    assert client.post(address(batch)).status_code == 403
    assert api.find(api.SYSTEM, batch.reference).cancelled_at is None


def test_a_plan_that_waits_is_discarded_by_who_may_approve_it_or_uploaded_it(client, submitted, user_with):
    batch = submitted(review=True)
    api.work_off(batch.id)
    other = user_with("upload_completions", "view_import_report", username="other")
    client.force_login(other)
    assert client.post(address(batch)).status_code == 403
    assert f'href="{address(batch)}"' not in html_of(client, batch)
    assert api.find(api.SYSTEM, batch.reference).state == "awaiting_approval"
    client.force_login(user_with("upload_completions", "view_import_report", "approve_imports", username="approver"))
    assert "The plan was discarded by approver; nothing was recorded." in confirm(client, batch)


def test_whoever_uploaded_a_plan_that_waits_may_discard_it(client, submitted, operator):
    batch = submitted(review=True)
    api.work_off(batch.id)
    client.force_login(operator)
    assert "discarded by operator" in confirm(client, batch)


def test_who_may_see_their_own_imports_alone_cannot_cancel_anothers(client, submitted, user_with):
    batch = submitted()
    client.force_login(user_with("upload_completions"))
    assert client.get(address(batch)).status_code == 404
    assert client.post(address(batch)).status_code == 404
    assert api.find(api.SYSTEM, batch.reference).cancelled_at is None


def test_an_import_that_does_not_exist(client, operator):
    assert client.post(reverse("cert_completion_plugin:cancel", args=["0" * 32])).status_code == 404


@pytest.fixture
def in_trouble(submitted):
    """An import whose host is in trouble of this kind."""

    def in_trouble(kind, **fields):
        batch = submitted()
        batches.read(batch.id)
        told = {"kind": kind, "host": "records", "hook": "find_learners", "reference": "abc123"}
        told["since"] = "2026-03-15T09:30:00+00:00"
        long_ago = timezone.now() - timedelta(minutes=30)
        ImportBatch.objects.update(trouble=json.dumps(told), progressed_at=long_ago, **fields)
        return batch

    return in_trouble


def test_a_host_that_is_away_is_told_with_the_next_try(client, in_trouble):
    batch = in_trouble("host_away")
    Portion.objects.update(due_at=timezone.now() + timedelta(minutes=5))
    text = text_of(client, batch)
    assert re.search(r"just now \(since March 15, 2026, 9:30 a.m.; next try at [^)]+\)\. Nothing is lost", text)
    assert "(Host “records”, hook “find_learners”, reference abc123.)" in text
    assert "No worker" not in text


def test_where_nothing_waits_any_more_a_missing_worker_is_told_too(client, in_trouble):
    text = text_of(client, in_trouble("host_away"))
    assert "(since March 15, 2026, 9:30 a.m.). Nothing is lost" in text
    assert "No worker has picked this up for 30 minutes." in text


def test_names_are_for_those_who_look_after_the_site(client, in_trouble, user_with, django_user_model):
    batch = in_trouble("host_away")
    user = user_with("view_import_report")
    django_user_model.objects.filter(pk=user.pk).update(is_staff=False)
    client.force_login(user)
    text = text_of(client, batch)
    assert "The LMS cannot answer just now" in text
    assert "find_learners" not in text


def test_nonsense_is_told_also_after_the_end(client, in_trouble):
    batch = in_trouble("host_answers_nonsense")
    api.work_off(batch.id)
    text = text_of(client, batch)
    assert "gave an answer that cannot be right" in text
    assert "operator the reference abc123. (Host “records”, hook “find_learners”" in text


def test_a_host_that_was_away_is_of_no_interest_after_the_end(client, in_trouble):
    batch = in_trouble("host_away")
    api.work_off(batch.id)
    assert "cannot answer just now" not in text_of(client, batch)
