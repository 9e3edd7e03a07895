"""`cert_completion_report` and `cert_completion_explain`: what they tell, to whom, and where it goes."""

import io
import json

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.commands.conftest import present

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,,31/05/2025,", "=nobody,Forklift,,31/05/2025,", "ana,Forklift,,31/05/2025,")


def downloaded(client, batch, what, kind):
    response = client.get(reverse("cert_completion_plugin:download", args=[batch.reference, what, kind]))
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_the_report_is_that_of_the_page_to_the_byte(run, client, imported, kind):
    batch = imported(*ROWS)
    ended = run("report", batch.reference, "--format", kind)
    assert ended.code == 2
    assert ended.data == downloaded(client, batch, "report", kind)


@pytest.mark.parametrize(("what", "kind"), [("all", "csv"), ("problems", "csv"), ("recorded", "csv"), ("all", "json")])
def test_so_are_files_of_rows(run, client, imported, what, kind):
    batch = imported(*ROWS)
    assert run("report", batch.reference, "--rows", what, "--format", kind).data == downloaded(
        client, batch, what, kind
    )


def test_rows_are_csv_unless_told_otherwise_and_can_be_a_workbook(run, imported):
    batch = imported(*ROWS)
    assert "=nobody" in run("report", batch.reference, "--rows", "problems").out
    workbook = run("report", batch.reference, "--rows", "problems", "--format", "xlsx").data
    assert openpyxl.load_workbook(io.BytesIO(workbook)).active["A2"].value == "'=nobody"


def test_a_plan_that_waits_has_rows_too(run, imported):
    batch = imported(*ROWS, review=True)
    assert run("report", batch.reference, "--rows", "plan").out.count("\n") == 4
    ended = run("report", batch.reference)
    assert ended.code == 4
    assert "Line 3: There is no learner with the username “=nobody”." in ended.out
    assert "To record the rows of this plan:" in ended.out


def test_in_words_with_the_first_rows_that_have_problems(run, imported):
    batch = imported(*ROWS, *(["nobody,Forklift,,31/05/2025,"] * 25))
    ended = run("report", batch.reference)
    assert "Of 28 rows, 1 certified a learner, 1 repeated another row and 26 were rejected." in ended.out
    assert "  no such learner  26" in ended.out
    assert ended.out.count("There is no learner") == 20
    assert "There are more: --rows problems lists them all." in ended.out


def test_it_is_written_to_a_file(run, client, imported, tmp_path):
    batch = imported(*ROWS)
    ended = run("report", batch.reference, "--format", "csv", "--output", tmp_path / "report.csv")
    assert ended.data == b""
    assert (tmp_path / "report.csv").read_bytes() == downloaded(client, batch, "report", "csv")
    failed = run("report", batch.reference, "--format", "csv", "--output", tmp_path / "no" / "report.csv")
    assert (failed.code, "No such file or directory" in failed.err) == (1, True)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--format", "xlsx"), "xlsx goes with --rows"),
        (("--rows", "all", "--format", "xlsx"), "There are 3 rows, too many for xlsx. Take csv."),
    ],
)
def test_what_cannot_be_had(run, imported, monkeypatch, flags, told):
    monkeypatch.setattr("cert_completion_plugin.tabular.MOST_ROWS_AT_ONCE", 2)
    ended = run("report", imported(*ROWS).reference, *flags)
    assert ended.code == 1
    assert told in ended.err


def test_a_cell_too_long_for_a_workbook(run, imported):
    batch = imported(f"{'x' * 40_000},Forklift,,31/05/2025,")
    assert "Take csv." in run("report", batch.reference, "--rows", "all", "--format", "xlsx").err


