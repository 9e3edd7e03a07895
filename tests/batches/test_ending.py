"""What happens once at the end happens although a worker dies before it; and readers that meet end no import."""

from datetime import timedelta
from io import BytesIO

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone
from openpyxl import Workbook

from cert_completion_plugin import api, batches, tabular, tasks
from cert_completion_plugin.batches import closing
from cert_completion_plugin.models import ImportBatch, ImportRow
from tests.batches.conftest import HEADINGS, let_time_pass, outcomes
from tests.batches.test_sweeping import grow_old

pytestmark = pytest.mark.django_db

ROW = "a00,Forklift,F1,2025-06-01,"


def dies(*args, **kwargs):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ((HEADINGS + ROW + "\n").encode(), "finished"),
        (HEADINGS.encode(), "finished"),
        (b"", "refused"),
    ],
)
def test_hosts_hear_of_the_end_although_the_worker_died_before_it_could_tell(
    world, submit, monkeypatch, content, state
):
    batch = submit(content=content)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "tell_hosts", dies)
        patch.setattr("cert_completion_plugin.batches.reading.tell_hosts", dies)
        with pytest.raises(KeyboardInterrupt):
            api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == state
    assert world.finished == ()
    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append((task, ids)) or True)
    grow_old(batch)
    assert tasks.resend_stalled() == [batch.id]
    for task, ids in sent:
        task(*ids)
    assert [summary.state for _, summary in world.finished] == [state]
    grow_old(batch)
    assert tasks.resend_stalled() == []
    tasks.work_on_batch(batch.id)
    assert len(world.finished) == 1


def test_without_a_worker_the_command_tells_too(world, submit, monkeypatch):
    batch = submit(ROW)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "tell_hosts", dies)
        with pytest.raises(KeyboardInterrupt):
            api.work_off(batch.id)
    assert api.unfinished() == [batch.id]
    api.work_off(batch.id)
    assert len(world.finished) == 1
    assert api.unfinished() == []


def test_a_second_message_does_not_end_an_import_that_is_read_for_the_last_time(world, submit, monkeypatch):
    batch = submit(ROW)
    ImportBatch.objects.update(attempts=4)
    read_head = tabular.read_head

    def meanwhile_a_copy_comes(*args):
        assert batches.read(batch.id) is False
        return read_head(*args)

    with monkeypatch.context() as patch:
        patch.setattr(tabular, "read_head", meanwhile_a_copy_comes)
        assert batches.read(batch.id) is True
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified"}


def test_a_reader_that_fails_does_not_end_what_another_reads(world, submit, monkeypatch):
    batch = submit(ROW)
    ImportBatch.objects.update(attempts=3)

    def fails_when_another_has_begun_the_last_attempt(*args):
        ImportBatch.objects.update(attempts=5)
        raise OSError("the disk is gone")

    monkeypatch.setattr(tabular, "read_head", fails_when_another_has_begun_the_last_attempt)
    assert batches.read(batch.id) is False
    assert api.find(api.SYSTEM, batch.reference).state == "reading"


def test_attempts_that_were_all_killed_end_the_import_when_none_can_be_under_way(world, submit):
    batch = submit(ROW)
    ImportBatch.objects.update(state="reading", attempts=5, progressed_at=timezone.now() - timedelta(minutes=19))
    assert batches.read(batch.id) is False
    ImportBatch.objects.update(progressed_at=timezone.now() - timedelta(minutes=21))
    assert batches.read(batch.id) is True
    assert api.find(api.SYSTEM, batch.reference).state == "failed"
    assert [summary.state for _, summary in world.finished] == ["failed"]


def test_a_long_text_is_read_by_turns(world, submit, monkeypatch):
    batch = submit(*[f"a{number % 20:02},Forklift,,2026-01-{number % 28 + 1:02}," for number in range(12_000)])
    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append(task) or True)
    monkeypatch.setattr(tasks, "READING_SECONDS", 0)
    turns = 0
    tasks.read_batch(batch.id)
    while sent == [tasks.read_batch]:
        turns += 1
        assert api.find(api.SYSTEM, batch.reference).attempts == 0
        sent.clear()
        tasks.read_batch(batch.id)
    assert turns > 1
    assert set(sent) == {tasks.work_on_batch}
    lines = list(ImportRow.objects.order_by("line").values_list("line", flat=True))
    assert lines == list(range(2, 12_002))


def test_a_workbook_is_read_at_one_go(world, submit, monkeypatch):
    book = Workbook()
    sheet = book.active
    sheet.append(HEADINGS.strip().split(","))
    for _ in range(6000):
        sheet.append(ROW.split(","))
    content = BytesIO()
    book.save(content)
    batch = submit(content=content.getvalue())
    assert batches.read(batch.id, seconds=0) is True
    assert api.find(api.SYSTEM, batch.reference).rows_read == 6000


def test_a_portion_of_time_is_not_lost_with_the_message(world, submit, monkeypatch):
    """A soft time limit that strikes outside the work itself sends the message on."""

    def interrupted(*args, **kwargs):
        raise SoftTimeLimitExceeded

    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append((task, ids, options)) or True)
    batch = submit(ROW)
    with monkeypatch.context() as patch:
        patch.setattr(batches, "read", interrupted)
        patch.setattr(batches, "take_turn", interrupted)
        tasks.read_batch(batch.id)
        tasks.work_on_batch(batch.id)
    assert sent == [(tasks.read_batch, (batch.id,), {}), (tasks.work_on_batch, (batch.id,), {})]


def test_a_soft_time_limit_is_an_attempt_and_in_the_end_a_failure(world, submit, monkeypatch):
    def interrupted(*args, **kwargs):
        raise SoftTimeLimitExceeded

    batch = submit(ROW)
    batches.read(batch.id)
    monkeypatch.setattr("cert_completion_plugin.batches.deciding.decide", interrupted)
    for _ in range(5):
        batches.take_turn(batch.id)
        let_time_pass()
    [row] = api.rows(api.SYSTEM, batch)
    assert [str(issue.code) for issue in row.issues] == ["internal_error"]
    assert len(str(row.issues[0].details["reference"])) == 12


def test_messages_go_to_the_queue_of_the_setting_with_time_limits(world, submit, settings, monkeypatch):
    given = []
    for task in (tasks.read_batch, tasks.work_on_batch):
        monkeypatch.setattr(task, "apply_async", lambda ids, **options: given.append(options))
    batch = submit(ROW)
    tasks.send_next(batch.id)
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "QUEUE": "imports", "PORTION_SECONDS": 10}
    tasks.send_next(batch.id)
    batches.read(batch.id)
    tasks.send_next(batch.id)
    assert given == [
        {"retry": False, "soft_time_limit": 1200, "time_limit": 1260},
        {"retry": False, "soft_time_limit": 40, "time_limit": 100, "queue": "imports"},
        {"retry": False, "soft_time_limit": 12, "time_limit": 72, "queue": "imports"},
    ]
