from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.core.files.uploadedfile import SimpleUploadedFile

from cert_completion_plugin import api
from tests import doubles, people

IMPORTING = ("upload_completions", "view_import_report", "view_personal_data", "approve_imports")
HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"


def form(content=HEADINGS + "ana,Forklift,,31/05/2025,\n", **values):
    """What the upload page sends; a value None leaves the field out."""
    values = {
        "file": SimpleUploadedFile("external records.csv", content.encode(), "text/csv"),
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
        **values,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.fixture(autouse=True)
def world(settings, monkeypatch):
    """The in-memory host with two learners and a certification, on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    world = doubles.install(settings, MemoryHost())
    world.add_learner("ana")
    world.add_learner("ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    return world


@pytest.fixture
def user_with(db, django_user_model):
    """Makes a staff user with exactly these permissions of the plugin."""

    def user_with(*codenames, username="somebody"):
        return people.holding(django_user_model.objects.create_user(username, password="x", is_staff=True), *codenames)

    return user_with


@pytest.fixture
def operator(user_with, client):
    """Logged in, with all that it takes to import, and to read what became of it."""
    user = user_with(*IMPORTING, username="operator")
    client.force_login(user)
    return user


@pytest.fixture
def imported(operator):
    """Imports these rows to the end and returns the import."""

    def imported(*rows, **options):
        content = (HEADINGS + "".join(f"{row}\n" for row in rows)).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        batch = api.submit(operator, [content], file_name="records.csv", options=chosen)
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    return imported
