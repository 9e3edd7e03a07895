"""Whether imports go on: what is told of a site, on the page, by the command, to machines; and what is the matter."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from cert_completion_hooks import HostUnavailable
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from cert_completion_plugin import api, broker, tasks
from cert_completion_plugin.models import Delivery, ImportBatch, Message, Notice, WorkerSign
from cert_completion_plugin.store import workers
from cert_completion_plugin.telling import status as telling
from cert_completion_plugin.versions import PLUGIN, versions
from tests.operations.conftest import UNCLEAR

STATUS, HEALTH = "/cert-completions/status/", "/cert-completions/health/"


@pytest.fixture(autouse=True)
def _broker(monkeypatch, settings):
    """The broker answers, as if the site's Celery application were one with Redis; mails lead to the report."""
    settings.SILENCED_SYSTEM_CHECKS = ["cert_completion.W019"]
    monkeypatch.setattr(broker, "_url", lambda: "redis://user:secret@queue.example.org:6379/0")
    monkeypatch.setattr(broker, "broker_answers", lambda: True)
    monkeypatch.setattr(broker, "has_app", lambda: True)


def worker(name="celery@lms", *, minutes=0, queues=("celery",), version=None, **about):
    now = timezone.now() - timedelta(minutes=minutes)
    told = {"queues": list(queues), "processes": 2, "versions": {**versions(), PLUGIN: version or versions()[PLUGIN]}}
    workers.introduce(name, now, started_at=now - timedelta(hours=2), about=told | about)


@pytest.fixture
def running(stage):
    """A site with a worker."""
    worker()
    return stage


def faults(status=None):
    status = status or api.site_status(api.SYSTEM)
    return [str(finding.fault) for finding in status.findings]


def test_all_is_well(running):
    status = api.site_status(api.SYSTEM)
    assert (status.verdict, status.findings) == (api.SiteVerdict.OK, ())
    assert status.versions["Python"].startswith("3.")
    assert status.database.version[0].isdigit()
    assert [host.name for host in status.hosts] == ["tests.doubles:host"]
    assert status.broker == api.Broker(
        address="redis://queue.example.org:6379", answers=True, queue="celery", is_eager=False
    )


def test_a_broker_that_is_silent(running, monkeypatch):
    monkeypatch.setattr(broker, "broker_answers", lambda: False)
    assert faults() == ["broker_silent"]
    assert api.site_health(api.SYSTEM).verdict is api.SiteVerdict.CRITICAL


@pytest.mark.parametrize(("minutes", "found"), [(2, []), (4, ["no_worker", "worker_lost"]), (90, ["no_worker"])])
def test_a_site_without_workers(stage, minutes, found):
    worker(minutes=minutes)
    assert faults() == found


def test_nobody_ever_worked(stage):
    assert faults() == ["no_worker"]


@pytest.mark.parametrize(("minutes", "found"), [(50, []), (70, ["no_worker"])])
def test_a_command_does_the_work_of_a_worker_now_and_then(stage, minutes, found):
    worker("cert_completion_sweep@lms", minutes=minutes, queues=(), is_command=True)
    assert faults() == found


def test_the_command_leaves_its_sign(stage):
    call_command("cert_completion_sweep", "--work", stdout=StringIO())
    [sign] = workers.all_workers()
    assert sign.name.startswith("cert_completion_sweep@")
    assert sign.is_command
    assert faults() == []


def test_a_queue_at_which_nobody_listens(running, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "QUEUE": "imports"}
    assert faults() == ["nobody_listens"]
    worker("imports@lms", queues=("imports",))
    assert faults() == []


def test_tasks_that_are_done_where_they_are_sent_need_nobody(stage, monkeypatch):
    monkeypatch.setattr(broker, "is_eager", lambda: True)
    monkeypatch.setattr(broker, "broker_answers", lambda: False)
    assert faults() == ["check_warned"]


