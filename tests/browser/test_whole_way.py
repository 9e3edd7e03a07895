"""The whole way in a real browser, on the running sandbox: upload, progress, plan, report, Record of Learning."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
ROW_OF_THE_HELP_PAGE = "harrychinn,health_and_safety,hs1,23/03/2012,31/06/2012"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the sandbox answers, started with `python -m sandbox` as `make run` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PORT": str(port),
        "SANDBOX_DATA": str(tmp_path_factory.mktemp("sandbox")),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hooks")]),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    log = tmp_path_factory.mktemp("log") / "sandbox.log"
    with log.open("wb") as output:
        sandbox = subprocess.Popen(
            [sys.executable, "-m", "sandbox"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while "The sandbox is running" not in log.read_text():
            assert sandbox.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        sandbox.send_signal(signal.SIGINT)
        sandbox.wait(timeout=60)


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request, browser, address):
    context = browser.new_context(
        base_url=address, java_script_enabled=request.param, viewport={"width": 1280, "height": 900}
    )
    yield context.new_page()
    context.close()


def log_in(page, name):
    page.goto("/accounts/login/?next=/admin/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", name)
    page.click("[type=submit]")


def shot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_upload_plan_report_explanation_and_undo(page):
    log_in(page, "uploader")
    page.click("text=Upload certification completions >> nth=0")
    shot(page, "upload")
    page.set_input_files("[name=file]", ROOT / "sandbox" / "samples" / "problems.csv")
    page.check("[name=import_action][value=certify_if_newer]")
    page.click("text=Upload the file")

    assert re.search(r"/cert-completions/[0-9a-f]{32}/$", page.url)
    page.wait_for_selector("text=Nothing has been recorded yet.", timeout=60_000)
    shot(page, "plan-of-problems")
    page.click("button:has-text('Record ')")
    page.wait_for_selector("text=What became of the rows", timeout=60_000)
    shot(page, "report")
    numbers = [int(text) for text in page.locator(".ccp-tile strong").all_inner_texts()]
    assert f"Rows read {sum(numbers)} = {' + '.join(map(str, numbers))}" in page.inner_text(".ccp-proof")

    rows = (ROOT / "sandbox" / "samples" / "problems.csv").read_text(encoding="utf-8").splitlines()
    line = rows.index(ROW_OF_THE_HELP_PAGE) + 1
    refused = page.locator(f"#line-{line}")
    assert "Rejected" in refused.inner_text()
    assert "“31/06/2012”: there is no such day" in refused.inner_text()

    page.click("text=/rows: no such learner/")
    assert "problem=learner_not_found" in page.url
    assert set(page.locator("td .ccp-outcome").all_inner_texts()) == {"Rejected"}
    page.click("text=Show all rows")
    certified = page.locator("tr", has=page.locator(".ccp-certified, .ccp-already_held"), has_text="t.virtanen").first
    certified.locator("th a").click()
    assert re.search(r"/rows/\d+/$", page.url)
    shot(page, "explanation")
    page.click("text=Back to the rows of the import >> nth=0")

    certified.locator(".ccp-name a").click()
    assert "/record-of-learning/" in page.url
    shot(page, "record-of-learning")
    text = page.inner_text("body")
    assert "June 20, 2025" in text
    assert "June 20, 2028" in text
    assert "problems.csv" in text

    page.go_back()
    page.click("text=Undo this import")
    page.click("text=See what would be undone")
    page.fill("[name=reason]", "It was the wrong file.", timeout=60_000)
    shot(page, "undo-of-problems")
    page.click("[name=do][value=undo]")
    page.wait_for_selector("text=This import was undone.", timeout=60_000)
    assert "It was the wrong file." in page.inner_text("body")


def test_a_learner_sees_their_own_record_and_no_other_page(page):
    log_in(page, "harrychinn")
    assert page.goto("/record-of-learning/").status == 200
    assert page.goto("/cert-completions/").status == 403
    assert page.goto("/cert-completions/upload/").status == 403
    assert page.goto("/record-of-learning/1/").status == 403
