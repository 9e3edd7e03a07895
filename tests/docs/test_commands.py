"""The commands, targets, settings and permissions that the documents name are there."""

import importlib.util
import re
import shlex

import pytest
from celery.bin.celery import celery
from cert_completion_hooks.examining.hooks import HOOKS
from django.conf import global_settings
from django.contrib.auth.models import Permission
from django.core.management import find_commands, get_commands, load_command_class

from tests.docs.pages import OF_TODAY, ROOT, code, named
from tools import settings as settings_tool

OURS = "cert_completion_"
OF_OPENEDX = set(find_commands(str(ROOT / "hooks" / "cert_completion_openedx" / "management")))
"""Its app is not installed here."""
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^(\w[\w-]*):", MAKEFILE, re.MULTILINE))
VARIABLES = {*re.findall(r"\$\((\w+)\)", MAKEFILE), "PORT"}
KEYS = {key.name for keys in settings_tool.tables().values() for key in keys}

pages = pytest.mark.parametrize("page", OF_TODAY, ids=named)


def management_commands(page):
    """Each call of a management command: its name and what is given to it."""
    for line in code(page):
        for name, given in re.findall(r"manage\.py (?:lms )?(\w+)([^|`]*)", line):
            yield name, words(given)
        if (found := re.match(rf"({OURS}\w+)\b([^|.(]*)$", line)) and found[1] in get_commands():
            yield found[1], words(found[2])


def words(given):
    try:
        return shlex.split(given, comments=True)
    except ValueError:
        return given.split()


def flags(given):
    """What begins with a dash, without values."""
    return [word.split("=")[0] for word in given if re.match(r"--?[a-zA-Z]", word)]


@pages
def test_management_commands_and_their_flags_exist(page):
    for name, given in management_commands(page):
        if name in OF_OPENEDX:
            assert flags(given) == []
            continue
        assert name in get_commands(), name
        command = load_command_class(get_commands()[name], name)
        known = command.create_parser("manage.py", name)._option_string_actions
        assert [flag for flag in flags(given) if flag not in known] == [], f"{name} {' '.join(given)}"


@pages
def test_targets_of_make_and_their_variables_exist(page):
    for line in code(page):
        if found := re.match(r"(?:\w+=\S+ )*make( [\w=./ -]+)?$", line):
            for word in (found[1] or "").split():
                name, is_variable, _ = word.partition("=")
                assert name in (VARIABLES if is_variable else TARGETS), line


@pages
def test_workers_are_started_as_celery_takes_it(page):
    for line in code(page):
        if found := re.search(r"\bcelery -A mysite (\w+)(.*)", line):
            command = celery.commands[found[1]]
            known = {name for each in command.params for name in each.opts}
            assert [flag for flag in flags(words(found[2])) if flag not in known] == [], line


@pages
def test_modules_that_python_runs_exist(page):
    """Of our own; a page that shows how to write some is followed by a test of its own."""
    for line in code(page):
        for module in re.findall(r"python -m ((?:tools|sandbox|bench|tests)[\w.]*)", line):
            assert importlib.util.find_spec(module), line
        for path in re.findall(r"(?<![\w./-])((?:tools|tests|sandbox|constraints|bench)/[\w./-]+)", line):
            assert (ROOT / path).exists(), line


ELSEWHERE = {*settings_tool.tables(), "ATOMIC_REQUESTS"}


@pytest.mark.parametrize("page", [page for page in OF_TODAY if "operators" in named(page)], ids=named)
def test_settings_that_operators_are_told_of_exist(page):
    for line in code(page):
        if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", line):
            is_known = line in KEYS | ELSEWHERE or hasattr(global_settings, line)
            assert is_known or line.startswith(("CELERY_", "DEFAULT_THROTTLE_")), line


@pytest.mark.django_db
def test_the_table_of_permissions_has_them_all_with_their_names_in_the_admin():
    text = (ROOT / "docs" / "operators" / "permissions.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \| \*(.+?)\* \| .+ \|$", text, re.MULTILINE))
    ours = Permission.objects.filter(content_type__app_label="cert_completion_plugin")
    assert told == set(ours.values_list("codename", "name"))


@pages
def test_permissions_exist(page):
    known = {found for each in (ROOT / "cert_completion_plugin" / "models.py",) for found in codenames(each)}
    for line in code(page):
        if (found := re.fullmatch(r"cert_completion_plugin\.(\w+_\w+)", line)) and found[1] not in HOOKS:
            is_module = importlib.util.find_spec(line) is not None
            assert found[1] in known or is_module, line


def codenames(path):
    return re.findall(r'\("(\w+)", _\("Can ', path.read_text(encoding="utf-8"))
