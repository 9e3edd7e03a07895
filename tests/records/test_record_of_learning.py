from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cert_completion_records.models import Certification, Evidence, ImportSource, LearnerCertification, Rule
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape

pytestmark = pytest.mark.django_db
OWN = "/record-of-learning/"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("cert_completion_records.views.today", lambda: date(2026, 3, 15))


@pytest.fixture
def source(db):
    return ImportSource.objects.create(
        batch_id="b",
        file_name="external.csv",
        uploaded_by="otto",
        uploaded_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        report_url="/imports/b/",
    )


@pytest.fixture
def viewer(db):
    user = get_user_model().objects.create_user("viewer")
    user.user_permissions.add(Permission.objects.get(codename="view_learnercertification"))
    return user


def page_of(learner):
    return reverse("cert_completion_records:record_of_learning", args=[str(learner.pk)])


def shown(client, user, path=OWN):
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_nobody_sees_a_page_without_logging_in(client, learner):
    for path in (OWN, page_of(learner)):
        response = client.get(path)
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_without_the_permission_only_the_own_page_is_seen(client, learner):
    other = get_user_model().objects.create_user("ben")
    client.force_login(learner)
    assert client.get(OWN).status_code == 200
    assert client.get(page_of(learner)).status_code == 200
    for key in (str(other.pk), "999999", "0", "x", "9" * 40, f"0{learner.pk}"):
        assert client.get(f"{OWN}{key}/").status_code == 403


def test_with_the_permission_every_learner_is_seen(client, learner, viewer):
    assert "Ana Lima" in shown(client, viewer, page_of(learner))
    for key in ("999999", "x", "9" * 40):
        assert client.get(f"{OWN}{key}/").status_code == 404


def test_an_empty_record_says_so(client, learner):
    page = shown(client, learner)
    assert "You hold no certification and are assigned to none." in page
    assert "There are no earlier completions." in page
    assert "There is no evidence of other completions." in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (("2026-01-01", "2027-01-01", "2026-12-01"), "Certified"),
        (("2025-04-01", "2026-04-01", "2026-03-01"), "Recertification window open since March 1, 2026"),
        (("2025-03-15", "2026-03-15", "2026-02-15"), "Expired on March 15, 2026"),
    ],
)
def test_where_a_learner_stands_is_told_in_words(client, learner, hold, record, days, state):
    hold(record(*days))
    page = shown(client, learner)
    assert state in page
    assert f'<time datetime="{days[0]}">' in page
    assert f'<time datetime="{days[1]}">' in page
    assert "Fire Safety" in page
    assert "Fire · F-1" in page
    assert "entered by hand" in page


def test_an_assignment_without_record_says_so(client, learner, hold, record):
    row = hold()
    assert "Assigned, not certified yet" in shown(client, learner)
    row.history.create(completed=date(2020, 1, 1), expires=date(2021, 1, 1))
    page = shown(client, learner)
    assert "Assigned, not certified now" in page
    assert "Expired" in page


def test_history_of_a_certification_that_is_not_held_is_shown(client, learner, hold, record):
    hold(None, (record("2020-01-01", "2021-01-01"),), assigned=False)
    page = shown(client, learner)
    assert "You hold no certification" in page
    assert '<time datetime="2020-01-01">' in page


def test_what_never_expires_says_so(client, learner, hold, record):
    certification = Certification.objects.create(short_name="x", full_name="Ever", rule=Rule.NEVER_EXPIRES)
    hold(record("2026-01-01"), certification=certification)
    assert "Does not expire" in shown(client, learner)


def test_file_and_line_are_told_and_linked_for_those_who_may_see_reports(
    client, learner, hold, record, source, settings
):
    row = hold(record("2026-01-01", "2027-01-01"))
    LearnerCertification.objects.filter(pk=row.pk).update(source=source, line=214)
    page = shown(client, learner)
    assert "external.csv, line 214" in page
    assert "uploaded by otto, March 1, 2026" in page
    assert "/imports/b/" not in page
    settings.CERT_COMPLETION_RECORDS = {"REPORT_PERMISSION": "cert_completion_records.view_importsource"}
    learner.user_permissions.add(Permission.objects.get(codename="view_importsource"))
    assert '<a href="/imports/b/">external.csv, line 214</a>' in shown(client, learner)
    ImportSource.objects.update(row_url="/imports/b/rows/{line}/")
    assert '<a href="/imports/b/rows/214/">external.csv, line 214</a>' in shown(client, learner)


def test_an_assignment_leads_to_its_import(client, learner, hold, source, settings):
    row = hold()
    ImportSource.objects.update(row_url="/imports/b/rows/{line}/")
    LearnerCertification.objects.filter(pk=row.pk).update(assigned_source=source)
    settings.CERT_COMPLETION_RECORDS = {"REPORT_PERMISSION": "cert_completion_records.view_importsource"}
    learner.user_permissions.add(Permission.objects.get(codename="view_importsource"))
    assert '<a href="/imports/b/">assigned by the import external.csv</a>' in shown(client, learner)


