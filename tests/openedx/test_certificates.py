"""From a completion in a file to the course certificate of the platform, and back."""

from datetime import timedelta
from functools import partial

import pytest
from cert_completion_openedx import tasks
from cert_completion_openedx.certificates import issuing, ordering
from cert_completion_openedx.certificates.platform import CourseCertificates
from cert_completion_openedx.models import CertificateOrder, Counterpart
from cert_completion_records.clock import today
from cert_completion_records.models import LearnerCertification
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api
from tests.openedx.certificates import Lms, NotAllowed
from tests.openedx.conftest import HEADINGS, form

COURSE = "course-v1:edX+F1+2025"
DAY = today() - timedelta(days=60)
State, Reason = CertificateOrder.State, CertificateOrder.Reason


@pytest.fixture
def lms(settings):
    lms = Lms()
    lms.enrolled.add("ana")
    settings.CERT_COMPLETION_OPENEDX = {"CERTIFICATES": partial(CourseCertificates, lms)}
    return lms


@pytest.fixture
def sent(monkeypatch):
    """What is sent to the workers: imports, and after how many seconds."""
    sent = []
    monkeypatch.setattr(
        tasks.issue_certificates, "apply_async", lambda args, **options: sent.append((*args, options.get("countdown")))
    )
    return sent


@pytest.fixture
def course(world, lms, sent):
    """The course run that is the certification's counterpart, and of which it issues the certificate."""
    return Counterpart.objects.create(certification=world, course_key=COURSE, issues_certificate=True)


@pytest.fixture
def upload(client, registrar):
    """Uploads rows and has them recorded; the import."""

    def upload(*rows, **options):
        content = HEADINGS + "".join(f"{row}\n" for row in rows)
        response = client.post("/certification-imports/upload/", form(content, **options))
        assert response.status_code == 302, response.content
        batch = api.newest(api.SYSTEM)[0]
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    return upload


@pytest.fixture
def undo(django_user_model):
    def undo(batch):
        root = django_user_model.objects.create_superuser("root")
        api.preview_undo(root, batch)
        api.work_off(batch.id)
        assert api.undo(root, batch, "It was the wrong file.", preview=1)
        api.work_off(batch.id)

    return undo


def row(name="ana", day=DAY):
    return f"{name},Forklift,,{day:%d/%m/%Y},"


def issue(batch=None):
    tasks.issue_certificates(CertificateOrder.objects.first().source_id)


def later():
    """All pauses are over."""
    CertificateOrder.objects.filter(state=State.WAITING).update(due_at=timezone.now())


def fates():
    return [(order.learner.username, order.state, order.reason) for order in CertificateOrder.objects.order_by("line")]


def test_the_learner_gets_the_certificate_with_the_date_of_the_file(course, lms, sent, upload):
    upload(row())
    order = CertificateOrder.objects.get()
    assert (order.course_key, order.completed, order.line) == (COURSE, DAY, 2)
    assert sent == [(order.source_id, None)]
    issue()
    assert fates() == [("ana", State.WAITING, Reason.ASKED)]
    # The platform makes it by a task of its own, and it is looked at again after a while.
    assert sent[1] == (order.source_id, 30)
    lms.make()
    later()
    issue()
    assert fates() == [("ana", State.ISSUED, "")]
    assert lms.date_of("ana") == DAY
    [given] = lms.dates.rows
    assert (given.overridden_by.username, given.reason) == ("registrar", f"Certification import {order.key}")
    assert len(sent) == 2


def test_only_where_the_certification_asks_for_it(course, upload):
    Counterpart.objects.update(issues_certificate=False)
    upload(row())
    assert LearnerCertification.objects.exists()
    assert fates() == []


def test_not_for_what_goes_into_the_history_and_not_for_what_has_expired(course, upload):
    """The second row of the learner is older than the first; the other learner's has expired."""
    get_user_model().objects.create_user("bob")
    upload(row(), row(day=DAY - timedelta(days=30)), row("bob", DAY - timedelta(days=800)))
    assert [(order.learner.username, order.completed) for order in CertificateOrder.objects.all()] == [("ana", DAY)]


def test_a_plan_that_is_discarded_orders_nothing(course, upload, sent):
    batch = upload(row(), review="True")
    api.discard(api.SYSTEM, batch)
    assert (fates(), sent) == ([], [])


def test_rows_with_problems_order_nothing(course, upload):
    upload(row("nobody"), row())
    assert [(name, order) for name, order, _ in fates()] == [("ana", State.WAITING)]


