import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api, batches
from cert_completion_plugin.models import ImportBatch
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db


def text_of(client, batch, query=""):
    """The page of an import as a person reads it, without markup."""
    response = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference]) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def html_of(client, batch, query=""):
    return client.get(reverse("cert_completion_plugin:batch", args=[batch.reference]) + query).content.decode()


@pytest.fixture
def submitted(operator):
    content = (HEADINGS + "ana,Forklift,,2025-06-01,\n").encode()
    return api.submit(operator, [content], file_name="records.csv", options=api.Options(review=False))


def test_the_page_refreshes_itself_without_javascript_until_the_work_is_done(client, submitted):
    assert 'http-equiv="refresh"' in html_of(client, submitted)
    batches.read(submitted.id)
    page = html_of(client, submitted)
    assert 'http-equiv="refresh"' in page
    assert "0 of 1 rows are done" in page
    api.work_off(submitted.id)
    assert 'http-equiv="refresh"' not in html_of(client, submitted)


def test_an_import_that_no_worker_picks_up_says_so_in_words(client, submitted):
    assert "No worker" not in text_of(client, submitted)
    ImportBatch.objects.update(progressed_at=timezone.now() - timedelta(minutes=10, seconds=5))
    assert "No worker has picked this up for 10 minutes. Your file is safe" in text_of(client, submitted)


def test_the_report_shows_sums_that_add_up_and_every_row(client, imported):
    batch = imported(
        "ana,Forklift,,31/05/2025,", "harrychinn,Forklift,F1,23/03/2012,31/06/2012", "ana,Forklift,,31/05/2025,"
    )
    text = text_of(client, batch)
    assert "Rows read 3 = 1 + 1 + 1" in text
    assert "duedate “31/06/2012”: there is no such day." in text
    assert "There is no learner with the username “harrychinn”." in text
    assert "Repeats line 2." in text
    assert "May 31, 2026" in text
    assert "“31/05/2025” on line 2 can only be read so" in text


def test_a_file_with_headings_alone(client, imported):
    assert "The file has headings, but no rows." in text_of(client, imported())


def test_what_the_file_says_is_never_markup(client, imported):
    batch = imported('<script>alert(1)</script>,"<b>Forklift</b>",,2025-05-31,')
    page = html_of(client, batch)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_rows_are_paged_by_line_in_both_directions(client, imported, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 2}
    batch = imported(*[f"ana,Forklift,,2025-0{month}-01," for month in range(1, 6)])

    def lines(query):
        return [int(line) for line in re.findall(r'id="line-(\d+)"', html_of(client, batch, query))]

    assert [lines(""), lines("?after=3"), lines("?after=5"), lines("?before=6")] == [[2, 3], [4, 5], [6], [4, 5]]
    assert "Earlier lines" not in text_of(client, batch)
    assert "Later lines" in text_of(client, batch)
    assert "Later lines" not in text_of(client, batch, "?after=5")


def test_pages_are_found_where_the_site_writes_thousands_with_a_separator(client, imported, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 1}
    batch = imported(*["\n" * 1200 + "ana,Forklift,,2025-05-01,", "ana,Forklift,,2025-05-02,"])
    assert re.findall(r'href="\?after=([^"]*)"', html_of(client, batch)) == ["1202#ccp-rows"]
    assert 'id="line-1202"' in html_of(client, batch)


@pytest.mark.parametrize("query", ["?before=x", "?before=" + "9" * 5000, "?before=٣"])
def test_a_mangled_address_still_shows_the_list(client, operator, query):
    assert client.get(reverse("cert_completion_plugin:batches") + query).status_code == 200


def test_a_host_that_cannot_be_asked_spoils_no_page(client, imported, monkeypatch):
    def down(host):
        raise OSError("gone")

    batch = imported("ana,Forklift,,2025-05-31,")
    monkeypatch.setattr("cert_completion_plugin.gateway.infos.Infos.all", down)
    assert "Rows read 1" in text_of(client, batch)


@pytest.mark.parametrize("query", ["?after=x", "?before=-1", "?after=99999999999999999999", "?after=٣"])
def test_a_mangled_address_still_shows_the_report(client, imported, query):
    assert "Rows read 1" in text_of(client, imported("ana,Forklift,,2025-05-31,"), query)


