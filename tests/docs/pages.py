"""The fenced blocks of a page of the documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
HOST_DEVELOPERS = ROOT / "docs" / "host-developers"


class Block(NamedTuple):
    """A fenced block: its language, what stands behind that (such as the name of a file), and its lines."""

    language: str
    name: str
    text: str


def assembled(folder: Path, *pages: Path) -> None:
    """Write the files whose blocks these pages hold, in their order, into a folder."""
    for page in pages:
        for block in blocks(page):
            add(folder, block)


def add(folder: Path, block: Block) -> None:
    """Add a block to the file that it names: at its end, or, with `in NAME`, at the end of that class."""
    name, _, class_name = block.name.partition(" in ")
    if block.language != "python" or not name.endswith(".py") or "/" in name:
        return
    file = folder / name
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = _within(before, class_name, without_head(block.text)) if class_name else f"{before}\n\n{block.text}"
    file.write_text(after, encoding="utf-8")


def without_head(text: str) -> str:
    """The members of a class that is shown with its first line."""
    head, _, members = text.partition("\n")
    assert head.startswith("class "), head
    return members


def _within(text: str, class_name: str, added: str) -> str:
    start = text.index(f"class {class_name}")
    end = re.compile(r"\n\n\n(?=\S)|\Z").search(text, start)
    assert end is not None
    return f"{text[: end.start()].rstrip()}\n\n{added}{text[end.start() :]}"


_FENCED = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[Block]:
    for found in _FENCED.finditer(page.read_text(encoding="utf-8")):
        yield Block(*found.groups())
