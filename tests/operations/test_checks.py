"""What an operator can get wrong is told at start-up, each by an id of its own, with a hint."""

import re
from pathlib import Path
from types import SimpleNamespace

import django
import pytest
from celery import Celery
from cert_completion_hooks import SPEC_VERSION, HostInfo, hookimpl
from cert_completion_hooks.memory import MemoryHost
from django.apps import apps
from django.conf import LazySettings
from django.core import checks
from django.test import modify_settings, override_settings

from cert_completion_plugin import gateway
from cert_completion_plugin.checks import database, pages
from cert_completion_plugin.store import connections
from tests import doubles

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
STYLE = {"BACKEND": "django.template.backends.django.DjangoTemplates"}


@pytest.fixture(autouse=True)
def _no_app(monkeypatch):
    """The site has no Celery application, whatever other tests have imported."""
    monkeypatch.setattr("cert_completion_plugin.broker.current_app", Celery("default", set_as_current=False))


LACKING = ("cert_completion.W001", "cert_completion.W019")


def found(databases=()):
    """The ids of what is found, without those about the two things that the tests' site really lacks."""
    messages = checks.run_checks(tags=["cert_completion", "cert_completion_records"], databases=list(databases))
    assert all(message.hint for message in messages)
    return sorted(message.id.rpartition(".")[2] for message in messages if message.id not in LACKING)


def told(code):
    return next(message.msg for message in checks.run_checks(databases=[]) if message.id == f"cert_completion.{code}")


def test_the_tests_own_site_is_in_order():
    assert found() == found(["default"]) == []


@pytest.fixture
def app(monkeypatch):
    """Makes the site's Celery application one with this broker and these settings."""

    def app(url="redis://localhost/0", **conf):
        made = Celery("site", broker=url, set_as_current=False)
        made.conf.update(conf)
        monkeypatch.setattr("cert_completion_plugin.broker.current_app", made)
        return made

    return app


def test_tasks_that_are_done_in_the_request(app):
    app(task_always_eager=True)
    assert found() == ["W007"]


def test_a_broker_in_memory_reaches_nobody(app):
    app("memory://")
    assert found() == ["W008"]
    app("redis://localhost/0")
    assert found() == []


def test_a_queue_that_the_application_does_not_know(app, settings):
    settings.CERT_COMPLETION = {"QUEUE": "imports"}
    app(task_create_missing_queues=False)
    assert found() == ["E010"]
    assert "'imports'" in told("E010")
    app(task_create_missing_queues=True)
    assert found() == []


@pytest.mark.parametrize("missing", pages.APPS)
def test_an_app_that_the_pages_need(monkeypatch, missing):
    is_installed = apps.is_installed
    stand_in = SimpleNamespace(is_installed=lambda name: name != f"django.contrib.{missing}" and is_installed(name))
    monkeypatch.setattr("cert_completion_plugin.checks.pages.apps", stand_in)
    assert found() == ["E004"]
    assert f"django.contrib.{missing}." in told("E004")


@pytest.mark.parametrize("missing", pages.PROCESSORS)
def test_a_context_processor_that_the_pages_need(settings, missing):
    options = {"context_processors": [name for name in pages.PROCESSORS if name != missing]}
    settings.TEMPLATES = [{**STYLE, "APP_DIRS": True, "OPTIONS": options}]
    assert found() == ["E005"]
    assert missing in told("E005")


def test_templates_of_django_are_needed(settings):
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.dummy.TemplateStrings"}]
    assert found() == ["E005", "E006"]


def test_pages_without_an_address(settings):
    settings.ROOT_URLCONF = "tests.operations.urls_without_pages"
    assert found() == ["W001", "W004"]


def test_pages_without_the_admin(settings):
    settings.ROOT_URLCONF = "tests.operations.urls_without_admin"
    assert found() == ["E007"]


