import re
from datetime import date
from decimal import Decimal

import pytest
from cert_completion_records.models import Certification, Evidence, ImportSource, LearnerCertification, PastCompletion
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
MODELS = ["certification", "learnercertification", "evidence", "importsource"]


def url(page, *arguments):
    return reverse(f"admin:cert_completion_records_{page}", args=arguments)


@pytest.fixture
def row(hold, record, learner):
    source = ImportSource.objects.create(
        batch_id="b",
        file_name="external.csv",
        uploaded_by="otto",
        uploaded_at=timezone.now(),
        report_url="/imports/b/",
        row_url="/imports/b/rows/{line}/",
    )
    row = hold(record("2025-03-01", "2026-03-01", "2026-02-01"), (record("2020-01-01", "2021-01-01"),))
    LearnerCertification.objects.filter(pk=row.pk).update(source=source, line=214)
    Evidence.objects.create(learner=learner, name="Canoe", completed=date(2025, 5, 5))
    row.refresh_from_db()
    return row


def form_of(row, **changes):
    (past,) = row.history.all()
    return {
        "learner": row.learner_id,
        "certification": row.certification_id,
        "assigned": "on",
        "completed": row.completed,
        "expires": row.expires,
        "window_opens": row.window_opens or "",
        "version": row.changed_at.isoformat(),
        "history-TOTAL_FORMS": 1,
        "history-INITIAL_FORMS": 1,
        "history-0-id": past.pk,
        "history-0-learner_certification": row.pk,
        "history-0-completed": past.completed,
        "history-0-expires": past.expires,
        **changes,
    }


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_page_is_shown(admin_client, row, model):
    assert admin_client.get(url(f"{model}_changelist"), {"q": "a"}).status_code == 200
    entry = apps.get_model("cert_completion_records", model)._default_manager.get()
    page = admin_client.get(url(f"{model}_change", entry.pk))
    assert page.status_code == 200
    added = admin_client.get(url(f"{model}_add")).status_code
    assert added == (403 if model == "importsource" else 200)


@pytest.mark.parametrize(
    ("state", "day", "found"),
    [
        ("certified", "2026-01-31", True),
        ("window_open", "2026-02-01", True),
        ("expired", "2026-03-01", True),
        ("certified", "2026-03-01", False),
        ("none", "2026-03-01", False),
        ("nonsense", "2026-03-01", True),
    ],
)
def test_learners_are_filtered_by_state(admin_client, row, monkeypatch, state, day, found):
    monkeypatch.setattr("cert_completion_records.admin.today", lambda: date.fromisoformat(day))
    response = admin_client.get(url("learnercertification_changelist"), {"state": state})
    assert (row in response.context["cl"].result_list) == found


def test_the_fields_of_evidence_are_shown_and_cannot_be_changed(admin_client, row, settings):
    fields = [{"name": "proof", "kind": "url", "label": "<Proof>"}, {"name": "hours", "kind": "number"}]
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "fields": fields}]}
    item = Evidence.objects.get()
    item.evidence_type, item.fields = "licence", {"proof": "https://example.org/?a&b", "hours": Decimal("1.50")}
    item.save()
    page = admin_client.get(url("evidence_change", item.pk)).content.decode()
    link = '<a href="https://example.org/?a&amp;b" rel="noopener nofollow">https://example.org/?a&amp;b</a>'
    assert f"<div>&lt;Proof&gt;: {link}</div><div>hours: 1.50</div>" in page
    assert 'name="fields' not in page


def test_a_record_links_to_its_import_and_to_the_learners_page(admin_client, row):
    page = admin_client.get(url("learnercertification_change", row.pk)).content.decode()
    assert '<a href="/imports/b/rows/214/">external.csv, line 214</a>' in page
    assert "by otto, " in page
    assert f'href="/record-of-learning/{row.learner_id}/"' in page
    listed = admin_client.get(url("learnercertification_changelist")).content.decode()
    assert '<a href="/imports/b/rows/214/">external.csv, line 214</a>' in listed


def test_who_may_not_see_reports_is_told_where_a_record_came_from_without_a_link(client, row, django_user_model):
    PastCompletion.objects.update(source=row.source, line=3)
    Evidence.objects.update(source=row.source, line=4)
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    names = ("view_learnercertification", "view_pastcompletion", "view_evidence")
    viewer.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(viewer)
    places = [
        url("learnercertification_changelist"),
        url("learnercertification_change", row.pk),
        url("evidence_changelist"),
        url("evidence_change", Evidence.objects.get().pk),
    ]
    for place in places:
        page = client.get(place).content.decode()
        assert "external.csv, line" in page
        assert "/imports/b/" not in page
    viewer.user_permissions.add(Permission.objects.get(codename="view_import_report"))
    found = [re.findall(r"/imports/b/rows/\d+/", client.get(place).content.decode()) for place in places]
    assert (
        found
        == [["/imports/b/rows/214/"], ["/imports/b/rows/214/", "/imports/b/rows/3/"]] + [["/imports/b/rows/4/"]] * 2
    )


def test_the_list_asks_the_database_as_often_for_many_records_as_for_few(
    admin_client, row, record, hold, django_assert_max_num_queries
):
    for number in range(20):
        certification = Certification.objects.create(short_name=f"c{number}", full_name=f"C {number}")
        other = hold(record("2025-03-01", "2026-03-01"), certification=certification)
        LearnerCertification.objects.filter(pk=other.pk).update(source=row.source, line=number)
    with django_assert_max_num_queries(10):
        admin_client.get(url("learnercertification_changelist"))