def test_evidence_is_shown_with_its_fields(client, learner, settings):
    fields = [{"name": "no", "kind": "text", "label": "Licence number"}, {"name": "ok", "kind": "yes_no"}]
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "label": "Licence", "fields": fields}]}
    item = Evidence(
        learner=learner, name="Canoe <Trip>", completed=date(2025, 5, 5), due=date(2025, 6, 1), evidence_type="licence"
    )
    item.fields = {"no": "L-7", "ok": True}
    item.save()
    page = shown(client, learner)
    for text in (escape("Canoe <Trip>"), "Licence number", "L-7", "Yes", '<time datetime="2025-06-01">'):
        assert text in page


def typed(learner, source=None, **fields):
    item = Evidence(
        learner=learner, name="Canoe", completed=date(2025, 5, 5), evidence_type="licence", source=source, line=9
    )
    item.fields = fields
    item.save()


def offer(settings, *fields):
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "label": "A <b>", "fields": fields}]}


def test_every_kind_of_value_is_shown_as_people_read_it(client, learner, settings):
    kinds = {"day": "date", "ok": "yes_no", "hours": "number", "proof": "url", "note": "text"}
    offer(settings, *({"name": name, "kind": kind, "label": f"<{name}>"} for name, kind in kinds.items()))
    address = "https://example.org/?a=1&b='2'"
    typed(learner, note="<i>x</i>", proof=address, hours=Decimal("12.50"), ok=False, day=date(2020, 1, 2))
    page = shown(client, learner)
    shown_values = ["Jan. 2, 2020", "No", "12.50", escape(address), escape("<i>x</i>")]
    places = [page.index(f">{value}<", page.index(escape("A <b>"))) for value in shown_values]
    assert places == sorted(places)
    assert f'<dd><a href="{escape(address)}" rel="noopener nofollow">{escape(address)}</a></dd>' in page
    assert all(f"<dt>{escape(f'<{name}>')}</dt>" in page for name in kinds)
    assert "<i>x" not in page


def test_numbers_are_written_as_in_the_readers_language(client, learner, settings):
    offer(settings, {"name": "hours", "kind": "number"})
    typed(learner, hours=Decimal("12.50"))
    settings.LANGUAGE_CODE = "de"
    assert "<dd>12,50</dd>" in shown(client, learner)


def test_only_web_addresses_become_links(client, learner, settings):
    offer(settings, {"name": "proof", "kind": "url"}, {"name": "note", "kind": "text"})
    typed(learner, proof="javascript:alert(1)", note="https://example.org/")
    page = shown(client, learner)
    assert "<dd>javascript:alert(1)</dd>" in page
    assert "<dd>https://example.org/</dd>" in page


def test_evidence_outlives_its_type_and_its_fields(client, learner, settings):
    typed(learner, number="L-7", passed=True, **{"<no>": "x"})
    page = shown(client, learner)
    for text in (
        "licence",
        "<dt>number</dt><dd>L-7</dd>",
        "<dt>passed</dt><dd>Yes</dd>",
        "<dt>&lt;no&gt;</dt><dd>x</dd>",
    ):
        assert text in page
    offer(settings, {"name": "passed", "kind": "yes_no", "label": "Exam"})
    page = shown(client, learner)
    assert page.index("<dt>Exam</dt><dd>Yes</dd>") < page.index("<dt>number</dt><dd>L-7</dd>")


def test_evidence_tells_file_line_and_who_uploaded_it(client, learner, source):
    ImportSource.objects.update(uploaded_by="o'neil <admin>")
    typed(learner, ImportSource.objects.get())
    page = shown(client, learner)
    assert "external.csv, line 9" in page
    assert "uploaded by o&#x27;neil &lt;admin&gt;, March 1, 2026" in page


def test_a_learner_sees_nothing_of_others(client, learner, hold, record, viewer):
    hold(record("2026-01-01", "2027-01-01"), (record("2020-01-01", "2021-01-01"),))
    Evidence.objects.create(learner=learner, name="Canoe", completed=date(2025, 5, 5))
    page = shown(client, viewer)
    assert "<table" not in page


def test_the_number_of_queries_does_not_grow_with_the_record(
    client, learner, hold, record, django_assert_max_num_queries
):
    for number in range(30):
        certification = Certification.objects.create(short_name=f"c{number}", full_name=f"C {number}")
        hold(record("2026-01-01", "2027-01-01"), (record("2020-01-01", "2021-01-01"),), certification=certification)
    client.force_login(learner)
    with django_assert_max_num_queries(9):
        client.get(OWN)