def test_rows_are_for_those_who_may_see_personal_data(run, imported, user_with):
    batch = imported(*ROWS)
    user_with("view_import_report", username="reader")
    seen = run("report", batch.reference, user="reader")
    assert seen.code == 2
    assert "nobody" not in seen.out
    for flags in (("--format", "csv"), ("--format", "json"), ("--rows", "all")):
        ended = run("report", batch.reference, *flags, user="reader")
        assert (ended.code, ended.data) == (6, b"")
    assert run("explain", batch.reference, 2, user="reader").code == 6


def test_what_is_read_no_further_is_written_no_further(imported, operator):
    """A closed pipe, as behind `| head`."""
    from django.core.management import call_command
    from django.core.management.base import OutputWrapper

    class Closed(io.StringIO):
        written = 0

        def write(self, text):
            self.written += 1
            raise BrokenPipeError

    batch, stdout = imported(*ROWS), Closed()
    with pytest.raises(SystemExit) as ended:
        call_command(
            "cert_completion_report", batch.reference, "--format", "csv", user="operator", stdout=OutputWrapper(stdout)
        )
    assert (ended.value.code, stdout.written) == (2, 1)


def test_a_row_is_explained_in_words(run, imported):
    batch = imported("\u00a0ana ,Forklift,,31/05/2025,", *ROWS[1:])
    ended = run("explain", batch.reference, 2)
    assert ended.code == 0
    assert f"Line 2 of “records.csv” ({batch.reference}): Certified" in ended.out
    assert "  username: “[no-break space]ana[space]” read as “ana”" in ended.out
    assert "  We looked for the learner “ana” and found one." in ended.out
    assert "    It expires: completed May 31, 2025 + 1 year = May 31, 2026" in ended.out
    assert "What was written" in ended.out


def test_a_row_is_explained_to_programs(run, imported):
    found = run("explain", imported(*ROWS).reference, 3, "--format", "json").document
    assert (found["line"], found["outcome"]) == (3, "rejected")
    assert found["issues"] == ["There is no learner with the username “=nobody”. Upper and lower case count."]
    assert [step["name"] for step in found["steps"]][:2] == ["cells", "learner"]


def test_what_an_older_plan_said(run, imported):
    batch = imported("ben,Forklfit,,31/05/2025,", review=True)
    run("approve", batch.reference, "--anew", "--confirm", "Forklfit", "--work")
    assert "so close that we did not want to guess" in run("explain", batch.reference, 2, "--plan", 1).out
    assert "so close that" not in run("explain", batch.reference, 2).out


@pytest.mark.parametrize("line", [1, 99, 0, 2**31])
def test_a_line_without_a_row(run, imported, line):
    ended = run("explain", imported(*ROWS).reference, line)
    assert ended.code == 1
    assert f"begins on line {line}." in ended.err


def test_stories_are_told_where_the_site_has_no_pages(run, imported, settings):
    batch = imported(*ROWS)
    settings.ROOT_URLCONF = "tests.commands.no_urls"
    assert "Line 2 has the same learner" in run("explain", batch.reference, 4).out


def test_reports_of_imports_at_every_stage(run, file, imported):
    run("import", file(*ROWS), "--no-wait")
    [batch] = api.newest(api.SYSTEM, limit=1)
    ended = run("report", batch.reference, "--format", "json")
    assert ended.code == 7
    assert json.loads(ended.data)["rows"] == []
    assert present(batch).state == "received"


def test_what_was_deleted_when_its_time_was_over_is_told(run, imported):
    batch = imported(*ROWS)
    ImportBatch.objects.update(rows_deleted_at=timezone.now(), ledger_deleted_at=timezone.now())
    ended = run("report", batch.reference)
    assert "The rows of this import were deleted on" in ended.out
    assert "Rows with problems" not in ended.out
    document = run("report", batch.reference, "--format", "json").document
    assert (document["rows_are"], document["outcomes"]) == ("deleted", {"certified": 1, "duplicate": 1, "rejected": 1})
    for name, *flags in (("report", "--rows", "all"), ("explain", 2)):
        failed = run(name, batch.reference, *flags)
        assert failed.code == 1
        assert "were deleted on" in failed.err
