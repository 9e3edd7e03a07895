from datetime import date

import pytest
from cert_completion_hooks import CertificationState
from cert_completion_records.models import (
    Certification,
    Evidence,
    ImportSource,
    LearnerCertification,
    PastCompletion,
    Rule,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

pytestmark = pytest.mark.django_db


def problems(instance):
    with pytest.raises(ValidationError) as caught:
        instance.full_clean()
    return caught.value.message_dict


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"short_name": " ", "id_number": "\u200b"}, "short_name"),
        ({"short_name": "x", "active_count": 0}, "active_count"),
        ({"short_name": "x", "minimum_active_count": 6}, "minimum_active_count"),
        ({"short_name": "x", "window_count": -1}, "window_count"),
    ],
)
def test_a_certification_that_imports_could_not_work_with_is_refused(given, field):
    assert field in problems(Certification(full_name="X", **given))


@pytest.mark.parametrize(
    "given",
    [
        {"short_name": "x"},
        {"id_number": "x"},
        {"short_name": "x", "rule": Rule.NEVER_EXPIRES, "active_count": 0},
        {"short_name": "x", "rule": Rule.FIXED_EXPIRY_DATE, "minimum_active_count": 6},
    ],
)
def test_certifications_that_make_sense_are_accepted(given):
    Certification(full_name="X", **given).full_clean()


def test_two_certifications_may_share_one_name_but_not_both(certification):
    Certification(full_name="X", short_name="Fire", id_number="F-2").full_clean()
    twin = Certification(full_name="X", short_name="Fire\u00a0", id_number="F-1")
    assert "short_name" in problems(twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    Certification(full_name="X", short_name="fire", id_number="F-1").save()


@pytest.mark.parametrize(
    "given",
    [
        {"expires": date(2026, 1, 1)},
        {"completed": date(2026, 1, 2), "expires": date(2026, 1, 1)},
        {"completed": date(2025, 1, 1), "expires": date(2026, 1, 1), "window_opens": date(2026, 1, 2)},
    ],
)
def test_dates_that_contradict_one_another_are_refused_by_form_and_database(learner, certification, given):
    row = LearnerCertification(learner=learner, certification=certification, **given)
    assert problems(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_certification_that_expires_needs_an_expiry_in_the_form(learner, certification):
    row = LearnerCertification(learner=learner, certification=certification, completed=date(2025, 1, 1))
    assert "expires" in problems(row)
    certification.rule = Rule.NEVER_EXPIRES
    row.full_clean()


def test_the_database_holds_one_row_a_pair_and_one_record_a_line(hold, record):
    row = hold(record("2025-01-01", "2026-01-01"), (record("2024-01-01", "2025-01-01"),))
    with pytest.raises(IntegrityError), transaction.atomic():
        hold()
    source = ImportSource.objects.create(batch_id="b", uploaded_at=row.changed_at)
    days = {"learner_certification": row, "source": source, "line": 2}
    PastCompletion.objects.create(**days, completed=date(2023, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PastCompletion.objects.create(**days, completed=date(2022, 1, 1))


def test_a_learner_goes_with_all_records_and_a_certification_stays_while_it_is_held(
    hold, record, learner, certification
):
    hold(record("2025-01-01", "2026-01-01"), (record("2024-01-01", "2025-01-01"),))
    Evidence.objects.create(learner=learner, name="Canoe", completed=date(2025, 1, 1))
    with pytest.raises(ProtectedError):
        certification.delete()
    learner.delete()
    assert not LearnerCertification.objects.exists()
    assert not PastCompletion.objects.exists()
    assert not Evidence.objects.exists()
    certification.delete()


def test_evidence_is_the_same_whatever_blanks_and_unicode_form_its_names_have(learner):
    Evidence.objects.create(learner=learner, name="x", short_name="José", completed=date(2025, 1, 1))
    twin = Evidence(learner=learner, name="x", short_name=" Jose\u0301", completed=date(2025, 1, 1))
    assert "completed" in problems(twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    Evidence(learner=learner, name="x", short_name="Jose", completed=date(2025, 1, 1)).save()
    assert "learner" in problems(Evidence(name="x"))


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)])
@pytest.mark.parametrize("completed", ["", "2025-03-01"])
@pytest.mark.parametrize("expires", ["", "2026-03-01"])
@pytest.mark.parametrize("window_opens", ["", "2026-02-01"])
def test_the_database_and_the_row_agree_on_the_state(hold, record, completed, expires, window_opens, day):
    row = hold(record(completed, expires, window_opens) if completed else None)
    states = [state for state in CertificationState if LearnerCertification.objects.in_state(state, day).exists()]
    assert states == [row.state_on(day)]


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "https://evil.example/", "javascript:x", ""])
def test_only_a_path_of_this_site_leads_to_a_report(path):
    assert ImportSource(report_url=path).report_path == ""
    assert ImportSource(report_url="/imports/1/").report_path == "/imports/1/"
    assert ImportSource(row_url=path + "{line}").row_path(7) == ""
    source = ImportSource(report_url="/imports/1/", row_url="/imports/1/rows/{line}/")
    assert (source.row_path(7), source.row_path(None)) == ("/imports/1/rows/7/", "/imports/1/")
