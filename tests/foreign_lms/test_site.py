"""The plugin on the harbour's site: log-in by e-mail, an admin of its own, another prefix, no time zones, REST."""

import base64
import html
import re
from datetime import date

import pytest
from django.contrib import admin
from django.core import checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.foreign_lms import backoffice, filling

pytestmark = pytest.mark.django_db(databases=["default", "registry"])
PREFIX = "/office/training/imports/"


@pytest.fixture
def officer(monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    filling.fill()
    return filling.officer()


@pytest.fixture
def desk(client, officer):
    """A browser in which the officer has logged in, with her address."""
    assert client.get("/desk/login/").status_code == 200
    answer = client.post("/desk/login/", {"username": filling.OFFICER, "password": "olga"})
    assert answer.status_code == 302
    return client


@pytest.fixture
def batch(officer):
    """An import that was planned, and recorded."""
    chosen = api.Options.from_mapping({"import_action": "certify_if_newer", "unknown_certification": "create_evidence"})
    batch = api.submit(officer, [filling.FILE.encode()], file_name="crew.csv", options=chosen)
    api.work_off(batch.id)
    assert api.approve(officer, batch, plan=1)
    api.work_off(batch.id)
    return api.find(officer, batch.reference)


def test_nothing_is_wrong_with_the_site_but_what_it_chose():
    found = {message.id for message in checks.run_checks(databases=["default", "registry"])}
    assert found == {"cert_completion.W001", "cert_completion.W015"}


def test_no_migration_is_missing():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_entries_of_the_index_are_in_the_back_office_alone():
    def ours(site):
        return {model for model in site._registry if model._meta.app_label == "cert_completion_plugin"}

    assert len(ours(backoffice.site)) == 5
    assert not ours(admin.site)


def test_who_is_not_logged_in_is_sent_to_the_back_office(client):
    assert client.get(PREFIX)["Location"] == f"/desk/login/?next={PREFIX}"


def test_the_doors_of_the_index_lead_to_the_pages(desk):
    index = desk.get("/desk/").content.decode()
    for door, page in (("completionupload", "upload/"), ("importreport", ""), ("importstatus", "status/")):
        address = f"/desk/cert_completion_plugin/{door}/"
        assert f'href="{address}"' in index
        assert desk.get(address)["Location"] == PREFIX + page


def linked(text):
    """The pages of the plugin to which a page leads."""
    links = {html.unescape(link) for link in re.findall(r'href="([^"#]+)"', text)}
    links = {f"{PREFIX}{link}" if link.startswith("?") else link for link in links}
    return {link for link in links if link.startswith((PREFIX, "/desk/cert_completion_plugin/"))}


def test_every_page_that_is_linked_opens_and_is_at_home_in_the_back_office(desk, batch):
    seen, todo = set(), {PREFIX, f"{PREFIX}status/", f"{PREFIX}options/"}
    while todo:
        address = todo.pop()
        seen.add(address)
        answer = desk.get(address, follow=True)
        assert answer.status_code == 200, address
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            assert "Harbour back office" in text, address
            assert 'href="/desk/"' in text, address
            assert 'href="/admin/' not in text, address
            todo |= linked(text) - seen
    assert len(seen) >= 20
    ours = f"{PREFIX}{batch.reference}/"
    assert {ours, f"{ours}rows/2/", f"{ours}undo/", f"{ours}plan/1/"} <= seen


def test_the_list_of_imports_in_the_back_office(desk, batch):
    for page in ("", f"{batch.id}/change/", f"{batch.id}/history/"):
        answer = desk.get(f"/desk/cert_completion_plugin/importbatch/{page}")
        assert answer.status_code == 200, page
        assert "crew.csv" in answer.content.decode()
    history = desk.get(f"/desk/cert_completion_plugin/importbatch/{batch.id}/history/").content.decode()
    assert "Olga Haven" in history or filling.OFFICER in history


def test_people_are_called_by_their_numbers_and_never_by_their_addresses(officer, batch):
    outcomes = {row.line: (str(row.outcome), row.username) for row in api.rows(officer, batch)}
    assert outcomes == {
        2: ("certified", "0042"),
        3: ("certified", "0043"),
        4: ("certified", "0043"),
        5: ("rejected", "ann@harbour.example.org"),
        6: ("evidence", "0042"),
    }
    assert batch.uploaded_by_name == filling.OFFICER


def test_names_in_the_report_lead_to_the_page_of_what_somebody_holds(desk, batch):
    report = desk.get(f"{PREFIX}{batch.reference}/").content.decode()
    address = re.search(r'href="(/people/\d+/licences/)"', report)[1]
    text = desk.get(address).content.decode()
    assert "Valid: Crane, trained on 2026-01-10, last day 2028-01-09" in text


def test_a_file_comes_by_the_form(desk, officer):
    file = SimpleUploadedFile("crew.csv", filling.FILE.encode())
    form = {"file": file, **{name: str(value) for name, value in api.Options().as_mapping().items()}}
    answer = desk.post(f"{PREFIX}upload/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith(PREFIX)
    assert ImportBatch.objects.get().uploaded_by_name == filling.OFFICER


def test_moments_are_told_without_a_time_zone(client, batch):
    """As the site keeps them; programs that read them know where it is."""
    key = base64.b64encode(f"{filling.OFFICER}:olga".encode()).decode()
    answer = client.get(f"{PREFIX}api/v1/imports/{batch.reference}", HTTP_AUTHORIZATION=f"Basic {key}")
    assert answer.status_code == 200
    found = answer.json()
    assert found["uploaded_by"] == filling.OFFICER
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", found["uploaded_at"])


def test_commands_know_their_user_by_the_address(batch, capsys):
    with pytest.raises(SystemExit, match="2"):  # there are problems
        call_command("cert_completion_report", batch.reference, user=filling.OFFICER)
    assert "crew.csv" in capsys.readouterr().out


def test_an_officer_who_is_forgotten_is_named_by_the_address(officer, batch):
    """What names users is what they log in with; forgetting somebody who both learns and imports takes both names."""
    api.forget_learner(officer, "O-1")
    assert api.find(api.SYSTEM, batch.reference).uploaded_by_name == filling.OFFICER
    api.forget_learner(officer, filling.OFFICER)
    assert api.find(api.SYSTEM, batch.reference).uploaded_by_name != filling.OFFICER