@pytest.fixture
def base(settings):
    """Makes the base template of the site one with this text; others are named parent.html and so on."""

    def base(text, **others):
        templates = {"site.html": text, **{f"{name}.html": other for name, other in others.items()}}
        loaders = [
            ("django.template.loaders.locmem.Loader", templates),
            "django.template.loaders.app_directories.Loader",
        ]
        options = {"context_processors": list(pages.PROCESSORS), "loaders": loaders}
        settings.TEMPLATES = [{**STYLE, "OPTIONS": options}]
        settings.CERT_COMPLETION = {"BASE_TEMPLATE": "site.html"}

    return base


def blocks(*names):
    return "".join(f"{{% block {name} %}}{{% endblock %}}" for name in names)


@pytest.mark.parametrize(
    ("text", "parent", "ids"),
    [
        (blocks("title", "extrastyle", "extrahead", "breadcrumbs", "content"), "", []),
        (blocks("title", "extrastyle", "extrahead", "breadcrumbs"), "", ["E006"]),
        (blocks("title", "extrastyle", "content"), "", ["W005"]),
        ("{% extends 'admin/base_site.html' %}", "", []),
        ("{% extends 'parent.html' %}" + blocks("title"), blocks("extrastyle", "content"), ["W005"]),
        ("{% extends layout %}", "", []),
        ("{% extends 'parent.html' %}", "{% extends layout %}", []),
        ("{% block content %}", "", ["E006"]),
    ],
)
def test_the_base_template_has_the_blocks_that_pages_fill(base, text, parent, ids):
    base(text, parent=parent)
    assert found() == ids


def test_the_blocks_that_are_missing_are_named(base):
    base(blocks("title", "extrastyle", "content"))
    assert "extrahead, breadcrumbs" in told("W005")


def test_a_base_template_that_does_not_exist(settings):
    settings.CERT_COMPLETION = {"BASE_TEMPLATE": "nowhere.html"}
    assert found() == ["E006"]
    assert "'nowhere.html'" in told("E006")


def test_a_base_template_of_another_engine(settings, tmp_path):
    (tmp_path / "other.html").write_text("other")
    other = {"BACKEND": "django.template.backends.dummy.TemplateStrings", "DIRS": [tmp_path], "NAME": "other"}
    settings.TEMPLATES = [*settings.TEMPLATES, other]
    settings.CERT_COMPLETION = {"BASE_TEMPLATE": "other.html"}
    assert found() == ["E006"]


def test_static_files(settings, monkeypatch):
    settings.STATIC_URL = None
    assert found() == ["W006"]
    with modify_settings(INSTALLED_APPS={"remove": "django.contrib.staticfiles"}):
        assert "staticfiles in INSTALLED_APPS and no STATIC_URL" in told("W006")


class _Elsewhere:
    def db_for_write(self, model, **hints):
        return "other" if model._meta.app_label == "cert_completion_plugin" else None


def test_tables_that_are_routed_elsewhere(settings):
    settings.DATABASE_ROUTERS = [_Elsewhere()]
    assert found() == ["E009"]
    assert "'other'" in told("E009")


class _OnAnotherDatabase(MemoryHost):
    @hookimpl
    def host_info(self):
        return HostInfo(name="far", version="1", contract_version=SPEC_VERSION, database_alias="nowhere")


def test_a_host_that_writes_on_a_database_that_there_is_not(settings):
    doubles.install(settings, _OnAnotherDatabase())
    gateway.reset()
    assert found() == ["E008"]
    assert "'nowhere'" in told("E008")


class _Able(MemoryHost):
    """A host without the capabilities to undo, to keep evidence and to send messages."""

    @hookimpl
    def host_info(self):
        return HostInfo(name="able", version="1", contract_version=SPEC_VERSION)


@pytest.mark.parametrize(
    ("defaults", "capability"),
    [
        ({"unknown_certification": "create_evidence"}, "evidence"),
        ({"commit_policy": "all_or_nothing"}, "undo"),
        ({"messages": "send"}, "messages"),
    ],
)
def test_defaults_that_no_host_can_fulfil(settings, defaults, capability):
    doubles.install(settings, _Able())
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": defaults}
    gateway.reset()
    assert found() == ["W009"]
    assert f"'{capability}'" in told("W009")
    doubles.install(settings, MemoryHost())
    gateway.reset()
    assert found() == []


