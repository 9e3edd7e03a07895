from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.contrib.auth.models import Permission

from cert_completion_plugin import api
from tests import doubles

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"


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
        user = django_user_model.objects.create_user(username, password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return user

    return user_with


@pytest.fixture
def operator(user_with, client):
    """Logged in, with both permissions."""
    user = user_with("upload_completions", "view_import_report", username="operator")
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
        return api.find(batch.reference)

    return imported