def test_before_the_import_has_ended_nothing_is_issued(course, lms, upload, monkeypatch):
    """All of it may still be taken back."""
    monkeypatch.setattr(ordering, "release", lambda batch_id: None)
    upload(row())
    issue()
    assert fates() == [("ana", State.WAITING, "")]
    monkeypatch.undo()
    batch_id = CertificateOrder.objects.get().source.batch_id
    ordering.release(batch_id)
    ordering.release(batch_id)
    issue()
    assert fates() == [("ana", State.WAITING, Reason.ASKED)]
    ordering.release(batch_id)
    assert CertificateOrder.objects.get().due_at > timezone.now()


def test_an_import_that_fails_as_a_whole_leaves_no_order(course, lms, upload, sent):
    upload(row(), row("nobody"), commit_policy="all_or_nothing")
    assert not LearnerCertification.objects.exists()
    assert (fates(), sent) == ([], [])


def test_tasks_that_come_twice_do_nothing_twice(course, lms, upload):
    upload(row())
    for _ in range(3):
        issue()
    assert lms.asked == ["ana"]
    lms.make()
    later()
    for _ in range(3):
        issue()
    assert (fates(), lms.dates.saved) == ([("ana", State.ISSUED, "")], 1)


def test_an_order_that_is_taken_is_nobody_elses(course, lms, upload):
    upload(row())
    order = CertificateOrder.objects.get()
    assert issuing._take(order)
    assert not issuing._take(order)
    issue()
    assert lms.asked == []


def test_a_death_between_taking_and_keeping_leaves_nothing_stuck(course, lms, upload):
    class Death(BaseException):
        pass

    upload(row())
    lms.make()
    lms.trouble = Death()
    with pytest.raises(Death):
        issue()
    lms.trouble = None
    order = CertificateOrder.objects.get()
    assert (order.state, order.attempts) == (State.WAITING, 1)
    assert timezone.now() < order.due_at <= timezone.now() + issuing.LEASE
    later()
    issue()
    lms.make()
    later()
    issue()
    assert fates() == [("ana", State.ISSUED, "")]


def test_a_death_after_the_platform_did_it_gives_no_second_date(course, lms, upload, monkeypatch):
    upload(row())
    issue()
    lms.make()
    later()
    with monkeypatch.context() as dying:
        dying.setattr(issuing, "_settle", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            issue()
    later()
    issue()
    assert (fates(), lms.dates.saved) == ([("ana", State.ISSUED, "")], 1)


def test_an_order_at_which_workers_die_is_given_up(course, upload):
    upload(row())
    CertificateOrder.objects.update(attempts=len(issuing.PAUSES) + 1)
    issue()
    assert fates() == [("ana", State.FAILED, Reason.BROKE_OFF)]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (ConnectionError("no route to ana's server"), Reason.PLATFORM_DOWN),
        (ValueError("ana has no profile"), Reason.PLATFORM_ERROR),
    ],
)
def test_it_is_tried_again_with_growing_pauses_and_given_up_in_the_end(course, lms, upload, trouble, reason, caplog):
    upload(row())
    lms.trouble = trouble
    pauses = []
    while CertificateOrder.objects.get().state == State.WAITING:
        began = timezone.now()
        issue()
        pauses.append(CertificateOrder.objects.get().due_at - began)
        later()
    assert pauses[:-1] == sorted(pauses[:-1])
    assert [round(pause.total_seconds()) for pause in pauses[:-1]] == [each.total_seconds() for each in issuing.PAUSES]
    assert fates() == [("ana", State.FAILED, reason)]
    assert "ana" not in caplog.text


def test_while_the_platform_is_down_the_others_are_not_tried(course, lms, upload, sent):
    people = [f"learner{number}" for number in range(8)]
    get_user_model().objects.bulk_create([get_user_model()(username=name) for name in people])
    upload(*map(row, people))
    lms.trouble = ConnectionError()
    issue()
    assert CertificateOrder.objects.filter(attempts__gt=0).count() == 1
    assert sent[-1][1] == 31
    lms.trouble = ValueError()
    issue()
    assert CertificateOrder.objects.filter(attempts__gt=0).count() == 1 + issuing.TROUBLES
    lms.trouble = None
    lms.enrolled.update(people)
    later()
    issue()
    assert sorted(lms.asked) == people


def test_a_portion_at_a_time(course, lms, upload, sent, monkeypatch):
    people = [f"learner{number}" for number in range(3)]
    get_user_model().objects.bulk_create([get_user_model()(username=name) for name in people])
    upload(*map(row, people))
    monkeypatch.setattr(tasks, "ISSUING_SECONDS", 0)
    issue()
    assert CertificateOrder.objects.filter(attempts__gt=0).count() == 1
    # What is left comes again at once, behind everybody else who waits.
    assert sent[1:] == [(CertificateOrder.objects.first().source_id, None)]


