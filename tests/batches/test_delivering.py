"""Delivering messages: what a host in trouble delays, what is given up, and what is never sent again."""

import logging
from datetime import timedelta

import pytest
from cert_completion_hooks import MessageResult, MessageStatus
from cert_completion_hooks.memory import MemoryHost
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from cert_completion_plugin import api, batches, tasks
from cert_completion_plugin.batches import clock as clock_of_imports
from cert_completion_plugin.batches import delivering
from cert_completion_plugin.gateway.facade import Gateway
from cert_completion_plugin.gateway.registry import Registry
from cert_completion_plugin.models import Delivery, ImportBatch, Message
from cert_completion_plugin.store import messages
from tests.batches.conftest import let_time_pass, outcomes
from tests.post import Clock, Post, present, silences, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(world, monkeypatch):
    return Post(world, monkeypatch)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def written(submit, post, world):
    """Imports the newest completions of so many learners; nothing of its messages is sent yet."""

    def written(learners=3, first=0):
        for number in range(first, first + learners):
            if number >= 20:
                world.add_learner(f"a{number:02}")
        rows = [f"a{number:02},Forklift,F1,2025-06-01," for number in range(first, first + learners)]
        batch = submit(*rows, messages="send")
        batches.read(batch.id)
        while batches.next_work(batch.id):
            batches.take_turn(batch.id)
        return present(batch)

    return written


def trouble(batch):
    delivery = api.delivery(batch)
    assert delivery is not None
    return delivery.trouble


def test_they_are_handed_over_in_slices_by_line(written, post, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    sizes = []
    send = Gateway.send_messages

    def counted(self, info, some):
        sizes.append(len(some))
        return send(self, info, some)

    monkeypatch.setattr(Gateway, "send_messages", counted)
    batch = written(5)
    assert states(batch) == dict.fromkeys(range(2, 7), "waiting")
    batches.deliver(batch.id)
    assert sizes == [2, 2, 1]
    assert [learner for learner, _ in post.sent] == [f"learner-{number}" for number in range(1, 6)]
    assert api.message_counts(batch) == {"sent": 5}


def test_when_its_time_is_up_a_task_leaves_the_rest_to_the_next(written, post, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    batch = written(5)
    batches.deliver(batch.id, seconds=0)
    assert api.message_counts(batch) == {"sent": 2, "waiting": 3}


def test_a_mail_server_that_is_down_delays_them_longer_and_longer_and_nothing_else(written, post, clock):
    post.mood = "later"
    batch = written()
    assert (batch.state, outcomes(batch)) == ("finished", dict.fromkeys((2, 3, 4), "certified"))
    for pause in (60, 300, 900, 3600, 4 * 3600, 4 * 3600):
        asked = len(post.asked)
        batches.deliver(batch.id)
        assert len(post.asked) > asked
        assert trouble(batch)["kind"] == delivering.MAIL_REFUSED
        asked = len(post.asked)
        clock.pass_(seconds=pause - 1)
        batches.deliver(batch.id)
        assert len(post.asked) == asked
        clock.pass_(seconds=2)
    post.mood = "up"
    batches.deliver(batch.id)
    clock.pass_(hours=4)
    batches.deliver(batch.id)
    assert (api.message_counts(batch), trouble(batch)) == ({"sent": 3}, None)
    assert len(post.sent) == len(set(post.sent)) == 3


def test_while_there_is_trouble_one_message_finds_out_whether_it_is_over(written, post, clock):
    post.mood = "later"
    batch = written(10)
    batches.deliver(batch.id)
    assert len(post.asked) == 10
    clock.pass_(hours=1)
    batches.deliver(batch.id)
    assert len(post.asked) == 11


def test_what_cannot_be_sent_for_too_long_is_given_up(written, post, clock, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MESSAGE_DAYS": 2}
    post.mood = "later"
    batch = written()
    for _ in range(20):
        batches.deliver(batch.id)
        clock.pass_(hours=5)
    assert (states(batch), set(silences(batch).values())) == (dict.fromkeys((2, 3, 4), "never"), {"given_up"})
    [(message, row), *_] = api.messages_of(api.SYSTEM, batch, api.MessageState.NEVER)
    assert (message.reason, row and row.username) == ("Connection refused", "a00")
    asked = len(post.asked)
    post.mood = "up"
    batches.deliver(batch.id)
    assert len(post.asked) == asked


def test_what_nobody_could_try_is_not_given_up(written, post, clock):
    """No worker ran for long: the messages are late, and are sent."""
    batch = written()
    clock.pass_(days=30)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 3}


def test_some_go_some_never_do_and_some_have_to_wait(written, post, world, clock):
    world.add_learner("s", "suspended")
    post.moods = {"learner-2": "later"}
    batch = written(2)
    Message.objects.filter(line=2).update(learner_key="learner-21")
    third = written(1, first=2)
    batches.deliver(batch.id)
    batches.deliver(third.id)
    assert (states(batch), silences(batch)) == ({2: "never", 3: "waiting"}, {2: "host"})
    assert states(third) == {2: "sent"}
    [(never, _)] = api.messages_of(api.SYSTEM, batch, api.MessageState.NEVER)
    assert never.reason == "The learner is suspended or gone."
    [(waiting, _)] = api.messages_of(api.SYSTEM, batch, api.MessageState.WAITING)
    assert (waiting.attempts, waiting.reason) == (1, "Connection refused")
    # One that waits keeps no other waiting: the server took an answer at least.
    assert trouble(batch) is None
    post.moods = {}
    clock.pass_(minutes=2)
    batches.deliver(batch.id)
    assert states(batch) == {2: "never", 3: "sent"}


def test_a_host_that_is_away_has_all_of_the_slice_wait(written, post, clock):
    post.mood = "away"
    batch = written()
    batches.deliver(batch.id)
    assert states(batch) == dict.fromkeys((2, 3, 4), "waiting")
    assert (trouble(batch)["kind"], trouble(batch)["hook"]) == (api.HOST_AWAY, "send_messages")
    assert api.next_message_due(batch) is not None
    post.mood = "up"
    clock.pass_(minutes=2)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 3}


def test_a_host_with_a_bug_interrupts_what_it_was_given_and_no_more_than_one_a_try_after_that(
    written, post, clock, caplog
):
    post.mood = "broken"
    batch = written(22)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"interrupted": 20, "waiting": 2}
    assert trouble(batch)["kind"] == delivering.HOST_RAISED
    [(message, _), *_] = api.messages_of(api.SYSTEM, batch, api.MessageState.INTERRUPTED)
    assert message.reference == trouble(batch)["reference"]
    assert message.reference in caplog.text
    clock.pass_(minutes=2)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"interrupted": 21, "waiting": 1}
    post.mood = "up"
    clock.pass_(minutes=6)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"interrupted": 21, "sent": 1}
    assert len(post.asked) == len(set(post.asked))
    clock.pass_(days=1)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"interrupted": 21, "sent": 1}


