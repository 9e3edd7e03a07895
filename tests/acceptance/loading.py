"""From folders of YAML files to cases.

What cannot be read becomes a `Broken` case, which fails: nothing is left out.
"""

import base64
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from tests.acceptance.case_format import faults

MEMORY = "memory"
"""The host that can be in every state that a case describes."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of running a case: on which host, and with review or without."""

    host: str
    review: bool

    def __str__(self) -> str:
        return f"{self.host}-{'on' if self.review else 'off'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One import of a case, and what must come of it. `options` are those that the case names."""

    today: date
    options: Mapping[str, Any]
    content: bytes = field(repr=False)
    file_name: str
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case whose format was checked. `given` holds it as it stands in its `file`: the world, `answer`, `undo`, ..."""

    id: str
    file: str
    given: Mapping[str, Any] = field(repr=False)
    uploads: tuple[Upload, ...]

    def ways(self, hosts: Iterable[str]) -> Iterator[Way]:
        """Every way in which this case is run on these hosts."""
        for host in hosts:
            if host == MEMORY or not self.given.get("memory_only"):
                for review in self._reviews():
                    yield Way(host, review)

    def _reviews(self) -> tuple[bool, ...]:
        named = self.given.get("options", {}).get("review")
        if named is not None:
            return (named,)
        needs_review = "between" in self.given or "certifications" in self.given.get("answer", {})
        return (True,) if needs_review else (False, True)


@dataclass(frozen=True, slots=True)
class Broken:
    """A case or file that cannot be run, and why."""

    id: str
    faults: tuple[str, ...]


Loaded: TypeAlias = Case | Broken


class NoCases(Exception):
    """A folder that was named holds no cases."""


def load(folders: Iterable[Path]) -> list[Loaded]:
    """All cases of all `*.yaml` files of these folders, in order. Raises NoCases for a folder without such a file."""
    loaded: list[Loaded] = []
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise NoCases(f"There is no *.yaml file in {folder}, so no case could be run. Name a folder of cases.")
        for file in files:
            loaded += _read(file)
    return _with_unique_ids(loaded)


def _read(file: Path) -> list[Loaded]:
    try:
        with file.open("rb") as stream:
            found = yaml.load(stream, _Loader)
    except (yaml.YAMLError, ValueError) as error:
        return [Broken(file.name, (f"{file.name} cannot be read: {error}",))]
    if not isinstance(found, list) or not found:
        return [Broken(file.name, (f"{file.name} must be a list of cases",))]
    return [_case(given, number, file.name) for number, given in enumerate(found, 1)]


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    """A mapping as usual, but a key that stands in it twice is an error: one of the two would be ignored."""
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
    mapping: dict[Hashable, Any] = loader.construct_mapping(node, deep=True)
    return mapping


_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _case(given: Any, number: int, file: str) -> Loaded:
    named = given.get("id") if isinstance(given, dict) else None
    case_id = named if isinstance(named, str) and named else f"{file}-{number}"
    if found := faults(given):
        return Broken(case_id, tuple(found))
    return Case(id=case_id, file=file, given=given, uploads=tuple(_uploads(given)))


def _uploads(given: Mapping[str, Any]) -> Iterator[Upload]:
    today = given["today"]
    for each in (given, *given.get("then", ())):
        today = each.get("today", today)
        yield Upload(
            today=today,
            options=each.get("options", {}),
            content=_content(each),
            file_name=each.get("file_name", "completions.csv"),
            expect=each["expect"],
        )


def _content(given: Mapping[str, Any]) -> bytes:
    if "file_base64" in given:
        return base64.b64decode("".join(given["file_base64"].split()))
    text: str = given["file"]
    return text.encode()


def _with_unique_ids(loaded: Iterable[Loaded]) -> list[Loaded]:
    seen: set[str] = set()
    unique: list[Loaded] = []
    for each in loaded:
        if each.id in seen:
            each = Broken(f"{each.id}-again", (f"The id {each.id!r} is taken by a case before this one.",))
        seen.add(each.id)
        unique.append(each)
    return unique
