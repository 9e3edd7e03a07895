from collections import Counter

import pytest
from cert_completion_hooks import CertificationState, normalised
from cert_completion_records.models import Certification, LearnerCertification, PastCompletion
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from sandbox import demo_data
from sandbox.demo_table import COURSES, HARRY, PEOPLE, SPECIAL_COURSES, TWINS
from sandbox.management.commands.load_demo_data import Command

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> None:
    demo_data.load()


@pytest.mark.usefixtures("loaded")
def test_learners_and_certifications_are_those_of_the_table() -> None:
    assert set(User.objects.filter(is_staff=False).values_list("username", flat=True)) == {
        person.username for person in (*PEOPLE, *TWINS)
    }
    stored = {(one.short_name, one.id_number): one.recertification_rule() for one in Certification.objects.all()}
    assert stored == {(course.short_name, course.id_number): course.rule for course in (*COURSES, *SPECIAL_COURSES)}


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(("username", "password", "_purpose"), demo_data.LOG_INS)
def test_every_log_in_that_is_announced_works(client, username: str, password: str, _purpose: str) -> None:
    assert client.login(username=username, password=password)


@pytest.mark.usefixtures("loaded")
def test_the_uploader_may_upload_and_look_and_nothing_else() -> None:
    uploader = User.objects.get(username="uploader")
    assert uploader.get_all_permissions() == set(demo_data.UPLOADER_MAY)


@pytest.mark.usefixtures("loaded")
def test_the_twins_have_two_names_that_read_as_one() -> None:
    names = {person.username for person in TWINS}
    assert len(names) == User.objects.filter(username__in=names).count() == 2
    assert len({normalised(name) for name in names}) == 1


@pytest.mark.usefixtures("loaded")
def test_records_are_held_in_every_state_on_the_present_day() -> None:
    today = timezone.localdate()
    states = Counter(record.state_on(today) for record in LearnerCertification.objects.all())
    assert set(states) == {CertificationState.CERTIFIED, CertificationState.WINDOW_OPEN, CertificationState.EXPIRED}
    harry = LearnerCertification.objects.filter(learner__username=HARRY.username)
    assert {record.state_on(today) for record in harry} == set(states)
    for record in (*LearnerCertification.objects.all(), *PastCompletion.objects.all()):
        record.full_clean()


def test_the_command_fills_an_empty_database_once() -> None:
    assert demo_data.is_new()
    call_command(Command(), "--if-new")
    users = User.objects.count()
    call_command(Command(), "--if-new")
    assert User.objects.count() == users == len(PEOPLE) + len(TWINS) + 3
    with pytest.raises(CommandError, match="make reset"):
        call_command(Command())


@pytest.mark.usefixtures("loaded")
def test_on_the_first_day_there_are_messages_to_send(settings, mailoutbox) -> None:
    settings.CERT_COMPLETION_RECORDS = {"SITE_URL": "http://127.0.0.1:8000"}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    call_command("cert_completion_messages")
    assert len(mailoutbox) > 3
    assert any(mail.subject.startswith("Book your First Aid refresher") for mail in mailoutbox)
