"""The whole way in a real browser, at the harbour: log-in by e-mail, upload, plan, report, undo, with a real worker."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest

from tests.foreign_lms import filling
from tests.foreign_lms.processes import ROOT, run, start

pytestmark = pytest.mark.browser

SHOTS = ROOT / "build" / "screenshots"
PATIENCE = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the harbour's site answers, with a worker beside it."""
    folder = tmp_path_factory.mktemp("harbour")
    run(folder, "-m", "tests.foreign_lms.preparing")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    alone = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
    log = folder / "log"
    with log.open("wb") as output:
        streams = {"stdout": output, "stderr": subprocess.STDOUT}
        site = start(folder, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}", **streams)
        worker = start(folder, "-m", "celery", "--app", "tests.foreign_lms.celery", "worker", *alone, **streams)
    try:
        deadline = time.monotonic() + 60
        while not answers(port) or " ready." not in log.read_text():
            assert site.poll() is None, log.read_text()
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (site, worker):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def page(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints = []

    def heard(message):
        if message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico"):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints


def shot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"harbour-{name}.png", full_page=True)


def test_the_whole_way_at_the_harbour(page, tmp_path):
    page.goto("/office/training/imports/upload/")
    assert "/desk/login/" in page.url
    page.fill("[name=username]", filling.OFFICER)
    page.fill("[name=password]", "olga")
    shot(page, "log-in")
    page.click("[type=submit]")
    assert page.url.endswith("/office/training/imports/upload/")

    page.click("text=Home >> nth=0")
    assert page.url.endswith("/desk/")
    shot(page, "index")
    page.click("text=Upload certification completions >> nth=0")
    file = tmp_path / "crew.csv"
    file.write_text(filling.FILE)
    page.set_input_files("[name=file]", file)
    page.check("[name=import_action][value=certify_if_newer]")
    page.check("[name=unknown_certification][value=create_evidence]")
    shot(page, "upload")
    page.click("text=Upload the file")

    page.wait_for_selector("text=Nothing has been recorded yet.", timeout=PATIENCE)
    shot(page, "plan")
    page.click("button:has-text('Record ')")
    page.wait_for_selector("text=What became of the rows", timeout=PATIENCE)
    shot(page, "report")
    assert "Rows read 5 = " in page.inner_text(".ccp-proof")
    refused = page.locator("#line-5").inner_text()
    assert "There is no learner with the username “ann@harbour.example.org”." in refused

    page.locator("#line-2 th a").click()
    shot(page, "row")
    assert "0042" in page.inner_text("body")
    page.go_back()
    page.locator("#line-2 .ccp-name a").click()
    assert re.search(r"/people/\d+/licences/$", page.url)
    shot(page, "licences")
    held = page.inner_text("body")
    assert "Valid: Crane, trained on 2026-01-10, last day 2028-01-09" in held
    assert "Outside: Welding, trained on 2025-11-05" in held

    page.go_back()
    page.click("text=Undo this import")
    page.click("text=See what would be undone")
    page.fill("[name=reason]", "It was another crew.", timeout=PATIENCE)
    shot(page, "undo")
    page.click("[name=do][value=undo]")
    page.wait_for_selector("text=This import was undone.", timeout=PATIENCE)
    shot(page, "undone")
    page.goto("/people/1/licences/")
    assert "Ann Berth" in page.inner_text("body")
    assert "Valid" not in page.inner_text("body")
    assert "Outside" not in page.inner_text("body")

    page.goto("/office/training/imports/status/")
    shot(page, "status")
    assert page.locator("text=Harbour back office").count()
