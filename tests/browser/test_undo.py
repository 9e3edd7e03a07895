"""Undoing an import in a real browser, by mouse or keyboard, with and without the script."""

import re

import pytest

from cert_completion_plugin import api
from tests.browser.looking import look_at, no_complaints

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_an_import_is_undone(site, visit, javascript):
    batch = site.worked_off()
    page = visit(site.operator, javascript=javascript)
    with no_complaints(page):
        page.goto(f"/cert-completions/{batch.reference}/")
        page.click("text=Undo this import")
        page.click("text=See what would be undone")
        page.wait_for_selector("text=rows are looked at.")
        api.work_off(batch.id)
        page.wait_for_selector("text=Why is this import undone?")
        button = page.locator("button.ccp-danger")
        rows = int(re.fullmatch(r"Undo (\d+) rows", button.inner_text())[1])
        assert rows == 3
        button.click()
        page.wait_for_selector("text=Nothing was undone yet")
        assert page.evaluate("document.activeElement.className") == "ccp-errors" if javascript else True
        page.fill("[name=reason]", "It was last year's file.")
        page.locator("button.ccp-danger").click()
        page.wait_for_selector("text=The import is being undone")
        api.work_off(batch.id)
        page.wait_for_selector("text=This import was undone.")
        assert f"{rows} rows were taken back." in page.inner_text(".ccp-lead")
        page.click(".ccp-breadcrumbs >> text=completions.csv")
        assert "Reason: It was last year's file." in page.inner_text(".ccp-notice")
    assert site.world.held("amina.diallo", "Forklift").current is None


def test_by_keyboard_alone(site, visit):
    batch = site.undo_previewed()
    page = visit(site.operator)
    page.goto(f"/cert-completions/{batch.reference}/undo/")
    _tab_to(page, "[name=reason]")
    page.keyboard.type("Wrong file.")
    _tab_to(page, "button.ccp-danger")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The import is being undone")
    api.work_off(batch.id)
    page.wait_for_selector("text=This import was undone.")


def _tab_to(page, selector):
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached by the tab key")


def test_the_mistake_is_accessible_too(site, visit):
    batch = site.undo_previewed()
    page = visit(site.operator)
    page.goto(f"/cert-completions/{batch.reference}/undo/")
    page.locator("button.ccp-danger").click()
    page.wait_for_selector("text=Nothing was undone yet")
    look_at(page, "undo-mistake")


def test_it_reads_from_right_to_left(site, visit, settings):
    settings.LANGUAGE_CODE = "ar"
    batch = site.undo_previewed()
    page = visit(site.operator)
    page.goto(f"/cert-completions/{batch.reference}/undo/")
    assert page.get_attribute("html", "dir") == "rtl"
    look_at(page, "undo-preview-rtl")
