"""Every line of the log is told by something that really happens, is documented, and holds nothing personal."""

import logging
import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from celery import current_app
from cert_completion_hooks import HostUnavailable
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import timezone

from cert_completion_plugin import api, batches, broker, gateway, logbook, signals, tasks, watching
from cert_completion_plugin.batches import deciding, mailing
from cert_completion_plugin.gateway.facade import Gateway
from cert_completion_plugin.models import Delivery, ImportBatch, Message
from cert_completion_plugin.store import kept_files, messages, request_keys, workers
from tests import people
from tests.operations.conftest import BAD, GOOD, HEADINGS, UNCLEAR

OPERATORS = Path(__file__).parents[2] / "docs" / "operators"
SECRET = "harry.chinn"


def fails(error, times=99):
    """A function that raises this error so many times, and then does what it should."""
    left = [times]

    def instead(function):
        def called(*args, **kwargs):
            if left[0]:
                left[0] -= 1
                raise error
            return function(*args, **kwargs)

        return called

    return instead


def failing(patch, target, name, error, times=99):
    patch.setattr(target, name, fails(error, times)(getattr(target, name)))


def answered(stage, patch):
    batch = stage.worked_off(UNCLEAR)
    api.answer(stage.user, batch, date_format="DD/MM/YYYY")


def discarded(stage, patch):
    api.discard(stage.user, stage.planned())


def planned_anew(stage, patch):
    api.plan_anew(stage.user, stage.planned(), confirmed=["Forklft"])


def cancelled(stage, patch):
    api.cancel(stage.user, stage.submit())


def stopped(stage, patch):
    batch = stage.approved_by(people.person(SECRET))
    people.holding(get_user_model().objects.get(username=SECRET), "upload_completions")
    stage.work_off(batch)


def undo_stopped(stage, patch):
    batch = stage.undo_previewed()
    assert api.undo(people.person(SECRET), batch, SECRET, preview=1)
    get_user_model().objects.get(username=SECRET).delete()
    stage.work_off(batch)


def abandoned(stage, patch):
    api.abandon_undo(stage.user, stage.undo_previewed(), preview=1)


def swept(stage, patch):
    stage.grow_old(stage.submit())
    tasks.resend_stalled()


def not_sent(stage, patch):
    failing(patch, tasks, "send_next", OperationalError(SECRET))
    swept(stage, patch)


def sign_not_left(stage, patch):
    failing(patch, workers, "introduce", OperationalError(SECRET))
    api.command_works("cert_completion_sweep")


def kept_files_stay(stage, patch):
    failing(patch, kept_files, "forget_before", ConnectionError(SECRET))
    tasks.resend_stalled()


def request_keys_stay(stage, patch):
    failing(patch, request_keys, "forget_before", OperationalError(SECRET))
    tasks.resend_stalled()


def purged(stage, patch):
    """With a storage from which files cannot be deleted."""
    patch.setattr("cert_completion_plugin.store.files.storages", {"": Unreachable()})
    stage.worked_off()
    ImportBatch.objects.update(finished_at=timezone.now() - timedelta(days=800), file_path=SECRET)
    api.purge()


def task_failed(stage, patch):
    failing(patch, batches, "read", KeyError(SECRET))
    with pytest.raises(tasks.TaskFailed):
        tasks.read_batch(stage.submit().id)


def after_commit_failed(stage, patch):
    failing(patch, tasks, "send_next", ValueError(SECRET))
    stage.submit()


def forgotten(stage, patch):
    stage.worked_off()
    api.forget_learner(stage.user, SECRET)


def not_forgotten_by_host(stage, patch):
    failing(patch, Gateway, "forget_learner", HostUnavailable(SECRET))
    with pytest.raises(api.HostsNotReached):
        forgotten(stage, patch)


def not_forgotten_late(stage, patch):
    failing(patch, batches.forgetting, "forget_late", OperationalError(SECRET))
    tasks.resend_stalled()


def watched(stage, patch):
    """A file whose name says who it is about, in a watched directory."""
    with TemporaryDirectory() as folder:
        place = {"directory": folder, "user": "olga.operator", "options": {"review": False}, "marker": ".done"}
        given: Any = settings
        patch.setattr(given, "CERT_COMPLETION", {**given.CERT_COMPLETION, "WATCHED": [place]})
        for name, content in ((f"{SECRET}.csv", HEADINGS + GOOD), (f"{SECRET}.csv.done", "")):
            (Path(folder) / name).write_text(content)
        watching.look_once()
        for batch_id in watching.open_imports():
            api.work_off(batch_id)
        watching.look_once()


def watched_file_stays(stage, patch):
    failing(patch, api, "submit", OperationalError(SECRET))
    watched(stage, patch)


def watched_place_away(stage, patch):
    failing(patch, os, "listdir", PermissionError(13, SECRET))
    watched(stage, patch)


