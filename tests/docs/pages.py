"""The fenced blocks of a page of the documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
HOST_DEVELOPERS = ROOT / "docs" / "host-developers"
PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "hooks/*.md", "sandbox/samples/*.md") for page in ROOT.glob(pattern)
)
HISTORY = (ROOT / "CHANGELOG.md", ROOT / "docs" / "decisions")
"""What was true once: names that stand there need not exist any more."""

OF_TODAY = [page for page in PAGES if not any(page.is_relative_to(each) for each in HISTORY)]


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


def code(page: Path) -> Iterator[str]:
    """Every line of code of a page: in blocks, indented or fenced, and between backticks."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        yield from block.text.splitlines()
    text = _FENCED.sub("", text)
    yield from (line.strip() for line in text.splitlines() if line.startswith("    "))
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def named(page: Path) -> str:
    """A page as pytest names its tests."""
    return str(page.relative_to(ROOT))


_FENCED = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[Block]:
    for found in _FENCED.finditer(page.read_text(encoding="utf-8")):
        yield Block(*found.groups())
