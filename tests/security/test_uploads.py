"""What is uploaded stays what it is: a row of bytes in its place, bounded, and read without being opened anywhere."""

import io
import os
import zipfile
from typing import ClassVar

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connection
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.gateway.registry import Registry
from cert_completion_plugin.models import FilePiece, ImportBatch
from tests.security.conftest import file_of, now

pytestmark = pytest.mark.django_db

PATHS = [
    "../../evil.csv",
    "/etc/evil.csv",
    "..\\..\\evil.csv",
    "C:\\evil.csv",
    "a\0b.csv",
    "~/evil.csv",
    "%2e%2e/evil.csv",
]
OPTIONS = api.Options.from_mapping({"review": False})


@pytest.fixture
def storage(settings, tmp_path):
    """A storage for uploaded files, in a folder of its own with room around it."""
    inside = tmp_path / "site" / "uploads"
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(inside)}}
    settings.STORAGES = {**settings.STORAGES, "uploads": folder}
    settings.CERT_COMPLETION = {"FILE_STORAGE": "uploads"}
    return inside


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", PATHS)
def test_no_name_of_a_file_leads_anywhere(storage, operator, tmp_path, name):
    batch = api.submit(operator, [file_of()], file_name=name, options=OPTIONS)
    kept = api.keep_file(operator, [file_of()], file_name=name)
    places = [f"site/uploads/cert_completions/{batch.reference}", f"site/uploads/cert_completions/kept/{kept.token}"]
    assert files_in(tmp_path) == sorted(places)


def archive(**parts):
    """A workbook with more in it than belongs there."""
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with zipfile.ZipFile(stream, "a") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/ccp-evil.txt", "xl/../../evil.txt", "C:/evil.txt"])
def test_nothing_in_an_archive_is_ever_unpacked(operator, tmp_path, monkeypatch, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    monkeypatch.setattr(os, "makedirs", None)
    for method in ("extract", "extractall"):
        monkeypatch.setattr(zipfile.ZipFile, method, None)
    batch = api.submit(operator, [archive(**{name: "x"})], file_name="book.xlsx", options=OPTIONS)
    api.work_off(batch.id)
    assert now(batch).state in ("refused", "finished")
    assert files_in(tmp_path) == []


def test_a_file_over_the_limit_is_dropped_on_its_way_and_leaves_nothing(settings, operator):
    settings.CERT_COMPLETION = {"MAX_BYTES": 1024 * 1024}
    taken = []

    def without_end():
        while True:
            taken.append(1)
            yield b"x" * 64 * 1024

    batch = api.submit(operator, without_end(), file_name="long.csv", options=OPTIONS)
    assert now(batch).state == "refused"
    assert FilePiece.objects.count() == 0
    assert len(taken) < 40


class Slow(TemporaryFileUploadHandler):
    """Notes, with each piece of an upload that arrives, whether a transaction of the database waits for it."""

    seen: ClassVar[list[bool]] = []

    def receive_data_chunk(self, raw_data, start):
        self.seen.append(len(connection.savepoint_ids) > Slow.outside)
        return super().receive_data_chunk(raw_data, start)

    outside = 0


@pytest.mark.parametrize("atomic", [False, True])
def test_a_slow_upload_holds_no_transaction_open(settings, operator, client, monkeypatch, atomic):
    """Also where every request is a transaction: the bytes arrive before it begins."""
    settings.FILE_UPLOAD_HANDLERS = ["tests.security.test_uploads.Slow"]
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    monkeypatch.setattr(Slow, "seen", [])
    monkeypatch.setattr(Slow, "outside", len(connection.savepoint_ids))
    file = SimpleUploadedFile("slow.csv", file_of() + b"x" * 300_000, "text/csv")
    client.handler.enforce_csrf_checks = True
    client.get(reverse("cert_completion_plugin:upload"))
    token = client.cookies["csrftoken"].value
    client.post(reverse("cert_completion_plugin:upload"), {"csrfmiddlewaretoken": token, "file": file})
    assert len(Slow.seen) > 3
    assert not any(Slow.seen)


def test_an_upload_is_answered_before_anybody_is_looked_up(operator, client, monkeypatch):
    """So it takes as long for learners that there are as for others, and tells nothing of them."""

    asked = []
    call = Registry.call
    monkeypatch.setattr(
        Registry, "call", lambda self, hook, host, **given: asked.append(hook) or call(self, hook, host, **given)
    )
    monkeypatch.setattr("cert_completion_plugin.tasks._send", lambda *args, **options: True)
    file = SimpleUploadedFile("a.csv", file_of(("ana", "x", "", "31/05/2025", "", "")), "text/csv")
    form = {
        "file": file,
        "import_action": "certify_if_newer",
        "assign": "when_certifying",
        "messages": "none",
        "commit_policy": "valid_rows",
        "review": "True",
        "unknown_certification": "ignore",
        "date_format": "auto",
        "encoding": "auto",
        "separator": "auto",
        "quote": "auto",
    }
    response = client.post(reverse("cert_completion_plugin:upload"), form)
    assert response.status_code == 302
    assert ImportBatch.objects.count() == 1
    assert set(asked) <= {"host_info", "evidence_types"}
