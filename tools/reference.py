"""Writes docs/host-developers/reference.md from the contract: `python tools/reference.py`. A test says when to."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "host-developers" / "reference.md"
sys.path.insert(0, str(ROOT / "hooks"))

from cert_completion_hooks import spec, text, types  # noqa: E402
from cert_completion_hooks.examining.hooks import FIRST_RESULT, HOOKS, HOOKS_OF, REQUIRED_HOOKS  # noqa: E402

_HEAD = f"""# Reference

Every hook and type of the contract, version {spec.SPEC_VERSION}. How to write each hook: [hooks.md](hooks.md).

Generated from `spec.py`, `types.py` and `text.py` by `tools/reference.py`; edit those, not this page.
"""
_SECTIONS = re.compile(r"^(Called|Given|Return|If nobody answers): ?", re.MULTILINE)


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "## Hooks\n", _about(spec), *map(_hook, HOOKS)]
    parts += ["## Exceptions\n", *_classes(Exception)]
    parts += ["## Words\n", 'Each is a text, too: `LearnerStatus.ACTIVE == "active"`.\n', *_classes(StrEnum)]
    parts += ["## Values\n", _about(types), *_aliases(), *_values()]
    parts += ["## Names\n", _about(text), *map(_function, ("normalised", "folded", "heading_key"))]
    parts += ["## Constants\n", _constants()]
    return "\n".join(parts)


def _about(module: object) -> str:
    """What a module says of itself, without its first line."""
    _, _, rest = (inspect.getdoc(module) or "").partition("\n\n")
    return f"{_joined(rest)}\n" if rest else ""


def _hook(name: str) -> str:
    hook = getattr(spec, name)
    parts = _SECTIONS.split(inspect.getdoc(hook) or "")
    lines = [
        f"### `{name}`\n",
        _joined(parts[0]),
        "",
        f"    {name}{_signature(hook)}",
        "",
        f"- **Kind:** {_kind(name)}",
    ]
    lines += [f"- **{title}:** {_joined(said)}" for title, said in zip(parts[1::2], parts[2::2], strict=True)]
    return "\n".join([*lines, ""])


def _kind(name: str) -> str:
    if name in REQUIRED_HOOKS:
        return "required; the first host that implements it answers."
    if name == "host_info":
        return "required of every host."
    if not FIRST_RESULT[name]:
        return "optional; every host that implements it is told."
    capabilities = [f"`{capability}`" for capability, hooks in HOOKS_OF.items() if name in hooks]
    with_what = f"goes with the capability {' and '.join(capabilities)}" if capabilities else "optional"
    return f"{with_what}; the first host that implements it answers."


def _signature(function: object) -> str:
    written = ast.parse(inspect.getsource(function)).body[0]  # type: ignore[arg-type]
    assert isinstance(written, ast.FunctionDef)
    returned = ast.unparse(written.returns).removesuffix(" | None") if written.returns else "None"
    return f"({ast.unparse(written.args)}) -> {returned}"


def _classes(base: type) -> Iterator[str]:
    for name, members in _written().items():
        kind = getattr(types, name)
        if issubclass(kind, base):
            yield _class(name, kind, members)


def _values() -> Iterator[str]:
    for name, members in _written().items():
        if not issubclass(getattr(types, name), (Exception, StrEnum)):
            yield _class(name, getattr(types, name), members)


def _aliases() -> Iterator[str]:
    for each in ast.parse(inspect.getsource(types)).body:
        if isinstance(each, ast.AnnAssign) and each.value and ast.unparse(each.annotation) == "TypeAlias":
            yield f"### `{ast.unparse(each.target)}`\n\n    {ast.unparse(each.value)}\n"


def _class(name: str, kind: type, members: list[ast.stmt]) -> str:
    lines = [f"### `{name}`\n", _paragraphs(inspect.getdoc(kind) or ""), ""]
    lines += [f"    {ast.unparse(member)}" for member in members if isinstance(member, (ast.Assign, ast.AnnAssign))]
    lines += [""] if len(lines) > 3 else []
    lines += _methods(members)
    return "\n".join(lines)


def _methods(members: list[ast.stmt]) -> Iterator[str]:
    for member in members:
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            is_property = any(ast.unparse(each) == "property" for each in member.decorator_list)
            call = member.name if is_property else f"{member.name}()"
            returned = ast.unparse(member.returns) if member.returns else "None"
            said = _joined(ast.get_docstring(member) or "")
            yield f"- `{call}` -> `{returned}`{': ' if said else ''}{said}\n"


def _function(name: str) -> str:
    function = getattr(text, name)
    said = _paragraphs(inspect.getdoc(function) or "")
    return f"### `{name}`\n\n{said}\n\n    {name}{_signature(function)}\n"


def _constants() -> str:
    names = ("PROJECT_NAME", "ENTRY_POINT_GROUP", "SPEC_VERSION")
    return "".join(f"    {name} = {getattr(spec, name)!r}\n" for name in names)


def _written() -> Mapping[str, list[ast.stmt]]:
    """The public classes of the contract's types, as they are written."""
    body = ast.parse(inspect.getsource(types)).body
    return {each.name: each.body for each in body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")}


def _paragraphs(said: str) -> str:
    return "\n\n".join(map(_joined, said.split("\n\n")))


def _joined(said: str) -> str:
    """A text whose lines were broken for the source code, on one line."""
    return " ".join(said.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
