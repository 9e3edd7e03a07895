"""The same file gives the same report to the byte, whichever way it came in."""

import json

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cert_completion_plugin import api
from tests import doubles
from tests.commands.conftest import called
from tests.watching.conftest import look, watch, work
from tests.web.conftest import HEADINGS, form

pytestmark = pytest.mark.django_db

CONTENT = HEADINGS + (
    "ana,Forklift,,31/05/2025,\n"
    "ben,Forklift,F1,30/04/2025,31/05/2025\n"
    "ana,Forklift,,31/05/2025,\n"
    "ana,Forklfit,,31/05/2024,\n"
    "=nobody,Forklift,,30/02/2025,\n"
    "short\n"
)
OPTIONS = {"review": False, "import_action": "certify_if_newer"}


def fresh(settings):
    """The same records as before any import."""
    world = doubles.install(settings, MemoryHost())
    world.add_learner("ana")
    world.add_learner("ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))


def by_page(client, settings, tmp_path, kind):
    response = client.post(reverse("cert_completion_plugin:upload"), form(CONTENT))
    [batch] = api.newest(api.SYSTEM, limit=1)
    assert response.status_code == 302
    api.work_off(batch.id)
    report = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, "report", kind]))
    return b"".join(report.streaming_content)


def by_command(client, settings, tmp_path, kind):
    path = tmp_path / "from the shell.csv"
    path.write_text(CONTENT)
    flags = ("--user", "operator", "--work", "--no-review", "--import-action", "certify_if_newer", "--format", "json")
    reference = called("import", path, *flags).document["reference"]
    return called("report", reference, "--user", "operator", "--format", kind).data


def by_watched_place(client, settings, tmp_path, kind):
    place = tmp_path / "incoming"
    place.mkdir()
    (place / "dropped.csv").write_text(CONTENT)
    watch(settings, {"directory": str(place), "user": "operator", "options": OPTIONS, "stable_seconds": 1})
    look()
    work()
    look()
    [report] = (place / "done").glob(f"*.report.{kind}")
    return report.read_bytes()


def by_rest_api(client, settings, tmp_path, kind):
    file = SimpleUploadedFile("pushed.csv", CONTENT.encode())
    created = client.post(
        reverse("cert_completion_plugin:rest:imports"), {"file": file, "options": json.dumps(OPTIONS)}
    )
    assert created.status_code == 201
    [batch] = api.newest(api.SYSTEM, limit=1)
    api.work_off(batch.id)
    return b"".join(client.get(f"{created['Location']}/report.{kind}").streaming_content)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_page_command_watched_place_and_rest_api(client, settings, tmp_path, operator, kind):
    client.force_login(operator)
    reports = []
    for way in (by_page, by_command, by_watched_place, by_rest_api):
        fresh(settings)
        reports.append(way(client, settings, tmp_path, kind))
    first, *others = reports
    assert b"learner_not_found" in first
    assert first.count(b"\n") > 20
    assert others == [first] * 3
