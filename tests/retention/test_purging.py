"""What is kept no longer is deleted, each after its time; numbers stay; it may stop anywhere."""

from contextlib import suppress
from datetime import timedelta
from itertools import islice

import pytest
from cert_completion_hooks.types import UndoStatus
from django.utils import timezone

from cert_completion_plugin import api, tasks
from cert_completion_plugin.batches import delivering, retention
from cert_completion_plugin.models import (
    Delivery,
    FilePiece,
    ImportBatch,
    ImportRow,
    ImportUndo,
    LedgerEntry,
    Message,
    RowIssue,
    SiteState,
    UndoRow,
)
from cert_completion_plugin.store import purging
from cert_completion_plugin.store import retention as store
from tests.retention.conftest import BOTH_HOSTS, grow_old, now

pytestmark = [pytest.mark.django_db, BOTH_HOSTS]
FILE, ROWS, LEDGER = api.Kept


def there(batch):
    """Which of the three are still there."""
    kept = set()
    if FilePiece.objects.filter(batch_id=batch.id).exists():
        kept.add(FILE)
    if ImportRow.objects.filter(batch_id=batch.id).exclude(cells="[]").exists():
        kept.add(ROWS)
    if LedgerEntry.objects.filter(batch_id=batch.id).exists():
        kept.add(LEDGER)
    return kept


@pytest.mark.parametrize(
    ("days_ago", "left"),
    [
        (89, {FILE, ROWS, LEDGER}),
        (91, {ROWS, LEDGER}),
        (729, {ROWS, LEDGER}),
        (731, {LEDGER}),
        (30_000, {LEDGER}),
    ],
)
def test_each_goes_after_its_time_and_the_ledger_stays(imported, days_ago, left):
    batch = imported(days_ago=days_ago)
    purged = api.purge()
    assert there(batch) == left
    assert purged.is_done
    assert {kept for kept, number in purged.imports.items() if number} == {FILE, ROWS, LEDGER} - left
    found = now(batch)
    assert (found.file_deleted_at is None, found.rows_deleted_at is None) == (FILE in left, ROWS in left)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        ({"files": None, "rows": None, "ledger": None}, {FILE, ROWS, LEDGER}),
        ({"files": 1, "rows": None, "ledger": None}, {ROWS, LEDGER}),
        ({"files": None, "rows": 1, "ledger": None}, {LEDGER}),
        ({"files": 90, "rows": 1, "ledger": None}, {LEDGER}),
        ({"files": 90, "rows": 730, "ledger": 1}, set()),
        ({"files": None, "rows": None, "ledger": 1}, set()),
    ],
)
def test_what_goes_takes_with_it_what_says_more_of_persons(imported, keep, days, left):
    keep(**days)
    batch = imported(days_ago=2)
    api.purge()
    assert there(batch) == left


def test_the_numbers_stay(imported, keep):
    keep(ledger=1)
    batch = imported(days_ago=2)
    api.purge()
    after = now(batch)
    assert after.counts == batch.counts
    assert sum(after.counts["outcomes"].values()) == after.rows_read == 5
    assert api.certifications(after) == api.certifications(batch) != {}
    for model in (ImportRow, LedgerEntry, RowIssue, UndoRow, Message, FilePiece):
        assert not model.objects.exists()


def test_nothing_that_works_or_waits_is_touched(submitted, keep, operator):
    keep(files=1, rows=1, ledger=1)
    received, asking = submitted(), submitted("ana,Forklift,,01/02/2025,")
    planned = submitted(review=True)
    for batch in (asking, planned):
        api.work_off(batch.id)
    ImportBatch.objects.update(uploaded_at=timezone.now() - timedelta(days=900))
    assert [now(each).state for each in (received, asking, planned)] == [
        "received",
        "needs_answer",
        "awaiting_approval",
    ]
    api.purge()
    assert there(received) == {FILE}
    assert there(asking) == {FILE, ROWS}
    assert there(planned) == {FILE, ROWS, LEDGER}


def test_hosts_that_have_not_heard_of_the_end_keep_an_import(imported, keep):
    keep(ledger=1)
    batch = imported(days_ago=2)
    ImportBatch.objects.update(told_at=None)
    api.purge()
    assert there(batch) == {FILE, ROWS, LEDGER}


def test_a_refused_file_leaves_nothing_that_was_in_it(imported):
    batch = imported(headings="ana,Jane Canary,x\n", days_ago=800)
    assert batch.state == "refused"
    assert batch.file_issues
    api.purge()
    after = now(batch)
    assert (after.headings, after.file_issues, after.state) == ((), (), "refused")


