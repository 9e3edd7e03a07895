"""The pages of the record book's admin that are about messages to learners."""

import pytest

from tests.browser.looking import HEIGHT, PICTURES, WIDTHS, look_at, no_complaints
from tests.browser.pages import RECORD_BOOK, RECORD_BOOK_LISTS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", RECORD_BOOK)
def test_a_page_is_accessible_on_every_screen_and_complains_of_nothing(site, visit, name):
    page = visit(site.operator)
    path = RECORD_BOOK[name](site)
    with no_complaints(page):  # axe-core itself would break the policy, over what Django's style sheets import
        assert page.goto(path).status == 200
    look_at(page, name)


@pytest.mark.parametrize("name", RECORD_BOOK_LISTS)
def test_a_list_complains_of_nothing_and_is_no_wider_than_the_screen(site, visit, name):
    page = visit(site.operator)
    path = RECORD_BOOK_LISTS[name](site)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with no_complaints(page):
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_text_is_looked_at_before_it_is_saved_corrected_and_sent_to_oneself(site, visit, mailoutbox):
    page = visit(site.operator)
    page.goto(RECORD_BOOK_LISTS["message-text"](site))
    page.fill("#id_subject", "Renew {certificate}")
    with page.expect_popup() as opened:
        page.click("text=Look at it as learners would")
    assert "Did you mean {certification}?" in opened.value.inner_text("#content")
    opened.value.close()
    page.fill("#id_subject", "Renew {certification} <now>")
    with page.expect_popup() as opened:
        page.click("text=Look at it as learners would")
    preview = opened.value
    assert preview.inner_text(".ccr-mail h2") == "Renew Forklift Operator <now>"
    assert "It is not saved yet" in preview.inner_text("#content")
    preview.click("text=Send it to operator@example.org")
    assert "It was sent to operator@example.org." in preview.inner_text(".messagelist")
    [mail] = mailoutbox
    assert mail.subject == "Renew Forklift Operator <now>"
