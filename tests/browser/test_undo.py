"""Undoing an import in a real browser: what would be done, a reason, and what was done."""

import re

import pytest

from tests.browser.test_whole_way import ROOT, address, browser, log_in, page, shot

pytestmark = pytest.mark.browser

__all__ = ["address", "browser", "page"]


def test_an_import_is_undone(page):
    log_in(page, "uploader")
    page.goto("/cert-completions/upload/")
    page.set_input_files("[name=file]", ROOT / "sandbox" / "samples" / "clean.csv")
    page.check("[name=import_action][value=certify_if_newer]")
    page.click("text=Upload and import")
    page.wait_for_selector("text=What became of the rows", timeout=60_000)
    page.click("text=Undo this import")
    shot(page, "undo-offer")
    page.click("text=See what would be undone")
    page.wait_for_selector("text=Why do you undo this import?", timeout=60_000)
    shot(page, "undo-preview")
    for width, scheme in ((320, "light"), (768, "light"), (320, "dark"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        shot(page, f"undo-preview-{width}-{scheme}")
        assert page.locator("html").evaluate("page => page.scrollWidth") <= width
    page.emulate_media(color_scheme="light")
    button = page.locator("button.default")
    rows = int(re.fullmatch(r"Undo (\d+) rows", button.inner_text())[1])
    assert rows > 0
    button.click()
    assert "Say why, in a few words." in page.inner_text(".ccp-errors")
    shot(page, "undo-mistake")
    page.fill("[name=reason]", "It was last year's file.")
    button.click()
    page.wait_for_selector("text=This import was undone.", timeout=60_000)
    shot(page, "undo-result")
    assert f"{rows} rows were taken back." in page.inner_text(".ccp-lead")
    assert "It was last year's file." in page.inner_text(".ccp-reason")
    page.click("text=Report of this import")
    assert "This import was undone." in page.inner_text(".ccp-undo-note")
    shot(page, "undo-report")