class TestMessages:
    @pytest.fixture
    def delivered(self, imported):
        """An import with messages, all of which were sent."""
        batch = imported(messages="send", days_ago=0)
        delivering.deliver(batch.id)
        grow_old(2)
        return now(batch)

    def test_their_numbers_stay(self, delivered, keep, operator):
        keep(ledger=1)
        counts = api.message_counts(delivered)
        assert counts == {api.MessageState.SENT: 2}
        Delivery.objects.update(finished_at=timezone.now())
        api.purge()
        assert Message.objects.count() == 0
        assert api.message_counts(now(delivered)) == counts
        assert now(delivered).counts["outcomes"] == delivered.counts["outcomes"]
        with pytest.raises(api.RowsDeleted):
            api.messages_of(operator, now(delivered), api.MessageState.SENT)

    def test_what_still_waits_to_be_sent_is_waited_for(self, delivered, keep):
        keep(ledger=1)
        Delivery.objects.update(finished_at=None)
        api.purge()
        assert there(delivered) == {LEDGER}
        assert Message.objects.count() == 2


class TestUndo:
    def test_it_can_be_undone_without_its_file_and_without_its_cells(self, imported, operator):
        batch = imported(days_ago=800)
        api.purge()
        assert there(batch) == {LEDGER}
        api.preview_undo(operator, now(batch))
        api.work_off(batch.id)
        assert api.undo(operator, now(batch), "It was wrong.", preview=1)
        api.work_off(batch.id)
        undo = api.undo_state(batch)
        assert undo.state == "done"
        assert undo.result == {UndoStatus.UNDONE: 3}

    def test_not_without_its_ledger(self, imported, keep, operator):
        keep(ledger=1)
        batch = imported(days_ago=2)
        assert api.undo_obstacle(batch) is None
        api.purge()
        assert api.undo_obstacle(now(batch)) is api.Obstacle.ROWS_DELETED
        with pytest.raises(api.NotUndoable):
            api.preview_undo(operator, now(batch))
        # Whoever looked before the purge comes too late.
        with pytest.raises(api.NotUndoable):
            api.preview_undo(operator, batch)
        assert not ImportUndo.objects.exists()

    def test_one_that_is_under_way_is_waited_for(self, imported, keep, operator):
        keep(ledger=1)
        batch = imported()
        api.preview_undo(operator, batch)
        grow_old(2)
        api.purge()
        assert there(batch) == {FILE, ROWS, LEDGER}

    def test_one_that_begins_at_the_last_moment_too(self, imported, keep, operator):
        batch = imported(days_ago=2)
        limit = timezone.now() - timedelta(days=1)
        assert store.due_ids(LEDGER, limit) == [batch.id]
        api.preview_undo(operator, batch)
        assert not store.begin(batch.id, LEDGER, limit, timezone.now())
        assert now(batch).ledger_deleted_at is None
        assert store.unfinished() == []

    def test_a_preview_is_waited_for_as_long_as_the_ledger_is_kept(self, imported, keep, operator):
        keep(files=30, rows=30, ledger=30)
        batch = imported()
        api.preview_undo(operator, batch)
        api.work_off(batch.id)
        grow_old(40)
        ImportUndo.objects.update(previewed_at=timezone.now() - timedelta(days=29))
        api.purge()
        assert there(batch) == {LEDGER}
        assert api.undo_state(batch).state == "previewed"
        grow_old(40)
        api.purge()
        assert there(batch) == set()
        assert api.undo_state(batch).state == "abandoned"
        assert not api.undo(operator, now(batch), "Too late", preview=1)

    def test_previews_that_were_given_up_go_with_the_cells(self, imported, operator):
        batch = imported()
        for _ in range(2):
            api.preview_undo(operator, batch)
            api.work_off(batch.id)
        assert UndoRow.objects.count() == 6
        grow_old(800)
        api.purge()
        assert [row.undo.number for row in UndoRow.objects.all()] == [2, 2, 2]


class TestStopping:
    @pytest.fixture(autouse=True)
    def _small_steps(self, monkeypatch):
        monkeypatch.setattr(purging, "ROWS_AT_ONCE", 1)
        defaults = {**(purging._by_runs.__kwdefaults__ or {}), "at_once": 1}
        monkeypatch.setattr(purging._by_runs, "__kwdefaults__", defaults)

    @pytest.mark.parametrize("steps", range(0, 30, 4))
    def test_a_purge_that_is_killed_is_finished_by_the_next(self, imported, keep, steps):
        keep(ledger=1)
        batch = imported(days_ago=2)
        limit = timezone.now() - timedelta(days=1)
        assert store.begin(batch.id, LEDGER, limit, timezone.now())
        list(islice(purging.delete(batch.id, LEDGER), steps))
        assert now(batch).ledger_deleted_at is not None
        assert api.purge().is_done
        assert there(batch) == set()
        assert store.unfinished() == []
        for model in (ImportRow, LedgerEntry, RowIssue):
            assert not model.objects.exists()

    def test_two_at_once_take_turns_and_both_end(self, imported, keep):
        keep(ledger=1)
        batch = imported(days_ago=2)
        store.begin(batch.id, LEDGER, timezone.now(), timezone.now())
        one, other = purging.delete(batch.id, LEDGER), purging.delete(batch.id, LEDGER)
        with suppress(store.Overtaken):
            while next(one, None) is not None:
                next(other, None)
        assert api.purge().is_done
        assert there(batch) == set()

    def test_it_stops_when_its_time_is_up_and_goes_on(self, imported, keep):
        keep(ledger=1)
        batch = imported(days_ago=2)
        calls = 1
        while not api.purge(seconds=0).is_done:
            calls += 1
        assert calls > 5
        assert there(batch) == set()

    def test_each_transaction_takes_a_bounded_number_of_rows(self, imported):
        batch = imported(days_ago=800)
        store.begin(batch.id, ROWS, timezone.now(), timezone.now())
        assert list(purging.delete(batch.id, ROWS)) == [1] * 5


