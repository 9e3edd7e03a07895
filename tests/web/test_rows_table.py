"""The filters of the table of rows, its pages, and what leads to them."""

import re

import pytest
from django.urls import reverse

from cert_completion_plugin import api
from tests.web.test_batch import html_of, text_of

pytestmark = pytest.mark.django_db

ROWS = (
    "ana,Forklift,,31/05/2025,",
    "ana,Forklift,,31/05/2025,",
    "ben,Crane,C1,01/06/2025,",
    "Ana,Forklift,,31/05/2025,",
    "annabel,Forklift,,30/02/2025,",
    "ben,Forklift,F1,02/06/2020,",
    "an%,Crane,,03/06/2025,",
)


@pytest.fixture
def batch(world, imported):
    from tests import doubles

    world.add_certification(doubles.yearly("Crane", "C1"))
    return imported(*ROWS)


def lines(client, batch, query=""):
    return [int(line) for line in re.findall(r'id="line-(\d+)"', html_of(client, batch, query))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 3, 4, 5, 6, 7, 8]),
        ("?outcome=certified", [2, 4, 7]),
        ("?outcome=duplicate", [3]),
        ("?outcome=problems", [5, 6, 8]),
        ("?outcome=renewed", []),
        ("?outcome=nonsense", [2, 3, 4, 5, 6, 7, 8]),
        ("?problem=learner_not_found", [5, 6, 8]),
        ("?problem=completion_date_invalid", [6]),
        ("?problem=expires_in_past", [7]),
        ("?problem=learner_not_found&learner=Ana", [5]),
        ("?problem=learner_not_found&outcome=certified", []),
        ("?certification=Forklift", [2, 3, 5, 6, 7]),
        ("?certification=forklift", [2, 3, 5, 6, 7]),
        ("?certification=C1", [4, 8]),
        ("?certification=C1&outcome=problems", [8]),
        ("?certification=Nothing", []),
        ("?learner=ana", [2, 3]),
        ("?learner=%20ana%20", [2, 3]),
        ("?learner=Ana", [5]),
        ("?learner=an*", [2, 3, 6, 8]),
        ("?learner=an%25*", [8]),
        ("?learner=a_*", []),
        ("?learner=be", [4, 7]),
        ("?learner=be&outcome=certified&certification=Crane", [4]),
        ("?learner=*", [2, 3, 4, 5, 6, 7, 8]),
        ("?line=5", [5]),
        ("?line=5&outcome=certified", []),
        ("?line=6&problem=completion_date_invalid", [6]),
        ("?line=5&problem=completion_date_invalid", []),
        ("?line=x", [2, 3, 4, 5, 6, 7, 8]),
        ("?learner=%00", [2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_rows_are_found_by_what_was_asked(client, batch, query, found):
    assert lines(client, batch, query) == found


@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("", [2, 3, 4, 5, 6, 7, 8]),
        ("outcome=problems", [5, 6, 8]),
        ("problem=learner_not_found", [5, 6, 8]),
        ("certification=Forklift", [2, 3, 5, 6, 7]),
        ("certification=Forklift&problem=learner_not_found", [5, 6]),
        ("learner=an*", [2, 3, 6, 8]),
        ("learner=be", [4, 7]),
    ],
)
def test_pages_keep_the_filters_and_lead_through_all_rows_and_back(client, batch, settings, query, whole):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 1}
    address, there = f"?{query}", []
    while address:
        page = html_of(client, batch, address)
        there += [int(line) for line in re.findall(r'id="line-(\d+)"', page)]
        address, last = link(page, "next"), address
        assert not address or query.split("=")[0] in address
    assert there == whole
    address, back = last, []
    while address:
        page = html_of(client, batch, address)
        back += [int(line) for line in re.findall(r'id="line-(\d+)"', page)]
        address = link(page, "prev")
    assert back == whole[::-1]


def link(page, rel):
    found = re.search(rf'<a rel="{rel}" href="([^"#]*)#ccp-rows"', page)
    return found and found[1].replace("&amp;", "&")


