"""Deciding about a plan in a browser: with and without JavaScript, and by the keyboard alone."""

import pytest

from cert_completion_plugin import api
from tests.browser.looking import look_at, no_complaints
from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser


def reference_in(path):
    return path.strip("/").split("/")[1]


def present(path):
    found = api.find(api.SYSTEM, reference_in(path))
    assert found is not None
    return found


def tab_to(page, selector, most=80):
    """Press Tab until this has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by Tab")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_limit_that_is_exceeded_has_to_be_ticked_before_rows_are_recorded(site, visit, javascript):
    page = visit(site.operator, javascript=javascript)
    path = PAGES["plan-limits"](site)
    page.goto(path)
    page.click("text=Record 3 rows")
    assert "Tick that you have seen it" in page.inner_text(".ccp-errors")
    assert page.locator("#id_accept_broken[aria-invalid=true]").count() == 1
    if javascript:
        assert page.evaluate("document.activeElement.classList.contains('ccp-errors')")
    page.click(".ccp-errors a")
    assert page.url.endswith("#id_accept_broken")
    page.check("#id_accept_broken")
    page.click("text=Record 3 rows")
    batch = present(path)
    assert (batch.state, batch.approved_by_name) == ("writing", "operator")


def test_what_is_wrong_with_a_decision_is_accessible(site, visit):
    page = visit(site.operator)
    page.goto(PAGES["plan-limits"](site))
    with no_complaints(page):
        page.click("text=Record 3 rows")
        look_at(page, "plan-not-ticked")
        page.click("text=Confirm these names")
        assert "Tick the names" in page.inner_text(".ccp-errors")
        look_at(page, "plan-no-name-ticked")


def test_a_name_is_confirmed_and_the_new_plan_recorded_by_the_keyboard_alone(site, visit):
    page = visit(site.operator)
    batch = site.planned(unknown_certification="create_evidence")
    path = f"/cert-completions/{batch.reference}/"
    page.goto(path)
    tab_to(page, "#id_names_0")
    page.keyboard.press("Space")
    tab_to(page, "form[action$='/plan-anew/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert present(path).plan == 2
    api.work_off(batch.id)
    page.goto(path)
    assert "1 becomes an evidence item" in page.inner_text(".ccp-sentence")
    tab_to(page, "#ccp-approve button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert present(path).is_approved


def test_discarding_by_the_keyboard_alone(site, visit):
    page = visit(site.operator)
    path = PAGES["plan"](site)
    page.goto(path)
    tab_to(page, "a[href$='/discard/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/discard/")
    tab_to(page, "button.ccp-danger")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    assert present(path).cancelled_by_name == "operator"