class Unreachable:
    def delete(self, name):
        raise ConnectionError(name)


def broker_refused(stage, patch):
    patch.undo()
    failing(patch, tasks.read_batch, "apply_async", ConnectionError(f"amqp://{SECRET}:password@host"))
    stage.submit()


def broker_silent(stage, patch):
    failing(patch, current_app, "connection_for_write", ConnectionError(SECRET))
    broker._broker_answers()


def reading_interrupted(stage, patch):
    failing(patch, batches.reading, "read_headings", ValueError(SECRET), times=1)
    stage.worked_off()


def reading_failed(stage, patch):
    failing(patch, batches.reading, "read_headings", ValueError(SECRET))
    stage.worked_off()


def interrupted(error, times):
    def scene(stage, patch):
        failing(patch, deciding, "decide", error, times)
        stage.worked_off()

    return scene


def turn_interrupted(stage, patch):
    batch = stage.submit()
    batches.read(batch.id)
    failing(patch, batches.turns, "_turn", OperationalError(SECRET), times=1)
    batches.take_turn(batch.id)


def change_failed(stage, patch):
    failing(patch, Gateway, "record_completions", ValueError(SECRET))
    stage.worked_off()


def change_not_undone(stage, patch):
    batch = stage.worked_off()
    failing(patch, Gateway, "undo_changes", ValueError(SECRET))
    api.preview_undo(stage.user, batch)
    stage.work_off(batch)


def cannot_tell(stage, patch):
    failing(patch, Gateway, "evidence_types", HostUnavailable(SECRET))
    api.evidence_types(stage.user)


def host_failed(stage, patch):
    patch.setattr(gateway.registry.Registry, "call", told_of_the_end(gateway.registry.Registry.call))
    stage.worked_off()


def told_of_the_end(call):
    def called(self, hook, host, **given):
        if hook == "batch_finished":
            raise ValueError(SECRET)
        return call(self, hook, host, **given)

    return called


def traced(stage, patch):
    Gateway({"host": stage.world}, trace=True).acting_for(batches.administrator(1, SECRET)).find_learners([SECRET])


def receiver_failed(stage, patch):
    def receiver(**given):
        raise ValueError(SECRET)

    signals.batch_finished.connect(receiver)
    try:
        stage.worked_off()
    finally:
        signals.batch_finished.disconnect(receiver)


def told(stage, **options):
    return stage.worked_off(messages="send", **options)


def messages_in_trouble(error):
    def scene(stage, patch):
        failing(patch, Gateway, "send_messages", error)
        told(stage)

    return scene


def messages_lost(stage, patch):
    told(stage)
    long_ago = timezone.now() - timedelta(days=1)
    Message.objects.update(state="sending", moved_at=long_ago)
    Delivery.objects.update(finished_at=None)
    tasks.resend_stalled()


def delivery_interrupted(stage, patch):
    failing(patch, messages, "claim", OperationalError(SECRET))
    told(stage)


def notice_in_trouble(error):
    def scene(stage, patch):
        failing(patch, mailing, "send", error)
        stage.worked_off()

    return scene


def telling_not_sent(stage, patch):
    failing(patch, batches, "undelivered", OperationalError(SECRET))
    tasks.resend_stalled()


WHOLE = {"commit_policy": "all_or_nothing"}
AWAY = HostUnavailable(SECRET)