def test_a_search_that_takes_long_goes_on_where_it_stopped(client, batch, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.store.filtering.MOST_LOOKED_AT", 1)
    monkeypatch.setattr("cert_completion_plugin.store.filtering._LOOKED_AT_ONCE", 1)
    query = "?problem=learner_not_found&certification=Crane"
    page = html_of(client, batch, query)
    assert "Go on looking" in page
    query = link(page, "next")
    query = link(html_of(client, batch, query), "next")
    assert lines(client, batch, query) == [8]


def test_beginnings_that_many_names_have_are_gone_through_by_line(client, batch, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.store.filtering._LOOKED_AT_ONCE", 1)
    assert lines(client, batch, "?learner=an*") == [2, 3, 6, 8]


def test_what_was_chosen_stays_in_the_form_and_can_be_given_up(client, batch):
    page = html_of(client, batch, "?outcome=rejected&problem=learner_not_found&learner=An&certification=Crane&line=3")
    assert '<option value="rejected" selected>' in page
    assert '<option value="learner_not_found" selected>' in page
    assert 'name="learner" value="An"' in page
    assert 'name="certification" value="Crane"' in page
    assert 'name="line" value="3"' in page
    assert "No row fits." in page
    assert '<a href="?#ccp-rows">Show all rows</a>' in page


def test_nothing_typed_is_markup(client, batch):
    page = html_of(client, batch, "?learner=%3Cscript%3E%22&certification=%3Cb%3E")
    assert '<script>"' not in page
    assert "<b>" not in page


def test_a_name_that_nobody_has_is_taken_for_a_beginning_and_that_is_said(client, batch):
    assert "No learner of this file is called exactly “be”" in text_of(client, batch, "?learner=be")
    assert "is called exactly" not in text_of(client, batch, "?learner=ana")
    assert "No row is about a certification" in text_of(client, batch, "?certification=Nothing")


def test_problems_are_grouped_and_one_click_away(client, batch):
    page, text = html_of(client, batch), text_of(client, batch)
    assert "3 rows: no such learner" in text
    assert "1 row: completion date cannot be read" in text
    assert "1 row: expired already" in text
    assert 'href="?problem=learner_not_found#ccp-rows"' in page
    assert text.index("3 rows: no such") < text.index("1 row: completion date")


def test_one_sentence_tells_all_and_a_line_proves_it(client, batch):
    text = text_of(client, batch)
    assert "Of 7 rows, 3 certified learners, 1 repeated another row and 3 were rejected." in text
    assert "Rows read 7 = 3 + 1 + 3" in text


def test_tiles_lead_to_their_rows_and_say_which_is_chosen(client, batch):
    page = html_of(client, batch, "?outcome=duplicate")
    assert 'href="?outcome=certified#ccp-rows"><strong>3</strong>' in page
    assert page.count('aria-current="true"') == 1
    assert 'href="?outcome=duplicate#ccp-rows" aria-current="true"' in page


def test_the_certifications_of_the_file_are_suggested(client, batch):
    page = html_of(client, batch)
    assert re.findall(r'<option value="([^"]*)"></option>', page) == ["Crane", "Forklift"]


def test_a_renewal_shows_the_former_expiry(client, imported):
    imported("ana,Forklift,,31/05/2025,")
    assert "May 31, 2026 → becomes Dec. 31, 2026" in text_of(client, imported("ana,Forklift,,31/12/2025,"))


@pytest.mark.parametrize("query", ["", "?outcome=problems", "?problem=learner_not_found", "?learner=an*", "?learner=q"])
def test_the_number_of_queries_depends_on_nothing_but_the_filter(client, batch, imported, query):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(batch):
        html_of(client, batch, query)
        with CaptureQueriesContext(connection) as context:
            html_of(client, batch, query)
        assert not [each["sql"] for each in context if "COUNT(" in each["sql"] or "OFFSET" in each["sql"]]
        return len(context)

    larger = imported(*ROWS * 4, *(f"an{number},Forklift,,31/05/2025," for number in range(60)))
    assert queries(batch) == queries(larger)


def test_the_table_shows_a_plan_too(client, operator, rf, world):
    from cert_completion_plugin.views import rows_table
    from tests.web.conftest import HEADINGS

    content = (HEADINGS + "".join(f"{row}\n" for row in ROWS)).encode()
    submitted = api.submit(operator, [content], file_name="a.csv", options=api.Options(review=True))
    api.work_off(submitted.id)
    batch = api.find(api.SYSTEM, submitted.reference)
    assert batch is not None
    assert batch.state == "awaiting_approval"

    def asked(query):
        request = rf.get(f"/{query}")
        request.user = operator
        return request

    def shown(query):
        table = rows_table.table(asked(query), batch, api.Phase.PLANNED, batch.plan)
        return [row["line"] for row in table["rows"]]

    assert shown("?problem=learner_not_found") == ["5", "6", "8"]
    assert shown("?outcome=history") == ["2", "7"]
    assert shown("?certification=F1&learner=ben") == ["7"]
    table = rows_table.table(asked(""), batch, api.Phase.PLANNED, batch.plan)
    assert [(tile["outcome"], tile["count"]) for tile in table["tiles"]] == [
        ("history", "2"),
        ("duplicate", "1"),
        ("rejected", "4"),
    ]
    assert table["is_plan"]
    # Nothing was written yet.
    assert not rows_table.table(asked(""), batch, api.Phase.WRITTEN, batch.plan)["rows"]


def test_a_row_links_to_its_story_where_there_is_such_a_page(client, batch, monkeypatch):
    monkeypatch.setattr(
        "cert_completion_plugin.views.rows_table.reverse",
        lambda name, args: f"/story/{args[1]}/" if name.endswith(":row") else reverse(name, args=args),
    )
    assert 'href="/story/2/"' in html_of(client, batch)
