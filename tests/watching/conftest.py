"""A watched directory of the test's own, and a storage in memory."""

import os
import time

import pytest
from django.core.files.storage import storages

from cert_completion_plugin import api, watching
from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.models import WatchedFile as Row
from tests import people
from tests.web.conftest import HEADINGS, IMPORTING, world

__all__ = ["world"]

FINE = "ana,Forklift,,31/05/2025,\n"
WRONG = "nobody,Forklift,,31/05/2025,\n"
AT_ONCE = {"review": False, "import_action": "certify_if_newer"}
CONTENT = HEADINGS + FINE
PREFIX = "incoming/hr"


@pytest.fixture
def operator(db):
    return people.person("operator", *IMPORTING)


@pytest.fixture
def place(settings, tmp_path, operator):
    """The path of a directory that is watched; a file is whole once nothing changed for a second."""
    directory = tmp_path / "incoming"
    directory.mkdir()
    watch(settings, {"directory": str(directory), "user": "operator", "options": AT_ONCE, "stable_seconds": 1})
    return directory


@pytest.fixture
def bucket(settings, operator):
    """A storage in memory of which a prefix is watched."""
    settings.STORAGES = {**settings.STORAGES, "bucket": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    watch(
        settings,
        {"storage": "bucket", "prefix": PREFIX, "user": "operator", "options": AT_ONCE, "marker": ".done"},
    )
    return storages["bucket"]


def watch(settings, *places):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "WATCHED": list(places)}


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Everything that lies in a directory was put there a minute ago, as it seems."""
    monkeypatch.setattr("cert_completion_plugin.watching.directory.time", lambda: time.time() + 60)


def look():
    return watching.look_once()


def looked(*kinds):
    """What a look tells, without what is told of the place."""
    return [(str(event.kind), event.name, event.text) for event in look() if not kinds or event.kind in kinds]


def work():
    """Do the work of all imports that were taken up."""
    for batch_id in watching.open_imports():
        api.work_off(batch_id)


def taken_up():
    """A look, the work, and a look again: all that becomes of what lies there."""
    first = look()
    work()
    return [*first, *look()]


def lying(place):
    """Every file in a directory, by path; digits that nobody can know are left out."""
    found = []
    for root, _, names in os.walk(place):
        found += [os.path.relpath(os.path.join(root, name), place) for name in names]
    return sorted(without_digits(name) for name in found)


def without_digits(name):
    import re

    return re.sub(r"\.[0-9a-f]{12}(?=\.|$)", ".#", name)


def imports():
    return list(ImportBatch.objects.order_by("pk"))


def rows():
    return list(Row.objects.order_by("pk"))
