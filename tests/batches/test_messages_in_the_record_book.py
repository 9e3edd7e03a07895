"""Messages of imports into the record book, by real mails: everybody is told once, also where workers die or meet."""

from datetime import date, timedelta
from threading import Thread

import pytest
from cert_completion_records.models import Certification, LearnerCertification
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from cert_completion_plugin import api, batches, gateway
from cert_completion_plugin.batches import delivering
from cert_completion_plugin.models import Message
from tests.batches.conftest import HEADINGS, let_time_pass, outcomes
from tests.batches.test_delivering import Killed, killed_after
from tests.post import Clock, present, states
from tests.sink import Sink, mail_settings, parts_of

LEARNERS = 6


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def record_book(db, settings, monkeypatch):
    """The record book with learners who have addresses, on 2026-03-15."""
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_records.host"], "PORTION_ROWS": 4}
    gateway.reset()
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)
    rule = {"rule": "completion_date", "active_count": 1, "active_unit": "year"}
    Certification.objects.create(short_name="Fire", full_name="Fire", window_count=1, window_unit="month", **rule)
    make_learners("a", LEARNERS)
    yield
    gateway.reset()


def make_learners(prefix, number):
    users = get_user_model()
    names = [f"{prefix}{each:02}" for each in range(number)]
    users.objects.bulk_create([users(username=name, email=f"{name}@example.org") for name in names])
    return names


@pytest.fixture
def submit(record_book, uploader):
    def submit(names=None, **options):
        names = names or [f"a{number:02}" for number in range(LEARNERS)]
        content = (HEADINGS + "".join(f"{name},Fire,,2025-06-01,\n" for name in names)).encode()
        chosen = {"review": False, "import_action": "certify_if_newer", "messages": "send", **options}
        return api.submit(uploader, [content], file_name="a.csv", options=api.Options.from_mapping(chosen))

    return submit


def told():
    return sorted(each.to[0] for each in mail.outbox)


def everybody(prefix="a", number=LEARNERS):
    return [f"{prefix}{each:02}@example.org" for each in range(number)]


@pytest.mark.django_db
def test_who_is_assigned_gets_one_mail(submit):
    batch = submit()
    api.work_off(batch.id)
    assert told() == everybody()
    assert mail.outbox[0].subject == "You have been assigned to Fire"
    assert api.message_counts(present(batch)) == {"sent": LEARNERS}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["open", "send_messages"])
def test_a_mail_server_that_is_down_changes_no_outcome_and_no_record(submit, monkeypatch, clock, method):
    def down(*arguments):
        raise ConnectionRefusedError(111, "Connection refused")

    undisturbed = submit(make_learners("u", LEARNERS))
    api.work_off(undisturbed.id)
    with monkeypatch.context() as patch:
        patch.setattr(f"django.core.mail.backends.locmem.EmailBackend.{method}", down)
        batch = submit(make_learners("d", LEARNERS))
        api.work_off(batch.id)
        assert api.message_counts(present(batch)) == {"waiting": LEARNERS}
    assert outcomes(present(batch)) == outcomes(present(undisturbed))
    assert records("d") == records("u")
    assert told() == everybody("u")
    clock.pass_(minutes=10)
    api.tell(batch.id)
    assert told() == sorted([*everybody("u"), *everybody("d")])


def records(prefix):
    held = LearnerCertification.objects.filter(learner__username__startswith=prefix).order_by("learner__username")
    return list(held.values_list("completed", "expires", "assigned", "announce"))


@pytest.fixture
def sink(settings):
    sink = Sink()
    sink.start()
    for name, value in mail_settings(sink.port).items():
        setattr(settings, name, value)
    yield sink
    sink.stop()


