"""Every file of personal data needs its permission and leaves a trace of who took it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.urls import reverse

from cert_completion_plugin import api
from tests import people

pytestmark = pytest.mark.django_db

FILES = [
    *(f"{what}.{kind}" for what in ("all", "problems", "recorded") for kind in ("csv", "xlsx", "json")),
    *("report.csv", "report.json"),
]


def history(batch):
    entries = LogEntry.objects.filter(object_id=str(batch.id)).order_by("pk")
    return [(entry.user.username, entry.change_message) for entry in entries][1:]


@pytest.mark.parametrize("file", FILES)
def test_a_download_is_kept_in_the_history_of_its_import(client, imported, file):
    batch = imported()
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, *file.split(".")]))
    assert response.status_code == 200
    assert history(batch) == [("operator", f"Downloaded rows: {file}")]


@pytest.mark.parametrize("file", FILES)
def test_who_may_not_gets_nothing_and_leaves_no_trace(client, imported, file):
    batch = imported()
    client.force_login(people.person("auditor", "view_import_report"))
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, *file.split(".")]))
    assert response.status_code == 403
    assert history(batch) == []


def test_what_could_not_be_had_was_not_taken(client, imported, keep):
    keep(rows=1)
    batch = imported(days_ago=2)
    api.purge()
    assert (
        client.get(reverse("cert_completion_plugin:download", args=[batch.reference, "all", "csv"])).status_code == 410
    )
    assert history(batch) == []


@pytest.mark.parametrize("options", [{"format": "csv"}, {"rows": "all", "format": "csv"}])
def test_a_command_writes_as_the_user_for_whom_it_acts(imported, options, capsys):
    batch = imported()
    with pytest.raises(SystemExit):
        call_command("cert_completion_report", batch.reference, user="operator", **options)
    assert capsys.readouterr().out
    assert history(batch) == [("operator", f"Downloaded rows: {options.get('rows', 'report')}.csv")]


def test_other_code_does_too(imported, operator):
    batch = imported()
    assert len(list(api.rows_with_cells(operator, batch))) == 5
    assert history(batch) == [("operator", "Downloaded rows: rows with cells")]
    list(api.rows_with_cells(api.SYSTEM, batch))
    assert len(history(batch)) == 1
