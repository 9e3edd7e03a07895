"""The report in a browser: its filters, its downloads, on paper, and rows that are corrected and uploaded again."""

import csv
import io
import re

import pytest

from tests.browser.looking import PICTURES
from tests.browser.pages import PREFIX

pytestmark = pytest.mark.browser


def shown(page):
    return [int(text) for text in page.locator(".ccp-rows tbody th").all_inner_texts()]


@pytest.mark.parametrize("javascript", [True, False])
def test_rows_are_filtered_by_click_and_by_form(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    page.goto(f"{PREFIX}{site.worked_off().reference}/")
    page.click("text=1 row: no such learner")
    assert shown(page) == [6]
    page.click(".ccp-tile:has-text('Certified')")
    assert shown(page) == [2, 3, 4]
    page.fill("[name=certification]", "Forklift")
    page.fill("[name=learner]", "amina.*")
    page.press("[name=learner]", "Enter")
    assert shown(page) == [2]
    page.click("text=Show all rows")
    assert shown(page) == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("javascript", [True, False])
def test_problem_rows_are_downloaded_corrected_and_uploaded(site, visit, tmp_path, javascript):
    first = site.worked_off()
    page = visit(site.operator, javascript=javascript)
    page.goto(f"{PREFIX}{first.reference}/")
    with page.expect_download() as started:
        page.click("[aria-label='Problem rows, to be corrected, CSV']")
    assert started.value.suggested_filename == "completions-problems.csv"
    rows = list(csv.reader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    for row, (column, value) in zip(rows[1:], [(3, "28/02/2025"), (0, "ben.okafor"), (1, "Forklift")], strict=True):
        row[column] = value
    corrected = tmp_path / "corrected.csv"
    with corrected.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)

    page.click("text=Upload corrected rows")
    page.set_input_files("[type=file]", corrected)
    page.click("main [type=submit], #content [type=submit]")
    page.wait_for_url(re.compile(r"/cert-completions/[0-9a-f]{32}/$"))
    site.work_off_newest()
    page.reload()
    assert "Corrects rows of the import completions.csv" in page.inner_text("#content")
    assert "Rejected" not in page.locator(".ccp-tiles").inner_text()
    page.click(".ccp-corrections a")
    assert "Corrected rows were uploaded as corrected.csv" in page.inner_text("#content")


def test_on_paper_there_is_the_report_and_nothing_to_click(site, visit):
    page = visit(site.operator)
    page.goto(f"{PREFIX}{site.worked_off().reference}/")
    page.emulate_media(media="print")
    page.screenshot(path=PICTURES / "finished-print.png", full_page=True)
    for gone in ("#header", ".breadcrumbs", ".ccp-filters", ".ccp-downloads", "#nav-sidebar"):
        assert not page.locator(gone).first.is_visible(), gone
    for there in (".ccp-sentence", ".ccp-proof", ".ccp-rows table", ".ccp-ended"):
        assert page.locator(there).is_visible(), there