def test_what_the_platform_never_makes_has_failed(course, lms, upload):
    upload(row())
    for _ in range(len(issuing.PAUSES) + 1):
        issue()
        later()
    assert fates() == [("ana", State.FAILED, Reason.ASKED)]


def test_a_learner_who_is_not_enrolled(course, lms, upload):
    lms.enrolled.clear()
    upload(row())
    issue()
    assert fates() == [("ana", State.FAILED, Reason.NOT_ELIGIBLE)]


def test_a_filter_of_the_site_that_forbids_it(course, lms, upload):
    def forbidden(user, course_key):
        raise NotAllowed

    lms.api.generate_certificate_task = forbidden
    upload(row())
    issue()
    assert fates() == [("ana", State.FAILED, Reason.NOT_ELIGIBLE)]


def test_a_course_run_that_the_platform_does_not_know(course, lms, upload):
    lms.course_runs.clear()
    upload(row())
    issue()
    assert fates() == [("ana", State.FAILED, Reason.COURSE_UNKNOWN)]


def test_a_learner_who_is_gone_takes_the_order_along(course, lms, upload):
    upload(row())
    source = CertificateOrder.objects.get().source_id
    get_user_model().objects.get(username="ana").delete()
    tasks.issue_certificates(source)
    assert (fates(), lms.asked) == ([], [])


def test_nobody_in_whose_name_the_date_could_be_given(course, lms, upload):
    upload(row())
    CertificateOrder.objects.update(ordered_by=None)
    issue()
    assert fates() == [("ana", State.FAILED, Reason.NOBODY)]


def test_a_certificate_that_was_revoked_stays_so(course, lms, upload):
    lms.revoked.add("ana")
    upload(row())
    issue()
    assert (fates(), lms.asked) == ([("ana", State.FAILED, Reason.REVOKED)], [])


def test_a_certificate_that_is_there_gets_the_date_alone(course, lms, upload):
    lms.asked.append("ana")
    lms.make()
    upload(row())
    issue()
    assert (fates(), lms.date_of("ana"), lms.allowlist) == ([("ana", State.ISSUED, "")], DAY, {})


def test_a_date_that_was_given_by_hand_stays(course, lms, upload):
    lms.asked.append("ana")
    lms.make()
    by_hand = timezone.now()
    lms.dates.create(
        generated_certificate=lms.certificates["ana"], date=by_hand, reason="As she asked.", overridden_by=None
    )
    upload(row())
    issue()
    assert fates() == [("ana", State.FAILED, Reason.OTHER_DATE)]
    assert lms.date_of("ana") == by_hand.date()


def test_a_recertification_moves_the_date(course, lms, upload):
    lms.asked.append("ana")
    lms.make()
    upload(row())
    issue()
    renewed = DAY + timedelta(days=30)
    upload(row(day=renewed))
    issue()
    assert fates() == [("ana", State.ISSUED, "")] * 2
    assert (lms.date_of("ana"), len(lms.dates.rows)) == (renewed, 1)


def test_an_older_order_does_not_overtake_a_newer_one(course, lms, upload):
    upload(row())
    renewed = DAY + timedelta(days=30)
    upload(row(day=renewed))
    lms.asked.append("ana")
    lms.make()
    for source in CertificateOrder.objects.order_by("-pk").values_list("source", flat=True):
        tasks.issue_certificates(source)
    states = dict(CertificateOrder.objects.values_list("completed", "state"))
    assert states == {DAY: State.WITHDRAWN, renewed: State.ISSUED}
    assert lms.date_of("ana") == renewed


def test_what_expired_meanwhile_is_not_issued(course, lms, upload):
    upload(row())
    LearnerCertification.objects.update(expires=today(), window_opens=today())
    issue()
    assert fates() == [("ana", State.WITHDRAWN, Reason.LAPSED)]


def test_an_undo_before_it_was_issued_withdraws_it(course, lms, upload, undo):
    undo(upload(row()))
    issue()
    assert (fates(), lms.asked) == ([("ana", State.WITHDRAWN, Reason.UNDONE)], [])


def test_the_preview_of_an_undo_withdraws_nothing(course, upload, django_user_model):
    batch = upload(row())
    api.preview_undo(django_user_model.objects.create_superuser("root"), batch)
    api.work_off(batch.id)
    assert fates() == [("ana", State.WAITING, "")]