def test_a_worker_of_another_version(running):
    worker("celery@old", version="0.0.9")
    status = api.site_status(api.SYSTEM)
    assert faults(status) == ["other_versions"]
    assert "celery@old (0.0.9)" in telling.finding_text(status.findings[0])
    assert status.verdict is api.SiteVerdict.WARNING


def test_work_that_stands_still(running):
    batch = running.submit()
    assert faults() == []
    running.grow_old(batch)
    status = api.site_status(api.SYSTEM)
    assert faults(status) == ["work_stalled"]
    assert status.verdict is api.SiteVerdict.CRITICAL
    [waiting] = status.work.stalled
    assert (waiting.id, waiting.reference, waiting.state) == (batch.id, batch.reference, "received")
    assert timedelta(minutes=59) < status.at - waiting.since < timedelta(minutes=61)
    assert status.work.waiting_since == waiting.since


def test_a_host_that_keeps_imports_waiting(running, monkeypatch):
    def away(*args, **kwargs):
        error = HostUnavailable("secret")
        error.host, error.hook = "records", "find_learners"
        raise error

    monkeypatch.setattr("cert_completion_plugin.batches.deciding.decide", away)
    batch = running.submit()
    with pytest.raises(api.TryAgain):
        api.work_off(batch.id)
    status = api.site_status(api.SYSTEM)
    assert faults(status) == ["host_trouble"]
    [waiting] = status.work.troubled
    assert (waiting.kind, waiting.host, waiting.hook) == ("host_away", "records", "find_learners")
    assert len(waiting.failure) == 12


def test_imports_that_failed_within_a_day(running):
    batch = running.submit()
    ImportBatch.objects.update(state="failed", finished_at=timezone.now() - timedelta(hours=23))
    assert faults() == ["imports_failed"]
    ImportBatch.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert faults() == []
    assert batch.id


def test_system_checks_that_fail_or_warn(running, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "BASE_TEMPLATE": "nowhere.html"}
    status = api.site_status(api.SYSTEM)
    assert faults(status) == ["check_failed"]
    [found] = status.checks
    assert (found.id, found.is_error) == ("cert_completion.E006", True)
    assert found.hint
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "BASE_TEMPLATE": "admin/base_site.html"}
    settings.STATIC_URL = None
    assert faults() == ["check_warned"]
    settings.SILENCED_SYSTEM_CHECKS = ["cert_completion.W006", "cert_completion.W019"]
    assert faults() == []


def test_a_host_that_cannot_be_found_is_told_by_its_check(running, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "HOSTS": ["nowhere"]}
    status = api.site_status(api.SYSTEM)
    assert faults(status) == ["check_failed"]
    assert status.hosts == ()


def test_what_keeps_imports_from_going_on_is_told_first(running, settings, monkeypatch):
    settings.STATIC_URL = None
    monkeypatch.setattr(broker, "broker_answers", lambda: False)
    worker("celery@old", version="0.0.9")
    assert faults() == ["broker_silent", "other_versions", "check_warned"]


def test_the_work_is_counted_by_state(running):
    running.planned()
    running.worked_off(UNCLEAR)
    running.worked_off()
    running.submit()
    work = api.site_status(api.SYSTEM).work
    assert work.imports == {"awaiting_approval": 1, "needs_answer": 1, "received": 1}
    assert work.ended == {"finished": 1}
    assert work.asking_since
    assert work.asking_since <= timezone.now()


