"""The pages for host developers say what the code says, and leave out no hook or type."""

import ast
import importlib
import inspect
import re

import cert_completion_hooks
import pytest
from cert_completion_hooks import spec, types
from cert_completion_hooks.conformance import HostConformance, World
from cert_completion_hooks.examining.hooks import HOOKS

from tests.docs.pages import HOST_DEVELOPERS, ROOT, blocks, without_head
from tools import reference

PAGES = sorted(HOST_DEVELOPERS.glob("*.md"))
PUBLIC = sorted(set(cert_completion_hooks.__all__) - {"hookimpl"})
CLASSES = [each for _, each in inspect.getmembers(types, inspect.isclass) if each.__module__ == types.__name__]


def text_of(name: str) -> str:
    return (HOST_DEVELOPERS / name).read_text(encoding="utf-8")


def test_the_reference_is_that_of_the_code():
    assert text_of("reference.md") == reference.page(), "Write it anew: python tools/reference.py"


@pytest.mark.parametrize("name", [*HOOKS, *PUBLIC])
def test_the_reference_leaves_out_nothing(name):
    assert re.search(rf"(### `{name}`|    {name} = )", text_of("reference.md"))


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_is_explained_and_shown(name):
    assert inspect.getdoc(getattr(spec, name))
    assert f"\n## `{name}`\n" in text_of("hooks.md")
    assert f"`{name}`" in (ROOT / "hooks" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_type_says_what_it_is(kind):
    written = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(written, ast.ClassDef)
    assert ast.get_docstring(written), f"{kind.__name__} has no docstring"


def test_each_class_of_the_kit_is_listed_with_what_it_checks():
    listed = re.findall(r"^\| `(\w+Conformance)` \|", text_of("conformance.md"), re.MULTILINE)
    assert listed == [each.__name__ for each in HostConformance.__mro__[1:-1]]
    assert all(inspect.getdoc(each) for each in HostConformance.__mro__[:-1])


def test_each_method_of_the_world_is_explained():
    methods = [name for name, member in vars(World).items() if inspect.isfunction(member)]
    assert methods
    for name in methods:
        assert f"`{name}`" in text_of("conformance.md")
        assert inspect.getdoc(getattr(World, name))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_in_the_index(page):
    if page.name != "README.md":
        assert f"({page.name})" in text_of("README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_quoted_code_stands_in_the_file_that_is_named(page):
    for block in blocks(page):
        if block.name.startswith("cert_completion_"):
            assert without_head(block.text) in (ROOT / "hooks" / block.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_of_the_contract_in_code_exist(page):
    for block in blocks(page):
        if block.language == "python":
            for each in ast.walk(ast.parse(block.text)):
                if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("cert_completion_"):
                    module = importlib.import_module(str(each.module))
                    assert [name.name for name in each.names if not hasattr(module, name.name)] == []
