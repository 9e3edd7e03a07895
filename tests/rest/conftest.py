import json
from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api
from tests import doubles, people

ROOT = "/cert-completions/api/v1"
HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate"


@pytest.fixture(autouse=True)
def world(settings, monkeypatch):
    """The in-memory host with two learners and two certifications, on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    world = doubles.install(settings, MemoryHost())
    world.add_learner("ana")
    world.add_learner("ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    world.add_certification(doubles.yearly("Crane", "C1"))
    return world


@pytest.fixture
def operator(db, client):
    """Logged in, with every permission."""
    user = people.person("operator")
    client.force_login(user)
    return user


@pytest.fixture
def user_with(db):
    """Makes a user with exactly these permissions of the plugin."""

    def user_with(*codenames, username="somebody"):
        return people.holding(people.person(username), *codenames)

    return user_with


@pytest.fixture
def imported(operator):
    """Imports these lines as the operator and takes the import as far as it goes."""

    def imported(*lines, user=None, **options):
        content = "\n".join([HEADINGS, *lines]).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        batch = api.submit(user or operator, [content], file_name="records.csv", options=chosen)
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    return imported


@pytest.fixture
def planned(imported):
    """The same, up to its plan."""

    def planned(*lines, **options):
        return imported(*lines, **{"review": True, **options})

    return planned


@pytest.fixture
def call(client):
    """Calls the API with a JSON body, if one is given, and headers; addresses are below its root."""

    def call(method, path, body=None, **headers):
        extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return client.generic(method.upper(), f"{ROOT}{path}", **content, **extra)

    return call
