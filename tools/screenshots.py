"""Writes the pictures of the documents anew: `make screenshots`. They show the running sandbox, in Chromium.

Each picture is a stop on one way through the pages, with files from sandbox/samples; the way ends after a minute.
Look at them before they are committed: what is wrong on a picture is wrong on the page.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SAMPLES = ROOT / "sandbox" / "samples"
WIDTH, COLOURS = 1080, 160
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu"]
# The notice of an import that has ended is told on the next page, whichever that is; the admin's own menu helps nobody.
_WITHOUT_NOTICES = """
.messagelist, #nav-sidebar, #toggle-nav-sidebar { display: none !important }
.main > .content { max-width: 100% !important; margin: 0 !important }
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as data, _sandbox(Path(data)) as address, _browser(address) as page:
        for step in (_question, _plan, _report, _row, _undo, _messages, _book, _lists, _status):
            step(page)


def _question(page: Any) -> None:
    _log_in(page, "uploader")
    page.goto("/cert-completions/upload/")
    _take(page, "upload", 1400)
    _upload(page, "dates-ambiguous.csv")
    page.wait_for_selector("text=Which")
    _take(page, "question", 900)


def _plan(page: Any) -> None:
    _upload(page, "problems.csv", import_action="certify_if_newer", messages="send")
    page.wait_for_selector("text=Nothing has been recorded yet.")
    _take(page, "plan", 1500)


def _report(page: Any) -> None:
    page.click("button:has-text('Record ')")
    page.wait_for_selector("text=What became of the rows")
    _take(page, "report", 1500)


def _row(page: Any) -> None:
    address = page.url
    page.goto(f"{address}?outcome=certified&learner=t.virtanen")
    page.locator("th[id^=line-] a, tr[id^=line-] th a").first.click()
    page.wait_for_url("**/rows/**")
    _take(page, "row", 1700)
    page.goto(address)


def _undo(page: Any) -> None:
    address = page.url
    page.click("text=Undo this import")
    page.click("text=See what would be undone")
    page.wait_for_selector("[name=reason]")
    _take(page, "undo", 1300)
    page.goto(address)


def _messages(page: Any) -> None:
    page.goto(f"{page.url}messages/")
    _take(page, "messages", 900)


def _book(page: Any) -> None:
    page.goto(f"{page.url.removesuffix('messages/')}?outcome=certified&learner=t.virtanen")
    page.locator(".ccp-name a").first.click()
    page.wait_for_url("**/record-of-learning/**")
    _take(page, "record-of-learning", 1100)


def _lists(page: Any) -> None:
    for name in ("column-missing.csv", "clean.csv"):
        _upload(page, name)
        page.wait_for_selector("h2:has-text('How the file was read')")
    page.goto("/cert-completions/")
    _take(page, "imports", 900)


def _status(page: Any) -> None:
    page.context.clear_cookies()
    _log_in(page, "admin")
    page.goto("/cert-completions/status/")
    _take(page, "status", 1100)


def _log_in(page: Any, name: str) -> None:
    page.goto("/accounts/login/?next=/admin/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", name)
    page.click("[type=submit]")


def _upload(page: Any, name: str, **chosen: str) -> None:
    page.goto("/cert-completions/upload/")
    page.set_input_files("[name=file]", SAMPLES / name)
    for option, value in chosen.items():
        page.check(f"[name={option}][value={value}]")
    page.click("text=Upload the file")


def _take(page: Any, name: str, height: int) -> None:
    """Keep a picture of the page from its top, in few colours."""
    page.add_style_tag(content=_WITHOUT_NOTICES)
    path = IMAGES / f"{name}.png"
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": min(height, whole)})
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB")


@contextmanager
def _sandbox(data: Path) -> Iterator[str]:
    """Where a new sandbox answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "SANDBOX_DATA": str(data / "sandbox")}
    log = data / "log"
    with log.open("wb") as told:
        running = subprocess.Popen(
            [sys.executable, "-m", "sandbox"], cwd=ROOT, env=environment, stdout=told, stderr=subprocess.STDOUT
        )
    try:
        while "The sandbox is running" not in log.read_text(encoding="utf-8"):
            if running.poll() is not None:
                raise SystemExit(log.read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)


@contextmanager
def _browser(address: str) -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise SystemExit(f"There is no browser here. Install one of: {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.set_default_timeout(60_000)
        yield page
        browser.close()


if __name__ == "__main__":
    main()
