import os

import pytest
from cert_completion_records.models import Certification
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"
OPTIONS = {
    "import_action": "certify_if_newer",
    "assign": "when_certifying",
    "messages": "none",
    "commit_policy": "valid_rows",
    "review": "False",
    "unknown_certification": "ignore",
    "date_format": "auto",
    "encoding": "auto",
    "separator": "auto",
    "quote": "auto",
    "sheet": "",
}


def pytest_configure(config: pytest.Config) -> None:
    chosen = os.environ.get("DJANGO_SETTINGS_MODULE")
    if chosen != "tests.openedx.settings":
        raise pytest.UsageError(
            "tests/openedx is a project of its own: make test-openedx, or --ds=tests.openedx.settings"
        )


def form(content: str, **values: object) -> dict[str, object]:
    """What the upload page sends."""
    file = SimpleUploadedFile("external records.csv", content.encode(), "text/csv")
    return {"file": file, **OPTIONS, **values}


@pytest.fixture
def person(transactional_db):
    """Makes a user with exactly these permissions of the plugin."""

    def person(username, *codenames):
        user = get_user_model().objects.create_user(username, f"{username}@example.org", username)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return get_user_model().objects.get(pk=user.pk)

    return person


@pytest.fixture
def registrar(person, client):
    """Logged in, and no member of the staff: permissions are all that counts."""
    user = person("registrar", "upload_completions", "view_personal_data", "approve_imports")
    client.force_login(user)
    return user


@pytest.fixture
def world(person):
    """A learner, and a certification that lasts a year."""
    person("ana")
    return Certification.objects.create(short_name="Forklift", id_number="F1", full_name="Forklift driver")
