"""Writes docs/operators/settings.md from the two modules `conf.py`: `python -m tools.settings`. A test says when to.

Above its mark the page is written by hand; each key is described below it in `conf.py`.
"""

import ast
import inspect
import os
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operators" / "settings.md"
MARK = "<!-- Made from conf.py by tools/settings.py; edit that, and nothing below. -->\n"
HEAD = "| key | default | what it is |\n|---|---|---|\n"


class Key(NamedTuple):
    """One key of a dictionary of settings; `about` is Markdown, "" where nobody described it."""

    name: str
    default: Any
    about: str


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.path.insert(0, str(ROOT / "hooks"))
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page: what is written by hand, and a table for each dictionary."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return by_hand + MARK + "".join(f"\n## {name}\n\n{HEAD}{_rows(keys)}" for name, keys in tables().items())


def tables() -> dict[str, list[Key]]:
    """The keys of each dictionary, in the order of the code."""
    from cert_completion_openedx import conf as openedx
    from cert_completion_records import conf as records

    from cert_completion_plugin import conf

    attributes = {host.NAME: list(_of_attributes(host.Defaults)) for host in (records, openedx)}
    return {conf.NAME: list(_of_fields(conf.Settings)), **attributes}


def _of_fields(settings: Any) -> Iterator[Key]:
    about = _described(settings)
    for field in fields(settings):
        assert field.default is not MISSING, f"{field.name} has no default"
        yield Key(field.name.upper(), field.default, about.get(field.name, ""))


def _of_attributes(defaults: type) -> Iterator[Key]:
    about = _described(defaults)
    for name in defaults.__annotations__:
        yield Key(name, getattr(defaults, name), about.get(name, ""))


def _described(settings: type) -> dict[str, str]:
    """What stands below each attribute of a class, on one line."""
    body = ast.parse(dedent(inspect.getsource(settings))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        attribute.target.id: " ".join(below.value.value.split())
        for attribute, below in zip(body.body, body.body[1:], strict=False)
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _rows(keys: list[Key]) -> str:
    return "".join(f"| `{key.name}` | {_shown(key.default)} | {key.about} |\n" for key in keys)


def _shown(default: Any) -> str:
    """A default as an operator would write it; what is empty is none."""
    if isinstance(default, bool) or default is None:
        return f"`{default}`"
    if isinstance(default, int):
        return str(default)
    if isinstance(default, str) and default:
        return f'`"{default}"`'
    if isinstance(default, tuple) and default:
        names = ", ".join(f'"{name}"' for name in default)
        return f"`[{names}]`"
    return "none"


if __name__ == "__main__":
    main()
