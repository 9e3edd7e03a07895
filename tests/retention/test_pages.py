"""What pages, downloads and commands say of what was deleted: in words, and since when."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.batches import delivering
from cert_completion_plugin.models import Delivery, ImportBatch
from cert_completion_plugin.telling.messages import counts_text
from tests import people
from tests.retention.conftest import grow_old, now

pytestmark = pytest.mark.django_db
WITHOUT_ROWS = "The rows of this import were deleted on Feb. 1, 2027; the sums are kept."
WITHOUT_CELLS = (
    "The cells of the rows, as they stood in the file, were deleted on Feb. 1, 2027; what became of each row is kept."
)


@pytest.fixture
def purged(imported, keep, monkeypatch):
    """Imports rows and purges after two days, on 1 February 2027."""

    def purged(*rows, days, **options):
        keep(**days)
        batch = imported(*rows, days_ago=2, **options)
        api.purge()
        moment = timezone.make_aware(datetime(2027, 2, 1, 12))
        for mark in ("file_deleted_at", "rows_deleted_at", "ledger_deleted_at"):
            ImportBatch.objects.filter(**{f"{mark}__isnull": False}).update(**{mark: moment})
        return now(batch)

    return purged


def page(client, batch, name="batch", *args):
    return client.get(reverse(f"cert_completion_plugin:{name}", args=[batch.reference, *args]))


def test_the_report_keeps_its_sums_without_the_rows(client, purged):
    response = page(client, purged(days={"ledger": 1}))
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count(WITHOUT_ROWS) == 1
    for kept in ("2 were rejected", "Rows read 5</strong> = ", "1 row: "):
        assert kept in text
    assert 'class="ccp-tile"' in text
    for gone in (
        "ccp-rows-title",
        "recorded.csv",
        "problems.csv",
        "?outcome=",
        "?problem=",
        "ana",
        "nobody",
        "Undo this import",
    ):
        assert gone not in text


def test_the_report_says_that_the_cells_are_gone(client, purged):
    text = page(client, purged(days={"rows": 1})).content.decode()
    assert text.count(WITHOUT_CELLS) == 1
    assert "nobody" in text
    assert "recorded.csv" in text
    assert "problems.csv" not in text
    assert "all.csv" not in text
    assert "Undo this import" in text


def test_the_report_says_that_the_file_is_gone(client, purged):
    text = page(client, purged(days={"files": 1})).content.decode()
    assert "The uploaded file was deleted on Feb. 1, 2027; its rows are kept." in text
    assert "problems.csv" in text


def test_nothing_is_said_while_all_is_kept(client, purged):
    assert "deleted" not in page(client, purged(days={})).content.decode()


def test_a_row_without_cells_is_explained_by_what_was_decided(client, purged):
    batch = purged(days={"rows": 1})
    whole = {}
    for line in range(2, 7):
        response = page(client, batch, "row", line)
        assert response.status_code == 200
        whole[line] = response.content.decode()
        assert whole[line].count(WITHOUT_CELLS) == 1
    assert "“ana”" in whole[2]
    assert "The row became the learner&#x27;s current record." in whole[2]
    assert "There is no learner with the username “nobody”." in whole[4]
    assert "30/02/2025" in whole[5]


@pytest.mark.parametrize(
    "row", ["ana,Forklift,,31/05/2025", f"{'x' * 151},Forklift,,31/05/2025,", ",,,,x", "a\x07b,Forklift,F1,x,"]
)
def test_the_story_without_cells_tells_the_same_but_for_the_cells(imported, row):
    batch = imported("ben,Forklift,,13/05/2025,", row, unknown_certification="create_evidence")
    before = [api.explain(api.SYSTEM, batch, line) for line in (2, 3)]
    grow_old(800)
    api.purge()
    after = [api.explain(api.SYSTEM, now(batch), line) for line in (2, 3)]
    for told, without in zip(before, after, strict=True):
        mine, theirs = told.as_mapping(), without.as_mapping()
        assert mine.pop("cells")
        assert theirs.pop("cells") == []
        assert mine == theirs


def test_a_row_of_which_all_is_gone_is_answered_410(client, purged):
    batch = purged(days={"ledger": 1})
    response = page(client, batch, "row", 2)
    assert response.status_code == 410
    assert WITHOUT_ROWS in response.content.decode()


@pytest.mark.parametrize(
    ("days", "what", "status", "words"),
    [
        ({"rows": 1}, "all", 410, WITHOUT_CELLS),
        ({"rows": 1}, "problems", 410, WITHOUT_CELLS),
        ({"rows": 1}, "recorded", 200, "ana,Forklift,F1,2025-05-31"),
        ({"ledger": 1}, "recorded", 410, WITHOUT_ROWS),
        ({"ledger": 1}, "all", 410, WITHOUT_ROWS),
    ],
)
def test_downloads_say_what_is_gone(client, purged, days, what, status, words):
    response = page(client, purged(days=days), "download", what, "csv")
    assert response.status_code == status
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert words in content.decode()


def test_plans_of_old_keep_their_sums(client, imported, keep, operator):
    batch = imported(review=True)
    api.approve(operator, batch, plan=1)
    api.work_off(batch.id)
    keep(ledger=1)
    grow_old(2)
    api.purge()
    text = page(client, batch, "plan", 1).content.decode()
    assert "the sums are kept" in text
    assert "ccp-rows-title" not in text
    assert "Show the rows" not in text


def test_the_page_of_an_undo_keeps_its_sums(client, imported, keep, operator):
    batch = imported()
    api.preview_undo(operator, batch)
    api.work_off(batch.id)
    api.undo(operator, batch, "It was wrong.", preview=1)
    api.work_off(batch.id)
    keep(ledger=1)
    grow_old(2)
    api.purge()
    text = page(client, batch, "undo").content.decode()
    assert "3 rows were taken back." in text
    assert "the sums are kept" in text
    assert "ccp-undo-rows" not in text


def test_what_cannot_be_undone_any_more_is_said(client, purged):
    batch = purged(days={"ledger": 1})
    text = page(client, batch, "undo").content.decode()
    assert "can no longer be undone: its rows were deleted" in text


def test_an_import_that_corrects_one_that_is_gone_leads_to_it(client, purged, operator):
    first = purged(days={"ledger": 1})
    second = api.submit(operator, [b"x"], file_name="second.csv", options=api.Options(), corrects=first)
    assert first.reference in page(client, second).content.decode()


def test_messages_are_told_by_their_numbers(client, purged, keep):
    batch = purged(days={"rows": 1}, messages="send")
    delivering.deliver(batch.id)
    assert page(client, batch, "messages").status_code == 200
    words = counts_text(api.message_counts(batch))
    assert "2" in words
    Delivery.objects.update(finished_at=timezone.now())
    keep(ledger=1)
    api.purge()
    told = page(client, batch).content.decode()
    assert "/messages/?" not in told
    assert words in told
    response = page(client, batch, "messages")
    assert response.status_code == 410
    assert "the sums are kept" in response.content.decode()


def test_the_admin_says_what_is_deleted_since_when(client, purged):
    batch = purged(days={"rows": 1})
    client.force_login(people.person("superuser"))
    text = client.get(reverse("admin:cert_completion_plugin_importbatch_change", args=[batch.id])).content.decode()
    assert "Deleted since" in text
    assert text.count("Feb. 1, 2027") == 2


class TestCommand:
    def test_it_tells_first_and_then_deletes(self, imported, keep, capsys):
        keep(files=1, rows=1)
        imported(days_ago=2)
        call_command("cert_completion_purge", dry_run=True)
        planned = capsys.readouterr().out
        assert "Would delete:" in planned
        assert "cells of rows        of 1 import(s), 5 row(s)" in planned
        assert "what became of rows  are kept for good" in planned
        call_command("cert_completion_purge", dry_run=True, format="json")
        assert json.loads(capsys.readouterr().out)["rows"] == {"imports": 1, "rows": 5, "bytes": 209}
        call_command("cert_completion_purge", format="json")
        assert json.loads(capsys.readouterr().out) == {"file": {"imports": 1}, "rows": {"imports": 1}, "failed": 0}
        call_command("cert_completion_purge")
        assert "of 0 import(s)" in capsys.readouterr().out

    def test_orphans_are_deleted_where_that_is_asked(self, imported, operator, settings, tmp_path, capsys, monkeypatch):
        folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
        settings.STORAGES = {**settings.STORAGES, "uploads": folder}
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "FILE_STORAGE": "uploads"}
        batch = imported()
        lost = tmp_path / "cert_completions" / ("0" * 32)
        lost.write_text("a,b")
        monkeypatch.setattr("cert_completion_plugin.batches.retention.UNDER_WAY", timedelta(days=-1))
        call_command("cert_completion_purge", dry_run=True, orphans=True, format="json")
        assert json.loads(capsys.readouterr().out)["orphans"] == 1
        call_command("cert_completion_purge")
        assert lost.exists()
        call_command("cert_completion_purge", orphans=True)
        assert not lost.exists()
        assert (tmp_path / batch.file_path).exists()

    def test_a_storage_that_lists_nothing_is_told(self, world, settings):
        settings.STORAGES = {**settings.STORAGES, "uploads": {"BACKEND": "django.core.files.storage.Storage"}}
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "FILE_STORAGE": "uploads"}
        with pytest.raises(CommandError, match="cannot list its files"):
            call_command("cert_completion_purge", orphans=True)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "90", 40_000])
def test_days_are_whole_numbers_or_none(settings, value):
    from django.core.exceptions import ImproperlyConfigured

    from cert_completion_plugin import conf

    settings.CERT_COMPLETION = {"KEEP_ROWS_DAYS": value}
    with pytest.raises(ImproperlyConfigured, match=r"KEEP_ROWS_DAYS.*days from 1 to 36500, or None"):
        conf.settings()
