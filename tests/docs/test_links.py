"""Every link in every document leads to a file that there is, and to a heading that it has."""

import re
from functools import cache

import pytest

from tests.docs.pages import PAGES, ROOT, named

LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)")


@cache
def anchors(page):
    """As GitHub and others make them of headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page):
    for target, anchor in LINK.findall(re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}#{anchor}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(ROOT / "docs")], ids=named)
def test_every_document_is_reached_from_an_index(page):
    """From docs/README.md, or from the README beside it, which is in that one."""
    indexes = [ROOT / "docs" / "README.md", page.parent / "README.md"]
    if page in indexes:
        return
    linked = {(index.parent / target).resolve() for index in indexes if index.exists() for target in targets(index)}
    assert page in linked


def targets(page):
    return [target for target, _ in LINK.findall(page.read_text(encoding="utf-8"))]


def test_each_picture_is_shown_somewhere_and_can_be_taken_anew():
    """By tools/screenshots.py, which needs what tests do without."""
    there = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    shown = {target.rpartition("/")[2] for page in PAGES for target in targets(page) if target.endswith(".png")}
    taken = re.findall(r'_take\(page, "([\w-]+)"', (ROOT / "tools" / "screenshots.py").read_text(encoding="utf-8"))
    assert there == shown == {f"{name}.png" for name in taken}