def test_the_time_of_the_site(settings, monkeypatch):
    with override_settings(USE_TZ=False):
        assert found() == ["W015"]
    monkeypatch.setattr(LazySettings, "is_overridden", lambda self, name: name != "TIME_ZONE", raising=False)
    assert found() == ["W014"]
    assert "UTC" in told("W014")


def test_mails_that_come_from_nobody(settings):
    settings.DEFAULT_FROM_EMAIL = "webmaster@localhost"
    assert found() == ["W021"]
    settings.CERT_COMPLETION = {"NOTICE_MAIL": False}
    assert found() == []


def test_a_token_that_may_be_guessed(settings):
    settings.CERT_COMPLETION = {"METRICS_TOKEN": "x" * 19}
    assert found() == ["W017"]
    assert "x" not in told("W017").replace("text", "")
    settings.CERT_COMPLETION = {"METRICS_TOKEN": "x" * 20}
    assert found() == []


def test_metrics_without_their_library(settings, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.checks.settings.find_spec", lambda name: None)
    assert found() == []
    settings.CERT_COMPLETION = {"METRICS_TOKEN": "x" * 20}
    assert found() == ["W018"]


def test_mails_without_a_link(settings, monkeypatch):
    def is_told():
        return any(message.id == "cert_completion.W019" for message in checks.run_checks(databases=[]))

    settings.CERT_COMPLETION = {}
    assert "without a link to the report" in told("W019")
    for given in ({"SITE_URL": "https://lms.example.org"}, {"NOTICE_MAIL": False}, {"SITE_URL": "nonsense"}):
        settings.CERT_COMPLETION = given
        assert not is_told()
    settings.CERT_COMPLETION = {}
    assert is_told()
    monkeypatch.setattr("cert_completion_plugin.checks.settings.apps", SimpleNamespace(is_installed=lambda name: True))
    assert not is_told()


MEGA = 1024 * 1024


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"FILE_UPLOAD_MAX_MEMORY_SIZE": 90 * MEGA}, ["W013"]),
        ({"FILE_UPLOAD_MAX_MEMORY_SIZE": 90 * MEGA, "FILE_UPLOAD_HANDLERS": ["some.Handler"]}, []),
        (
            {"FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"]},
            ["E011"],
        ),
        ({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 20}, ["W016"]),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 1024}, ["W016"]),
        ({"DATA_UPLOAD_MAX_NUMBER_FILES": 0}, ["W016"]),
        (
            {
                "DATA_UPLOAD_MAX_NUMBER_FIELDS": None,
                "DATA_UPLOAD_MAX_MEMORY_SIZE": None,
                "DATA_UPLOAD_MAX_NUMBER_FILES": None,
            },
            [],
        ),
    ],
)
def test_the_limits_for_uploads(given, ids):
    with override_settings(**given):
        assert found() == ids


