"""The report as a file: what it says, what it does not, and that it is the same whoever asks."""

import csv
import io
import json
import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, LedgerEntry
from cert_completion_plugin.reports import report_file
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

ROWS = (
    "ana,Forklift,,31/05/2025,",
    "=cmd|x,Forklift,F1,31/05/2025,",
    "ben,Forklift,,30/02/2025,01/01/2025",
    "ana,Forklift,,31/05/2025,",
)

FAILED = {"code": "internal_error", "details": {"reference": "secret-reference"}}


def download(client, batch, kind):
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, "report", kind]))
    assert response.status_code == 200
    return response, b"".join(response.streaming_content)


def document(client, batch):
    return json.loads(download(client, batch, "json")[1])


def table(client, batch):
    content = download(client, batch, "csv")[1].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_the_document_has_state_options_sums_and_every_row(client, imported):
    found = document(client, imported(*ROWS))
    assert list(found) == [
        "report",
        "state",
        "words",
        "file",
        "options",
        "answers",
        "rows_read",
        "rows_are",
        "outcomes",
        "codes",
        "issues",
        "rows",
    ]
    assert found["report"] == 1
    assert (found["state"], found["words"], found["rows_are"]) == ("finished", "Finished", "written")
    assert found["options"]["import_action"] == "certify_if_newer"
    assert found["file"]["date_format"] == "DD/MM/YYYY"
    assert found["file"]["headings"] == HEADINGS.strip().split(",")
    assert found["rows_read"] == 4
    assert found["outcomes"] == {"certified": 1, "duplicate": 1, "rejected": 2}
    assert list(found["outcomes"]) == ["certified", "duplicate", "rejected"]
    assert found["codes"] == {"learner_not_found": 1, "completion_date_invalid": 1}
    assert found["rows"][0] == {
        "line": 2,
        "outcome": "certified",
        "codes": [],
        "words": "The learner had no valid record.",
        "completed": "2025-05-31",
        "due": None,
        "expires": "2026-05-31",
        "window_opens": "2026-04-30",
    }
    assert found["rows"][1]["codes"] == ["learner_not_found"]
    assert found["rows"][1]["words"].startswith("There is no learner with the username “=cmd|x”.")
    assert found["rows"][3]["words"].startswith("Repeats line 2.")


def test_the_table_says_the_same(client, imported):
    batch = imported(*ROWS)
    found, said = table(client, batch), document(client, batch)
    parts = {(line["part"], line["name"]): line for line in found if line["part"] != "row"}
    assert parts["import", "state"]["value"] == said["state"]
    assert parts["option", "review"]["value"] == "false"
    assert parts["option", "review"]["words"] == "Record at once"
    assert parts["outcome", "rejected"]["value"] == "2"
    assert parts["code", "learner_not_found"]["words"] == "no such learner"
    rows = [line for line in found if line["part"] == "row"]
    assert [(row["line"], row["outcome"], row["codes"].split(), row["words"]) for row in rows] == [
        (str(row["line"]), row["outcome"], row["codes"], row["words"]) for row in said["rows"]
    ]
    assert rows[0]["expirydate"] == "2026-05-31"


def test_a_refused_file_has_a_report_too(client, operator):
    batch = api.submit(operator, [b"username,what\nana,x\n"], file_name="a.csv", options=api.Options())
    api.work_off(batch.id)
    said = document(client, batch)
    assert said["state"] == "refused"
    assert {issue["code"] for issue in said["issues"]} == {"column_missing", "column_unknown"}
    assert "The heading “duedate” is missing." in " ".join(issue["words"] for issue in said["issues"])
    assert said["rows"] == []
    assert "column_missing" in [line["codes"] for line in table(client, batch) if line["part"] == "issue"]
    page = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    assert "download/report.json" in page


def test_a_plan_that_waits_is_reported_as_planned(client, imported):
    said = document(client, imported(*ROWS, review=True))
    assert (said["state"], said["rows_are"]) == ("awaiting_approval", "planned")
    assert [row["outcome"] for row in said["rows"]] == ["certified", "rejected", "rejected", "duplicate"]
    assert said["outcomes"] == {"certified": 1, "duplicate": 1, "rejected": 2}


def test_what_held_an_import_back_is_said(client, imported):
    said = document(client, imported(*ROWS, commit_policy="all_or_nothing"))
    assert said["words"].startswith("Nothing was imported: “all or nothing” was chosen")
    assert said["outcomes"] == {"duplicate": 1, "rejected": 2, "cancelled": 1}


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_equal_imports_have_equal_reports_that_name_nobody(client, imported, user_with, kind):
    ana, *_ = first = [b"".join(report_file(imported(*ROWS, review=True), kind)) for _ in range(2)]
    assert first == [ana, ana]
    other = user_with("upload_completions", username="elsewhere")
    content = (HEADINGS + "".join(f"{row}\n" for row in ROWS)).encode()
    options = api.Options.from_mapping({"import_action": "certify_if_newer"})
    batch = api.submit(other, [content], file_name="another name.csv", options=options)
    api.work_off(batch.id)
    again = api.find(api.SYSTEM, batch.reference)
    assert again is not None
    assert b"".join(report_file(again, kind)) == ana
    text = ana.decode()
    assert batch.reference not in text
    assert not re.search(r"operator|elsewhere|another name|records\.csv|\d\d:\d\d", text)


def test_who_had_a_plan_made_anew_is_not_told(client, imported, operator):
    batch = imported("ana,Forklfit,,31/05/2025,", review=True)
    api.plan_anew(operator, batch, confirmed=["Forklfit"])
    api.work_off(batch.id)
    said = document(client, batch)
    assert said["answers"] == {"confirmed": ["Forklfit"]}
    assert "operator" not in str(said)


def test_a_row_that_failed_names_no_reference(client, imported):
    batch = imported("ana,Forklift,,31/05/2025,")
    entry = LedgerEntry.objects.get(phase="written")
    entry.detail = json.dumps(json.loads(entry.detail) | {"issues": [FAILED]})
    entry.outcome = "failed"
    entry.save()
    said = download(client, batch, "json")[1].decode()
    assert "secret-reference" not in said
    assert "The page of the import has the reference for the site's operator." in said
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, "all", "csv"]))
    assert b"secret-reference" in b"".join(response.streaming_content)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_it_speaks_the_language_of_the_site(imported, settings, monkeypatch, kind):
    batch = imported(*ROWS)
    spoken = []
    monkeypatch.setattr("cert_completion_plugin.reports.report.override", lambda language: _noted(spoken, language))
    with override("de"):
        assert b"Finished" in b"".join(report_file(batch, kind))
    assert set(spoken) == {settings.LANGUAGE_CODE}


def _noted(spoken, language):
    spoken.append(language)
    return override(language)


def test_no_cell_becomes_a_formula(client, imported):
    batch = imported("ana,=1+1,,31/05/2025,")
    ImportBatch.objects.update(headings='["=2+2"]')
    content = download(client, batch, "csv")[1].decode()
    assert "'=2+2" in content
    assert not re.search(r'(^|,)"?=', content, re.MULTILINE)


def test_headers_and_what_there_is_not(client, imported, user_with):
    batch = imported(*ROWS)
    response, _ = download(client, batch, "csv")
    assert response["Content-Disposition"] == 'attachment; filename="records-report.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    for what, kind in (("report", "xlsx"), ("reports", "csv"), ("all", "exe")):
        missing = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, what, kind]))
        assert missing.status_code == 404
    client.force_login(user_with("upload_completions", username="uploader"))
    denied = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, "report", "csv"]))
    assert denied.status_code == 403