def test_open_portions_are_counted_with_their_rows(running, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = running.submit("harry.chinn,Forklift,F1,2025-06-01,", "ben.okafor,Forklift,F1,2025-06-01,")
    from cert_completion_plugin import batches

    batches.read(batch.id)
    portions = api.site_status(api.SYSTEM).work.portions
    assert (portions.open, portions.rows, portions.begun) == (2, 2, 0)
    batches.take_turn(batch.id)
    portions = api.site_status(api.SYSTEM).work.portions
    assert (portions.open, portions.rows) == (1, 1)


def test_no_secret_is_shown(running, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "METRICS_TOKEN": "a-token-that-is-secret"}
    status = api.site_status(api.SYSTEM)
    for text in (telling.as_json(status), "\n".join(telling.as_lines(status))):
        assert "a-token" not in text
        assert "secret" not in text
        assert "METRICS_TOKEN" in text


def test_it_takes_as_many_queries_for_many_imports(running):
    def queries():
        with CaptureQueriesContext(connection) as context:
            api.site_health(api.SYSTEM)
            api.site_numbers(api.SYSTEM)
        return len(context)

    running.grow_old(running.submit())
    few = queries()
    for _ in range(5):
        running.grow_old(running.submit())
        running.worked_off()
    assert queries() == few


def test_every_fault_has_words(running):
    about = {
        "imports": 2,
        "messages": 2,
        "mails": 2,
        "hosts": "h",
        "names": "n",
        "ids": "i",
        "queue": "q",
        "workers": "w",
        "version": "v",
        "address": "a",
    }
    told = {fault: telling.finding_text(api.Finding(fault, about)) for fault in api.SiteFault}
    assert len(set(told.values())) == len(api.SiteFault)
    assert not any("%(" in text for text in told.values())


class TestTheCommand:
    def run(self, *arguments):
        out = StringIO()
        try:
            call_command("cert_completion_status", *arguments, stdout=out, stderr=out)
        except SystemExit as end:
            return end.code, out.getvalue()
        return 0, out.getvalue()

    def test_all_is_well(self, running):
        code, text = self.run()
        assert code == 0
        assert text.startswith("ok: All is well.\n")
        assert "redis://queue.example.org:6379 answers; imports are sent to the queue “celery”" in text
        assert "celery@lms: seen less than a minute ago, running for 2 hours, listens at celery" in text
        assert "tests.doubles:host: memory 1, contract 1, answers " in text

    @pytest.mark.parametrize(("version", "code", "word"), [("0.0.9", 1, "warning: "), (None, 0, "ok: ")])
    def test_the_exit_status_says_how_it_is(self, running, version, code, word):
        worker("celery@other", version=version)
        assert self.run()[0] == code
        assert self.run()[1].startswith(word)

    def test_the_exit_status_of_a_site_that_stands_still(self, stage):
        code, text = self.run()
        assert code == 2
        assert text.startswith("critical: ")
        assert "  !! No worker is running" in text

    def test_as_json(self, running):
        running.worked_off()
        code, text = self.run("--format", "json")
        told = json.loads(text)
        assert (code, told["verdict"], told["findings"]) == (0, "ok", [])
        assert told["workers"][0]["queues"] == ["celery"]
        assert told["work"]["ended"] == {"finished": 1}
        assert told["at"].startswith(str(timezone.now().year))

    def test_findings_as_json_have_their_words(self, stage):
        told = json.loads(self.run("--format", "json")[1])
        [finding] = told["findings"]
        assert (finding["fault"], finding["is_critical"]) == ("no_worker", True)
        assert "Start one" in finding["text"]

    def test_a_database_that_cannot_be_asked(self, db, monkeypatch):
        def away(*args, **kwargs):
            raise DatabaseError("password secret")

        monkeypatch.setattr(api, "site_status", away)
        assert self.run() == (2, "critical: The database cannot be asked: DatabaseError.\n")

    def test_it_speaks_where_system_checks_fail(self, running, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "BASE_TEMPLATE": "nowhere.html"}
        code, text = self.run()
        assert code == 2
        assert "cert_completion.E006: The template 'nowhere.html'" in text


@pytest.fixture
def operator(db, django_user_model, client):
    """Logged in, with the permission to see the status and no other."""
    user = django_user_model.objects.create_user("operator", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_status"))
    client.force_login(user)
    return user


class TestThePage:
    def test_it_tells_all(self, client, running, operator):
        running.grow_old(running.submit())
        page = client.get(STATUS).content.decode()
        for text in (
            "Imports do not go on",
            "1 import stands still",
            "celery@lms",
            "tests.doubles:host",
            "METRICS_TOKEN",
        ):
            assert text in page
        assert "secret names" not in page

    def test_without_the_permission_it_is_refused(self, client, running, operator):
        operator.user_permissions.set(Permission.objects.filter(codename="view_import_report"))
        assert client.get(STATUS).status_code == 403
        assert client.post(STATUS).status_code == 403
        client.logout()
        assert client.get(STATUS).status_code == 302

    def test_an_import_is_linked_for_those_who_may_see_it(self, client, running, operator):
        batch = running.submit()
        running.grow_old(batch)
        assert f"/{batch.reference}/" not in client.get(STATUS).content.decode()
        operator.user_permissions.add(Permission.objects.get(codename="view_import_report"))
        assert f"/{batch.reference}/" in client.get(STATUS).content.decode()

    def test_stalled_work_is_sent_again(self, client, running, operator):
        batch = running.submit()
        running.sent.clear()
        running.grow_old(batch)
        page = client.post(STATUS, follow=True).content.decode()
        assert "The work of 1 import was sent again." in page
        assert running.sent == [(tasks.read_batch, (batch.id,))]

    def test_where_nothing_stands_still_nothing_is_sent(self, client, running, operator):
        running.submit()
        running.sent.clear()
        assert "nothing was sent" in client.post(STATUS, follow=True).content.decode()
        assert running.sent == []

    def test_the_admins_index_leads_there(self, client, running, operator):
        page = client.get("/admin/").content.decode()
        assert "/admin/cert_completion_plugin/importstatus/" in page
        assert client.get("/admin/cert_completion_plugin/importstatus/").url == STATUS

    def test_a_form_from_elsewhere_is_refused(self, running, operator):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.force_login(operator)
        assert strict.post(STATUS).status_code == 403


TOKEN = "7c1f0c1f4f6b4b0e9d0a"


class TestHealth:
    @pytest.fixture(autouse=True)
    def _token(self, stage, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "METRICS_TOKEN": TOKEN}

    def get(self, client, token=TOKEN):
        return client.get(HEALTH, headers={"Authorization": f"Bearer {token}"})

    def test_who_brings_the_token_is_answered(self, client):
        worker()
        response = self.get(client)
        assert (response.status_code, response.json()["verdict"]) == (200, "ok")
        assert response.headers["Cache-Control"] == "no-store"

    def test_a_site_that_stands_still_is_unavailable(self, client):
        response = self.get(client)
        assert response.status_code == 503
        assert [finding["fault"] for finding in response.json()["findings"]] == ["no_worker"]

    def test_a_site_with_a_warning_is_available(self, client):
        worker()
        worker("celery@old", version="0.0.9")
        assert self.get(client).status_code == 200

    @pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", "ü"])
    def test_another_token_is_refused(self, client, token):
        response = self.get(client, token)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"

    def test_without_the_setting_no_token_is_good(self, client, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "METRICS_TOKEN": ""}
        for token in ("", TOKEN):
            assert self.get(client, token).status_code == 401

    def test_strangers_are_not_answered(self, client):
        assert client.get(HEALTH).status_code == 401

    def test_who_may_see_the_status_may_ask(self, client, operator):
        worker()
        assert client.get(HEALTH).status_code == 200
        operator.user_permissions.clear()
        assert client.get(HEALTH).status_code == 403

    def test_nothing_can_be_posted(self, client):
        assert client.post(HEALTH, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405

    @pytest.mark.parametrize(("name", "asks"), [("health", False), ("metrics", False), ("status", True)])
    def test_no_log_in_is_asked_of_machines(self, name, asks):
        """By a middleware that has everybody log in; Django has one from 5.1 on."""
        view = resolve(reverse(f"cert_completion_plugin:{name}")).func
        assert getattr(view, "login_required", True) is asks


def test_the_address_of_the_broker_has_no_password(monkeypatch):
    for url, shown in (
        ("redis://:secret@queue:6379/0", "redis://queue:6379"),
        ("amqp://user:secret@queue//", "amqp://queue"),
        ("sqs://KEY:secret@", "sqs://"),
        ("filesystem://", "filesystem://"),
        ("sentinel://a:1;sentinel://b:2", "sentinel://a:1"),
        ("redis://queue:port/0", "redis://queue"),
    ):
        monkeypatch.setattr(broker, "_url", lambda url=url: url.partition(";")[0])
        assert broker.address() == shown


def test_a_sign_without_a_word_about_itself(stage):
    WorkerSign.objects.create(name="celery@new", seen_at=timezone.now())
    assert faults() == []
    assert list(telling.as_lines(api.site_status(api.SYSTEM)))


def test_every_fault_is_documented_with_its_weight():
    from tests.operations.test_lines import OPERATORS

    text = (OPERATORS / "monitoring.md").read_text(encoding="utf-8")
    for fault in api.SiteFault:
        weight = "critical" if api.Finding(fault).is_critical else "warning"
        assert f"| `{fault}` | {weight} |" in text


def line(number):
    return f"harry.chinn,Forklift,F1,2025-06-0{number},"


class TestScope:
    """With SCOPE one import works at a time: those that wait until it is their turn do not stand still."""

    @pytest.mark.parametrize("scope", ["site", "user"])
    def test_only_the_one_that_is_worked_on_may_stand_still(self, running, settings, scope):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": scope}
        first, *others = (running.submit(line(number)) for number in (1, 2, 3))
        assert tasks.admit(first.id)
        for batch in (first, *others):
            running.grow_old(batch)
        status = api.site_status(api.SYSTEM)
        assert [each.id for each in status.work.stalled] == [first.id]
        running.work_off(first)
        for batch in others:
            running.grow_old(batch)
        assert [each.id for each in api.site_status(api.SYSTEM).work.stalled] == [others[0].id]

    def test_those_of_another_user_have_a_line_of_their_own(self, running, settings, django_user_model):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "user"}
        own = running.submit(line(1))
        ImportBatch.objects.update(uploaded_by=django_user_model.objects.create_user("other"))
        others = running.submit(line(2))
        for batch in (own, others):
            running.grow_old(batch)
        assert {each.id for each in api.site_status(api.SYSTEM).work.stalled} == {own.id, others.id}


class TestTellings:
    """Messages to learners and mails to uploaders."""

    @pytest.fixture
    def told(self, running):
        return running.worked_off(messages="send")

    def test_messages_that_cannot_be_sent(self, running, monkeypatch):
        def away(*args, **kwargs):
            raise HostUnavailable("secret")

        monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.send_messages", away)
        batch = running.worked_off(messages="send")
        status = api.site_status(api.SYSTEM)
        assert faults(status) == ["messages_wait"]
        told = status.work.tellings
        assert (told.waiting, told.sending, told.interrupted) == (1, 0, 0)
        [held] = told.held
        assert (held.reference, held.kind) == (batch.reference, "host_away")
        lines = "\n".join(telling.work_lines(status))
        assert "Messages to learners: 1 wait, 0 are being sent." in lines

    def test_messages_of_which_nobody_knows_whether_they_left(self, told):
        assert faults() == []
        Message.objects.update(state="interrupted")
        assert faults() == ["messages_interrupted"]
        Delivery.objects.update(finished_at=timezone.now() - timedelta(hours=25))
        assert faults() == []

    def test_mails_that_could_not_be_sent(self, told):
        Notice.objects.update(mail="dropped", moved_at=timezone.now() - timedelta(hours=23))
        assert faults() == ["mails_dropped"]
        Notice.objects.update(moved_at=timezone.now() - timedelta(hours=25))
        assert faults() == []

    def test_they_are_counted_so_far_and_no_further(self, told, monkeypatch):
        monkeypatch.setattr("cert_completion_plugin.store.tellings.MOST_COUNTED", 1)
        monkeypatch.setattr(api, "MOST_COUNTED", 1)
        Delivery.objects.update(finished_at=None)
        Message.objects.update(state="waiting")
        lines = "\n".join(telling.work_lines(api.site_status(api.SYSTEM)))
        assert "1 or more wait" in lines
