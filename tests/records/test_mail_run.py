"""The scheduled run, into a mail server of the test's own: the right messages, once."""

import io
from datetime import date, timedelta

import pytest
from cert_completion_hooks import CompletionRecord, Message, MessageTrigger
from cert_completion_records import host
from cert_completion_records.messaging import run
from cert_completion_records.messaging.delivery import Fate
from cert_completion_records.messaging.post import Post
from cert_completion_records.models import (
    Certification,
    CertificationMessage,
    LearnerCertification,
    LearnerMessage,
    PendingMessage,
    SentMessage,
    Trigger,
)
from cert_completion_records.tasks import send_due_messages
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.records.conftest import batch_info
from tests.sink import Sink, mail_settings, parts_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)
LONG_AGO = date(2020, 1, 1)


def days(number):
    return DAY + timedelta(days=number)


@pytest.fixture
def sink(settings):
    sink = Sink()
    sink.start()
    for name, value in mail_settings(sink.port).items():
        setattr(settings, name, value)
    yield sink
    sink.stop()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The day on which things are recorded and sent; the test can move it."""
    day = {"is": DAY}
    for module in ("writing", "models.records", "tasks", "management.commands.cert_completion_messages"):
        monkeypatch.setattr(f"cert_completion_records.{module}.today", lambda: day["is"])
    return day


@pytest.fixture(autouse=True)
def _all_on(db):
    LearnerMessage.objects.update(is_on=True, since=LONG_AGO)


@pytest.fixture
def hold(certification):
    """A learner of this name who holds a record; it was recorded long ago, unless a test says otherwise."""

    def hold(username, expires=None, window_opens=None, recorded_on=LONG_AGO, completed=None, **others):
        user = get_user_model().objects.create_user(username, f"{username}@example.org")
        values = {"completed": completed or date(2024, 1, 1), "certification": certification, **others}
        row = LearnerCertification.objects.create(learner=user, expires=expires, window_opens=window_opens, **values)
        LearnerCertification.objects.filter(pk=row.pk).update(recorded_on=recorded_on)
        return row

    return hold


def send(day=DAY):
    return run.send_due(day)


def sent(sink):
    """Who got which messages; each message is told by the first words of its subject."""
    return [(to.removesuffix("@example.org"), subject.partition(":")[0]) for to, subject in sink.told]


def command(*arguments):
    output = io.StringIO()
    call_command("cert_completion_messages", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def all_six(sink, hold, certification):
    """A learner for each message; that of an assignment is sent at once."""
    hold("cora", days(365), days(335), announce=True, completed=DAY)
    renewed = hold("rosa", days(20), days(-10))
    renewed.completed, renewed.expires, renewed.window_opens, renewed.announce = days(-1), days(365), days(335), True
    renewed.save()
    hold("wim", days(30), DAY)
    hold("sven", days(14), days(-16))
    hold("eva", DAY, days(-30))
    ada = get_user_model().objects.create_user("ada", "ada@example.org")
    message = Message(
        key="batch-1:2:assigned",
        learner_key=str(ada.pk),
        certification_key=str(certification.pk),
        trigger=MessageTrigger.ASSIGNED,
    )
    host.send_messages(batch_info(), [message])
    return sink


ALL_SIX = [
    ("ada", "You have been assigned to Fire Safety"),
    ("cora", "You are certified"),
    ("eva", "Your certification has expired"),
    ("rosa", "Your certification is renewed"),
    ("sven", "Your certification expires on March 29, 2026"),
    ("wim", "You can renew your certification now"),
]


def test_all_six_messages_arrive_once_however_often_it_runs(all_six):
    assert send().is_complete
    assert sent(all_six) == ALL_SIX
    for day in (DAY, days(1)):
        assert send(day).total(Fate.SENT) == 0
    assert len(all_six.messages) == 6
    assert not PendingMessage.objects.exists()


def test_the_command_and_the_task_do_it(all_six):
    assert "sven" not in str(all_six.told)
    dry = command("--dry-run")
    assert dry.splitlines() == [
        "assigned: none",
        "certified: 1 due",
        "renewed: 1 due",
        "window_opens: 1 due",
        "expires_soon: 1 due",
        "expired: 1 due",
    ]
    assert len(all_six.messages) == 1
    assert dry.replace("due", "sent") == command()
    assert sent(all_six) == ALL_SIX
    send_due_messages()
    assert "certified: none" in command()
    assert len(all_six.messages) == 6


def test_a_dry_run_looks_at_another_day(sink, hold):
    hold("eva", days(40), days(10))
    assert "window_opens: 1 due" in command("--dry-run", "--date", days(10).isoformat())
    assert "window_opens: none" in command("--dry-run", "--date", days(9).isoformat())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--date", "2026-01-01"), "--dry-run"), (("--dry-run", "--date", "tomorrow"), "not a day such as")],
)
def test_wrong_arguments_are_told(arguments, words):
    with pytest.raises(CommandError, match=words) as error:
        command(*arguments)
    assert error.value.returncode == 1


def test_a_message_is_plain_text_and_html_with_everything_escaped(sink, hold, certification, settings):
    settings.CERT_COMPLETION_RECORDS = {"SITE_URL": "https://lms.example.org/"}
    certification.full_name = "<b>Fire</b> & Smoke"
    certification.save()
    hold("eva", DAY)
    send()
    plain, html = parts_of(sink.messages[0])
    address = "https://lms.example.org/record-of-learning/"
    assert "Your certification “<b>Fire</b> & Smoke” expired on March 15, 2026." in plain
    assert address in plain
    assert "“&lt;b&gt;Fire&lt;/b&gt; &amp; Smoke”" in html
    assert f'<a href="{address}">{address}</a>' in html
    assert sink.messages[0]["Auto-Submitted"] == "auto-generated"


def test_a_refused_learner_is_no_obstacle_and_not_asked_again(sink, hold):
    for name in ("ann", "bob", "cid"):
        hold(name, DAY)
    hold("dan", days(365), announce=True, completed=DAY)
    come_again = dict.fromkeys(["bob@example.org", "dan@example.org"], "450 come again")
    sink.refuse = {"ann@example.org": "550 no such user", **come_again}
    summary = send()
    assert (summary.total(Fate.NOT_SENT), summary.total(Fate.LATER), summary.total(Fate.SENT)) == (1, 2, 1)
    refused = SentMessage.objects.get(learner__username="ann")
    assert (refused.outcome, refused.reason) == ("not_sent", "550 no such user")
    sink.refuse = {}
    assert send().is_complete
    assert [name for name, _ in sent(sink)] == ["bob", "cid", "dan"]


def test_a_server_that_is_down_delays_and_nothing_else(sink, hold, today):
    hold("cora", days(365), announce=True, completed=DAY)
    hold("eva", DAY)
    sink.stop()
    with pytest.raises(CommandError, match="took nothing more: ConnectionRefusedError") as error:
        command()
    assert error.value.returncode == 3
    assert (PendingMessage.objects.count(), SentMessage.objects.count()) == (1, 0)
    sink.start()
    today["is"] = days(2)
    assert "certified: 1 sent" in command()
    assert [name for name, _ in sent(sink)] == ["cora", "eva"]


def test_a_server_that_closes_with_an_answer_costs_no_message(sink, hold):
    for number in range(6):
        hold(f"l{number}", DAY)
    kept = []

    def close_after_two(address):
        kept.append(address)
        return "421 too many" if len(kept) == 3 else None

    sink.on_mail = close_after_two
    summary = send()
    assert "421 too many" in summary.down
    assert send().is_complete
    assert [name for name, _ in sent(sink)] == [f"l{number}" for number in range(6)]


def test_a_server_that_hangs_up_between_two_mails_costs_no_message(sink, hold, monkeypatch):
    for number in range(4):
        hold(f"l{number}", DAY)
    through = Post.send

    def send_slowly(post, mail):
        through(post, mail)
        sink.hang_up()

    monkeypatch.setattr(Post, "send", send_slowly)
    summary = send()
    assert (summary.total(Fate.SENT), summary.total(Fate.UNKNOWN)) == (4, 0)


def test_a_run_that_dies_in_the_middle_loses_at_most_the_message_it_was_at(sink, hold, monkeypatch):
    class Killed(BaseException):
        pass

    for number in range(5):
        hold(f"c{number}", days(365), announce=True, completed=DAY)
        hold(f"e{number}", DAY)
    through, count = Post.send, iter(range(99))

    def die(post, mail):
        if next(count) in (2, 7):
            raise Killed
        through(post, mail)

    with monkeypatch.context() as patch:
        patch.setattr(Post, "send", die)
        for _ in range(2):
            with pytest.raises(Killed):
                send()
    assert send().is_complete
    assert send().total(Fate.SENT) == 0
    names = [name for name, _ in sent(sink)]
    assert len(names) == len(set(names)) == 8
    assert SentMessage.objects.filter(outcome="sending").count() == 2
    SentMessage.objects.update(claimed_at="2020-01-01T00:00Z")
    assert run.cut_off() == 0


def test_two_runs_at_once_send_each_message_once(sink, hold, monkeypatch):
    for number in range(4):
        hold(f"c{number}", days(365), announce=True, completed=DAY)
        hold(f"e{number}", DAY)
    through, others = Post.send, []

    def another_run_begins(post, mail):
        through(post, mail)
        if not others:
            others.append(None)
            others.append(send())

    monkeypatch.setattr(Post, "send", another_run_begins)
    first, second = send(), others[1]
    assert second.total(Fate.SENT) == 7
    assert (first.total(Fate.SENT), first.total(Fate.SETTLED_BEFORE)) == (1, 3)
    assert len({name for name, _ in sent(sink)}) == len(sink.messages) == 8


def test_what_was_cut_off_is_told(sink, hold):
    row = hold("eva")
    SentMessage.objects.create(key_hash="x", learner=row.learner, trigger="expired", outcome="sending")
    SentMessage.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
    assert "1 message(s) of the last days were cut off" in command()


@pytest.mark.parametrize("changed", [{"is_active": False}, {"email": ""}])
def test_who_is_suspended_or_has_no_address_gets_none_now_and_later(sink, hold, changed):
    hold("cora", days(365), announce=True, completed=DAY)
    hold("eva", DAY)
    get_user_model().objects.update(**changed)
    assert "certified: 1 for learners who are suspended or have no address" in command("--dry-run")
    assert send().total(Fate.NOT_SENT) == 2
    get_user_model().objects.update(is_active=True, email="x@example.org")
    assert send(days(1)).total(Fate.SENT) == 0
    assert sink.messages == []


def names_after(sink, day=DAY):
    send(day)
    return [name for name, _ in sent(sink)]


def test_reminders_whose_day_was_before_the_record_came_to_be_are_never_sent(sink, hold):
    hold("old-window", days(30), days(-1), recorded_on=DAY)
    hold("old-soon", days(13), None, recorded_on=DAY)
    hold("old-expiry", days(-1), None, recorded_on=DAY)
    hold("expired-at-once", DAY, DAY, recorded_on=DAY)
    hold("window-today", days(30), DAY, recorded_on=DAY)
    hold("soon-today", days(14), None, recorded_on=DAY)
    hold("expiry-today", DAY, None, recorded_on=days(-1))
    assert names_after(sink) == ["expiry-today", "soon-today", "window-today"]
    assert [name for name in names_after(sink, days(3)) if name.startswith("old")] == []


def test_a_run_after_weeks_sends_what_fell_due_within_the_look_back_and_is_still_true(sink, hold, settings):
    settings.CERT_COMPLETION_RECORDS = {"MESSAGES_LOOK_BACK_DAYS": 10}
    hold("long-expired", days(-11))
    hold("expired", days(-10))
    hold("soon", days(4))
    hold("no-longer-soon", days(0), recorded_on=DAY)
    hold("window-long-open", days(60), days(-11))
    hold("window-open", days(60), days(-10))
    row = hold("certified-long-ago", days(365), announce=True)
    hold("certified", days(365), announce=True)
    PendingMessage.objects.filter(learner=row.learner).update(since=days(-11))
    PendingMessage.objects.exclude(learner=row.learner).update(since=days(-10))
    assert names_after(sink) == ["certified", "expired", "soon", "window-open"]
    assert not PendingMessage.objects.exists()


@pytest.mark.parametrize("since", [days(-2), None])
def test_what_fell_due_before_a_message_was_switched_on_is_not_sent(sink, hold, since):
    LearnerMessage.objects.update(since=since)
    for late in range(5):
        hold(f"late-{late}", days(-late))
    late = hold("told-late", days(365), announce=True)
    PendingMessage.objects.filter(learner=late.learner).update(since=days(-3))
    expected = ["late-0", "late-1", "late-2"] if since else [*(f"late-{late}" for late in range(5)), "told-late"]
    assert names_after(sink) == expected


def test_a_message_that_is_switched_off_is_not_sent_later_either(sink, hold):
    hold("cora", days(365), announce=True)
    LearnerMessage.objects.filter(trigger="certified").update(is_on=False)
    assert names_after(sink) == []
    LearnerMessage.objects.filter(trigger="certified").update(is_on=True)
    assert names_after(sink) == []


def test_each_certification_says_what_is_sent_and_how_early(sink, hold):
    quiet = Certification.objects.create(short_name="q", full_name="Quiet")
    early = Certification.objects.create(short_name="e", full_name="Early")
    CertificationMessage.objects.create(certification=quiet, trigger=Trigger.EXPIRED, choice="off")
    CertificationMessage.objects.create(certification=early, trigger=Trigger.EXPIRES_SOON, days_before=60)
    hold("quiet", DAY, certification=quiet)
    hold("early", days(60), certification=early)
    hold("not-early", days(14), certification=early)
    hold("usual", days(14))
    hold("not-usual", days(60))
    assert names_after(sink) == ["early", "usual"]
    LearnerMessage.objects.update(is_on=False)
    CertificationMessage.objects.update(choice="on")
    assert names_after(sink) == ["early", "quiet", "usual"]


def test_reminders_are_for_the_assigned_and_for_what_is_offered(sink, hold):
    gone = Certification.objects.create(short_name="g", full_name="Gone", is_active=False)
    hold("unassigned", DAY, assigned=False)
    hold("no-longer-offered", DAY, certification=gone)
    hold("certified", days(365), announce=True, assigned=False)
    assert names_after(sink) == ["certified"]


def test_an_assignment_by_hand_is_told_of_unless_it_was_taken_back(sink, certification):
    rows = [
        LearnerCertification.objects.create(
            learner=get_user_model().objects.create_user(name, f"{name}@example.org"),
            certification=certification,
            announce=True,
        )
        for name in ("kept", "taken")
    ]
    LearnerCertification.objects.filter(pk=rows[1].pk).update(assigned=False)
    assert names_after(sink) == ["kept"]
    assert not PendingMessage.objects.exists()


def test_what_was_undone_replaced_lapsed_or_is_not_to_be_announced_any_more_is_not_told_of(sink, hold):
    undone, replaced, lapsed, secret = (hold(name, days(365), announce=True) for name in ("u", "r", "l", "s"))
    undone.delete()
    rows = LearnerCertification.objects
    rows.filter(pk=replaced.pk).update(completed=date(2024, 2, 2))
    rows.filter(pk=lapsed.pk).update(expires=days(-40))
    rows.filter(pk=secret.pk).update(announce=False)
    assert names_after(sink) == []
    assert not PendingMessage.objects.exists()


def test_a_record_that_was_undone_and_imported_again_is_told_of_once(sink, hold):
    row = hold("cora", days(365), announce=True)
    again = PendingMessage.objects.get()
    again.pk = None
    again.save()
    assert "certified: 1 due" in command("--dry-run")
    assert names_after(sink) == ["cora"]
    row.save()
    PendingMessage.objects.create(
        learner=row.learner, certification=row.certification, trigger="certified", completed=row.completed, since=DAY
    )
    assert names_after(sink) == ["cora"]


def test_an_import_is_told_of_by_the_next_run(sink, learner, key, batch, change, certification):
    record = CompletionRecord(completed=DAY, expires=days(365), row_key="batch-1:2", line=2)
    host.record_completions(batch(), [change(key, current=record, announce=True)])
    assert names_after(sink) == ["ana"]


def test_whoever_is_reminded_of_an_expiry_is_reminded_of_the_next_one_too(sink, hold):
    row = hold("eva", days(14))
    assert names_after(sink) == ["eva"]
    LearnerCertification.objects.filter(pk=row.pk).update(completed=DAY, expires=days(34))
    assert names_after(sink, days(20)) == ["eva", "eva"]
    LearnerMessage.objects.update(days_before=30)
    assert names_after(sink, days(20)) == ["eva", "eva"]


def test_more_than_a_page_is_sent_with_few_questions(sink, hold, monkeypatch, django_assert_max_num_queries):
    for module in ("pending", "reminders"):
        monkeypatch.setattr(f"cert_completion_records.messaging.{module}.PAGE", 3)
    monkeypatch.setattr("cert_completion_records.messaging.reminders.LOOKED_AT", 4)
    for number in range(10):
        hold(f"c{number}", days(365), announce=True, completed=DAY)
    for number in range(10):
        hold(f"e{number}", DAY)
    with django_assert_max_num_queries(70):
        counted = run.count_due(DAY)
    assert counted.total(Fate.SENT) == 20
    assert send().total(Fate.SENT) == len(sink.messages) == 20
