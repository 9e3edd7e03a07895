"""Certifications of the record book, by the names that stand for them on the platform too."""

from uuid import UUID

import pytest
from cert_completion_hooks import Actor, CertificationRef
from cert_completion_openedx.certifications import find_certifications, list_certifications
from cert_completion_openedx.models import Counterpart
from cert_completion_records.models import Certification
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from cert_completion_plugin import api
from tests.openedx.conftest import HEADINGS, form

COURSE = "course-v1:edX+Forklift+2026"
PROGRAM = UUID("1f6e3a52-6a0b-4d53-9d0e-8f6f1f0f7c11")
ACTOR = Actor(key="", username="")


@pytest.fixture
def forklift(db):
    row = Certification.objects.create(short_name="Forklift", id_number="F1", full_name="Forklift driver")
    Counterpart.objects.create(certification=row, course_key=COURSE)
    return row


@pytest.fixture
def crane(db):
    row = Certification.objects.create(short_name="Crane", id_number="C1", full_name="Crane driver")
    Counterpart.objects.create(certification=row, program_uuid=PROGRAM)
    return row


def found(short_name="", id_number="", *, actor=ACTOR, ignore_case=False):
    reference = CertificationRef(short_name, id_number)
    return find_certifications(actor, [reference], ignore_case).get(reference, [])


def keys(*given, **more):
    return [each.key for each in found(*given, **more)]


def test_a_course_key_stands_in_either_place(forklift, crane):
    assert keys(COURSE) == keys("", COURSE) == keys("Forklift", COURSE) == keys("Forklift") == [str(forklift.pk)]
    assert keys("", str(PROGRAM)) == keys(str(PROGRAM)) == [str(crane.pk)]


def test_what_is_told_names_both(forklift, crane):
    assert [each.other_names for each in found("Forklift")] == [(COURSE,)]
    assert [each.other_names for each in list_certifications(ACTOR, "", 10)] == [(COURSE,), (str(PROGRAM),)]
    assert [each.short_name for each in found(COURSE)] == ["Forklift"]


def test_two_names_of_different_certifications_are_both_told(forklift, crane):
    assert keys("Crane", COURSE) == [str(crane.pk), str(forklift.pk)]


def test_case_counts_unless_it_is_to_be_ignored(forklift):
    assert keys(COURSE.upper()) == []
    assert keys(COURSE.upper(), ignore_case=True) == [str(forklift.pk)]


def test_nothing_is_named_by_nothing(forklift, crane):
    assert keys("", "") == []
    assert find_certifications(ACTOR, [], False) == {}


def test_what_is_out_of_reach_is_told_so(forklift, person):
    forklift.groups.add(Group.objects.create(name="Warehouse"))
    stranger = person("stranger")
    actor = Actor(key=str(stranger.pk), username="stranger")
    assert [each.allowed for each in found(COURSE, actor=actor)] == [False]
    assert [each.allowed for each in found(COURSE)] == [True]


def test_the_number_of_queries_does_not_grow(forklift, django_assert_max_num_queries):
    for number in range(300):
        row = Certification.objects.create(short_name=f"S{number}", full_name="S")
        Counterpart.objects.create(certification=row, course_key=f"course-v1:edX+S{number}+2026")
    references = [CertificationRef(f"course-v1:edX+S{number}+2026", "") for number in range(300)]
    with django_assert_max_num_queries(6):
        assert len(find_certifications(ACTOR, references, False)) == 300


def test_a_file_names_the_certification_by_its_course_key(client, registrar, forklift, person):
    person("ana")
    client.post("/certification-imports/upload/", form(f"{HEADINGS}ana,,{COURSE},31/05/2025,\n"))
    batch = api.newest(api.SYSTEM)[0]
    api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).counts["outcomes"] == {"certified": 1}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Enter either the key of a course run or the UUID of a program."),
        ({"course_key": " "}, "Enter either"),
        ({"course_key": COURSE, "program_uuid": PROGRAM}, "Enter either"),
        ({"course_key": "Forklift"}, "This is not the key of a course run"),
        ({"program_uuid": PROGRAM, "issues_certificate": True}, "Only a course run has a course certificate."),
    ],
)
def test_a_counterpart_is_one_of_the_two(crane, given, words):
    row = Certification.objects.create(short_name="Other", full_name="Other")
    with pytest.raises(ValidationError, match=words):
        Counterpart(certification=row, **given).clean()


@pytest.mark.parametrize("key", [COURSE, COURSE.upper().replace("COURSE-V1", "course-v1")])
def test_a_course_run_stands_for_one_certification(forklift, key):
    row = Certification.objects.create(short_name="Other", full_name="Other")
    with pytest.raises(ValidationError) as caught:
        Counterpart(certification=row, course_key=key).full_clean()
    assert caught.value.messages == ["This course run stands for another certification already."]
    forklift.counterpart.full_clean()


@pytest.mark.parametrize("key", [COURSE, "edX/Forklift/2026", "ccx-v1:edX+Forklift+2026+ccx@3", f"  {COURSE} "])
def test_keys_of_old_and_new_courses(db, key):
    row = Certification.objects.create(short_name="Other", full_name="Other")
    counterpart = Counterpart(certification=row, course_key=key)
    counterpart.full_clean()
    counterpart.save()
    assert counterpart.name == key.strip()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"course_key": "a/b/c", "program_uuid": PROGRAM},
        {"program_uuid": PROGRAM, "issues_certificate": True},
        {"course_key": COURSE},
    ],
)
def test_the_database_takes_nothing_else(forklift, given):
    """The last is another certification's."""
    row = Certification.objects.create(short_name="Other", full_name="Other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Counterpart.objects.create(certification=row, **given)


class TestAdmin:
    LIST = "admin:cert_completion_openedx_counterpart_changelist"
    ADD = "admin:cert_completion_openedx_counterpart_add"

    @pytest.fixture
    def admin(self, person, client):
        user = person("keeper", "view_counterpart", "add_counterpart", "view_certification")
        user.is_staff = True
        user.save()
        client.force_login(user)
        return client

    def test_a_counterpart_is_entered(self, admin, db):
        row = Certification.objects.create(short_name="Other", full_name="Other")
        sent = {"certification": row.pk, "course_key": COURSE, "program_uuid": "", "issues_certificate": "on"}
        assert admin.post(reverse(self.ADD), sent).status_code == 302
        counterpart = Counterpart.objects.get()
        assert (counterpart.certification, counterpart.course_key, counterpart.issues_certificate) == (
            row,
            COURSE,
            True,
        )

    def test_a_mistake_is_told_and_nothing_is_kept(self, admin, db):
        row = Certification.objects.create(short_name="Other", full_name="Other")
        response = admin.post(reverse(self.ADD), {"certification": row.pk, "course_key": "Other"})
        assert "This is not the key of a course run" in response.content.decode()
        assert not Counterpart.objects.exists()

    def test_those_out_of_reach_are_not_there(self, admin, forklift):
        assert COURSE in admin.get(reverse(self.LIST)).content.decode()
        forklift.groups.add(Group.objects.create(name="Warehouse"))
        assert COURSE not in admin.get(reverse(self.LIST)).content.decode()
        response = admin.post(reverse(self.ADD), {"certification": forklift.pk, "course_key": "a/b/c"})
        assert "Select a valid choice" in response.content.decode()

    def test_without_permission_nobody_sees_them(self, client, person, forklift):
        user = person("clerk", "view_certification")
        user.is_staff = True
        user.save()
        client.force_login(user)
        assert client.get(reverse(self.LIST)).status_code == 403