def _nonsense(answer, messages):
    good = [MessageResult(key=each.key, status=MessageStatus.SENT) for each in messages]
    return {
        "none": None,
        "surplus": [*good, MessageResult(key="other", status=MessageStatus.SENT)],
        "twice": [*good, good[0]],
        "too few": good[1:],
        "not a result": ["sent"],
    }[answer]


@pytest.mark.parametrize("answer", ["none", "surplus", "twice", "too few", "not a result"])
def test_a_host_that_answers_nonsense_interrupts_what_it_was_given(written, post, monkeypatch, answer, clock):
    batch, call = written(), Registry.call

    def answers(self, hook, host, **given):
        return _nonsense(answer, given["messages"]) if hook == "send_messages" else call(self, hook, host, **given)

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "call", answers)
        batches.deliver(batch.id)
    assert states(batch) == dict.fromkeys((2, 3, 4), "interrupted")
    assert (trouble(batch)["kind"], trouble(batch)["hook"]) == ("host_answers_nonsense", "send_messages")
    clock.pass_(days=1)
    batches.deliver(batch.id)
    assert post.asked == []


def test_a_message_that_was_taken_by_a_process_that_died_is_listed_and_never_sent(written, post, clock, caplog):
    batch = written()
    [taken] = messages.claim(batch.id, 1, "somebody", clock_of_imports.now())
    batches.deliver(batch.id)
    assert states(batch) == {2: "sending", 3: "sent", 4: "sent"}
    assert Delivery.objects.get().finished_at is None
    clock.pass_(seconds=delivering.longest_sending() - 5)
    assert batches.undelivered() == []
    assert states(batch)[2] == "sending"
    clock.pass_(seconds=10)
    with caplog.at_level(logging.ERROR):
        batches.undelivered()
    assert states(batch)[2] == "interrupted"
    assert "event=messages_lost messages=1" in caplog.text
    assert Delivery.objects.get().finished_at is not None
    batches.deliver(batch.id)
    assert taken.key not in post.asked


