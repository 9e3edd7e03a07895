"""An administrator of one department is refused everywhere for a certification of another, in the record book."""

import io

import openpyxl
import pytest
from cert_completion_records.models import Certification, LearnerCertification
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cert_completion_plugin import api, batches
from cert_completion_plugin.reports import RowsOf
from tests import people

pytestmark = pytest.mark.django_db

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"
EVERYTHING = {"review": False, "import_action": "certify_if_newer", "unknown_certification": "create_evidence"}


@pytest.fixture(autouse=True)
def world(settings, db):
    """Two departments with a certification each, and one that is everybody's."""
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_records.host"], "PORTION_ROWS": 2}
    for name in ("ana", "ben", "cem"):
        get_user_model().objects.create_user(name)
    for short_name, id_number, group in (
        ("Forklift", "F-1", "stores"),
        ("Crane", "C-1", "port"),
        ("Induction", "", ""),
    ):
        certification = Certification.objects.create(short_name=short_name, id_number=id_number, full_name=short_name)
        if group:
            certification.groups.add(Group.objects.create(name=group))


@pytest.fixture
def stores():
    return administrator("stores.admin", "stores")


@pytest.fixture
def port():
    return administrator("port.admin", "port")


def administrator(name, group):
    user = people.person(name)
    user.groups.add(Group.objects.get(name=group))
    return user


def imported(user, *rows, **options):
    content = (HEADINGS + "".join(f"{row}\n" for row in rows)).encode()
    batch = api.submit(user, [content], file_name="a.csv", options=api.Options.from_mapping({**EVERYTHING, **options}))
    api.work_off(batch.id)
    return now(batch)


