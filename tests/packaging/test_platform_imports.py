"""What lets Open edX load the plugin: nothing of the platform is imported early, nothing by trial."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / "cert_completion_plugin", *sorted((ROOT / "hooks").glob("cert_completion_*"))]
OPENEDX = ROOT / "hooks" / "cert_completion_openedx"
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
PLATFORM = {
    "cms",
    "common",
    "crum",
    "edx_ace",
    "edx_django_utils",
    "lms",
    "opaque_keys",
    "openedx",
    "student",
    "xmodule",
}
FAILED_IMPORT = {"ImportError", "ModuleNotFoundError"}
APPS = ("cert_completion_plugin.apps", "cert_completion_records.apps", "cert_completion_openedx.apps")


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.partition(".")[0]}
    return set()


def at_module_level(tree: ast.AST) -> Iterator[ast.AST]:
    """What is run when a module is imported: all but the insides of functions."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield node
            yield from at_module_level(node)


def platform_imports(source: str) -> set[str]:
    return {name for node in at_module_level(ast.parse(source)) for name in imported(node)} & PLATFORM


def tried_imports(source: str) -> set[str]:
    """What is imported by trial, to go on without it."""
    return {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Try) and any(FAILED_IMPORT & _caught(handler) for handler in node.handlers)
        for inner in node.body
        for name in imported(inner)
    }


def _caught(handler: ast.ExceptHandler) -> set[str]:
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else FAILED_IMPORT


def test_no_module_imports_the_platform_when_it_is_imported():
    found = {path.name: names for path in SOURCES if (names := platform_imports(path.read_text(encoding="utf-8")))}
    assert not found


def test_nothing_is_imported_by_trial():
    """To find out where we are; an extra that is installed or not is another matter."""
    found = {path: tried_imports(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert not {path.name for path, names in found.items() if names & PLATFORM}
    assert not {path.name for path, names in found.items() if names and OPENEDX in path.parents}


def test_no_module_is_put_where_another_is_looked_for():
    looked_at = [path for folder in (OPENEDX, ROOT / "tests" / "openedx") for path in folder.rglob("*.py")]
    assert not [path for path in looked_at if "sys.modules" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    "source",
    [
        "import openedx.core",
        "from lms.djangoapps import certificates",
        "class Message:\n    from edx_ace.message import MessageType",
        "if True:\n    import student.models",
    ],
)
def test_that_would_be_seen(source):
    assert platform_imports(source)
    assert not platform_imports(f"def later():\n    {source.splitlines()[-1].strip()}")


def test_so_would_a_trial():
    assert tried_imports("try:\n    import edx_ace\nexcept ImportError:\n    edx_ace = None") == {"edx_ace"}
    later = "def f():\n    try:\n        import edx_ace\n    except (KeyError, ModuleNotFoundError):\n        pass"
    assert tried_imports(later) == {"edx_ace"}
    assert tried_imports("try:\n    import edx_ace\nexcept:\n    pass") == {"edx_ace"}
    assert not tried_imports("try:\n    f()\nexcept ImportError:\n    pass")


def test_the_apps_can_be_imported_while_settings_are_being_read():
    """Whatever asks for a setting then would get those that are there so far, and keep them."""
    asked = f"""
import sys
from importlib import import_module
for name in {APPS!r}:
    import_module(name)
from django.conf import settings
assert not settings.configured
ours = {{name for name in sys.modules if name.startswith("cert_completion_")}}
print(*sorted(ours))
"""
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {*APPS, *(name.partition(".")[0] for name in APPS)}


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": f"{ROOT}:{ROOT / 'hooks'}", "DJANGO_SETTINGS_MODULE": "there.are.none"}