@pytest.mark.django_db
def test_everybody_gets_one_mail_of_a_server_that_is_down_for_a_while(submit, sink, clock, settings, uploader):
    """By SMTP: the learners about their assignment, the uploader about the end, with a link."""
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SITE_URL": "https://lms.example.org"}
    type(uploader).objects.filter(pk=uploader.pk).update(email="uploader@example.org")
    sink.refuse = {"a03@example.org": "451 Try again later", "a04@example.org": "550 No such user"}
    sink.stop()
    batch = submit()
    api.work_off(batch.id)
    assert set(outcomes(present(batch)).values()) == {"certified"}
    assert api.message_counts(present(batch)) == {"waiting": LEARNERS}
    sink.start()
    clock.pass_(minutes=2)
    api.tell(batch.id)
    assert api.message_counts(present(batch)) == {"sent": LEARNERS - 2, "waiting": 1, "never": 1}
    sink.refuse = {}
    clock.pass_(days=1)
    api.tell(batch.id)
    assert api.message_counts(present(batch)) == {"sent": LEARNERS - 1, "never": 1}
    expected = [(address, "You have been assigned to Fire") for address in everybody() if "a04" not in address]
    done = f"Your import of “a.csv” is done: {LEARNERS} rows, without problems."
    # A long subject that is not ASCII is folded before its first word.
    received = [(to, subject.strip()) for to, subject in sink.told]
    assert received == [*expected, ("uploader@example.org", done)]
    [notice] = [message for message in sink.messages if message["To"] == "uploader@example.org"]
    link = f"https://lms.example.org/cert-completions/{batch.reference}/"
    assert all(link in part for part in parts_of(notice))
    assert notice["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_a_worker_that_is_killed_after_any_statement_of_a_portion_tells_everybody_once(submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000, "MAX_ATTEMPTS": 1000}
    batch = submit()
    batches.read(batch.id)
    kills = 0
    for statements in range(1, 200):
        with transaction.atomic():
            mail.outbox.clear()
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.take_turn(batch.id)
            except Killed:
                kills += 1
                # Of a statement that Django runs in a transaction of its own.
                transaction.set_rollback(False)
                assert Message.objects.count() in (0, LEARNERS)
                assert bool(Message.objects.count()) == LearnerCertification.objects.filter(assigned=True).exists()
            else:
                break
            let_time_pass()
            api.work_off(batch.id)
            assert states(batch) == dict.fromkeys(range(2, 2 + LEARNERS), "sent")
            assert told() == everybody()
            transaction.set_rollback(True)
    assert kills > 20


@pytest.mark.django_db
def test_a_worker_that_is_killed_after_any_statement_of_a_delivery_tells_nobody_twice(submit, clock, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 2)
    batch = submit()
    batches.read(batch.id)
    while batches.next_work(batch.id):
        batches.take_turn(batch.id)
    kills = 0
    for statements in range(1, 200):
        with transaction.atomic():
            mail.outbox.clear()
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.deliver(batch.id)
            except Killed:
                kills += 1
                transaction.set_rollback(False)
            else:
                break
            clock.pass_(minutes=30)
            batches.undelivered()
            batches.deliver(batch.id)
            counts = api.message_counts(present(batch))
            assert sum(counts.values()) == LEARNERS
            assert counts.keys() <= {"sent", "interrupted"}
            assert counts.get(api.MessageState.INTERRUPTED, 0) <= 2
            assert len(told()) == len(set(told()))
            assert len(told()) >= counts[api.MessageState.SENT]
            transaction.set_rollback(True)
    assert kills > 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.server
def test_workers_that_meet_tell_everybody_once(submit, monkeypatch):
    monkeypatch.setattr(delivering, "AT_ONCE", 3)
    names = make_learners("m", 60)
    batch = submit(names)
    batches.read(batch.id)
    while batches.next_work(batch.id):
        batches.take_turn(batch.id)
    beside_each_other(5, lambda: batches.deliver(batch.id))
    batches.deliver(batch.id)
    assert told() == everybody("m", 60)
    assert api.message_counts(present(batch)) == {"sent": 60}


@pytest.mark.django_db(transaction=True)
@pytest.mark.server
def test_two_imports_of_the_same_learners_at_once_tell_everybody_once(submit):
    names = make_learners("t", 40)
    both = [submit(names), submit(names)]
    for batch in both:
        batches.read(batch.id)
    beside_each_other(4, lambda: [work(batch) for batch in both])
    for batch in both:
        let_time_pass()
        api.work_off(batch.id)
    assert told() == everybody("t", 40)
    assert Message.objects.filter(state="sent").count() == 40


def work(batch):
    for _ in range(40):
        if batches.take_turn(batch.id).seconds != 0:
            return


def beside_each_other(workers, function):
    raised = []

    def run():
        try:
            function()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


@pytest.mark.django_db
def test_ten_times_the_rows_take_the_same_statements(submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 100_000}
    counts = []
    for prefix, learners, messages in (("w", 9, "send"), ("x", 9, "send"), ("y", 90, "send"), ("z", 9, "none")):
        batch = submit(make_learners(prefix, learners), messages=messages)
        batches.read(batch.id)
        with CaptureQueriesContext(connection) as queries:
            batches.take_turn(batch.id)
        counts.append(len([query for query in queries if "cert_completion_plugin" in query["sql"]]))
        assert len(states(batch)) == (learners if messages == "send" else 0)
    _, few, many, none = counts
    assert few == many == none + 3


def test_a_message_waits_longer_each_time_and_never_longer_than_half_a_day():
    assert list(delivering.PAUSES) == sorted(delivering.PAUSES)
    assert timedelta(seconds=delivering.PAUSES[-1]) <= timedelta(hours=12)
