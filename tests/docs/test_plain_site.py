"""The README's way onto a plain Django site is gone literally, and the way off it, in a new project."""

import json
import os
import re
import subprocess
import sys

import django
import pytest

from tests.docs.pages import ROOT, blocks

OPERATORS = ROOT / "docs" / "operators"
CELERY, HOOK_UP = "celery.py", "__init__.py"


class Project:
    """A new Django project in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.run("-m", "django", "startproject", "mysite", ".")

    def run(self, *arguments, told="", status=0):
        """Run Python as an operator would, in the folder of manage.py; gives what is printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=_environment(),
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manage(self, command, **options):
        return self.run(*command.split(), **options)

    def append(self, name, text):
        with (self.folder / "mysite" / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")

    def without(self, name, text):
        file = self.folder / "mysite" / name
        before = file.read_text(encoding="utf-8")
        assert text in before
        file.write_text(before.replace(text, ""), encoding="utf-8")


def _environment():
    path = os.pathsep.join([str(ROOT), str(ROOT / "hooks")])
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**kept, "PYTHONPATH": path, "DJANGO_SUPERUSER_PASSWORD": "a-password-1"}


def steps():
    """The blocks of the README that an operator types, each with the file to which it belongs."""
    page = ROOT / "README.md"
    text = page.read_text(encoding="utf-8").partition("### On a plain Django site")[2].partition("\n### ")[0]
    of_section = [block for block in blocks(page) if block.text in text]
    for block in of_section:
        yield (
            file_of(block.text),
            block.text.replace("INSTALLED_APPS = [", "INSTALLED_APPS += [").replace(
                "urlpatterns = [", "urlpatterns += ["
            ),
        )


def file_of(text):
    if "app = Celery(" in text:
        return CELERY
    if "import app as celery_app" in text:
        return HOOK_UP
    return "urls.py" if "urlpatterns" in text else "settings.py"


def commands(page, heading):
    """The indented lines of a section that call manage.py."""
    text = page.read_text(encoding="utf-8").partition(heading)[2].partition("\n## ")[0]
    return re.findall(r"^ {4,}python (manage\.py .+)$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What was printed on the way: a site is made, its database set up, used, upgraded, and rid of the plugin."""
    site, told = Project(tmp_path_factory.mktemp("plain")), {}
    for name, text in steps():
        site.append(name, text)
    [broker] = [block.text for block in blocks(OPERATORS / "workers.md") if "filesystem" in block.text]
    site.append("settings.py", broker)
    if HAS_MAILERS:
        site.append("settings.py", MAILERS)
    migrate, check, createsuperuser, _ = commands(ROOT / "README.md", "**4. Make the tables")
    told["migrate"] = site.manage(migrate)
    told["check"] = site.manage(check)
    site.manage(f"{createsuperuser} --noinput --username registrar --email registrar@example.org")

    if HAS_THE_OPTIONS:
        [options] = [block.text for block in blocks(OPERATORS / "databases.md") if "transaction_mode" in block.text]
        site.append("settings.py", options)
    told["pages"] = site.run("manage.py", "shell", "-c", _PAGES)
    (site.folder / "completions.csv").write_text(_FILE, encoding="utf-8")
    told["import"] = site.manage(
        "manage.py cert_completion_import completions.csv --user registrar --no-review --work --format json -v 0"
    )

    upgrade = commands(OPERATORS / "upgrading.md", "## Upgrading")
    told["upgrade"] = "".join(site.manage(command) for command in upgrade)

    *drop, stale = commands(OPERATORS / "uninstalling.md", "# Uninstalling")
    told["drop"] = "".join(site.manage(command) for command in drop)
    for name, text in steps():
        if name in ("settings.py", "urls.py") and "cert_completion" in text:
            site.without(name, text)
    told["stale"] = site.manage(stale, told="yes\n" * 9)
    told["left"] = site.run("manage.py", "shell", "-c", _LEFT)
    told["check in the end"] = site.manage("manage.py check")
    return told


HAS_THE_OPTIONS = django.VERSION >= (5, 1)
"""Of SQLite, as the page on databases says."""

HAS_MAILERS = django.VERSION >= (6, 1)
MAILERS = 'MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}\n'
"""A new project has a console in the place of a mail server: mails stand among the output, and `check --deploy` ends
with an error."""


def test_every_step_has_its_file():
    assert [name for name, _ in steps()] == ["settings.py", "urls.py", "urls.py", CELERY, HOOK_UP, "settings.py"]


def test_what_check_finds_is_about_sqlite_and_mail_alone(told):
    allowed = {"cert_completion.W011", "cert_completion.W019", "cert_completion.W021"}
    assert ids(told["check"]) <= allowed
    assert ids(told["migrate"]) == ids(told["check"]) | {"cert_completion.W003"}


@pytest.mark.skipif(not HAS_THE_OPTIONS, reason="Django 5.1 brought them.")
def test_with_the_options_for_sqlite_nothing_is_said_of_it(told):
    assert ids(told["upgrade"]) == {"cert_completion.W019", "cert_completion.W021"}


def ids(text):
    return set(re.findall(r"cert_completion\w*\.[EW]\d{3}", text))


def test_pages_answer(told):
    expected = "/admin/ 302 /accounts/login/ 200 /cert-completions/upload/ 200 /record-of-learning/ 200"
    assert expected in told["pages"]


def test_a_file_is_imported(told):
    document, _ = json.JSONDecoder().raw_decode(told["import"])  # warnings follow
    assert (document["state"], document["outcomes"]) == ("finished", {"history": 1})


def test_after_uninstalling_nothing_is_left(told):
    assert "Unapplying cert_completion_plugin.0001_initial... OK" in told["drop"]
    assert "Unapplying cert_completion_records.0001_initial... OK" in told["drop"]
    assert "auth_user" in told["left"]
    assert "cert_completion" not in told["left"], told["stale"]
    assert "no issues" in told["check in the end"]


_FILE = (
    "username,certificationshortname,certificationidnumber,completiondate,duedate\nregistrar,forklift,,2025-05-31,\n"
)
_PAGES = """
from cert_completion_records.models import Certification
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

Certification.objects.create(short_name="forklift", id_number="f1", full_name="Forklift")
settings.ALLOWED_HOSTS = ["testserver"]
client = Client()
for path in ("/admin/", "/accounts/login/", "/cert-completions/upload/", "/record-of-learning/"):
    print(path, client.get(path).status_code, end=" ")
    if "login" in path:
        client.force_login(get_user_model().objects.get())
"""
_LEFT = """
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
print(connection.introspection.table_names(), list(Permission.objects.values_list("content_type__app_label")))
print(list(ContentType.objects.values_list("app_label")))
"""
