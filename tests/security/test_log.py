"""Whatever hosts, requests and tasks fail with, and whatever files and people are called, no log names anybody."""

import re
from contextlib import suppress

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from cert_completion_hooks import HostRefused, HostUnavailable
from cert_completion_records import tasks as record_tasks
from django.db import OperationalError
from django.urls import reverse

from cert_completion_plugin import api, batches, tasks
from cert_completion_plugin.gateway.registry import Registry
from cert_completion_plugin.models import Portion, UndoPortion
from tests import doubles, people
from tests.listening import heard

pytestmark = pytest.mark.django_db

CANARY = "zoe.canary"
HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate,zoe.canary\n"
ROWS = f"{CANARY},Forklift,,31/05/2025,,{CANARY}\n{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},{CANARY}\n"
HOOKS = (
    *("find_learners", "find_certifications", "list_certifications", "find_completion_states", "find_evidence"),
    *("evidence_types", "record_completions", "record_evidence", "undo_changes", "batch_finished", "forget_learner"),
)
NONSENSE = "nonsense"
FAULTS = (ValueError, HostUnavailable, HostRefused, OperationalError, NONSENSE)


@pytest.fixture
def world(settings, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)
    world = doubles.install(settings, doubles.SharedHost())
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_ATTEMPTS": 2}
    world.add_learner(CANARY)
    world.add_certification(doubles.yearly("Forklift", "F1"))
    return world


@pytest.fixture
def zoe(world, db):
    """Uploads, and is called as the learner in her file."""
    return people.person(CANARY)


def submitted(user, **options):
    chosen = api.Options.from_mapping({"review": False, "unknown_certification": "create_evidence", **options})
    content = (HEADINGS + ROWS).encode()
    return api.submit(user, [content], file_name=f"{CANARY}.csv", options=chosen)


def worked_off(batch):
    """By the tasks, as Celery runs them, its log of failures included."""
    for _ in range(12):
        Portion.objects.update(due_at=None, claimed_at=None)
        UndoPortion.objects.update(due_at=None, claimed_at=None)
        tasks.read_batch.apply((batch.id,))
        tasks.work_on_batch.apply((batch.id,))
    tasks.sweep.apply()


def told_nobody(lines):
    assert lines
    assert [line for line in lines if CANARY in line or "canary" in line.lower()] == []


def failing(monkeypatch, hook, fault):
    """Let this hook of every host raise, or answer nonsense that quotes the learner."""
    call = Registry.call

    def called(self, asked, host, **given):
        if asked != hook:
            return call(self, asked, host, **given)
        if fault is NONSENSE:
            return {f"{CANARY}": [f"{CANARY}"]}
        error = fault(f"There is no {CANARY}")
        if isinstance(error, HostUnavailable):
            error.host, error.hook = host, asked
        raise error

    monkeypatch.setattr(Registry, "call", called)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("hook", HOOKS)
def test_what_a_host_raises(zoe, monkeypatch, hook, fault, client):
    finished = submitted(zoe)
    worked_off(finished)
    assert present(finished).counts["outcomes"] == {"history": 1, "rejected": 1}
    with heard() as lines, monkeypatch.context() as patch:
        failing(patch, hook, fault)
        batch = submitted(zoe)
        worked_off(batch)
        api.preview_undo(zoe, present(finished))
        worked_off(finished)
        try_to_forget(zoe)
        visit(client, zoe, batch)
    told_nobody(lines)


def present(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def try_to_forget(user):
    with suppress(Exception):
        api.forget_learner(user, CANARY)


def visit(client, user, batch):
    """Every page that asks hosts; what a page fails with is Django's to log."""
    client.force_login(user)
    client.raise_request_exception = False
    for name, args in (("upload", []), ("template", ["xlsx"]), ("batch", [batch.reference]), ("batches", [])):
        client.get(reverse(f"cert_completion_plugin:{name}", args=args), {"certification": "x"})
    client.get(reverse("cert_completion_plugin:row", args=[batch.reference, 2]))


@pytest.mark.parametrize("fault", [ValueError, KeyError, OperationalError, SoftTimeLimitExceeded])
@pytest.mark.parametrize("step", ["read", "take_turn", "next_work", "stalled", "claim_sending"])
def test_what_a_task_fails_with(zoe, monkeypatch, step, fault):
    batch = submitted(zoe)
    with heard() as lines, monkeypatch.context() as patch:
        patch.setattr(batches, step, _raises(fault(CANARY)))
        worked_off(batch)
    told_nobody(lines)


def _raises(error):
    def step(*args, **kwargs):
        raise error

    return step


def test_celery_says_that_a_task_failed_and_where(zoe, monkeypatch):
    monkeypatch.setattr(batches, "read", _raises(KeyError(CANARY)))
    batch = submitted(zoe)
    with heard() as lines:
        tasks.read_batch.apply((batch.id,))
    told_nobody(lines)
    text = "\n".join(lines)
    assert re.search(r"celery.* ERROR .*TaskFailed", text)
    assert "event=task_failed" in text
    assert "error=KeyError" in text


def test_no_task_lets_the_text_of_an_exception_out():
    own = {name: task for name, task in current_app.tasks.items() if name.startswith("cert_completion_plugin.")}
    assert len(own) > 5
    assert [name for name, task in own.items() if task.run.__code__.co_qualname != "_nameless.<locals>.called"] == []


def test_nor_does_the_run_of_messages_to_learners(monkeypatch):
    monkeypatch.setattr("cert_completion_records.tasks.send_due", _raises(ValueError(CANARY)))
    with heard() as lines:
        record_tasks.send_due_messages.apply()
    told_nobody(lines)
    assert "RunFailed: ValueError in " in "\n".join(lines)


@pytest.mark.parametrize("name", ["a\nevent=import_finished batch=1", "\x1b[31mred\x1b]0;x\x07", "a\r\nb", "x\u2028y"])
def test_no_name_breaks_a_line_or_steers_a_terminal(world, db, name, client):
    user = people.person(name)
    client.force_login(user)
    with heard() as lines:
        chosen = api.Options.from_mapping({"review": False})
        batch = api.submit(user, [(HEADINGS + ROWS).encode()], file_name=f"{name}.csv", options=chosen)
        worked_off(batch)
        client.get(reverse("cert_completion_plugin:batch", args=[batch.reference]))
        client.get(f"/cert-completions/{batch.reference}/rows/2/", {"learner": name})
        api.forget_learner(user, name)
    assert lines
    own = [line for line in lines if line.startswith("cert_completion")]
    assert own
    assert [line for line in own if not line.isprintable()] == []
    assert [line for line in lines if name in line] == []
