from datetime import date, timedelta

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.contrib.auth.models import Permission
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, ImportUndo
from tests import doubles

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"
ROWS = (
    "ana,Forklift,,31/05/2025,",
    "ben,Forklift,F1,31/05/2025,",
    "nobody,Forklift,,31/05/2025,",
    "ana,Crane,,30/02/2025,",
    "ben,Forklift,,14/03/2024,",
)


BOTH_HOSTS = pytest.mark.parametrize(
    "host", [MemoryHost, doubles.SharedHost], ids=["own-store", "shared-connection"], indirect=True
)


@pytest.fixture
def host(request):
    """The kind of host: on our connection, unless a test wants both."""
    return getattr(request, "param", doubles.SharedHost)


@pytest.fixture
def world(host, settings, monkeypatch):
    """A host with two learners and two certifications, on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    monkeypatch.setattr("cert_completion_plugin.batches.retention.PAUSE_SECONDS", 0)
    world = doubles.install(settings, host())
    world.add_learner("ana")
    world.add_learner("ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    world.add_certification(doubles.yearly("Crane", "C1"))
    return world


@pytest.fixture
def keep(settings):
    """Sets for how many days files, rows and ledger are kept."""

    def keep(files=None, rows=None, ledger=None):
        days = {"KEEP_FILES_DAYS": files, "KEEP_ROWS_DAYS": rows, "KEEP_LEDGER_DAYS": ledger}
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, **days}

    return keep


@pytest.fixture
def operator(db, client, django_user_model):
    """Logged in, with every permission of the plugin."""
    user = django_user_model.objects.create_user("operator", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="cert_completion_plugin"))
    client.force_login(user)
    return user


@pytest.fixture
def submitted(operator, world):
    """Submits a file made of these rows; nothing of it is worked on."""

    def submitted(*rows, headings=HEADINGS, name="records.csv", **options):
        content = (headings + "".join(f"{row}\n" for row in rows or ROWS)).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        return api.submit(operator, [content], file_name=name, options=chosen)

    return submitted


@pytest.fixture
def imported(submitted):
    """Imports these rows, and says that it ended so many days ago."""

    def imported(*rows, days_ago=0, **options):
        batch = submitted(*rows, **options)
        api.work_off(batch.id)
        grow_old(days_ago)
        return now(batch)

    return imported


def grow_old(days):
    """All that has ended until now, and every undo, did so that long ago."""
    moment = timezone.now() - timedelta(days=days)
    ImportBatch.objects.filter(finished_at__isnull=False).update(finished_at=moment)
    ImportUndo.objects.filter(previewed_at__isnull=False).update(previewed_at=moment)
    ImportUndo.objects.filter(finished_at__isnull=False).update(finished_at=moment)


def now(batch):
    """The import as it is now."""
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found