def test_small_files_may_be_held_in_memory(settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 90 * MEGA
    settings.CERT_COMPLETION = {"MAX_BYTES": 10 * MEGA}
    assert found() == []


@pytest.fixture
def sqlite_file(monkeypatch):
    """Makes the database an SQLite file with these settings."""

    def sqlite_file(**settings):
        monkeypatch.setattr(connections, "is_sqlite_file", lambda: True)
        monkeypatch.setattr(connections, "settings_of_imports", lambda: settings)

    return sqlite_file


GOOD = {"transaction_mode": "immediate", "timeout": 30}


@pytest.mark.parametrize(
    ("settings_of", "ids"),
    [
        ({"OPTIONS": GOOD}, []),
        ({"OPTIONS": GOOD, "ATOMIC_REQUESTS": True}, ["W010"]),
        ({"OPTIONS": {**GOOD, "timeout": 5}}, ["W011"]),
        ({}, ["W011"]),
    ],
)
def test_an_sqlite_file(sqlite_file, settings_of, ids):
    sqlite_file(**settings_of)
    assert found() == ids


def test_an_sqlite_file_takes_its_turn_at_the_beginning_where_django_can(sqlite_file, monkeypatch):
    sqlite_file(OPTIONS={"timeout": 30})
    monkeypatch.setattr(database, "django", SimpleNamespace(VERSION=(5, 1, 0)))
    assert found() == ["W011"]
    assert "IMMEDIATE" in next(str(message.hint) for message in checks.run_checks() if str(message.id).endswith("W011"))
    monkeypatch.setattr(database, "django", SimpleNamespace(VERSION=(4, 2, 0)))
    assert found() == []


def test_a_database_in_memory_is_nobody_elses(monkeypatch):
    monkeypatch.setattr(connections, "settings_of_imports", lambda: {"ATOMIC_REQUESTS": True})
    assert found() == []


@pytest.mark.parametrize(
    ("sets", "ids"),
    [
        ({"the connection": "utf8mb4", "the database": "utf8mb4"}, []),
        ({"the connection": "utf8mb3", "the database": "utf8mb4"}, ["W012"]),
        ({"the connection": "utf8mb4", "the database": "latin1"}, ["W012"]),
        ({}, []),
    ],
)
def test_mysql_keeps_every_character(monkeypatch, sets, ids):
    monkeypatch.setattr(connections, "mysql_character_sets", lambda: sets)
    assert found(["default"]) == ids
    assert found() == []


def test_what_a_server_says_of_its_characters():
    sets = connections.mysql_character_sets()
    assert set(sets.values()) == ({"utf8mb4"} if django.db.connection.vendor == "mysql" else set())


@pytest.mark.parametrize("name", ["nowhere.Class", "rest_framework.authentication.Nothing", "json.loads", "word"])
def test_the_ways_in_which_the_rest_api_knows_users(settings, name):
    ways = ["rest_framework.authentication.SessionAuthentication", name]
    settings.CERT_COMPLETION = {"API_AUTHENTICATION": ways}
    assert found() == ["E012"]
    assert repr(name) in told("E012")
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "rest_framework"]
    assert found() == []


def test_the_record_of_learning_has_an_address(settings):
    settings.ROOT_URLCONF = "tests.operations.urls_without_pages"
    assert "cert_completion_records.W001" in {message.id for message in checks.run_checks(databases=[])}


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"EVIDENCE_TYPES": [{}]}, "E001", "is not as it should be"),
        ({"MESSAGES_LOOK_BACK_DAYS": 0}, "E002", "MESSAGES_LOOK_BACK_DAYS"),
        ({"LEARNER_LANGUAGE": "nowhere.language"}, "E003", "cannot be imported"),
        ({"SITE_URL": "lms.example.org"}, "E004", "must be an address"),
    ],
)
def test_the_settings_of_the_record_book(settings, given, code, words):
    settings.CERT_COMPLETION_RECORDS = given
    [message] = checks.run_checks(tags=["cert_completion_records"])
    assert (message.id, message.level) == (f"cert_completion_records.{code}", checks.ERROR)
    assert words in message.msg


IDS = re.compile(r"\bcert_completion(?:_records|_openedx)?\.[EW]\d{3}\b")


RAISING = (
    ROOT / "cert_completion_plugin" / "checks",
    ROOT / "hooks" / "cert_completion_records",
    ROOT / "hooks" / "cert_completion_openedx",
)


def ids_in(*places):
    files = [file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])]
    return {found for file in files for found in IDS.findall(file.read_text(encoding="utf-8"))}


def test_every_id_is_documented_with_cause_and_cure():
    raised = ids_in(*RAISING)
    text = (ROOT / "docs" / "operators" / "system-checks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(cert_completion[a-z_]*\.[EW]\d{3})` \| (.+ \| .+) \|$", text, re.MULTILINE))
    assert set(rows) == raised
    assert all(len(row.split(" | ")) == 2 and min(map(len, row.split(" | "))) > 10 for row in rows.values())


def test_every_id_has_a_test():
    raised = ids_in(*RAISING)
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*checks*.py"))
    assert [each for each in raised if not re.search(rf'["\.]{each.rpartition(".")[2]}"', tests)] == []