def test_an_undo_afterwards_leaves_it_and_says_so(course, lms, upload, undo, client):
    lms.asked.append("ana")
    lms.make()
    batch = upload(row())
    issue()
    undo(batch)
    assert not LearnerCertification.objects.exists()
    assert fates() == [("ana", State.LEFT, Reason.UNDONE)]
    assert lms.date_of("ana") == DAY
    text = report(client, batch)
    assert "Taking back course certificates" in text
    assert "whoever runs the course decides whether it is revoked" in text


def test_an_undo_while_the_platform_makes_it_counts_as_afterwards(course, lms, upload, undo):
    batch = upload(row())
    issue()
    undo(batch)
    lms.make()
    later()
    issue()
    assert (fates(), lms.date_of("ana")) == ([("ana", State.LEFT, Reason.UNDONE)], None)


def test_an_undo_during_the_call_is_kept(course, lms, upload):
    lms.asked.append("ana")
    lms.make()
    upload(row())
    order = CertificateOrder.objects.get()
    assert issuing._take(order)
    ordering._withdraw(order.source_id, [order.line])
    issuing._settle(order, State.ISSUED)
    assert fates() == [("ana", State.LEFT, Reason.UNDONE)]


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.NOT_ELIGIBLE, State.WITHDRAWN),
        (Reason.COURSE_UNKNOWN, State.WITHDRAWN),
        (Reason.ASKED, State.LEFT),
        (Reason.PLATFORM_DOWN, State.LEFT),
    ],
)
@pytest.mark.parametrize("tried_again", [False, True])
def test_an_undo_after_a_failure_says_where_there_may_be_one(course, upload, undo, reason, state, tried_again):
    batch = upload(row())
    CertificateOrder.objects.update(state=State.FAILED, reason=reason, attempts=8)
    if tried_again:
        assert ordering.try_again(CertificateOrder.objects.all()) == 1
    undo(batch)
    assert fates() == [("ana", state, Reason.UNDONE)]


def test_an_undo_that_takes_back_the_history_alone_keeps_the_order(course, upload, undo):
    batch = upload(row(), row(day=DAY - timedelta(days=30)))
    LearnerCertification.objects.update(completed=DAY - timedelta(days=1))
    undo(batch)
    assert not LearnerCertification.objects.get().history.exists()
    assert fates() == [("ana", State.WAITING, "")]


def test_an_order_that_is_there_is_not_written_again(course, upload, monkeypatch):
    once = ordering.order
    monkeypatch.setattr(ordering, "order", lambda *args: (once(*args), once(*args)))
    upload(row())
    assert fates() == [("ana", State.WAITING, "")]


def test_a_record_that_the_undo_keeps_keeps_its_order(course, upload, undo):
    batch = upload(row())
    LearnerCertification.objects.update(completed=DAY - timedelta(days=1))
    undo(batch)
    assert fates() == [("ana", State.WAITING, "")]
    issue()
    assert fates() == [("ana", State.WITHDRAWN, Reason.REPLACED)]


def test_learners_who_are_forgotten_take_their_orders_along(course, upload):
    get_user_model().objects.create_user("bob")
    upload(row(), row("bob"))
    bob = get_user_model().objects.get(username="bob")
    registrar = get_user_model().objects.get(username="registrar")
    assert ordering.forget([str(bob.pk)]) == 1
    assert ordering.forget([str(bob.pk)]) == 0
    assert [name for name, _, _ in fates()] == ["ana"]
    assert ordering.forget([str(registrar.pk)]) == 1
    assert CertificateOrder.objects.get().ordered_by is None


def test_the_hook_forgets_orders_too(course, upload):
    upload(row())
    api.forget_learner(api.SYSTEM, "ana")
    assert fates() == []


def report(client, batch):
    return client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()


def test_the_report_tells_how_they_stand(course, lms, upload, client):
    names = ["bob", "cleo"]
    get_user_model().objects.bulk_create([get_user_model()(username=name) for name in names])
    lms.asked.append("ana")
    lms.make()
    lms.enrolled.add("bob")
    batch = upload(row(), row("bob"), row("cleo"))
    issue()
    text = report(client, batch)
    assert "Course certificates" in text
    assert "1 done, 1 waiting, 1 failed" in text
    assert "The platform was asked for it, and has not made it yet." in text
    assert "Line 4</a>: The platform gives no certificate." in text
    assert "certificateorder" not in text


