"""Behind every line of the threat list stands a test that there is."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| \*\*(.+?)\*\*.*\|$", TEXT, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


@cache
def names_in(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda each: each.rpartition("/")[2])
def test_a_test_that_is_named_exists(file, name):
    assert name in names_in(file)


THREATS = [line for line in TEXT.splitlines() if line.startswith("| **")]


@pytest.mark.parametrize("line", THREATS, ids=lambda line: line[4:40])
def test_every_threat_has_a_test(line):
    assert re.search(r"`tests/[\w/]+\.py::\w+`", line)
    assert line.count("|") == 4


def test_all_that_was_asked_for_is_in_the_list():
    assert len(LINES) >= 20


def test_every_test_of_this_folder_is_named():
    here = Path(__file__)
    files = {f"tests/security/{path.name}" for path in here.parent.glob("test_*.py") if path.name != here.name}
    assert files - {file for file, _ in NAMED} <= {"tests/security/test_deleted_users.py"}