def test_one_that_was_only_slow_says_in_the_end_what_became_of_it(written, post, clock):
    batch = written(1)

    def take_long():
        clock.pass_(hours=1)
        batches.undelivered()
        assert states(batch) == {2: "interrupted"}

    post.before_each = take_long
    batches.deliver(batch.id)
    assert states(batch) == {2: "sent"}


def test_two_that_deliver_at_once_send_each_message_once(written, post, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    batch = written(6)

    def another():
        post.before_each = lambda: None
        batches.deliver(batch.id)

    post.before_each = another
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 6}
    assert len(post.asked) == len(set(post.asked)) == 6


def test_of_two_that_see_the_same_messages_one_takes_them(written, post):
    batch, now = written(), clock_of_imports.now()
    claims = [lambda: messages.claim(batch.id, 2, "other", now)]
    taken = []

    def another_is_faster(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if claims and sql.startswith("SELECT"):
            taken.extend(claims.pop()())
        return result

    with connection.execute_wrapper(another_is_faster):
        own = messages.claim(batch.id, 3, "own", now)
    assert [message.line for message in taken] == [2, 3]
    assert [message.line for message in own] == [4]


def test_what_the_host_said_is_kept_though_the_database_was_in_trouble(written, post, monkeypatch):
    batch, left = written(), [OperationalError("deadlock detected")] * 2
    set_sent = messages.set_sent

    def fails(*args):
        if left:
            raise left.pop()
        set_sent(*args)

    monkeypatch.setattr(messages, "set_sent", fails)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 3}


def test_trouble_of_the_database_is_left_to_the_next_who_comes(written, post, monkeypatch):
    batch = written()

    def locked(*args):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(messages, "claim", locked)
        batches.deliver(batch.id)
    assert states(batch) == dict.fromkeys((2, 3, 4), "waiting")
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 3}


def test_where_no_host_can_send_any_more_they_wait(written, post, clock, monkeypatch):
    batch = written()
    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", frozenset())
        batches.deliver(batch.id)
    assert (trouble(batch)["kind"], post.asked) == (delivering.NOT_OFFERED, [])
    clock.pass_(minutes=2)
    batches.deliver(batch.id)
    assert api.message_counts(batch) == {"sent": 3}


@pytest.mark.django_db(transaction=True)
def test_the_host_is_asked_outside_of_any_transaction(written, post):
    batch, inside = written(), []
    post.before_each = lambda: inside.append(connection.in_atomic_block)
    api.tell(batch.id)
    assert inside == [False] * 3


class Killed(BaseException):
    """What kills a worker; nothing catches it."""


