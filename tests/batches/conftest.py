from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, Portion, UndoPortion
from tests import doubles, people

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"


@pytest.fixture(params=[MemoryHost, doubles.SharedHost], ids=["own-store", "shared-connection"])
def world(request, settings):
    """A host with learners a00 to a19 and two certifications; once with a store of its own, once on our connection."""
    world = doubles.install(settings, request.param())
    for number in range(20):
        world.add_learner(f"a{number:02}")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    world.add_certification(doubles.yearly("Crane", "C1"))
    return world


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Nobody waits while a test runs: see `let_time_pass`."""
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)


@pytest.fixture
def uploader(db):
    return people.person("uploader")


@pytest.fixture
def submit(uploader, monkeypatch):
    """Submits a file made of these rows; on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))

    def submit(*rows, headings=HEADINGS, content=None, **options):
        if content is None:
            content = (headings + "".join(f"{row}\n" for row in rows)).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        return api.submit(uploader, [content], file_name="records.csv", options=chosen)

    return submit


def let_time_pass():
    """What was told to wait has waited long enough."""
    Portion.objects.update(due_at=None, claimed_at=None)
    ImportBatch.objects.update(due_at=None)
    UndoPortion.objects.update(due_at=None, claimed_at=None)


def outcomes(batch):
    """Line -> outcome of every row in the report."""
    return {row.line: str(row.outcome) for row in api.rows(api.SYSTEM, batch, limit=10_000)}
