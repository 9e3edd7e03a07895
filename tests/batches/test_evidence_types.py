"""The evidence type of an import: checked and frozen at upload, heeded to the end."""

from decimal import Decimal

import pytest
from cert_completion_hooks import (
    Capability,
    EvidenceField,
    EvidenceType,
    FieldKind,
    HostInfo,
    HostUnavailable,
    hookimpl,
)
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api, batches
from cert_completion_plugin.batches.evidence_types import evidence_type_of, field_names_of, type_as_json, type_from_json
from cert_completion_plugin.batches.progress import ReadingProgress
from cert_completion_plugin.models import ImportBatch
from tests import doubles
from tests.batches.conftest import HEADINGS, outcomes

pytestmark = pytest.mark.django_db
TYPED = HEADINGS.replace("\n", ",Licence No,hours,passed,proof,class\n")
LICENCE = EvidenceType(
    name="Licence",
    label="Driving licence",
    fields=(
        EvidenceField(name="licence_no", kind=FieldKind.TEXT, label="Number", required=True),
        EvidenceField(name="issued", kind=FieldKind.DATE),
        EvidenceField(name="hours", kind=FieldKind.NUMBER),
        EvidenceField(name="passed", kind=FieldKind.YES_NO),
        EvidenceField(name="proof", kind=FieldKind.URL),
        EvidenceField(name="class", kind=FieldKind.CHOICE, choices=("Fork", "Crane")),
    ),
)
CHOSEN = {"unknown_certification": "create_evidence", "evidence_type": "Licence"}


@pytest.fixture
def offering(world):
    world.add_evidence_type(LICENCE)
    world.add_evidence_type(EvidenceType(name="Card"))
    return world