def killed_after(statements):
    left = [statements]

    def execute(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return result

    return execute


def test_whoever_delivers_may_die_after_any_statement_and_nobody_is_told_twice(written, post, clock, monkeypatch):
    """Killed once at each statement in turn: what was taken then is listed, all others are sent."""
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    batch = written(5)
    kills = 0
    for statements in range(1, 100):
        with transaction.atomic():
            post.asked.clear()
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.deliver(batch.id)
            except Killed:
                kills += 1
            else:
                break
            clock.pass_(minutes=30)
            batches.undelivered()
            batches.deliver(batch.id)
            counts = api.message_counts(batch)
            assert sum(counts.values()) == 5
            assert counts.keys() <= {"sent", "interrupted"}
            assert counts.get(api.MessageState.INTERRUPTED, 0) <= 2
            assert len(post.asked) == len(set(post.asked))
            asked = set(post.asked)
            assert {row.key for row in Message.objects.filter(state="sent")} <= asked
            transaction.set_rollback(True)
        post._world._sent.clear()
    assert kills > 15


@pytest.mark.parametrize("world", [MemoryHost], indirect=True, ids=["own-store"])
def test_whoever_writes_a_portion_may_die_after_any_statement_and_everybody_is_told_once(submit, world, post):
    kills = 0
    for statements in range(1, 150):
        with transaction.atomic():
            batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Crane,C1,2025-06-01,", messages="send")
            batches.read(batch.id)
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.take_turn(batch.id)
            except Killed:
                kills += 1
                # Of a statement that Django runs in a transaction of its own.
                transaction.set_rollback(False)
            else:
                break
            let_time_pass()
            api.work_off(batch.id)
            assert states(batch) == {2: "sent", 3: "sent"}
            assert len(post.asked) == len(set(post.asked)) == 2
            transaction.set_rollback(True)
        post.asked.clear()
        world._sent.clear()
        world._pairs.clear()
        world._written.clear()
    assert kills > 15


@pytest.fixture
def queue(monkeypatch):
    """A broker's queue: (task, import), the oldest first; what is not about one import is left out."""
    queue = []

    def send(task, *ids, **options):
        queue.extend((task, each) for each in ids)
        return True

    monkeypatch.setattr(tasks, "_send", send)
    return queue


def work(queue, most=1000):
    done = []
    while queue and len(done) < most:
        task, batch_id = queue.pop(0)
        task(batch_id)
        done.append((task, batch_id))
    return done


def of_messages(queue):
    return [batch_id for task, batch_id in queue if task is tasks.deliver_messages]


def test_as_soon_as_a_portion_is_written_its_messages_are_on_their_way(submit, post, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1, "PARALLEL_PORTIONS": 1}
    batch = submit(*[f"a{number:02},Forklift,F1,2025-06-01," for number in range(3)], messages="send")
    tasks.read_batch(batch.id)
    work(queue, most=1)
    assert of_messages(queue) == [batch.id]
    most = 0
    while queue:
        most = max(most, len(of_messages(queue)))
        work(queue, most=1)
    assert most == 1
    assert present(batch).state == "finished"
    assert api.message_counts(batch) == {"sent": 3}


def test_imports_take_turns_at_sending(written, post, queue, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    monkeypatch.setattr(tasks, "DELIVERING_SECONDS", 0)
    large, small = written(8), written(2, first=8)
    for batch in (large, small):
        tasks.send_telling(batch.id)
    done = [batch_id for task, batch_id in work(queue) if task is tasks.deliver_messages]
    assert done[:2] == [large.id, small.id]
    assert len(post.asked) == len(set(post.asked)) == 10


def test_a_copy_of_a_delivery_finds_nothing_and_is_not_sent_on(written, post, queue):
    batch = written()
    tasks.send_telling(batch.id)
    tasks.send_telling(batch.id)
    assert of_messages(queue) == [batch.id]
    queue += queue
    work(queue)
    assert len(post.asked) == len(set(post.asked)) == 3
    assert queue == []


def test_what_a_broker_lost_is_sent_again_by_the_sweep_but_not_twice(written, post, queue, clock):
    batch = written()
    tasks.send_telling(batch.id)
    queue.clear()
    tasks.sweep()
    assert of_messages(queue) == []
    clock.pass_(minutes=5)
    tasks.sweep()
    assert of_messages(queue) == [batch.id]
    work(queue)
    assert api.message_counts(batch) == {"sent": 3}
    clock.pass_(minutes=5)
    tasks.sweep()
    assert queue == []


def test_what_waits_for_a_mail_server_is_left_alone_until_it_is_due(written, post, queue, clock):
    post.mood = "later"
    batch = written()
    tasks.send_telling(batch.id)
    work(queue)
    assert queue == []
    tasks.sweep()
    assert queue == []
    post.mood = "up"
    clock.pass_(minutes=2)
    tasks.sweep()
    assert of_messages(queue) == [batch.id]
    work(queue)
    assert api.message_counts(batch) == {"sent": 3}


def test_a_sweep_that_cannot_look_for_messages_sends_the_work_all_the_same(submit, queue, monkeypatch, caplog):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    ImportBatch.objects.update(progressed_at=clock_of_imports.now() - timedelta(hours=1), sent_at=None)

    def raises():
        raise ValueError("a bug")

    monkeypatch.setattr(batches, "undelivered", raises)
    assert tasks.resend_stalled() == [batch.id]
    assert "event=telling_not_sent error=ValueError" in caplog.text


def test_without_workers_the_command_delivers(written, post, clock, capsys):
    post.mood = "later"
    batch = written()
    call_command("cert_completion_sweep", "--work")
    assert states(batch) == dict.fromkeys((2, 3, 4), "waiting")
    post.mood = "up"
    call_command("cert_completion_sweep", "--work")
    assert states(batch) == dict.fromkeys((2, 3, 4), "waiting")
    clock.pass_(minutes=2)
    call_command("cert_completion_sweep", "--work")
    assert api.message_counts(batch) == {"sent": 3}
