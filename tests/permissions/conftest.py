from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api
from tests import doubles, people

SECRET = "zz-"
"""Begins every cell that may name somebody; no page has it otherwise."""
HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate,zz-heading\n"
ROWS = (
    "zz-ana,Forklift,,31/05/2025,,zz-note",
    "zz-nobody,Forklift,,31/05/2025,,zz-note",
    "zz-ben,zz-forklfit,,31/05/2025,,zz-note",
    "zz-ben,Forklift,,zz-day,,zz-note",
)


@pytest.fixture(autouse=True)
def world(settings, monkeypatch):
    """A host with two learners and two certifications, on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    world = doubles.install(settings, MemoryHost())
    world.add_learner("zz-ana")
    world.add_learner("zz-ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    world.add_certification(doubles.yearly("zz-forklift", "F2"))
    return world


@pytest.fixture
def uploader(db):
    return people.person("uploader")


@pytest.fixture
def somebody(db):
    """A user with no permission at all."""
    return people.holding(people.person("somebody"))


def file_of(*rows):
    return (HEADINGS + "".join(f"{row}\n" for row in rows or ROWS)).encode()


@pytest.fixture
def imported(uploader):
    """Makes an import of these rows and works it off."""

    def imported(*rows, by=None, **options):
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        batch = api.submit(by or uploader, [file_of(*rows)], file_name="records.csv", options=chosen)
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    return imported


@pytest.fixture
def imports(imported):
    """An import in each of the states that pages are about."""
    imports = {
        "finished": imported(),
        "waiting": imported(review=True),
        "asking": imported("zz-ana,Forklift,,01/02/2025,,", "zz-ben,Forklift,,03/04/2025,,"),
        "refused": api.submit(
            api.SYSTEM, [b"zz-ana,zz-usernam\nzz-ben,x\n"], file_name="records.csv", options=api.Options()
        ),
    }
    api.work_off(imports["refused"].id)
    preview = api.preview_undo(api.SYSTEM, imports["finished"])
    api.work_off(imports["finished"].id)
    assert preview.number == 1
    return {name: api.find(api.SYSTEM, batch.reference) for name, batch in imports.items()}
