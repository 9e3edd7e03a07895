"""Every page of `pages.py`: accessible, at home on every screen, and under the strictest Content-Security-Policy."""

import pytest

from tests.browser.looking import look_at, no_complaints
from tests.browser.pages import PAGES, PAGES_OF_OTHERS, purged, queued

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_on_every_screen_and_complains_of_nothing(site, visit, name):
    page = visit(site.operator)
    path = PAGES[name](site)
    with no_complaints(page):
        assert page.goto(path).status == 200
        look_at(page, name)


@pytest.mark.parametrize("name", PAGES_OF_OTHERS)
def test_so_is_a_page_of_which_somebody_may_see_a_part(site, visit, name):
    codenames, path_of = PAGES_OF_OTHERS[name]
    path = path_of(site)
    page = visit(site.user("somebody", *codenames))
    with no_complaints(page):
        assert page.goto(path).status == 200
        look_at(page, name)


@pytest.mark.parametrize("name", ["upload", "needs-answer", "finished", "writing", "row-certified", "imports-filtered"])
def test_a_page_reads_from_right_to_left(site, visit, settings, name):
    settings.LANGUAGE_CODE = "ar"
    page = visit(site.operator)
    page.goto(PAGES[name](site))
    assert page.get_attribute("html", "dir") == "rtl"
    look_at(page, f"{name}-rtl")


def test_an_import_that_waits_for_its_turn_says_so(site, visit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "site"}
    page = visit(site.operator)
    with no_complaints(page):
        page.goto(queued(site))
        assert "1 other import waits before this one" in page.inner_text("#content-main")
        look_at(page, "queued")


def test_who_may_not_see_a_page_is_told_so_accessibly(site, visit):
    page = visit(site.user("somebody"))
    assert page.goto("/cert-completions/").status == 403
    look_at(page, "denied")


def test_what_is_deleted_is_told_accessibly(site, visit):
    page = visit(site.operator)
    address = f"/cert-completions/{purged(site, KEEP_LEDGER_DAYS=1).reference}/rows/2/"
    assert page.goto(address).status == 410
    look_at(page, "row-deleted")


def test_the_imports_in_the_admin_can_be_read(site, visit):
    page = visit(site.operator)
    page.goto(PAGES["imports"](site))
    page.goto("/admin/cert_completion_plugin/importbatch/")
    assert "Certified 3, Duplicate 1, Rejected 3" in page.inner_text("#result_list")
    page.click("#result_list tbody th a")
    assert "Open the import" in page.inner_text("#content")
    page.click("a.historylink")
    assert "Uploaded the file." in page.inner_text("#change-history")


def test_a_row_is_explained_and_left_again_with_the_keyboard_alone(site, visit):
    page = visit(site.operator, javascript=False)
    page.goto(PAGES["finished"](site))
    report = page.url
    page.focus("#line-6 th a")
    page.keyboard.press("Enter")
    assert "exactly “j.smiht” and found nobody" in page.inner_text("#learner")
    page.focus("text=Problem row before")
    page.keyboard.press("Enter")
    assert "Line 5" in page.inner_text("h1")
    page.focus("a:has-text('Back to the rows')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{report}?*#line-5")


def test_a_breach_of_the_policy_would_be_noticed(site, visit):
    page = visit(site.operator)
    page.goto(PAGES["upload"](site))
    with pytest.raises(AssertionError, match="Content Security Policy"):
        _put_inline_style_into(page)


def _put_inline_style_into(page):
    with no_complaints(page):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
        page.wait_for_timeout(200)
