"""What the sandbox's host leaves to the record book; what it does by itself is seen in tests/codes."""

import pytest
from cert_completion_hooks import PROJECT_NAME, Actor
from cert_completion_records import host as record_book
from django.contrib.auth.models import User

from sandbox import demo_data, demo_host
from sandbox.demo_table import COURSES, FIRE_WARDEN, RADIATION, SPECIAL_COURSES

ALL = [course.id_number for course in (*COURSES, *SPECIAL_COURSES)]


def hooks_of(host: object) -> set[str]:
    return {name for name in dir(host) if hasattr(getattr(host, name), f"{PROJECT_NAME}_impl")}


def test_it_answers_every_hook_that_the_record_book_answers() -> None:
    assert hooks_of(demo_host) == hooks_of(record_book) != set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "within_reach"),
    [
        ("admin", set(ALL)),
        ("uploader", set(ALL) - {RADIATION.id_number}),
        ("firechief", {FIRE_WARDEN.id_number}),
    ],
)
def test_what_each_administrator_may_write(username: str, within_reach: set[str]) -> None:
    demo_data.load()
    user = User.objects.get(username=username)
    listed = demo_host.list_certifications(Actor(key=str(user.pk), username=username), "", 100)
    assert sorted(one.id_number for one in listed) == sorted(ALL)
    assert {one.id_number for one in listed if one.allowed} == within_reach