def test_a_corrected_record_says_who_corrected_it_and_keeps_where_it_came_from(admin_client, row):
    before = row.changed_at
    response = admin_client.post(url("learnercertification_change", row.pk), form_of(row, expires="2026-06-01"))
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.expires, row.changed_by, row.line) == (date(2026, 6, 1), "admin", 214)
    assert row.changed_at > before
    assert PastCompletion.objects.get().changed_by == ""


def test_saving_without_a_change_changes_nothing(admin_client, row):
    assert admin_client.post(url("learnercertification_change", row.pk), form_of(row)).status_code == 302
    before = row.changed_at
    row.refresh_from_db()
    assert (row.changed_at, row.changed_by) == (before, "")


def test_corrected_history_says_who_corrected_it(admin_client, row):
    changes = {"history-0-expires": "2021-06-01"}
    assert admin_client.post(url("learnercertification_change", row.pk), form_of(row, **changes)).status_code == 302
    past = PastCompletion.objects.get()
    assert (past.expires, past.changed_by) == (date(2021, 6, 1), "admin")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"expires": "2024-01-01"}, "A record cannot expire before it was completed."),
        ({"completed": ""}, "Give the completion date too, or leave all dates empty."),
        ({"expires": "", "window_opens": ""}, "This certification expires."),
        ({"window_opens": "2027-01-01"}, "cannot open after the record has expired"),
        ({"window_opens": "2019-01-01"}, "cannot open before the completion"),
        ({"history-0-expires": "2019-01-01"}, "A record cannot expire before it was completed."),
    ],
)
def test_dates_that_contradict_one_another_are_refused_in_words(admin_client, row, changes, text):
    response = admin_client.post(url("learnercertification_change", row.pk), form_of(row, **changes))
    assert response.status_code == 200
    assert text in response.content.decode()
    assert "Constraint" not in response.content.decode()


def test_a_window_longer_than_the_active_period_may_open_before_the_completion(admin_client, row):
    row.certification.window_count, row.certification.window_unit = 2, "year"
    row.certification.save()
    window_opens = row.certification.window_opens_for(row.expires)
    assert window_opens < row.completed
    response = admin_client.post(
        url("learnercertification_change", row.pk), form_of(row, window_opens=window_opens.isoformat())
    )
    assert response.status_code == 302


def test_what_was_changed_while_the_page_was_open_is_not_overwritten(admin_client, row):
    form = form_of(row, expires="2026-06-01")
    LearnerCertification.objects.update(changed_by="eve", changed_at=timezone.now(), expires=date(2026, 9, 1))
    response = admin_client.post(url("learnercertification_change", row.pk), form)
    assert "eve changed this on" in response.content.decode()
    row.refresh_from_db()
    assert row.expires == date(2026, 9, 1)


def test_an_assignment_made_by_hand_is_dated(admin_client, learner, certification):
    form = {
        "learner": learner.pk,
        "certification": certification.pk,
        "assigned": "on",
        "history-TOTAL_FORMS": 0,
        "history-INITIAL_FORMS": 0,
    }
    assert admin_client.post(url("learnercertification_add"), form).status_code == 302
    row = LearnerCertification.objects.get()
    assert row.assigned_at is not None
    assert (row.assigned_source, row.changed_by) == (None, "admin")


def certification_form(**changes):
    periods = {"active": 1, "window": 1, "minimum_active": 0}
    counts = {f"{name}_count": count for name, count in periods.items()}
    units = {f"{name}_unit": "month" for name in periods}
    return {"full_name": "X", "rule": "completion_date", "is_active": "on", **counts, **units, **changes}


def test_a_certification_is_kept_with_a_warning_if_it_shares_a_name(admin_client, certification):
    form = certification_form(short_name="Fire ", id_number="F-2")
    response = admin_client.post(url("certification_add"), form)
    assert response.status_code == 302
    (text,) = [str(message) for message in get_messages(response.wsgi_request) if message.level_tag == "warning"]
    assert "short name" in text


def test_a_certification_without_names_or_with_those_of_another_is_refused_in_words(admin_client, certification):
    for changes, text in (
        ({}, "Give a short name, an ID number or both"),
        ({"short_name": "Fire", "id_number": "F-1"}, "Another certification has this short name"),
        ({"short_name": "x", "active_count": 0}, "A certification that expires has to last a while"),
    ):
        response = admin_client.post(url("certification_add"), certification_form(**changes))
        assert text in response.content.decode()
    assert Certification.objects.count() == 1


def test_evidence_entered_by_hand_names_its_creator(admin_client, admin_user, learner):
    form = {"learner": learner.pk, "name": "Canoe", "completed": "2025-05-05"}
    assert admin_client.post(url("evidence_add"), form).status_code == 302
    item = Evidence.objects.get()
    assert (item.created_by, item.changed_by) == (admin_user, "admin")
    again = admin_client.post(url("evidence_add"), form)
    assert "This learner has evidence with this short name" in again.content.decode()


def test_imports_cannot_be_changed(admin_client, row):
    source = ImportSource.objects.get()
    assert admin_client.post(url("importsource_change", source.pk), {"file_name": "x"}).status_code == 403
    assert admin_client.post(url("importsource_delete", source.pk)).status_code == 403
