"""docs/commands.md lists the commands that there are, and the exit codes that they use."""

import re
from pathlib import Path

import cert_completion_openedx
import cert_completion_records
import pytest
from django.core.management import find_commands, load_command_class

import cert_completion_plugin
from cert_completion_plugin.management.base import ImportCommand
from cert_completion_plugin.management.exits import MEANINGS
from cert_completion_plugin.reports.report import HEADINGS

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
PACKAGES = (cert_completion_plugin, cert_completion_records)


def commands(*packages):
    for package in packages:
        folder = Path(str(package.__file__)).parent / "management"
        yield from ((package.__name__, name) for name in find_commands(str(folder)))


def test_every_command_that_there_is_is_listed_and_no_other():
    """A new command is listed in the table at the top of docs/commands.md."""
    listed = set(re.findall(r"^\| `(cert_completion_\w+)` \|", DOCUMENT, re.MULTILINE))
    assert listed == {name for _, name in commands(*PACKAGES, cert_completion_openedx)}


def test_the_exit_codes_are_those_of_the_help():
    listed = dict(re.findall(r"^\| (\d+) \| (.+) \|$", DOCUMENT, re.MULTILINE))
    assert listed == {str(int(code)): text for code, text in MEANINGS.items()}


@pytest.mark.parametrize(("package", "name"), sorted(commands(*PACKAGES)))
def test_every_command_says_what_it_does_and_how_it_ends(package, name):
    command = load_command_class(package, name)
    text = command.create_parser("manage.py", name).format_help()
    assert command.help
    if isinstance(command, ImportCommand):
        assert all(f"  {code.value:<5}{meaning}" in text for code, meaning in MEANINGS.items())
        assert "--user NAME" in text


def test_the_columns_of_the_report_are_told():
    for part in ("import", "file", "option", "answer", "outcome", "code", "issue", "row"):
        assert f"`{part}`" in DOCUMENT
    assert {"part", "name", "value", "line", "codes", "words"} < set(HEADINGS)