class Fickle(MemoryHost):
    """A host whose list of evidence types fails."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    @hookimpl
    def evidence_types(self, actor):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_type_survives_being_stored():
    assert type_from_json(type_as_json(LICENCE)) == LICENCE


def test_an_import_with_a_type_from_upload_to_evidence(offering, submit):
    batch = submit(
        "a00,Moon Walking,,2026-01-01,,AB-7,12.50,yes,https://example.org/7,fork",
        "a00,Moon Walking,,2026-01-02,,,1,no,,",
        "a01,Forklift,,2026-01-02,,,,,nowhere,",
        headings=TYPED,
        **CHOSEN,
    )
    api.work_off(batch.id)
    batch = api.find(api.SYSTEM, batch.reference)
    assert batch.file_issues == ()
    assert outcomes(batch) == {2: "evidence", 3: "rejected", 4: "certified"}
    (item,) = offering.evidence
    assert item.evidence_type == "Licence"
    assert item.fields == {
        "licence_no": "AB-7",
        "hours": Decimal("12.50"),
        "passed": True,
        "proof": "https://example.org/7",
        "class": "Fork",
    }


def test_without_a_type_its_columns_are_unknown_and_the_item_has_none(offering, submit):
    batch = submit("a00,Moon Walking,,2026-01-01,,AB-7,,,,", headings=TYPED, unknown_certification="create_evidence")
    api.work_off(batch.id)
    assert {str(issue.code) for issue in api.find(api.SYSTEM, batch.reference).file_issues} == {"column_unknown"}
    (item,) = offering.evidence
    assert (item.evidence_type, item.fields) == ("", {})


def test_the_type_is_frozen_at_upload(offering, submit):
    batch = submit("a00,Moon Walking,,2026-01-01,,AB-7,3,,,", headings=TYPED, **CHOSEN)
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    assert evidence_type_of(found) == LICENCE
    offering._evidence_types.clear()
    api.work_off(batch.id)
    assert offering.evidence[0].fields == {"licence_no": "AB-7", "hours": Decimal(3)}


def test_field_columns_are_known_also_where_reading_was_interrupted(offering, submit, monkeypatch):
    batch = submit("a00,Moon Walking,,2026-01-01,,AB-7,3,,,", headings=TYPED, **CHOSEN)
    with monkeypatch.context() as patched:
        patched.setattr("cert_completion_plugin.tabular.read_slices", _broken)
        with pytest.raises(batches.TryAgain):
            batches.read(batch.id)
    ImportBatch.objects.update(due_at=None)
    names = field_names_of(batch)
    columns = ReadingProgress.from_mapping(api.find(api.SYSTEM, batch.reference).reader_state, names).columns
    assert columns.fields == {"licence_no": 5, "hours": 6, "passed": 7, "proof": 8, "class": 9}
    api.work_off(batch.id)
    assert offering.evidence[0].fields == {"licence_no": "AB-7", "hours": Decimal(3)}
    assert api.find(api.SYSTEM, batch.reference).file_issues == ()


def _broken(*args):
    raise OSError("the disk is gone")


def test_field_dates_have_no_say_in_the_date_format(offering, submit):
    headings = HEADINGS.replace("\n", ",licence_no,issued\n")
    batch = submit("a00,Moon Walking,,31/01/2026,,A,2020-01-31", headings=headings, **CHOSEN)
    api.work_off(batch.id)
    (row,) = api.rows(api.SYSTEM, batch)
    assert [(str(issue.code), issue.column, issue.value) for issue in row.issues] == [
        ("evidence_field_invalid", "issued", "2020-01-31")
    ]
    assert row.issues[0].details["format"] == "DD/MM/YYYY"


def test_a_type_without_evidence_is_kept_and_makes_its_columns_known(offering, submit):
    batch = submit("a00,Moon Walking,,2026-01-01,,,many,,,", headings=TYPED, evidence_type="Licence")
    api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).file_issues == ()
    assert [str(issue.code) for issue in api.rows(api.SYSTEM, batch)[0].issues] == ["certification_not_found"]


@pytest.mark.parametrize("name", ["licence", "Other"])
def test_a_type_that_is_not_offered(offering, submit, name):
    with pytest.raises(api.OptionNotOffered, match=f"'{name}'.*'Licence', 'Card'"):
        submit("a00,Forklift,,2026-01-01,", evidence_type=name)
    assert not ImportBatch.objects.exists()


def test_a_site_without_types_offers_the_default_type_alone(world, submit, uploader):
    assert api.evidence_types(uploader) == ()
    with pytest.raises(api.OptionNotOffered, match="only the default type"):
        submit("a00,Forklift,,2026-01-01,", evidence_type="Licence")


def test_a_host_that_creates_no_evidence_offers_no_types(settings, uploader):
    class Modest(MemoryHost):
        @hookimpl
        def host_info(self):
            can = frozenset({Capability.HISTORY})
            return HostInfo(name="modest", version="1", contract_version=1, capabilities=can)

    doubles.install(settings, Modest()).add_evidence_type(LICENCE)
    assert api.evidence_types(uploader) == ()


def test_types_are_asked_for_on_behalf_of_the_uploader(settings, submit, uploader):
    class Choosy(MemoryHost):
        @hookimpl
        def evidence_types(self, actor):
            return [LICENCE] if (actor.key, actor.username) == (str(uploader.pk), "uploader") else []

    doubles.install(settings, Choosy())
    assert api.evidence_types(uploader) == (LICENCE,)
    assert submit("a00,Forklift,,2026-01-01,", evidence_type="Licence").evidence_type["name"] == "Licence"


@pytest.mark.parametrize("answer", [HostUnavailable(), [EvidenceType(name="")]], ids=["unavailable", "malformed"])
def test_a_host_that_cannot_tell_its_types(settings, submit, uploader, answer):
    doubles.install(settings, Fickle(answer))
    assert api.evidence_types(uploader) == ()
    with pytest.raises(api.OptionNotOffered, match="cannot be checked just now"):
        submit("a00,Forklift,,2026-01-01,", evidence_type="Licence")
    assert submit("a00,Forklift,,2026-01-01,").state is api.BatchState.RECEIVED
