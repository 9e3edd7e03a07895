"""Every page of `pages.py`: accessible, at home on every screen, and under the strictest Content-Security-Policy."""

import pytest

from tests.browser.looking import look_at, no_complaints
from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_on_every_screen_and_complains_of_nothing(site, visit, name):
    page = visit(site.operator)
    path = PAGES[name](site)
    with no_complaints(page):
        assert page.goto(path).status == 200
        look_at(page, name)


@pytest.mark.parametrize("name", ["upload", "needs-answer", "finished", "writing"])
def test_a_page_reads_from_right_to_left(site, visit, settings, name):
    settings.LANGUAGE_CODE = "ar"
    page = visit(site.operator)
    page.goto(PAGES[name](site))
    assert page.get_attribute("html", "dir") == "rtl"
    look_at(page, f"{name}-rtl")


def test_a_breach_of_the_policy_would_be_noticed(site, visit):
    page = visit(site.operator)
    page.goto(PAGES["upload"](site))
    with pytest.raises(AssertionError, match="Content Security Policy"):
        _put_inline_style_into(page)


def _put_inline_style_into(page):
    with no_complaints(page):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
        page.wait_for_timeout(200)
