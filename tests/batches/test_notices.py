"""The uploader is told once how their import ended (import-rules.md §7): the notice that is kept, and the mail."""

import smtplib
import sys
from types import ModuleType, SimpleNamespace

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import translation

from cert_completion_plugin import api, batches, conf, tasks
from cert_completion_plugin.batches import clock as clock_of_imports
from cert_completion_plugin.batches import notices as telling
from cert_completion_plugin.models import Notice
from cert_completion_plugin.store import batches as batches_in_store
from cert_completion_plugin.store import notices as stored
from tests import people
from tests.batches.conftest import let_time_pass, outcomes
from tests.batches.test_delivering import Killed, killed_after
from tests.post import Clock, present

pytestmark = pytest.mark.django_db

GOOD, BAD = "a00,Forklift,F1,2025-06-01,", "nobody,Forklift,F1,2025-06-01,"
BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture(autouse=True)
def _site(settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SITE_URL": "https://lms.example.org/"}


@pytest.fixture
def uploader(db):
    user = people.person("uploader")
    user.email = "uploader@example.org"
    user.save()
    return user


@pytest.fixture
def ended(submit):
    def ended(*rows, **options):
        batch = submit(*rows, **options)
        api.work_off(batch.id)
        return present(batch)

    return ended


def only_mail():
    [found] = mail.outbox
    return found


@pytest.mark.parametrize(
    ("rows", "options", "kind", "subject"),
    [
        ([GOOD], {}, "done", "Your import of “records.csv” is done: 1 row, without problems."),
        ([], {}, "done", "Your import of “records.csv” is done: 0 rows, without problems."),
        ([GOOD, BAD], {}, "problems", "Your import of “records.csv” is done: 1 of 2 rows has a problem."),
        ([BAD, GOOD, BAD], {}, "problems", "Your import of “records.csv” is done: 2 of 3 rows have problems."),
        (
            [GOOD, BAD],
            {"commit_policy": "all_or_nothing"},
            "held_back",
            "Nothing of your file “records.csv” was imported: all or nothing was chosen, and not every row could be "
            "written.",
        ),
        ([], {"content": b"who,what\n"}, "refused", "Your file “records.csv” was refused: nothing was imported."),
    ],
)
def test_the_uploader_is_mailed_how_it_ended(ended, rows, options, kind, subject):
    batch = ended(*rows, **options)
    notice = api.notice_of(batch)
    assert notice is not None
    assert (notice.kind, notice.mail) == (kind, "sent")
    sent = only_mail()
    assert (sent.to, sent.subject) == (["uploader@example.org"], subject)
    link = f"https://lms.example.org/cert-completions/{batch.reference}/"
    [(html, kind_of_text)] = [(each[0], each[1]) for each in sent.alternatives]
    assert kind_of_text == "text/html"
    assert sent.body.startswith(subject)
    assert link in sent.body
    assert f'<a href="{link}">' in html
    assert subject in html


def test_whoever_uploads_too_large_a_file_is_told_too(ended, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
    batch = ended(GOOD)
    assert batch.state == "refused"
    assert "was refused" in only_mail().subject


def test_an_import_that_failed_is_told(ended, monkeypatch, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_ATTEMPTS": 1}

    def raises(*args):
        raise ValueError("a bug")

    monkeypatch.setattr("cert_completion_plugin.batches.reading.read_headings", raises)
    assert ended(GOOD).state == "failed"
    assert only_mail().subject == "Your import of “records.csv” failed: nothing was imported."


def test_nobody_is_told_before_the_end(ended, uploader):
    batch = ended(GOOD, review=True)
    assert (batch.state, mail.outbox, api.take_notices(uploader)) == ("awaiting_approval", [], [])
    assert api.notice_of(batch) is None
    assert api.approve(uploader, batch, plan=batch.plan).is_given
    api.work_off(batch.id)
    assert "is done" in only_mail().subject


def test_whoever_cancels_their_own_import_knows_and_others_are_told_by_whom(submit, uploader):
    own = submit(GOOD)
    api.cancel(uploader, own)
    api.work_off(own.id)
    assert not Notice.objects.exists()
    cancelled = submit(GOOD)
    api.cancel(people.person("eva"), cancelled)
    api.work_off(cancelled.id)
    assert only_mail().subject == "Your import of “records.csv” was cancelled by eva."


def test_whoever_lost_the_right_is_told_that_the_site_stopped_the_import(submit, uploader):
    batch = submit(GOOD)
    people.holding(uploader, "view_import_report")
    api.work_off(batch.id)
    assert present(batch).state == "cancelled"
    assert only_mail().subject.startswith("Your import of “records.csv” was stopped by the site")


def test_where_the_uploader_is_gone_nobody_is_told(submit, uploader):
    batch = submit(GOOD)
    uploader.delete()
    api.work_off(batch.id)
    assert present(batch).has_ended
    assert (mail.outbox, Notice.objects.count()) == ([], 0)


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_whoever_cannot_be_mailed_is_told_on_the_pages_alone(submit, uploader, change):
    batch = submit(GOOD)
    type(uploader).objects.filter(pk=uploader.pk).update(**change)
    api.work_off(batch.id)
    assert mail.outbox == []
    assert Notice.objects.get().mail == "none"
    assert len(api.take_notices(uploader)) == 1


def test_whoever_lost_their_address_meanwhile_gets_no_mail(submit, uploader, monkeypatch):
    batch = submit(GOOD)
    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.api.working.batches.mail_notice", lambda batch_id: None)
        api.work_off(batch.id)
    type(uploader).objects.filter(pk=uploader.pk).update(email="")
    api.tell(batch.id)
    assert (mail.outbox, Notice.objects.get().mail) == ([], "none")


def test_mails_can_be_switched_off(ended, settings, uploader):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "NOTICE_MAIL": False}
    ended(GOOD)
    assert mail.outbox == []
    assert len(api.take_notices(uploader)) == 1


def test_the_mail_is_in_the_language_in_which_the_file_was_uploaded(submit, monkeypatch):
    seen = []
    subject_of = telling.subject_of

    def looking(notice):
        seen.append(translation.get_language())
        return subject_of(notice)

    monkeypatch.setattr(telling, "subject_of", looking)
    with translation.override("ar"):
        batch = submit(GOOD)
    with translation.override("fr"):
        api.work_off(batch.id)
    assert seen == ["ar"]
    assert 'lang="ar" dir="rtl"' in only_mail().alternatives[0][0]
    batch = submit(GOOD)
    api.work_off(batch.id)
    assert seen[1:] == ["en"]


def test_names_are_not_escaped_in_texts_and_are_in_html(uploader, world):
    options = api.Options.from_mapping({"review": False})
    content = b"username,certificationshortname,certificationidnumber,completiondate,duedate\n"
    batch = api.submit(uploader, [content], file_name="<b>R&D</b>\nBcc: eve.csv", options=options)
    api.work_off(batch.id)
    sent = only_mail()
    assert "“<b>R&D</b>" in sent.subject
    assert "\n" not in sent.subject
    assert "“<b>R&D</b>" in sent.body
    assert "<b>" not in sent.alternatives[0][0]
    assert "&lt;b&gt;R&amp;D" in sent.alternatives[0][0]


def test_a_site_whose_address_nobody_knows_sends_no_broken_link(ended, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SITE_URL": ""}
    ended(GOOD)
    sent = only_mail()
    for text in (sent.body, sent.alternatives[0][0]):
        assert "http" not in text.replace("http-equiv", "")
        assert "Certification import report" in text


def test_the_address_may_come_from_the_sites_framework(ended, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SITE_URL": ""}
    monkeypatch.setattr(
        "cert_completion_plugin.store.notices.apps.is_installed", lambda name: name == "django.contrib.sites"
    )
    sites = ModuleType("django.contrib.sites.models")
    domain = SimpleNamespace(domain="learn.example.org")
    sites.Site = SimpleNamespace(  # type: ignore[attr-defined]
        objects=SimpleNamespace(get_current=lambda: domain), DoesNotExist=LookupError
    )
    monkeypatch.setitem(sys.modules, "django.contrib.sites.models", sites)
    batch = ended(GOOD)
    assert f"https://learn.example.org/cert-completions/{batch.reference}/" in only_mail().body

    def unknown():
        raise ImproperlyConfigured("no SITE_ID")

    sites.Site.objects.get_current = unknown
    assert telling.site_url() == ""


@pytest.mark.parametrize("url", ["lms.example.org", "ftp://lms.example.org", "https://", "https://a b", 7, None])
def test_an_address_that_cannot_be_one_is_told(settings, url):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SITE_URL": url}
    with pytest.raises(ImproperlyConfigured, match=r"SITE_URL.*https://lms\.example\.org"):
        conf.settings()


def down(*arguments):
    raise ConnectionRefusedError(111, "Connection refused")


def busy(*arguments):
    raise smtplib.SMTPDataError(451, b"Try again later")


def refused(*arguments):
    raise smtplib.SMTPRecipientsRefused({"uploader@example.org": (550, b"No such user")})


@pytest.mark.parametrize(("method", "fails"), [("open", down), ("send_messages", busy), ("send_messages", refused)])
def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else(ended, monkeypatch, clock, method, fails):
    with monkeypatch.context() as patch:
        patch.setattr(f"{BACKEND}.{method}", fails)
        batch = ended(GOOD)
        assert (batch.state, outcomes(batch)) == ("finished", {2: "certified"})
        assert Notice.objects.get().mail == "waiting"
        for pause in telling.MAIL_PAUSES[:3]:
            clock.pass_(seconds=pause - 1)
            assert batches.unmailed() == []
            clock.pass_(seconds=2)
            assert batches.unmailed() == [batch.id]
            api.tell(batch.id)
    clock.pass_(hours=2)
    api.tell(batch.id)
    assert only_mail().to == ["uploader@example.org"]
    api.tell(batch.id)
    assert len(mail.outbox) == 1


def test_a_mail_that_fails_too_often_is_dropped(ended, monkeypatch, clock):
    with monkeypatch.context() as patch:
        patch.setattr(f"{BACKEND}.open", down)
        batch = ended(GOOD)
        for _ in telling.MAIL_PAUSES:
            clock.pass_(days=1)
            api.tell(batch.id)
    clock.pass_(days=1)
    api.tell(batch.id)
    assert (mail.outbox, Notice.objects.get().mail) == ([], "dropped")


def test_a_mail_of_which_nobody_knows_whether_it_has_left_is_not_sent_again(ended, monkeypatch, clock):
    with monkeypatch.context() as patch:

        def breaks(self, messages):
            mail.outbox.extend(messages)
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

        patch.setattr(f"{BACKEND}.send_messages", breaks)
        batch = ended(GOOD)
    clock.pass_(days=1)
    api.tell(batch.id)
    assert len(mail.outbox) == 1
    assert Notice.objects.get().mail == "dropped"


def test_a_good_bye_that_fails_changes_nothing(ended, monkeypatch):
    monkeypatch.setattr(f"{BACKEND}.close", down)
    ended(GOOD)
    assert (len(mail.outbox), Notice.objects.get().mail) == (1, "sent")


def test_a_template_with_a_mistake_in_it_harms_no_import(ended, monkeypatch):
    def raises(*args, **kwargs):
        raise ValueError("a mistake")

    monkeypatch.setattr(telling, "render_to_string", raises)
    batch = ended(GOOD)
    assert (batch.state, Notice.objects.get().mail) == ("finished", "dropped")


def test_two_tasks_at_once_send_one_mail(submit, monkeypatch):
    batch = submit(GOOD)
    batches.read(batch.id)
    while batches.next_work(batch.id):
        batches.take_turn(batch.id)
    composed = telling._composed

    def another_is_as_fast(notice, address):
        monkeypatch.setattr(telling, "_composed", composed)
        tasks.mail_notice(batch.id)
        return composed(notice, address)

    monkeypatch.setattr(telling, "_composed", another_is_as_fast)
    tasks.mail_notice(batch.id)
    assert len(mail.outbox) == 1


@pytest.fixture
def queue(monkeypatch):
    queue = []

    def send(task, *ids, **options):
        queue.extend((task, each) for each in ids)
        return True

    monkeypatch.setattr(tasks, "_send", send)
    return queue


@pytest.mark.parametrize("rows", [[GOOD], [], None], ids=["rows", "no rows", "refused"])
def test_the_end_sends_the_mail_on_its_way_at_once(submit, queue, rows):
    batch = submit(*rows) if rows is not None else submit(content=b"who,what\n")
    tasks.read_batch(batch.id)
    while queue:
        task, batch_id = queue.pop(0)
        task(batch_id)
    assert len(mail.outbox) == 1


def test_a_file_that_is_refused_when_it_is_received_is_told_by_mail_too(
    uploader, settings, queue, django_capture_on_commit_callbacks
):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
    with django_capture_on_commit_callbacks(execute=True):
        api.submit(uploader, [b"x" * 20], file_name="a.csv", options=api.Options())
    assert mail.outbox == []  # not while somebody waits for the page
    assert [task for task, _ in queue] == [tasks.mail_notice]


def test_what_a_broker_lost_is_mailed_after_a_sweep(submit, queue, capsys):
    batch = submit(GOOD)
    batches.read(batch.id)
    while batches.next_work(batch.id):
        batches.take_turn(batch.id)
    tasks.sweep()
    assert queue == [(tasks.mail_notice, batch.id)]
    call_command("cert_completion_sweep", "--work")
    assert len(mail.outbox) == 1
    queue.clear()
    tasks.sweep()
    assert queue == []


def test_whoever_ends_an_import_may_die_after_any_statement_and_the_uploader_is_told_once(
    submit, uploader, world, clock
):
    kills = 0
    for statements in range(1, 200):
        with transaction.atomic():
            mail.outbox.clear()
            batch = submit(BAD)
            batches.read(batch.id)
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.take_turn(batch.id)
                    tasks.mail_notice(batch.id)
            except Killed:
                kills += 1
                transaction.set_rollback(False)
            else:
                break
            let_time_pass()
            api.work_off(batch.id)
            notice = Notice.objects.get()
            assert len(mail.outbox) == (0 if notice.mail == "sending" and not mail.outbox else 1)
            assert notice.mail in ("sent", "sending")
            clock.pass_(days=1)
            api.tell(batch.id)
            assert len(mail.outbox) <= 1
            assert len(api.take_notices(uploader)) == 1
            assert api.take_notices(uploader) == []
            transaction.set_rollback(True)
    assert kills > 25


def test_of_two_pages_at_once_each_shows_what_it_took(ended, uploader, monkeypatch):
    first, second = ended(GOOD), ended(BAD)
    imports = batches_in_store.imports

    def another_is_faster():
        monkeypatch.setattr(stored, "imports", imports)
        Notice.objects.filter(pk=second.id).update(shown_at=None)
        assert [notice.batch.id for notice in api.take_notices(uploader)] == [second.id]
        return imports()

    Notice.objects.filter(pk=second.id).update(shown_at=clock_of_imports.now())
    monkeypatch.setattr(stored, "imports", another_is_faster)
    assert [notice.batch.id for notice in api.take_notices(uploader)] == [first.id]