SCENES: Mapping[logbook.Line, Callable[[Any, Any], Any]] = {
    logbook.IMPORT_RECEIVED: lambda stage, patch: stage.submit(),
    logbook.READING_DONE: lambda stage, patch: stage.worked_off(),
    logbook.IMPORT_REFUSED: lambda stage, patch: stage.worked_off(content=b"who,what\n"),
    logbook.QUESTION_ASKED: lambda stage, patch: stage.worked_off(UNCLEAR),
    logbook.QUESTION_ANSWERED: answered,
    logbook.PORTION_DONE: lambda stage, patch: stage.worked_off(),
    logbook.PLAN_MADE: lambda stage, patch: stage.planned(GOOD, BAD),
    logbook.APPROVAL_AWAITED: lambda stage, patch: stage.planned(),
    logbook.PLAN_APPROVED: lambda stage, patch: stage.approved(),
    logbook.PLAN_DISCARDED: discarded,
    logbook.PLANNED_ANEW: planned_anew,
    logbook.HELD_BACK: lambda stage, patch: stage.worked_off(GOOD, BAD, **WHOLE),
    logbook.CANCEL_ASKED: cancelled,
    logbook.IMPORT_STOPPED: stopped,
    logbook.IMPORT_WRITTEN: lambda stage, patch: stage.worked_off(),
    logbook.MESSAGES_HANDED_OVER: lambda stage, patch: told(stage),
    logbook.MESSAGES_DONE: lambda stage, patch: told(stage),
    logbook.MESSAGES_WAIT: messages_in_trouble(HostUnavailable(SECRET)),
    logbook.MESSAGES_INTERRUPTED: messages_in_trouble(ValueError(SECRET)),
    logbook.MESSAGES_LOST: messages_lost,
    logbook.DELIVERY_INTERRUPTED: delivery_interrupted,
    logbook.NOTICE_MAILED: lambda stage, patch: stage.worked_off(),
    logbook.NOTICE_WAITS: notice_in_trouble(mailing.NotSent(SECRET)),
    logbook.NOTICE_DROPPED: notice_in_trouble(ValueError(SECRET)),
    logbook.TELLING_NOT_SENT: telling_not_sent,
    logbook.IMPORT_FINISHED: lambda stage, patch: stage.worked_off(GOOD, BAD),
    logbook.UNDO_ASKED: lambda stage, patch: stage.undo_previewed(),
    logbook.UNDO_PREVIEWED: lambda stage, patch: stage.undo_previewed(),
    logbook.UNDO_CONFIRMED: lambda stage, patch: stage.undone(),
    logbook.UNDO_ABANDONED: abandoned,
    logbook.UNDO_PORTION_DONE: lambda stage, patch: stage.undone(),
    logbook.UNDO_STOPPED: undo_stopped,
    logbook.IMPORT_UNDONE: lambda stage, patch: stage.undone(),
    logbook.SWEEP_DONE: swept,
    logbook.WORK_RESENT: swept,
    logbook.WORK_NOT_SENT: not_sent,
    logbook.SIGN_NOT_LEFT: sign_not_left,
    logbook.KEPT_FILES_STAY: kept_files_stay,
    logbook.TASK_FAILED: task_failed,
    logbook.AFTER_COMMIT_FAILED: after_commit_failed,
    logbook.LEARNER_FORGOTTEN: forgotten,
    logbook.HOST_DID_NOT_FORGET: not_forgotten_by_host,
    logbook.FORGETTING_WAITS: not_forgotten_late,
    logbook.REQUEST_KEYS_STAY: request_keys_stay,
    logbook.PURGE_DONE: purged,
    logbook.FILE_NOT_DELETED: purged,
    logbook.WATCHED_FILE_TAKEN: watched,
    logbook.WATCHED_FILE_PUT_AWAY: watched,
    logbook.WATCHED_FILE_STAYS: watched_file_stays,
    logbook.WATCHED_PLACE_AWAY: watched_place_away,
    logbook.BROKER_REFUSED: broker_refused,
    logbook.BROKER_SILENT: broker_silent,
    logbook.READING_INTERRUPTED: reading_interrupted,
    logbook.READING_FAILED: reading_failed,
    logbook.TURN_INTERRUPTED: turn_interrupted,
    logbook.PORTION_REPEATED: interrupted(OperationalError(SECRET), 1),
    logbook.PORTION_INTERRUPTED: interrupted(AWAY, 1),
    logbook.PORTION_FAILED: interrupted(ValueError(SECRET), 99),
    logbook.CHANGE_FAILED: change_failed,
    logbook.CHANGE_NOT_UNDONE: change_not_undone,
    logbook.HOST_CANNOT_TELL: cannot_tell,
    logbook.HOST_FAILED: host_failed,
    logbook.HOOK_CALLED: traced,
    logbook.RECEIVER_FAILED: receiver_failed,
}


@pytest.mark.parametrize("line", logbook.LINES.values(), ids=lambda line: line.event)
def test_each_line_is_told_where_it_happens_and_names_nobody(stage, monkeypatch, caplog, line):
    caplog.set_level(logging.DEBUG, logbook.NAME)
    SCENES[line](stage, monkeypatch)
    ours = [record for record in caplog.records if record.name.startswith(logbook.NAME)]
    told = [record for record in ours if record.event == line.event]
    assert told, f"told were: {[record.event for record in ours]}"
    assert {(record.levelno, record.name) for record in told} == {(line.level, line.logger)}
    formatter = logging.Formatter()
    for text in map(formatter.format, ours):
        for secret in (SECRET, "sally", "olga", "secret names", "Forklift"):
            assert secret not in text


def documented():
    """The lines of the table in the operator's guide: event, level and fields."""
    page = (OPERATORS / "log.md").read_text(encoding="utf-8")
    text = page.partition("<!-- lines -->")[2].partition("<!-- end -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", text, re.MULTILINE)
    return {event: (level, tuple(re.findall(r"`([a-z_]+)`", fields))) for event, level, fields in rows}


def test_the_documented_lines_are_those_that_there_are():
    assert documented() == {
        line.event: (logging.getLevelName(line.level), told_fields(line)) for line in logbook.LINES.values()
    }


def told_fields(line):
    """What a line about an exception may tell of it is documented once, for all such lines."""
    is_of_fault = set(logbook.FAULT) <= set(line.fields)
    return tuple(field for field in line.fields if not is_of_fault or field not in logbook.FAULT)