def test_the_number_of_queries_does_not_grow_with_the_rows(client, imported):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(batch):
        with CaptureQueriesContext(connection) as context:
            html_of(client, batch)
        return len(context)

    few = queries(imported("ana,Forklift,,2025-05-31,"))
    many = queries(imported(*[f"ana,Forklift,,2025-05-{day:02}," for day in range(1, 29)], date_format="YYYY-MM-DD"))
    assert many <= few + 1


def test_a_refused_file_names_every_reason(client, operator):
    content = b"username,certificationshortname,certificationidnumber,completion,duedate\nana,Forklift,,2025-01-01\n"
    batch = api.submit(operator, [content], file_name="records.csv", options=api.Options(review=False))
    api.work_off(batch.id)
    text = text_of(client, batch)
    assert "The file was refused. Nothing was imported." in text
    assert "The heading “completiondate” is missing. Did you mean “completion” by it?" in text


def test_doubtful_dates_are_shown_read_each_way(client, imported):
    text = text_of(client, imported("ana,Forklift,,03/04/2025,"))
    assert "Every date of the file can be read in more than one way." in text
    assert "2 03/04/2025 April 3, 2025 March 4, 2025" in text


def test_contradictory_dates_offer_the_format_that_fits_most(client, imported):
    text = text_of(
        client, imported("ana,Forklift,,31/05/2025,", "ana,Forklift,,30/05/2025,", "ben,Forklift,,05/31/2025,")
    )
    assert "DD/MM/YYYY fits 2 of 3 dates" in text
    assert "4 05/31/2025 no date May 31, 2025" in text


def test_years_of_two_digits_are_shown_in_every_format_that_fits(client, imported):
    text = text_of(client, imported("ana,Forklift,,25.03.24,"))
    assert "No date of the file is written in a way that leaves no doubt" in text
    assert "2 25.03.24 March 24, 2025 March 25, 2024" in text


def post_answer(client, batch, **values):
    return client.post(reverse("cert_completion_plugin:batch", args=[batch.reference]), values, follow=True)


def test_the_question_is_answered_on_the_page(client, imported):
    batch = imported("ana,Forklift,,03/04/2025,")
    assert post_answer(client, batch, date_format="MM/DD/YYYY").status_code == 200
    assert api.find(api.SYSTEM, batch.reference).state == "reading"
    api.work_off(batch.id)
    text = text_of(client, batch)
    assert "March 4, 2025" in text
    assert "MM/DD/YYYY (answered)" in text


@pytest.mark.parametrize("value", ["", "DD MM", None])
def test_an_answer_that_is_none_is_asked_again(client, imported, value):
    batch = imported("ana,Forklift,,03/04/2025,")
    response = post_answer(client, batch, **({} if value is None else {"date_format": value}))
    assert "ccp-error" in response.content.decode()
    assert api.find(api.SYSTEM, batch.reference).state == "needs_answer"


def test_only_who_may_upload_may_answer(client, imported, user_with):
    batch = imported("ana,Forklift,,03/04/2025,")
    client.force_login(user_with("view_import_report"))
    assert "Somebody who may upload completions has to answer." in text_of(client, batch)
    assert post_answer(client, batch, date_format="MM/DD/YYYY").status_code == 403
    assert api.find(api.SYSTEM, batch.reference).state == "needs_answer"


def test_an_answer_that_comes_too_late_changes_nothing(client, imported):
    batch = imported("ana,Forklift,,31/05/2025,")
    assert post_answer(client, batch, date_format="MM/DD/YYYY").status_code == 200
    assert api.find(api.SYSTEM, batch.reference).date_format == "DD/MM/YYYY"


def test_an_import_that_failed_tells_the_reference(client, submitted):
    ImportBatch.objects.update(state="failed", failure="abc123")
    assert "operator the reference abc123" in text_of(client, submitted)


def test_learners_link_to_their_record_of_learning_where_the_host_has_one(client, imported, monkeypatch):
    path = "/record-of-learning/{key}/"
    monkeypatch.setattr(
        "cert_completion_plugin.gateway.facade.Gateway.record_of_learning_path",
        lambda gateway, key: path.replace("{key}", key),
    )
    assert 'href="/record-of-learning/learner-1/"' in html_of(client, imported("ana,Forklift,,2025-05-31,"))


def test_the_list_shows_the_newest_import_first(client, imported):
    imported("ana,Forklift,,2025-05-31,")
    imported("nobody,Forklift,,2025-05-31,")
    page = client.get(reverse("cert_completion_plugin:batches")).content.decode()
    assert page.index("Rejected 1") < page.index("Certified 1")
