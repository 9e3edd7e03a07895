"""Uploading, watching and answering in a real browser: with and without JavaScript, and by keyboard alone."""

import re

import pytest
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, Portion
from cert_completion_plugin.telling.sending import BESIDE_THE_FILE
from tests.browser.looking import assert_accessible, look_at, no_complaints
from tests.browser.pages import PAGES, PREFIX
from tests.browser.site import HEADINGS, ROWS, UNCLEAR

pytestmark = pytest.mark.browser

UPLOAD = f"{PREFIX}upload/"
FILE = {
    "name": "from the north.csv",
    "mimeType": "text/csv",
    "buffer": "\n".join([HEADINGS, *ROWS, ""]).encode(),
}
_DROP = """([text, name]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: "text/csv"}));
    const zone = document.querySelector("[data-ccp-drop]");
    for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
_FOCUS = "document.activeElement.id || document.activeElement.textContent.trim()"


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def javascript(request):
    return request.param


def newest():
    return api.newest(api.SYSTEM)[0]


def test_a_file_is_uploaded_and_its_report_read(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.set_input_files("[name=file]", FILE)
        page.check("[name=import_action][value=certify_if_newer]")
        page.check("[name=review][value=False]")
        page.click("text=Upload the file")
        assert page.url.endswith(f"{PREFIX}{newest().reference}/")
        page.wait_for_selector("text=The file was received and waits for a worker.")
        api.work_off(newest().id)
        page.wait_for_selector(".ccp-state-finished", timeout=20_000)
    assert newest().options.import_action == "certify_if_newer"


def test_after_a_mistake_nobody_chooses_the_file_again(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.set_input_files("[name=file]", FILE)
        page.click("summary")
        page.locator("[name=sheet]").evaluate("(input) => input.removeAttribute('maxlength')")
        page.fill("[name=sheet]", "x" * 256)
        page.click("text=Upload the file")
        page.wait_for_selector("text=The file was not imported yet")
        assert not ImportBatch.objects.exists()
        assert "ccp-errors" in page.evaluate("document.activeElement.className")
        if javascript:
            look_at(page, "upload-mistake")
        page.click(".ccp-errors a")
        assert page.evaluate("document.activeElement.name") == "sheet"
        page.fill("[name=sheet]", "")
        page.click("text=Upload the file")
        page.wait_for_selector("text=The file was received and waits for a worker.")
    assert newest().file_name == FILE["name"]


def test_a_form_without_a_file_says_so_and_leads_to_the_field(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    page.goto(UPLOAD)
    page.click("text=Upload the file")
    if javascript:
        look_at(page, "upload-no-file")
    page.click("text=File with the completions: Choose the file with the completions.")
    assert page.evaluate(_FOCUS) == "id_file"


def test_a_file_is_dropped(site, visit):
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.evaluate(_DROP, ["\n".join([HEADINGS, *ROWS, ""]), "dropped.csv"])
        assert page.evaluate("document.querySelector('[name=file]').files[0].name") == "dropped.csv"
        page.click("text=Upload the file")
        page.wait_for_selector("text=The file was received and waits for a worker.")
    assert newest().file_name == "dropped.csv"


def test_a_file_that_was_uploaded_before_is_told_before_it_is_sent(site, visit):
    earlier = site.worked_off()
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.set_input_files("[name=file]", FILE)
        page.wait_for_selector("text=The same file was uploaded before, by operator")
        look_at(page, "upload-known-file")
        assert page.get_attribute("[data-ccp-told] a", "href") == f"{PREFIX}{earlier.reference}/"
        page.set_input_files("[name=file]", {**FILE, "buffer": f"{HEADINGS}\n".encode()})
        page.wait_for_selector("text=The same file was uploaded before", state="detached")
        page.set_input_files("[name=file]", FILE)
        page.click("text=Upload the file")
        page.wait_for_selector("text=The same file was uploaded before, by operator")
    assert ImportBatch.objects.count() == 2


def test_a_file_that_is_too_large_is_told_before_it_is_sent(site, visit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 50}
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.set_input_files("[name=file]", FILE)
        page.wait_for_selector("text=This file is larger than the 50")


def test_a_file_that_the_server_in_front_lets_not_through_is_told_before_it_is_sent(site, visit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "REQUEST_LIMIT_BYTES": BESIDE_THE_FILE + 50}
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(UPLOAD)
        page.set_input_files("[name=file]", FILE)
        page.wait_for_selector("[data-ccp-told] >> text=This file is larger than the 50")
        look_at(page, "upload-over-the-request-limit")
        page.set_input_files("[name=file]", {**FILE, "buffer": b"username\n"})
        page.wait_for_selector("text=This file is larger than the 50", state="detached")


def test_a_form_is_sent_once_however_often_its_button_is_pressed(site, visit):
    page = visit(site.operator)
    page.goto(UPLOAD)
    page.set_input_files("[name=file]", FILE)
    page.evaluate("() => [1, 2].forEach(() => document.querySelector('form[data-ccp-once]').requestSubmit())")
    page.wait_for_selector("text=The file was received and waits for a worker.")
    assert ImportBatch.objects.count() == 1


def test_the_templates_are_downloaded(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    page.goto(UPLOAD)
    for text, name in (
        ("Excel template", "certification-completions.xlsx"),
        ("CSV template", "certification-completions.csv"),
    ):
        with page.expect_download() as download:
            page.click(f"text={text}")
        assert download.value.suggested_filename == name


def test_progress_goes_on_without_the_page_being_loaded_anew(site, visit):
    batch = site.half_written()
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(f"{PREFIX}{batch.reference}/")
        page.evaluate("window.isTheSamePage = true")
        page.focus("text=Cancel the import")
        assert "2,000 of 6,000 rows are done." in page.inner_text(".ccp-working")
        Portion.objects.filter(number__lte=5).update(state="written", done_at=timezone.now())
        page.wait_for_selector("text=5,000 of 6,000 rows are done.")
        assert page.evaluate("document.querySelector('progress').value") == 83
        assert page.inner_text("[role=status]") == "Recording the completions. About 80 per cent done."
        assert page.evaluate("window.isTheSamePage")
        assert page.evaluate(_FOCUS) == "Cancel the import"
        assert_accessible(page)
        site.put(batch, "failed", failure="5f2c9a31b7de")
        page.wait_for_selector("text=The import could not be carried out")


def test_progress_is_read_aloud_of_an_undo_too(site, visit):
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(PAGES["undo-previewing"](site))
        page.wait_for_selector("[data-ccp-aloud]:has-text('percent are done')", state="attached")


def test_progress_outlives_a_site_that_does_not_answer(site, visit):
    batch = site.half_written()
    page = visit(site.operator)
    page.goto(f"{PREFIX}{batch.reference}/")
    page.route("**/progress.json", lambda route: route.fulfill(status=502))
    page.wait_for_timeout(2500)
    assert "2,000 of 6,000 rows are done." in page.inner_text(".ccp-working")
    page.unroute("**/progress.json")
    Portion.objects.filter(number__lte=5).update(state="written")
    page.wait_for_selector("text=5,000 of 6,000 rows are done.")


def test_progress_is_loaded_anew_where_there_is_no_javascript(site, visit):
    batch = site.half_written()
    page = visit(site.operator, javascript=False)
    page.goto(f"{PREFIX}{batch.reference}/")
    Portion.objects.filter(number__lte=5).update(state="written")
    page.wait_for_selector("text=5,000 of 6,000 rows are done.", timeout=20_000)


def test_an_answer_lets_the_import_go_on(site, visit, javascript):
    batch = site.worked_off(*UNCLEAR)
    page = visit(site.operator, javascript=javascript)
    with no_complaints(page):
        page.goto(f"{PREFIX}{batch.reference}/")
        table = page.inner_text(".ccp-readings")
        for reading in ("01/02/2025", "Feb. 1, 2025", "Jan. 2, 2025", "Dec. 11, 2025", "Nov. 12, 2025"):
            assert reading in table
        page.click("text=Go on with this format")
        assert "ccp-errors" in page.evaluate("document.activeElement.className")
        if javascript:
            look_at(page, "needs-answer-mistake")
        page.click(".ccp-errors a")
        assert page.evaluate(_FOCUS).startswith("id_date_format")
        page.select_option("[name=date_format]", "DD/MM/YYYY")
        page.click("text=Go on with this format")
        page.wait_for_selector(".ccp-working")
    api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_by_keyboard_alone_a_file_is_uploaded_and_cancelled(site, visit, javascript):
    """The browser's own chooser of files is nobody's to press keys in, so the file is put there."""
    page = visit(site.operator, javascript=javascript)
    page.goto(UPLOAD)
    _tab_to(page, "id_file")
    page.set_input_files("[name=file]", FILE)
    _tab_to(page, "id_import_action_0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "id_ignore_case")
    page.keyboard.press("Space")
    _tab_to(page, "How the file is read")
    page.keyboard.press("Enter")
    assert page.is_visible("[name=separator]")
    _tab_to(page, "Upload the file")
    assert _outline_of_focus(page) >= 2
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The file was received and waits for a worker.")
    options = newest().options
    assert (options.import_action, options.ignore_case) == ("certify_if_newer", True)

    _tab_to(page, "Cancel the import")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel/")
    _tab_to(page, "Cancel the import")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This import was cancelled by operator before anything was recorded.")


def test_by_keyboard_alone_a_question_is_answered(site, visit, javascript):
    batch = site.worked_off(*UNCLEAR)
    page = visit(site.operator, javascript=javascript)
    page.goto(f"{PREFIX}{batch.reference}/")
    _tab_to(page, re.compile("id_date_format"))
    page.keyboard.type("MM/DD/YYYY")
    _tab_to(page, "Go on with this format")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ccp-working")
    assert api.find(api.SYSTEM, batch.reference).answers == {"date_format": "MM/DD/YYYY"}


def _tab_to(page, wanted):
    """Press Tab until this is in focus, by its id or its text."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        if wanted == focus or (isinstance(wanted, re.Pattern) and wanted.match(focus)):
            return
    raise AssertionError(f"Tab does not lead to {wanted}; it last led to {focus!r}")


def _outline_of_focus(page):
    return float(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)"))
