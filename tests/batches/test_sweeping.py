from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cert_completion_plugin import api, batches, tasks
from cert_completion_plugin.models import ImportBatch, KeptFile, Portion
from tests.batches.conftest import outcomes

pytestmark = pytest.mark.django_db

ROW = "a00,Forklift,F1,2025-06-01,"


@pytest.fixture
def sent(monkeypatch):
    """What is sent to the broker, as (task, arguments); nothing was to be deleted lately."""
    monkeypatch.setattr("cert_completion_plugin.batches.retention.is_due", lambda: False)
    sent = []

    def send(task, *arguments, **options):
        if task is not tasks.purge:  # which every process sends once a day
            sent.append((task.name.partition(".")[2], arguments, options))
        return True

    monkeypatch.setattr(tasks, "_send", send)
    return sent


def grow_old(batch):
    long_ago = timezone.now() - timedelta(hours=1)
    ImportBatch.objects.filter(pk=batch.id).update(progressed_at=long_ago, sent_at=None)
    Portion.objects.filter(batch_id=batch.id).update(claimed_at=None, done_at=None)


def test_an_import_that_moves_is_left_alone(world, submit, sent):
    submit(ROW)
    assert tasks.resend_stalled() == []
    assert sent == []


def test_a_file_that_nobody_reads_is_sent_again(world, submit, sent):
    batch = submit(ROW)
    grow_old(batch)
    assert tasks.resend_stalled() == [batch.id]
    assert sent == [("read_batch", (batch.id,), {})]


def test_portions_that_nobody_works_on_are_sent_again(world, submit, sent, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(ROW, "a01,Forklift,,2025-06-01,")
    batches.read(batch.id)
    batches.take_turn(batch.id)
    grow_old(batch)
    tasks.resend_stalled()
    assert sent == [("work_on_batch", (batch.id,), {})]


def test_work_that_was_sent_again_is_not_sent_a_third_time_while_it_may_still_wait_its_turn(world, submit, sent):
    batch = submit(ROW)
    grow_old(batch)
    assert tasks.resend_stalled() == [batch.id]
    assert tasks.resend_stalled() == []
    assert len(sent) == 1


def test_of_two_sweeps_at_once_one_sends(world, submit, sent, monkeypatch):
    batch = submit(ROW)
    grow_old(batch)
    stalled = batches.stalled

    def another_is_faster():
        found = stalled()
        monkeypatch.setattr(batches, "stalled", stalled)
        tasks.sweep()
        return found

    monkeypatch.setattr(batches, "stalled", another_is_faster)
    assert tasks.resend_stalled() == []
    assert sent == [("read_batch", (batch.id,), {})]


def test_work_that_was_just_claimed_counts_as_progress(world, submit, sent):
    batch = submit(ROW)
    batches.read(batch.id)
    grow_old(batch)
    Portion.objects.update(claimed_at=timezone.now())
    assert tasks.resend_stalled() == []


def test_an_import_that_only_waits_to_be_closed_is_closed(world, submit, sent):
    batch = submit(ROW)
    batches.read(batch.id)
    batches.work(Portion.objects.get().pk)
    grow_old(batch)
    tasks.resend_stalled()
    assert sent == [("work_on_batch", (batch.id,), {})]
    tasks.work_on_batch(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_one_import_that_cannot_be_sent_keeps_no_other_waiting(world, submit, sent):
    broken, sound = submit(ROW), submit(ROW)
    for batch in (broken, sound):
        grow_old(batch)
    ImportBatch.objects.filter(pk=broken.id).update(options='{"unknown": 1}')
    tasks.sweep()
    assert sent == [("read_batch", (sound.id,), {})]


def test_a_kept_file_whose_storage_is_gone_keeps_no_import_waiting(world, submit, sent, uploader):
    kept = api.keep_file(uploader, [b"x"], file_name="x.csv")
    KeptFile.objects.filter(pk=kept.id).update(file_storage="gone", kept_at=timezone.now() - timedelta(days=2))
    batch = submit(ROW)
    grow_old(batch)
    tasks.sweep()
    assert sent == [("read_batch", (batch.id,), {})]
    assert not KeptFile.objects.exists()


def test_a_worker_sweeps_when_it_starts_and_until_it_ends(sent, monkeypatch):
    pauses = []
    monkeypatch.setattr(tasks._shutting_down, "wait", lambda seconds: pauses.append(seconds) or len(pauses) == 3)
    tasks._send_regularly(tasks.sweep, 7)
    assert sent == [("sweep", (), {"expires": 7})] * 3
    assert pauses == [7, 7, 7]


def test_a_broker_that_is_down_does_not_fail_the_upload(world, submit, monkeypatch, django_capture_on_commit_callbacks):
    def down(*args, **kwargs):
        raise OSError("connection refused")

    monkeypatch.setattr(tasks.read_batch, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        batch = submit(ROW)
    assert api.find(api.SYSTEM, batch.reference).state == "received"
    grow_old(batch)
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified"}


def test_the_file_goes_to_the_workers_when_the_upload_commits(world, submit, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        batch = submit(ROW)
        assert sent == []
    assert sent == [("read_batch", (batch.id,), {})]


def test_the_tasks_hand_on_from_reading_to_the_end(world, submit, sent):
    batch = submit(ROW)
    tasks.read_batch(batch.id)
    [(name, arguments, _)] = sent
    assert name == "work_on_batch"
    tasks.work_on_batch(*arguments)
    tasks.work_on_batch(*arguments)
    tasks.read_batch(batch.id)
    assert len(sent) == 1
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_the_command_sends_or_does_the_work(world, submit, sent, capsys):
    batch = submit(ROW)
    call_command("cert_completion_sweep")
    assert "Sent the work of 0 import(s) again; 1 more" in capsys.readouterr().out
    call_command("cert_completion_sweep", "--work")
    assert "Worked on 1 import" in capsys.readouterr().out
    assert outcomes(batch) == {2: "certified"}