def now(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def codes(batch, phase=api.Phase.WRITTEN):
    rows = api.page(api.SYSTEM, batch, phase=phase).rows
    return [[str(issue.code) for issue in row.issues] or [str(row.outcome)] for row in rows]


def undo_of(batch):
    found = api.undo_state(batch)
    assert found is not None
    return found


def holders(short_name):
    found = LearnerCertification.objects.filter(certification__short_name=short_name)
    return sorted(found.values_list("learner__username", flat=True))


def leave(user):
    user.groups.clear()


ROWS = ("ana,Forklift,,2026-01-01,", "ana,Crane,,2026-01-01,", "ana,Induction,,2026-01-01,")


def test_neither_planned_nor_written_and_never_evidence(stores):
    batch = imported(stores, *ROWS)
    assert codes(batch) == [["certified"], ["certification_not_allowed"], ["certified"]]
    assert (holders("Forklift"), holders("Crane"), holders("Induction")) == (["ana"], [], ["ana"])
    assert codes(imported(stores, *ROWS, review=True), api.Phase.PLANNED)[1] == ["certification_not_allowed"]


def test_each_administrator_has_their_own(stores, port, django_user_model):
    assert codes(imported(port, *ROWS)) == [["certification_not_allowed"], ["certified"], ["certified"]]
    chief = django_user_model.objects.create_superuser("chief", password="x")
    assert codes(imported(chief, "ben,Forklift,,2026-01-01,", "ben,Crane,,2026-01-01,")) == [["certified"]] * 2
    nobodys = people.person("nobodys")
    assert codes(imported(nobodys, *[row.replace("ana", "cem") for row in ROWS])) == [
        ["certification_not_allowed"],
        ["certification_not_allowed"],
        ["certified"],
    ]
    assert codes(imported(api.SYSTEM, "cem,Crane,,2026-01-01,")) == [["certified"]]


@pytest.mark.parametrize("row", ["ana,Crame,,2026-01-01,", "ana,crane,,2026-01-01,", "ana,,c-1,2026-01-01,"])
def test_a_name_that_is_close_to_one_names_it_neither_on_a_page_nor_in_a_file(client, stores, row):
    batch = imported(stores, row, review=True)
    assert codes(batch, api.Phase.PLANNED) == [["certification_close_match"]]
    client.force_login(stores)
    shown = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    shown += client.get(reverse("cert_completion_plugin:row", args=[batch.reference, 2])).content.decode()
    shown += b"".join(api.report_file(stores, batch, "json")).decode()
    shown += b"".join(api.rows_file(stores, batch, RowsOf.PLAN, "csv")).decode()
    shown += repr(api.plan_summary(stores, batch)) + repr(api.explain(stores, batch, 2))
    given = row.split(",")[1] or row.split(",")[2]
    assert given in shown
    assert "Crane" not in shown
    assert "C-1" not in shown
    assert "one that the uploader may not use" in shown


def test_its_other_name_is_told_nowhere(client, stores):
    batch = imported(stores, "ana,Crane,,2026-01-01,")
    client.force_login(stores)
    shown = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    shown += client.get(reverse("cert_completion_plugin:row", args=[batch.reference, 2])).content.decode()
    shown += b"".join(api.report_file(stores, batch, "json")).decode()
    shown += b"".join(api.rows_file(stores, batch, RowsOf.ALL, "csv")).decode()
    shown += repr(api.explain(stores, batch, 2)) + repr(api.certifications(batch)) + repr(api.rows(stores, batch))
    assert "You may not record completions of “Crane”." in shown
    assert "C-1" not in shown


def test_the_template_has_those_within_reach(stores):
    titles = dict.fromkeys(["completions", "certifications", "short_name", "id_number", "full_name"], "x")
    titles["certifications"] = "y"
    book = openpyxl.load_workbook(io.BytesIO(api.template(stores, "xlsx", titles=titles)))
    assert [row[0] for row in book["y"].iter_rows(min_row=2, values_only=True)] == ["Forklift", "Induction"]


def test_a_right_that_is_lost_after_the_plan_drifts(stores):
    batch = imported(stores, *ROWS, review=True)
    leave(stores)
    assert api.approve(stores, batch, plan=1).is_given
    api.work_off(batch.id)
    assert codes(now(batch)) == [["drifted"], ["certification_not_allowed"], ["certified"]]
    assert holders("Forklift") == []


def test_what_is_approved_by_somebody_without_the_right_is_not_written(stores, port):
    batch = imported(stores, *ROWS, review=True)
    assert api.approve(port, batch, plan=1).is_given
    api.work_off(batch.id)
    assert codes(now(batch))[0] == ["drifted"]


def test_a_right_that_is_lost_between_two_portions_ends_what_is_not_written(stores):
    rows = [f"{name},Forklift,,2026-01-0{day}," for name in ("ana", "ben", "cem") for day in (1, 2)]
    content = (HEADINGS + "\n".join(rows)).encode()
    batch = api.submit(stores, [content], file_name="a.csv", options=api.Options.from_mapping(EVERYTHING))
    assert batches.read(batch.id)
    while not (written := holders("Forklift")):
        batches.take_turn(batch.id)
    leave(stores)
    api.work_off(batch.id)
    assert holders("Forklift") == written
    assert sum(code == ["certification_not_allowed"] for code in codes(now(batch))) == 6 - 2 * len(written)


def test_nothing_of_it_is_undone(stores, port):
    batch = imported(stores, *ROWS)
    preview = api.preview_undo(port, batch)
    api.work_off(batch.id)
    assert undo_of(batch).preview == {"cannot": 1, "undone": 1}
    [row] = api.undo_rows(port, batch, undo_of(batch), api.UndoStatus.CANNOT)
    assert row.undo.reason == "You may not undo completions of this certification."
    assert api.undo(port, batch, "Not mine.", preview=preview.number)
    api.work_off(batch.id)
    assert (holders("Forklift"), holders("Induction")) == (["ana"], [])


def test_a_right_that_is_lost_after_the_preview_undoes_nothing(stores):
    batch = imported(stores, *ROWS)
    preview = api.preview_undo(stores, batch)
    api.work_off(batch.id)
    leave(stores)
    assert api.undo(stores, batch, "Wrong.", preview=preview.number)
    api.work_off(batch.id)
    assert undo_of(batch).result == {"cannot": 1, "undone": 1}
    assert (holders("Forklift"), holders("Induction")) == (["ana"], [])


def test_imports_of_others_are_not_there(client, stores, port):
    others = imported(port, *ROWS)
    people.holding(stores, "upload_completions", "view_personal_data", "approve_imports", "undo_imports")
    client.force_login(stores)
    for name in ("batch", "undo", "progress", "cancel", "discard"):
        answer = client.get(reverse(f"cert_completion_plugin:{name}", args=[others.reference]))
        assert answer.status_code == 404, name
    assert others.file_name not in client.get(reverse("cert_completion_plugin:batches")).content.decode()


class TestAdmin:
    """The record book's own admin pages."""

    @pytest.fixture
    def clerk(self, client, stores):
        wanted = ("view", "change", "add")
        names = [f"{verb}_{model}" for verb in wanted for model in ("certification", "learnercertification")]
        stores.user_permissions.add(*Permission.objects.filter(codename__in=names))
        client.force_login(stores)
        return stores

    def test_certifications(self, client, clerk):
        names = {row.short_name: row.pk for row in Certification.objects.all()}
        page = client.get(reverse("admin:cert_completion_records_certification_changelist")).content.decode()
        assert "Forklift" in page
        assert "Crane" not in page
        hidden = reverse("admin:cert_completion_records_certification_change", args=[names["Crane"]])
        assert client.get(hidden).status_code == 302
        own = client.get(reverse("admin:cert_completion_records_certification_change", args=[names["Forklift"]]))
        assert 'name="groups"' not in own.content.decode()

    def test_records(self, client, clerk, port):
        imported(port, *ROWS)
        page = client.get(reverse("admin:cert_completion_records_learnercertification_changelist")).content.decode()
        assert "Induction" in page
        assert "Crane" not in page

    def test_a_superuser_says_who_may(self, client, django_user_model):
        client.force_login(django_user_model.objects.create_superuser("chief", password="x"))
        pk = Certification.objects.get(short_name="Crane").pk
        page = client.get(reverse("admin:cert_completion_records_certification_change", args=[pk])).content.decode()
        assert 'name="groups"' in page


def test_many_certifications_take_no_more_questions(stores):
    def questions(count):
        batch = api.submit(stores, [content_of(count)], file_name="a.csv", options=api.Options.from_mapping(EVERYTHING))
        assert batches.read(batch.id)
        with CaptureQueriesContext(connection) as asked:
            batches.take_turn(batch.id)
        return len(asked)

    group = Group.objects.get(name="stores")
    for number in range(60):
        Certification.objects.create(short_name=f"Course {number}", full_name="x").groups.add(group)
    questions(5)
    assert questions(6) == questions(60)


def content_of(count):
    return (HEADINGS + "".join(f"ana,Course {number},,2026-01-01,\n" for number in range(count))).encode()
