"""A watched prefix of a storage: nothing can be moved there, and names may be anything."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from cert_completion_plugin import watching
from cert_completion_plugin.watching.storage import Prefix
from tests.watching.conftest import AT_ONCE, CONTENT, PREFIX, imports, look, looked, lying, taken_up, watch
from tests.watching.test_kills import kept, put

pytestmark = pytest.mark.django_db


def test_a_file_is_imported_and_put_away_with_its_reports(bucket):
    put(bucket, "a.csv")
    bucket.save(f"{PREFIX}/b.csv", ContentFile(CONTENT.encode()))
    bucket.save("elsewhere/c.csv", ContentFile(CONTENT.encode()))
    bucket.save("elsewhere/c.csv.done", ContentFile(b""))
    assert looked() == [("taken", "a.csv", "")]
    assert kept(bucket) == ["b.csv", "taken/a.#.csv"]
    taken_up()
    assert kept(bucket) == ["b.csv", "done/a.#.csv", "done/a.#.csv.report.csv", "done/a.#.csv.report.json"]
    assert [batch.file_name for batch in imports()] == ["a.csv"]
    assert bucket.exists("elsewhere/c.csv")


def test_without_a_marker_it_is_taken_once_it_is_old_enough(bucket, settings, monkeypatch):
    watch(settings, {"storage": "bucket", "prefix": PREFIX, "user": "operator", "stable_seconds": 60})
    bucket.save(f"{PREFIX}/a.csv", ContentFile(CONTENT.encode()))
    assert look() == []
    moment = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr("cert_completion_plugin.watching.storage._now", lambda: moment)
    assert looked() == [("taken", "a.csv", "")]


def test_a_file_that_changes_while_it_is_copied_is_left_for_later(bucket, monkeypatch):
    put(bucket, "a.csv")
    copy, changes = Prefix._copy, [True]

    def meanwhile(self, source, target):
        copy(self, source, target)
        if changes:
            changes.pop()
            put(bucket, "a.csv", CONTENT + "ben,Forklift,,31/05/2025,\n")

    monkeypatch.setattr(Prefix, "_copy", meanwhile)
    assert look() == []
    assert imports() == []
    taken_up()
    assert [batch.rows_read for batch in imports()] == [2]


def test_a_file_that_vanishes_is_forgotten(bucket, monkeypatch):
    put(bucket, "a.csv")
    take = Prefix.take

    def vanished(self, name, taken):
        bucket.delete(f"{PREFIX}/a.csv")
        return take(self, name, taken)

    monkeypatch.setattr(Prefix, "take", vanished)
    assert look() == []
    assert imports() == []


@pytest.mark.parametrize("name", ["..", ".", "a\\..\\b.csv", "x/../../y.csv", "\0.csv", "taken", "done"])
def test_names_that_a_storage_should_not_tell_are_passed_over(bucket, settings, monkeypatch, name):
    watch(settings, {"storage": "bucket", "prefix": PREFIX, "user": "operator", "pattern": "*", "stable_seconds": 1})
    monkeypatch.setattr(type(bucket), "listdir", lambda self, path: ([], [name]))
    assert look() == []


def test_a_prefix_without_files_is_no_trouble_and_one_that_cannot_be_listed_is(bucket, monkeypatch):
    assert look() == []

    def broken(self, path):
        raise ConnectionError("secret")

    monkeypatch.setattr(type(bucket), "listdir", broken)
    [event] = look()
    assert (event.kind, event.text) == ("trouble", "it cannot be listed (ConnectionError)")


def test_a_storage_that_names_files_itself_is_told(bucket, monkeypatch):
    put(bucket, "a.csv")
    monkeypatch.setattr(type(bucket), "save", lambda self, name, content, **given: "other")
    [event] = look()
    assert "does not keep a file under the name that it is given" in event.text
    assert bucket.exists(f"{PREFIX}/a.csv")


def test_a_storage_on_disk_is_guarded_like_a_directory(settings, tmp_path, operator):
    settings.STORAGES = {
        **settings.STORAGES,
        "disk": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    watch(settings, {"storage": "disk", "prefix": "in", "user": "operator", "options": AT_ONCE, "stable_seconds": 1})
    assert "No such file or directory" in look()[0].text
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text(CONTENT)
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    storages["disk"].save("in/a.csv", ContentFile(CONTENT.encode()))
    assert [str(event.kind) for event in taken_up()] == ["taken", "done", "failed"]
    assert lying(tmp_path / "in") == [
        "done/a.#.csv",
        "done/a.#.csv.report.csv",
        "done/a.#.csv.report.json",
        "failed/link.#.csv",
        "failed/link.#.csv.reason.txt",
    ]
    assert watching.look_once() == []
