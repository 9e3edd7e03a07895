"""Writes what is made of the Python API: the reference in docs/python-api.md, and the snapshot tests/api/api.txt.

`python -m tools.python_api`; tests say when to. Above its mark the page is written by hand.
"""

import ast
import inspect
import os
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from textwrap import dedent
from types import FunctionType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "python-api.md"
SNAPSHOT = ROOT / "tests" / "api" / "api.txt"
MARK = "<!-- Made from the code by tools/python_api.py; edit that, and nothing below. -->\n"
PACKAGE = "cert_completion_plugin.api"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.path.insert(0, str(ROOT / "hooks"))
    import django

    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")


def page() -> str:
    """The page: what is written by hand, and the reference."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return by_hand + MARK + "\n" + "\n".join(_reference())


def snapshot() -> str:
    """Every name with all that other code may rely on, a line each: functions, fields, methods, words, constants."""
    return "".join(f"{line}\n" for name in sorted(public()) for line in lines_of(name, public()[name]))


def public() -> dict[str, Any]:
    from cert_completion_plugin import api

    return {name: getattr(api, name) for name in api.__all__}


def lines_of(name: str, value: Any) -> Iterator[str]:
    """One name: its signature, and for a class what it has."""
    if isinstance(value, FunctionType):
        yield signature(value, name)
    elif isinstance(value, type):
        yield f"class {name}({', '.join(base.__name__ for base in value.__bases__)})"
        yield from (f"    {line}" for line in _members(value))
    else:
        yield f"{name} = {_constant(value)}"


def signature(function: Any, name: str) -> str:
    """As it stands in the code."""
    written = _written(function)
    assert isinstance(written, ast.FunctionDef)
    returns = "" if written.returns is None else f" -> {ast.unparse(written.returns)}"
    return f"{name}({ast.unparse(written.args)}){returns}"


def _written(thing: Any) -> ast.stmt:
    return ast.parse(dedent(inspect.getsource(thing))).body[0]


def _members(kind: type) -> Iterator[str]:
    if issubclass(kind, Enum):
        yield from (f"{word.name} = {word.value!r}" for word in kind)
        return
    written = _written(kind)
    assert isinstance(written, ast.ClassDef)
    for statement in written.body:
        if isinstance(statement, ast.AnnAssign):
            yield ast.unparse(statement)
        elif isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            decorators = "".join(f"@{ast.unparse(each)} " for each in statement.decorator_list)
            returns = "" if statement.returns is None else f" -> {ast.unparse(statement.returns)}"
            yield f"{decorators}{statement.name}({ast.unparse(statement.args)}){returns}"


def _constant(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_constant, value))})"
    return repr(str(value)) if isinstance(value, Enum) else repr(value)


def _reference() -> Iterator[str]:
    """By topic, as the package has its modules; then what the functions take and give."""
    import cert_completion_plugin.api as package

    named = public()
    functions = {name: value for name, value in named.items() if isinstance(value, FunctionType)}
    for module in _modules(package):
        some = [name for name, value in vars(module).items() if functions.get(name) is value]
        own = [name for name in some if functions[name].__module__ == module.__name__]
        if own:
            yield f"## {_title(module)}\n"
            yield from map(_function, own, [functions.pop(name) for name in own])
    yield "## Tables as files\n"
    yield from map(_function, functions, functions.values())
    classes = {name: value for name, value in named.items() if isinstance(value, type)}
    for title, kinds in (("Exceptions", Exception), ("Words", Enum), ("Values", object)):
        some = sorted(name for name, kind in classes.items() if issubclass(kind, kinds))
        yield f"## {title}\n"
        yield from (_class(name, classes.pop(name)) for name in some)
    yield "## Constants, and names for types\n"
    for name, value in sorted(named.items()):
        if not isinstance(value, (FunctionType, type)):
            yield f"    {name} = {_constant(value)}"
    yield ""


def _modules(package: Any) -> list[Any]:
    """The modules of the package in the order in which the package names them."""
    written = ast.parse(inspect.getsource(package)).body
    names = [statement.module for statement in written if isinstance(statement, ast.ImportFrom)]
    return [sys.modules[name] for name in dict.fromkeys(names) if name and name.startswith(f"{PACKAGE}.")]


def _title(module: Any) -> str:
    first, _, _ = (inspect.getdoc(module) or "").partition("\n")
    return re.split(r"[.:]", first)[0]


def _function(name: str, function: Any) -> str:
    return f"### `{name}`\n\n    {signature(function, name)}\n\n{_said(function)}\n"


def _class(name: str, kind: type) -> str:
    members = [f"    {line}" for line in _members(kind)]
    return "\n".join([f"### `{name}`\n", _said(kind), *([""] if members else []), *members, ""])


def _said(thing: Any) -> str:
    """A docstring with its paragraphs on a line each; of a dataclass's none, which is its signature."""
    text = (inspect.getdoc(thing) or "").strip()
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text))


if __name__ == "__main__":
    main()
