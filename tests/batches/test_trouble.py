"""What stands in a portion's way: locks and connections, hosts that are away, hosts that answer nonsense."""

import logging

import pytest
from cert_completion_hooks import HostUnavailable, hookimpl
from django.db import DatabaseError, InterfaceError, OperationalError

from cert_completion_plugin import api, batches, gateway
from cert_completion_plugin.batches import deciding, writing
from cert_completion_plugin.models import Portion
from cert_completion_plugin.store import connections
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

ROW = "a00,Forklift,F1,2025-06-01,"
DECIDE = "cert_completion_plugin.batches.deciding.decide"


def fails(times, error, then):
    """A function that raises this error so many times, and then does what it should."""
    left = [error] * times

    def function(*args, **kwargs):
        if left:
            raise left.pop()
        return then(*args, **kwargs)

    return function


@pytest.fixture
def mended(monkeypatch):
    """How often broken connections were looked for."""
    mended = []
    monkeypatch.setattr(connections, "mend", lambda: mended.append(True))
    return mended


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("deadlock detected"),
        OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction"),
        OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction"),
        OperationalError("canceling statement due to lock timeout"),
        OperationalError("server closed the connection unexpectedly"),
        OperationalError("database is locked"),
        InterfaceError("connection already closed"),
    ],
)
def test_the_databases_own_troubles_repeat_the_whole_portion_and_are_no_attempt(
    world, submit, monkeypatch, mended, error
):
    batch = submit(ROW, "a01,Forklift,F1,2025-06-01,")
    batches.read(batch.id)
    monkeypatch.setattr(DECIDE, fails(2, error, deciding.decide))
    batches.take_turn(batch.id)
    assert outcomes(api.find(api.SYSTEM, batch.reference)) == {2: "certified", 3: "certified"}
    assert len(mended) == 2
    assert len(world.written) == 2


def test_where_they_last_they_are_tried_again_after_a_short_pause(world, submit, monkeypatch, mended):
    batch = submit(ROW)
    batches.read(batch.id)
    with monkeypatch.context() as patch:
        patch.setattr(DECIDE, fails(9, OperationalError("deadlock detected"), deciding.decide))
        for pause in (1, 5, 20):
            batches.take_turn(batch.id)
            assert batches.take_turn(batch.id).seconds == pause
            let_time_pass()
        batches.take_turn(batch.id)
    assert outcomes(api.find(api.SYSTEM, batch.reference)) == {2: "certified"}


def test_other_database_errors_are_an_attempt_each(world, submit, monkeypatch):
    batch = submit(ROW)
    batches.read(batch.id)
    monkeypatch.setattr(DECIDE, fails(1, DatabaseError("what?"), deciding.decide))
    with pytest.raises(api.TryAgain):
        batches.work(Portion.objects.get().pk)


def test_a_commit_of_which_the_word_got_lost_is_not_repeated(world, submit, monkeypatch):
    batch = submit(ROW)
    batches.read(batch.id)
    write, calls = writing.write, []

    def its_word_gets_lost(*args):
        calls.append(args)
        write(*args)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(writing, "write", its_word_gets_lost)
    batches.take_turn(batch.id)
    assert len(calls) == 1
    assert outcomes(api.find(api.SYSTEM, batch.reference)) == {2: "certified"}


@pytest.fixture
def portion(submit):
    batch = submit(ROW)
    batches.read(batch.id)
    return Portion.objects.get()


def found():
    portion = Portion.objects.select_related("batch").get()
    batch = api.find(api.SYSTEM, portion.batch.reference.hex)
    assert batch is not None
    return batch


def test_an_import_says_which_host_is_away_since_when_and_when_it_is_asked_again(world, portion, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(world), "find_learners", _hook(HostUnavailable("upgrade")))
        reset()
        batches.take_turn(portion.batch_id)
        first = found()
        let_time_pass()
        batches.take_turn(portion.batch_id)
    again = found()
    assert (first.trouble["kind"], first.trouble["host"], first.trouble["hook"]) == (
        "host_away",
        "tests.doubles:host",
        "find_learners",
    )
    assert again.trouble["since"] == first.trouble["since"]
    assert api.waits_until(first) is not None
    let_time_pass()
    reset()
    api.work_off(portion.batch_id)
    ended = found()
    assert (ended.state, ended.trouble, api.waits_until(ended)) == ("finished", None, None)


def test_a_host_that_answers_nonsense_is_named_without_anything_personal(world, portion, monkeypatch, caplog):
    monkeypatch.setattr(type(world), "find_learners", _hook(answer={"a00": ["harry@example.org"]}))
    reset()
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            batches.take_turn(portion.batch_id)
            let_time_pass()
    batch = found()
    [row] = api.rows(api.SYSTEM, batch)
    assert [str(issue.code) for issue in row.issues] == ["internal_error"]
    assert (batch.state, batch.trouble["kind"], batch.trouble["hook"]) == (
        "finished",
        "host_answers_nonsense",
        "find_learners",
    )
    assert batch.trouble["reference"] == row.issues[0].details["reference"]
    assert "error=HostContractError host=tests.doubles:host hook=find_learners key_type=str" in caplog.text
    assert "a00" not in caplog.text
    assert "harry" not in caplog.text


def _hook(error=None, answer=None):
    @hookimpl
    def find_learners(self, actor, usernames):
        if error:
            raise error
        return answer

    return find_learners


def reset():
    """The class of the host has changed, and what the plugin knows of it is stale."""
    gateway.reset()