def test_a_second_purge_writes_nothing_again(imported, keep, django_assert_num_queries):
    keep(files=1, rows=1)
    imported(days_ago=2)
    api.purge()
    with django_assert_num_queries(4):
        assert api.purge().imports == {FILE: 0, ROWS: 0, LEDGER: 0}


class TestStorage:
    @pytest.fixture(autouse=True)
    def _storage(self, settings, tmp_path, world):
        folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
        settings.STORAGES = {**settings.STORAGES, "uploads": folder}
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "FILE_STORAGE": "uploads"}

    def test_the_file_is_deleted_there(self, imported, tmp_path):
        batch = imported(days_ago=91)
        assert (tmp_path / batch.file_path).is_file()
        assert api.purge().failed == 0
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        assert now(batch).file_path == ""

    def test_one_that_is_gone_already_does_no_harm(self, imported, tmp_path):
        batch = imported(days_ago=91)
        (tmp_path / batch.file_path).unlink()
        assert api.purge().failed == 0

    def test_a_storage_that_cannot_be_reached_keeps_nothing_else(self, imported, tmp_path, monkeypatch, caplog):
        batch = imported(days_ago=800)
        with monkeypatch.context() as broken:
            broken.setattr("django.core.files.storage.FileSystemStorage.delete", _unreachable)
            assert api.purge().failed == 1
        assert now(batch).rows_deleted_at is not None
        assert there(batch) == {LEDGER}
        assert (tmp_path / batch.file_path).is_file()
        assert f"event=file_not_deleted batch={batch.id} error=ConnectionError" in caplog.messages
        assert "secret" not in caplog.text
        api.purge()
        assert not (tmp_path / batch.file_path).exists()

    def test_files_of_failed_requests_are_found_after_a_day(self, imported, operator, tmp_path, monkeypatch):
        batch = imported(days_ago=0)
        with monkeypatch.context() as failing:
            failing.setattr("cert_completion_plugin.api.uploading.log.add", _fails)
            with pytest.raises(RuntimeError):
                api.submit(operator, [b"a,b\n"], file_name="lost.csv", options=api.Options())
        kept = api.keep_file(operator, [b"a,b\n"], file_name="kept.csv")
        (tmp_path / "cert_completions" / "notes.txt").write_text("not ours")
        assert api.orphans() == []
        monkeypatch.setattr(retention, "UNDER_WAY", timedelta(days=-1))
        [lost] = api.orphans()
        assert lost not in (batch.file_path, kept.file_path)
        api.delete_orphan(lost)
        assert not (tmp_path / lost).exists()
        assert api.orphans() == []
        assert (tmp_path / batch.file_path).exists()


def _unreachable(self, name):
    raise ConnectionError("secret")


def _fails(*args):
    raise RuntimeError


class TestWorkers:
    @pytest.fixture
    def sent(self, monkeypatch):
        monkeypatch.setattr("cert_completion_plugin.batches.health._last_sign", None)
        sent = []
        monkeypatch.setattr(tasks, "_send", lambda task, *arguments, **options: sent.append(task.name) or True)
        return sent

    def test_they_look_once_a_day(self, world, sent):
        for _ in range(3):
            tasks.sweep()
        assert sent == ["cert_completion_plugin.purge"]
        SiteState.objects.update(purged_at=timezone.now() - timedelta(hours=25))
        tasks.sweep()
        assert sent == ["cert_completion_plugin.purge"] * 2

    def test_the_task_comes_again_until_all_is_deleted(self, imported, keep, sent, monkeypatch):
        keep(ledger=1)
        batch = imported(days_ago=2)
        sent.clear()
        monkeypatch.setattr(tasks, "PURGE_SECONDS", 0)
        tasks.purge()
        assert sent == ["cert_completion_plugin.purge"]
        assert there(batch)
        monkeypatch.setattr(tasks, "PURGE_SECONDS", 60)
        tasks.purge()
        assert sent == ["cert_completion_plugin.purge"]
        assert not there(batch)
