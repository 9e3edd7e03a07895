import pytest
from celery import Celery
from django.core import checks
from django.db.utils import ConnectionHandler

from cert_completion_plugin.store import connections

pytestmark = pytest.mark.django_db


def run_checks(**where):
    """What is found, without that about the site's address, which the tests' site lacks."""
    found = checks.run_checks(tags=["cert_completion"], **where)
    return [message for message in found if message.id != "cert_completion.W019"]


def found():
    """What is found where no database may be asked; by Django 6.1 all may be, unless told otherwise."""
    return [(message.id, message.msg) for message in run_checks(databases=[])]


@pytest.fixture
def celery_app(monkeypatch):
    """The site has a Celery application, as the tests' site otherwise has not."""
    monkeypatch.setattr("cert_completion_plugin.broker.has_app", lambda: True)
    monkeypatch.setattr("cert_completion_plugin.broker.current_app", Celery("site", set_as_current=False))


def test_a_site_without_a_celery_application_is_warned(monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.broker.current_app", Celery("default", set_as_current=False))
    assert [code for code, _ in found()] == ["cert_completion.W001"]


def test_a_site_in_order_has_nothing_to_mend(settings, celery_app):
    settings.CERT_COMPLETION = {
        "HOSTS": ["records"],
        "DEFAULTS": {"assign": "never", "separator": ";"},
        "THRESHOLDS": {"problem_rows": 0},
    }
    assert found() == []


@pytest.fixture
def broker(celery_app, monkeypatch):
    """Makes the site's Celery application one with this broker."""

    def broker(url, **options):
        app = Celery("site", broker=url, set_as_current=False)
        app.conf.broker_transport_options = options
        monkeypatch.setattr("cert_completion_plugin.broker.current_app", app)

    return broker


@pytest.mark.parametrize(
    ("url", "options", "portion_seconds", "warned"),
    [
        ("redis://localhost/0", {}, 300, False),
        ("redis://localhost/0", {}, 900, True),
        ("rediss://localhost/0", {"visibility_timeout": 600}, 300, True),
        ("redis://localhost/0", {"visibility_timeout": 1000}, 10, False),
        ("redis://localhost/0", {"visibility_timeout": 900}, 10, True),
        ("amqp://localhost//", {}, 90_000, False),
        ("filesystem://", {"visibility_timeout": 1}, 300, False),
    ],
)
def test_redis_must_not_deliver_again_what_is_still_being_done(settings, broker, url, options, portion_seconds, warned):
    settings.CERT_COMPLETION = {"PORTION_SECONDS": portion_seconds}
    broker(url, **options)
    assert [code for code, _ in found()] == (["cert_completion.W002"] if warned else [])


def of_the_database():
    return [message.id for message in run_checks(databases=["default"])]


@pytest.mark.parametrize(("mode", "warned"), [("delete", True), ("wal", False), ("", False)])
def test_sqlite_without_wal_is_warned_where_databases_are_asked(celery_app, monkeypatch, mode, warned):
    monkeypatch.setattr("cert_completion_plugin.store.connections.sqlite_journal_mode", lambda: mode)
    assert of_the_database() == (["cert_completion.W003"] if warned else [])
    assert found() == []


def test_how_a_file_of_sqlite_keeps_its_journal(tmp_path, monkeypatch):
    file = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "site.sqlite3"}
    handler = ConnectionHandler({"default": file})
    monkeypatch.setattr(connections, "connection", handler["default"])
    assert connections.sqlite_journal_mode() == "delete"
    with handler["default"].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
    assert connections.sqlite_journal_mode() == "wal"
    handler["default"].close()


def test_no_database_is_asked_by_a_check_that_may_not(celery_app, django_assert_num_queries):
    with django_assert_num_queries(0):
        found()


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ({"HOST": ["records"]}, "cert_completion.E001", "has no key 'HOST'"),
        ({"MAX_ROWS": 0}, "cert_completion.E001", "above zero"),
        ({"MAX_ROWS": True}, "cert_completion.E001", "above zero"),
        ({"HOSTS": "records"}, "cert_completion.E001", "list of one or more names"),
        ({"HOSTS": []}, "cert_completion.E001", "list of one or more names"),
        ({"BLOCKED_HOSTS": "records"}, "cert_completion.E001", "['BLOCKED_HOSTS'] must be a list of names"),
        ({"BLOCKED_HOSTS": ["recrods"]}, "cert_completion.E003", "names the host 'recrods'"),
        ({"BLOCKED_HOOKS": ["records"]}, "cert_completion.E001", "a dictionary from hosts to lists of hooks"),
        ({"BLOCKED_HOOKS": {"records": "undo_changes"}}, "cert_completion.E001", "from hosts to lists of hooks"),
        ({"BLOCKED_HOOKS": {"records": ["undo"]}}, "cert_completion.E003", "names the hook 'undo'"),
        ({"HOOK_TRACE": 1}, "cert_completion.E001", "['HOOK_TRACE'] must be True or False"),
        ({"PARALLEL_PORTIONS": 0}, "cert_completion.E001", "above zero"),
        ({"PORTION_SECONDS": "300"}, "cert_completion.E001", "above zero"),
        ({"QUEUE": None}, "cert_completion.E001", "must be a text"),
        ({"BASE_TEMPLATE": 5}, "cert_completion.E001", "must be a text"),
        ({"DEFAULTS": "auto"}, "cert_completion.E001", "CERT_COMPLETION['DEFAULTS'] must be a dictionary of options"),
        (
            {"DEFAULTS": {"colour": "red"}},
            "cert_completion.E001",
            "CERT_COMPLETION['DEFAULTS']: There is no option 'colour'",
        ),
        ({"DEFAULTS": {"assign": "perhaps"}}, "cert_completion.E001", "'assign' does not take 'perhaps'"),
        (
            {"THRESHOLDS": 0.1},
            "cert_completion.E001",
            "must be a dictionary with the keys problem_rows, unknown_learners",
        ),
        ({"THRESHOLDS": {"rows": 0.1}}, "cert_completion.E001", "must be a dictionary with the keys problem_rows"),
        ({"THRESHOLDS": {"overwritten": 1.5}}, "cert_completion.E001", "['overwritten'] must be a share from 0 to 1"),
        ({"THRESHOLDS": {"overwritten": True}}, "cert_completion.E001", "must be a share from 0 to 1"),
        ({"THRESHOLDS": {"problem_rows": float("nan")}}, "cert_completion.E001", "must be a share from 0 to 1"),
        (["records"], "cert_completion.E001", "must be a dictionary"),
        ({"FILE_STORAGE": "attic"}, "cert_completion.E001", "attic"),
        ({"HOSTS": ["no_such_host"]}, "cert_completion.E002", "no_such_host"),
        ({"HOSTS": ["tests.doubles:yearly"]}, "cert_completion.E003", "host_info"),
    ],
)
def test_what_is_wrong_is_named_at_start_up(settings, given, code, text):
    settings.CERT_COMPLETION = given
    messages = found()
    assert code in [one for one, _ in messages]
    assert any(text in message for _, message in messages)