def test_the_report_leads_those_to_the_list_who_may_open_it(course, upload, client, django_user_model):
    batch = upload(row())
    client.force_login(django_user_model.objects.create_superuser("root"))
    source = CertificateOrder.objects.get().source_id
    path = reverse("admin:cert_completion_openedx_certificateorder_changelist") + f"?import={source}"
    assert path in report(client, batch)
    listed = client.get(path).content.decode()
    assert COURSE in listed
    assert COURSE not in client.get(f"{ADMIN}?import={source}&state__exact=failed").content.decode()
    assert COURSE in client.get(f"{ADMIN}?import=x").content.decode()
    assert "external records.csv, line 2" in listed


def test_an_import_without_certificates_says_nothing_of_them(course, upload, client):
    Counterpart.objects.update(issues_certificate=False)
    assert "Course certificates" not in report(client, upload(row()))


ADMIN = "/admin/cert_completion_openedx/certificateorder/"


def test_the_admin_page_is_for_those_with_the_permission(course, upload, client, person):
    upload(row())
    staff = person("staff")
    staff.is_staff = True
    staff.save()
    client.force_login(staff)
    assert client.get(ADMIN).status_code == 403
    client.force_login(as_staff(person("viewer", "view_certificateorder")))
    page = client.get(ADMIN)
    assert page.status_code == 200
    assert "try_again" not in page.content.decode()
    order = CertificateOrder.objects.get()
    assert client.get(f"{ADMIN}{order.pk}/change/").status_code == 200
    assert client.get(f"{ADMIN}add/").status_code == 403
    assert client.post(f"{ADMIN}{order.pk}/delete/", {"post": "yes"}).status_code == 403


def as_staff(user):
    user.is_staff = True
    user.save()
    return user


def test_failed_ones_can_be_tried_again(course, lms, upload, client, person, sent):
    lms.enrolled.clear()
    upload(row())
    issue()
    order = CertificateOrder.objects.get()
    again = {"action": "try_again", "_selected_action": [order.pk]}
    client.force_login(as_staff(person("viewer", "view_certificateorder")))
    client.post(ADMIN, again)
    assert CertificateOrder.objects.get().state == State.FAILED
    client.force_login(as_staff(person("keeper", "change_certificateorder")))
    assert "1 certificate is tried again." in client.post(ADMIN, again, follow=True).content.decode()
    assert sent[-1] == (order.source_id, None)
    lms.enrolled.add("ana")
    issue()
    lms.make()
    later()
    issue()
    assert fates() == [("ana", State.ISSUED, "")]
    client.post(ADMIN, again)
    assert fates() == [("ana", State.ISSUED, "")]


def test_the_admin_shows_what_is_within_reach(course, world, upload, client, person):
    from django.contrib.auth.models import Group

    upload(row())
    world.groups.add(Group.objects.create(name="Others"))
    client.force_login(as_staff(person("keeper", "change_certificateorder")))
    assert COURSE not in client.get(ADMIN).content.decode()


def test_the_command_finds_what_got_lost(course, lms, upload, capsys):
    upload(row())
    call_command("cert_completion_certificates")
    assert "0 issued, 0 failed, 1 waiting" in capsys.readouterr().out
    lms.make()
    later()
    call_command("cert_completion_certificates")
    assert "1 issued, 0 failed, 0 waiting" in capsys.readouterr().out


def test_the_command_tells_that_the_platform_is_down(course, lms, upload):
    upload(row())
    lms.trouble = ConnectionError()
    with pytest.raises(CommandError, match="did not answer") as raised:
        call_command("cert_completion_certificates")
    assert raised.value.returncode == 3


def test_the_command_names_a_setting_that_leads_nowhere(course, settings):
    settings.CERT_COMPLETION_OPENEDX = {"CERTIFICATES": "there.is.none"}
    with pytest.raises(CommandError, match="CERTIFICATES"):
        call_command("cert_completion_certificates")


def test_the_task_tells_nobodys_name(course, upload, monkeypatch):
    def fails(*args):
        raise ValueError("ana")

    upload(row())
    monkeypatch.setattr(issuing, "work", fails)
    with pytest.raises(tasks.IssuingFailed) as raised:
        issue()
    assert "ValueError in " in str(raised.value)
    assert "ana" not in str(raised.value)


def test_a_broker_that_is_down_fails_no_import(course, lms, upload, monkeypatch, caplog):
    def down(*args, **options):
        raise ConnectionError("broker.example.org")

    monkeypatch.setattr(tasks.issue_certificates, "apply_async", down)
    upload(row())
    assert LearnerCertification.objects.exists()
    assert "issue_certificates" in caplog.text
    assert "was not sent: ConnectionError" in caplog.text
    call_command("cert_completion_certificates")
    assert lms.asked == ["ana"]
