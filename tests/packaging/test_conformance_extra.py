"""The conformance kit comes with the wheel; pytest comes with the extra, and nobody else asks for it."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

_IMPORTS = """
import sys
sys.modules["pytest"] = sys.modules["_pytest"] = None  # as if it were not installed
import cert_completion_hooks.memory, cert_completion_hooks.examining.questions, cert_completion_hooks.spec
import cert_completion_plugin.gateway, cert_completion_plugin.conf
"""
_NO_DJANGO = """
import sys
sys.modules["django"] = None
import cert_completion_hooks.conformance
"""


def run(code: str) -> str:
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'hooks')!r}]"
    done = subprocess.run([sys.executable, "-c", f"{path}\n{code}"], capture_output=True, text=True, check=False)
    return done.stderr


def test_pytest_is_needed_by_extras_alone() -> None:
    assert not [each for each in PROJECT["project"]["dependencies"] if "pytest" in each]
    assert [each.split(">")[0] for each in PROJECT["project"]["optional-dependencies"]["conformance"]] == ["pytest"]


def test_the_kit_is_part_of_the_wheel() -> None:
    assert "hooks/cert_completion_hooks" in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert (ROOT / "hooks" / "cert_completion_hooks" / "conformance" / "__init__.py").exists()


def test_contract_and_plugin_can_be_imported_without_pytest() -> None:
    assert run(_IMPORTS) == ""


def test_the_kit_can_be_imported_without_django() -> None:
    assert run(_NO_DJANGO) == ""
