"""The template to download: the headings, and the certifications that this administrator may use."""

from io import BytesIO

import openpyxl
import pytest
from cert_completion_hooks import Certification, hookimpl
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.types import HostUnavailable

from cert_completion_plugin import api
from tests import doubles

pytestmark = pytest.mark.django_db

URL = "/cert-completions/upload/template."
REQUIRED = ["username", "certificationshortname", "certificationidnumber", "completiondate", "duedate"]


def workbook(client):
    response = client.get(f"{URL}xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="certification-completions.xlsx"'
    return openpyxl.load_workbook(BytesIO(response.content))


def names_in(book):
    return list(book["Certifications"].values)


def test_the_csv_template_is_one_line_that_this_site_reads(client, operator):
    response = client.get(f"{URL}csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="certification-completions.csv"'
    assert response.content.decode("utf-8-sig").split(",") == [*REQUIRED[:-1], "duedate\r\n"]
    batch = api.submit(
        operator,
        [response.content, b"ana,Forklift,,31/05/2025,\n"],
        file_name="filled in.csv",
        options=api.Options(review=False),
    )
    api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).rows_read == 1


def test_the_workbook_has_the_headings_on_its_first_sheet_and_the_sites_certifications_on_its_second(client, operator):
    book = workbook(client)
    assert book.sheetnames == ["Completions", "Certifications"]
    assert list(book["Completions"].values) == [tuple(REQUIRED)]
    assert names_in(book) == [("Short name", "ID number", "Full name"), ("Forklift", "F1", None)]


def test_the_workbook_filled_in_is_read(client, operator):
    book = workbook(client)
    book["Completions"].append(["ana", "Forklift", None, "31/05/2025", None])
    stream = BytesIO()
    book.save(stream)
    options = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer"})
    batch = api.submit(operator, [stream.getvalue()], file_name="filled in.xlsx", options=options)
    api.work_off(batch.id)
    assert [str(row.outcome) for row in api.rows(api.SYSTEM, batch)] == ["certified"]


def test_what_the_administrator_may_not_use_is_not_shown(client, operator, world):
    world.add_certification(Certification(key="c-x", short_name="Secret", id_number="S", allowed=False))
    world.add_certification(Certification(key="c-y", short_name="Asbestos", id_number="A", active=False))
    assert [row[0] for row in names_in(workbook(client))] == ["Short name", "Forklift"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "@SUM(A1)", "007", "bell\x07"])
def test_a_name_is_text_and_no_formula(client, operator, world, name):
    world.add_certification(doubles.yearly("other", name, key="c-z"))
    [*_, cell] = [row[1] for row in workbook(client)["Certifications"].iter_rows()]
    assert cell.data_type == "s"
    assert cell.value == name.replace("\x07", "\ufffd")


def test_id_numbers_stay_text_when_they_are_typed(client, operator):
    sheet = workbook(client)["Completions"]
    assert [sheet.column_dimensions[letter].number_format for letter in "ABC"] == ["@", "@", "@"]


class Down(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit):
        raise HostUnavailable("down")


def test_a_host_that_is_down_is_told_and_the_csv_template_still_there(client, operator, settings):
    doubles.install(settings, Down())
    response = client.get(f"{URL}xlsx", follow=True)
    assert response.redirect_chain[-1][0] == "/cert-completions/upload/"
    assert "The LMS cannot list its certifications just now" in response.content.decode()
    assert client.get(f"{URL}csv").status_code == 200


def test_only_who_may_upload_gets_it_and_only_in_these_formats(client, user_with):
    client.force_login(user_with("view_import_report"))
    assert client.get(f"{URL}xlsx").status_code == 403
    client.force_login(user_with("upload_completions", username="uploader"))
    assert client.get(f"{URL}xlsx").status_code == 200
    assert client.get(f"{URL}ods").status_code == 404
