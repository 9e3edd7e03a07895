"""Looking at a page as people and browsers do: axe-core's checks, reflow, the browser's complaints, pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (1280, 768, 320)
HEIGHT = 900

_RUN_AXE = """async (tags) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
    return found.violations.map((rule) => `${rule.id}: ${rule.help}\\n` + rule.nodes.map(
        (node) => `    ${node.html}\\n        ${node.any.concat(node.all).map((check) => check.message).join("; ")}`
    ).join("\\n"));
}"""
# Some part may scroll sideways by itself; the page may not, and nothing may be cut off.
_WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def assert_accessible(page: Any) -> None:
    """Nothing on the page as it is now breaks a rule of WCAG 2.2, A or AA, that axe-core can check.

    It is a script: a browser without JavaScript would wait for it for ever.
    """
    page.evaluate(AXE + "; undefined")
    violations = page.evaluate(_RUN_AXE, TAGS)
    assert not violations, "\n".join(violations)


def look_at(page: Any, name: str) -> None:
    """The page is accessible and no wider than the screen, at each width and when dark; a picture is kept of each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        assert page.evaluate(_WIDER_THAN_THE_SCREEN) <= 0, f"{name} is wider than {width} pixels"
        assert_accessible(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    _switch_to(page, "dark")
    page.screenshot(path=PICTURES / f"{name}-{WIDTHS[0]}-dark.png", full_page=True)
    assert_accessible(page)
    _switch_to(page, "light")


def _switch_to(page: Any, scheme: str) -> None:
    """The admin's colours do not change at once."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished)).then(() => {})")


@contextmanager
def no_complaints(page: Any) -> Iterator[None]:
    """The browser complains of nothing: no refusal by the Content-Security-Policy, no error in a script, no 404."""
    complaints: list[str] = []
    requests: list[str] = []

    def heard(message: Any) -> None:
        # Every browser asks for it; no page names one.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    yield
    assert not complaints, complaints
    here = page.url.split("/", 3)[:3]
    assert not [url for url in requests if url.split("/", 3)[:3] != here]
