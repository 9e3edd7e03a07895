"""The tutorial, and the hooks that go on from it, are followed literally: files are written, commands run."""

import ast
import sys

import pytest

from cert_completion_plugin.gateway import Gateway, load_hosts
from tests.docs.following import reasons, run
from tests.docs.pages import HOST_DEVELOPERS, add, assembled, blocks

TUTORIAL, HOOKS = HOST_DEVELOPERS / "tutorial.md", HOST_DEVELOPERS / "hooks.md"
OUR_OWN = ("Our ", "The host's tests have no Django", "The kit cannot cut")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Each command of the tutorial, run when it comes, with what was printed and what should be."""
    folder, ran = tmp_path_factory.mktemp("host"), []
    for block in blocks(TUTORIAL):
        add(folder, block)
        if block.language == "console" and block.text.startswith("$ python -m pytest"):
            command, *expected = block.text.splitlines()
            ran.append((command, run(command, folder), expected))
    return ran


def test_each_command_prints_what_the_page_says(followed):
    assert len(followed) == 3
    for command, printed, expected in followed:
        for line in expected:
            where = printed.splitlines()[-1] if "passed" in line else printed
            assert line in where, f"{command}\n{printed}"


def test_in_the_end_the_kit_has_nothing_to_find_fault_with(followed):
    (printed,) = (printed for command, printed, _ in followed if command == "$ python -m pytest -q")
    assert "failed" not in printed.splitlines()[-1]
    assert any(reason.startswith("The host's tests have no Django") for reason in reasons(printed))
    allowed = (*OUR_OWN, "The host does not", "The world has no")
    assert [reason for reason in reasons(printed) if not reason.startswith(allowed)] == []


def test_with_all_hooks_nothing_is_left_out_but_what_the_lms_cannot_have(tmp_path):
    assembled(tmp_path, TUTORIAL, HOOKS)
    printed = run("$ python -m pytest -q", tmp_path)
    assert "passed" in printed.splitlines()[-1], printed
    assert "failed" not in printed.splitlines()[-1], printed
    allowed = (*OUR_OWN, "The world has no method forbid", "The host does not implement evidence_types")
    assert [reason for reason in reasons(printed) if not reason.startswith(allowed)] == []


def test_a_site_can_use_it_by_its_name(tmp_path, monkeypatch):
    assembled(tmp_path, TUTORIAL)
    monkeypatch.syspath_prepend(tmp_path)
    (setting,) = (block.text for block in blocks(TUTORIAL) if block.name == "settings")
    try:
        assert Gateway(load_hosts(ast.literal_eval(setting.partition("= ")[2])["HOSTS"])).problems() == []
    finally:
        for name in ("lms", "lms_host"):
            sys.modules.pop(name, None)


@pytest.mark.parametrize("page", [TUTORIAL, HOOKS], ids=lambda page: page.name)
def test_lines_of_code_fit_the_page(page):
    for block in blocks(page):
        if block.language == "python":
            ast.parse(block.text)
        assert [line for line in block.text.splitlines() if len(line) > 120] == []
