"""Downloads: which rows, in which columns, safe in a spreadsheet program, in constant memory."""

import csv
import io
import json

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

OWN = [
    "[import report] line",
    "[import report] outcome",
    "[import report] codes",
    "[import report] problems and warnings",
    "[import report] expires",
    "[import report] reference",
]
ROWS = (
    "ana,Forklift,,31/05/2025,",
    "=cmd|x,Forklift,F1,31/05/2025,",
    "ben,Forklift,,30/02/2025,01/01/2025",
    "ana,Forklift,,31/05/2025,",
)


def get(client, batch, what, kind="csv", query=""):
    return client.get(reverse("cert_completion_plugin:download", args=[batch.reference, what, kind]) + query)


def table(response):
    assert response.status_code == 200
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_problem_rows_have_the_columns_of_the_file_with_ours_behind_them(client, imported):
    batch = imported(*ROWS)
    head, *rows = table(get(client, batch, "problems"))
    assert head == [*HEADINGS.strip().split(","), *OWN]
    assert [row[:8] for row in rows] == [
        ["'=cmd|x", "Forklift", "F1", "31/05/2025", "", "3", "rejected", "learner_not_found"],
        ["ben", "Forklift", "", "30/02/2025", "01/01/2025", "4", "rejected", "completion_date_invalid"],
    ]
    assert "There is no learner with the username “=cmd|x”." in rows[0][8]
    assert {row[10] for row in rows} == {batch.reference}


def test_all_rows_and_what_was_recorded(client, imported):
    batch = imported(*ROWS)
    _, *rows = table(get(client, batch, "all"))
    assert [(row[5], row[6], row[9]) for row in rows] == [
        ("2", "certified", "2026-05-31"),
        ("3", "rejected", ""),
        ("4", "rejected", ""),
        ("5", "duplicate", ""),
    ]
    assert "Repeats line 2." in rows[3][8]
    head, *rows = table(get(client, batch, "recorded"))
    assert head[:5] == HEADINGS.strip().split(",")
    assert rows == [["ana", "Forklift", "F1", "2025-05-31", "", "2026-05-31", "2026-04-30", "certified", "2"]]


def test_columns_of_their_own_come_back_in_their_order(client, operator):
    content = (
        "Note;Due date;USERNAME;certificationshortname;certificationidnumber;completiondate;\n1;;x;A;;31/05/2025;z\n"
    )
    batch = api.submit(operator, [content.encode()], file_name="a.csv", options=api.Options(review=False))
    api.work_off(batch.id)
    [line] = b"".join(get(client, batch, "problems").streaming_content).decode("utf-8-sig").splitlines()[:1]
    assert line.startswith(
        "Note;Due date;USERNAME;certificationshortname;certificationidnumber;completiondate;;[import"
    )
    _, row = csv.reader(b"".join(get(client, batch, "problems").streaming_content).decode().splitlines(), delimiter=";")
    assert row[:7] == ["1", "", "x", "A", "", "31/05/2025", "z"]


def test_torn_rows_have_marks_for_what_they_lack_or_go_on_behind_our_columns(client, imported):
    batch = imported("ana,Forklift", "ben,Forklift,,31/05/2025,,surplus,more")
    head, short, long = table(get(client, batch, "problems"))
    assert short[:5] == ["ana", "Forklift", *["[import report] missing"] * 3]
    assert len(short) == len(head)
    assert long[:5] == ["ben", "Forklift", "", "31/05/2025", ""]
    assert long[len(head) :] == ["surplus", "more"]


def test_xlsx_and_json_say_the_same(client, imported):
    batch = imported(*ROWS)
    expected = table(get(client, batch, "all"))
    response = get(client, batch, "all", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [[cell.value or "" for cell in row] for row in sheet.iter_rows()] == expected
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    found = json.loads(get(client, batch, "all", "json").content)
    assert [list(row.values()) for row in found] == [[cell.replace("'=", "=") for cell in row] for row in expected[1:]]


def test_what_is_too_large_for_a_workbook_is_said_and_csv_offered(client, imported, monkeypatch):
    batch = imported(*ROWS)
    monkeypatch.setattr("cert_completion_plugin.tabular.MOST_ROWS_AT_ONCE", 3)
    for kind in ("xlsx", "json"):
        response = get(client, batch, "all", kind)
        assert response.status_code == 413
        assert "It has 4 rows." in response.content.decode()
        assert (
            reverse("cert_completion_plugin:download", args=[batch.reference, "all", "csv"])
            in response.content.decode()
        )
    assert get(client, batch, "problems", "xlsx").status_code == 200
    assert len(table(get(client, batch, "all"))) == 5
    page = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    assert "download/all.csv" in page
    assert "download/all.xlsx" not in page
    assert "download/problems.xlsx" in page


def test_a_cell_too_long_for_a_workbook_is_said_and_csv_offered(client, imported):
    response = get(client, imported(f"{'x' * 40_000},Forklift,,31/05/2025,"), "problems", "xlsx")
    assert response.status_code == 413
    assert "One of its cells is longer than a workbook can hold." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("records.csv", 'attachment; filename="records-all.csv"'),
        ('a"b\r\nSet-Cookie: x=1.csv', 'attachment; filename="a_b__Set-Cookie_ x_1-all.csv"'),
        ("../../etc/passwd", 'attachment; filename="passwd-all.csv"'),
        ("é.csv", "attachment; filename*=utf-8''%C3%A9-all.csv"),
        ("", 'attachment; filename="import-all.csv"'),
        ("a" * 250 + ".csv", f'attachment; filename="{"a" * 80}-all.csv"'),
    ],
)
def test_no_file_name_breaks_the_header(client, imported, name, disposition):
    batch = imported(*ROWS)
    ImportBatch.objects.update(file_name=name)
    response = get(client, batch, "all")
    assert response["Content-Disposition"] == disposition
    assert "Set-Cookie" not in response
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_only_who_may_see_the_report_may_download(client, imported, user_with):
    batch = imported(*ROWS)
    client.force_login(user_with("upload_completions"))
    assert get(client, batch, "all").status_code == 403
    client.logout()
    assert get(client, batch, "all").status_code == 302


@pytest.mark.parametrize(("what", "kind"), [("everything", "csv"), ("all", "pdf"), ("all", "CSV")])
def test_what_there_is_not_cannot_be_had(client, imported, what, kind):
    assert get(client, imported(*ROWS), what, kind).status_code == 404


def test_there_is_no_download_of_an_import_that_is_not_there(client, operator):
    path = reverse("cert_completion_plugin:download", args=["0" * 32, "all", "csv"])
    assert client.get(path).status_code == 404


def test_rows_are_read_some_at_a_time_and_only_when_they_are_asked_for(client, imported, monkeypatch):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    batch = imported(*(f"x{number},Forklift,,31/05/2025," for number in range(2500)))
    response = get(client, batch, "problems")
    with CaptureQueriesContext(connection) as queries:
        next(iter(response.streaming_content))
    # The rows of four outcomes and their cells, once or twice of three times.
    assert len(queries) < 12
    assert len(b"".join(response.streaming_content)) > 0


def test_words_are_in_the_language_of_whoever_asked(client, imported, settings):
    from django.utils import translation

    batch = imported(*ROWS)
    with translation.override("de"):
        response = get(client, batch, "all")
    with translation.override("fr"):
        seen = []

        def language(issue):
            seen.append(translation.get_language())
            return ""

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cert_completion_plugin.texts.issue_text", language)
            b"".join(response.streaming_content)
    assert set(seen) == {"de"}


def test_a_plan_is_downloaded_before_anything_is_written(client, operator):
    content = (HEADINGS + "".join(f"{row}\n" for row in ROWS)).encode()
    batch = api.submit(operator, [content], file_name="a.csv", options=api.Options(review=True))
    api.work_off(batch.id)
    assert [row[6] for row in table(get(client, batch, "plan"))[1:]] == ["history", "rejected", "rejected", "duplicate"]
    assert [row[5] for row in table(get(client, batch, "problems"))[1:]] == ["3", "4"]
    assert table(get(client, batch, "recorded"))[1:] == []


@pytest.fixture
def upload(client):
    """Uploads bytes through the page, as the form stands; returns the import when everything is done."""

    def upload(content, name="records-problems.csv", query="", **values):
        path = reverse("cert_completion_plugin:upload") + query
        form = client.get(path).context["form"]
        data = {field: form[field].value() for field in form.fields if field != "file"} | {"review": "False"} | values
        if "corrects=" in query:
            data["corrects"] = query.partition("corrects=")[2]
        data = {field: value for field, value in data.items() if value not in (None, False)}
        response = client.post(path, {**data, "file": SimpleUploadedFile(name, content)})
        assert response.status_code == 302, response.context["form"].errors
        [newest] = api.newest(api.SYSTEM, limit=1)
        api.work_off(newest.id)
        return api.find(api.SYSTEM, newest.reference)

    return upload


def content_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def outcomes(batch):
    return {row.username: str(row.outcome) for row in api.rows(api.SYSTEM, batch)}


@pytest.mark.parametrize("query", [False, True], ids=["as-it-is", "by-the-button"])
def test_problem_rows_are_corrected_and_uploaded_as_they_are(client, imported, upload, world, query):
    world.add_learner("-carl")
    world.add_learner("'=dora")
    first = imported(
        "ana,Forklift,,13/05/2025,",
        "benn,Forklift,,03/04/2025,",
        "-carl,Forklft,,03/04/2025,",
        "'=dora,Forklift,,32/04/2025,",
    )
    assert outcomes(first) == {"ana": "certified", "benn": "rejected", "-carl": "rejected", "'=dora": "rejected"}
    content = content_of(get(client, first, "problems")).decode()
    corrected = content.replace("benn,", "ben,").replace("Forklft", "Forklift").replace("32/04", "02/04")
    assert "'-carl" in corrected
    assert "''=dora" in corrected
    button = f"?corrects={first.reference}" if query else ""
    second = upload(corrected.encode(), query=button, import_action="certify_if_newer", date_format="auto")
    assert outcomes(second) == {"ben": "certified", "-carl": "certified", "'=dora": "certified"}
    # 03/04/2025 alone could be read both ways; it was read as in the first file.
    assert {str(row.completed) for row in api.rows(api.SYSTEM, second)} == {"2025-04-03", "2025-04-02"}
    assert second.file_issues == ()
    assert api.corrected_by(api.SYSTEM, second) == api.find(api.SYSTEM, first.reference)
    assert [each.reference for each in api.corrections_of(api.SYSTEM, first)] == [second.reference]

    def page(batch):
        return client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()

    assert "Corrected rows were uploaded as" in page(first)
    assert second.reference in page(first)
    assert "Corrects rows of the import" in page(second)
    assert first.reference in page(second)


def test_the_button_begins_with_the_options_of_the_first_import(client, imported):
    first = imported("x,Forklift,,13/05/2025,", import_action="certify_uncertified", ignore_case=True, assign="never")
    response = client.get(reverse("cert_completion_plugin:upload") + f"?corrects={first.reference}")
    form = response.context["form"]
    chosen = {
        name: form[name].value() for name in ("import_action", "ignore_case", "assign", "date_format", "encoding")
    }
    assert chosen == {
        "import_action": "certify_uncertified",
        "ignore_case": True,
        "assign": "never",
        "date_format": "auto",
        "encoding": "auto",
    }
    assert f'name="corrects" value="{first.reference}"' in response.content.decode()


@pytest.mark.parametrize("corrects", ["", "x", "0" * 32, "\0"])
def test_a_button_that_names_nothing_uploads_as_ever(client, operator, upload, corrects):
    from urllib.parse import quote

    content = (HEADINGS + "ana,Forklift,,13/05/2025,\n").encode()
    batch = upload(content, query=f"?corrects={quote(corrects)}")
    assert api.corrected_by(api.SYSTEM, batch) is None
    assert batch.state == "finished"


def test_a_reference_to_nothing_is_ignored(client, operator, upload):
    heading = f"{HEADINGS.strip()},[import report] reference\n"
    batch = upload(f"{heading}ana,Forklift,,13/05/2025,,{'f' * 32}\n".encode())
    assert api.corrected_by(api.SYSTEM, batch) is None
    assert (batch.state, batch.file_issues) == ("finished", ())


def test_a_workbook_comes_back_with_native_dates_and_texts(client, operator, upload):
    from datetime import date

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Spring"
    sheet.append(HEADINGS.strip().split(","))
    for row in (
        ["007", "Forklift", None, date(2025, 4, 3), "04/05/2025"],
        ["ben", "Forklift", None, "31/05/2025", None],
    ):
        sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    options = api.Options(review=False, sheet="Spring")
    submitted = api.submit(operator, [stream.getvalue()], file_name="a.xlsx", options=options)
    api.work_off(submitted.id)
    first = api.find(api.SYSTEM, submitted.reference)
    assert first.date_format == "DD/MM/YYYY"
    for kind in ("xlsx", "csv"):
        content = content_of(get(client, first, "problems", kind))
        second = upload(content, name=f"a.{kind}", date_format="auto")
        [read] = api.rows(api.SYSTEM, second)
        assert (read.username, str(read.completed), str(read.due)) == ("007", "2025-04-03", "2025-05-04"), kind
        assert second.date_format == "DD/MM/YYYY"
        assert api.corrected_by(api.SYSTEM, second) == first


def corrected(content, **texts):
    """A download with these texts in place of others, as an editor or a spreadsheet program leaves it."""
    text = content.decode("utf-8-sig")
    for old, new in texts.items():
        text = text.replace(old, new)
    return text.encode()


def test_dates_that_a_spreadsheet_program_wrote_anew_are_read_as_they_stand(client, imported, upload):
    first = imported("benn,Forklift,,2025-02-28,", "chen,Forklift,,2025-03-30,")
    content = corrected(content_of(get(client, first, "problems")), benn="ben", chen="ana")
    rewritten = content.replace(b"2025-02-28", b"28/02/2025").replace(b"2025-03-30", b"30/03/2025")
    second = upload(rewritten, date_format="auto")
    assert [str(row.completed) for row in api.rows(api.SYSTEM, second)] == ["2025-02-28", "2025-03-30"]
    assert (second.date_format, "carried_date_format" in second.detected) == ("DD/MM/YYYY", False)


def test_one_date_in_another_format_does_not_turn_those_that_could_be_read_either_way(client, imported, upload):
    first = imported("benn,Forklift,,02/03/2025,", "chen,Forklift,,31/03/2025,")
    content = corrected(content_of(get(client, first, "problems")), benn="ben", chen="ana")
    second = upload(content.replace(b"31/03/2025", b"03/31/2025"), date_format="auto")
    [ben, ana] = api.rows(api.SYSTEM, second)
    assert (str(ben.completed), str(ana.outcome)) == ("2025-03-02", "rejected")


def test_a_second_round_has_our_columns_once(client, imported, upload):
    first = imported("benn,Forklift,,13/05/2025,")
    second = upload(content_of(get(client, first, "problems")), date_format="auto")
    head, row = table(get(client, second, "problems"))
    assert head == [*HEADINGS.strip().split(","), *OWN]
    assert row[:6] == ["benn", "Forklift", "", "13/05/2025", "", "2"]
    assert row[-1] == second.reference


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_with_too_few_cells_stays_so_until_somebody_mends_it(client, imported, upload, kind):
    first = imported("ben,Forklift,,31/05/2025")
    second = upload(content_of(get(client, first, "problems", kind)), name=f"a.{kind}", date_format="auto")
    [row] = api.rows(api.SYSTEM, second)
    assert [str(issue.code) for issue in row.issues] == ["too_few_cells"]
    assert api.corrected_by(api.SYSTEM, second) == first
    mended = content_of(get(client, second, "problems")).replace(b"[import report] missing", b"")
    [row] = api.rows(api.SYSTEM, upload(mended, date_format="auto", import_action="certify_if_newer"))
    assert str(row.outcome) == "certified"


def test_what_is_chosen_for_corrected_rows_is_no_habit(client, imported, upload, operator):
    api.remember_choice(operator, {"assign": "always"})
    first = imported("benn,Forklift,,31/05/2025,")
    upload(content_of(get(client, first, "problems")), query=f"?corrects={first.reference}", assign="never")
    assert str(api.last_choice(operator).assign) == "always"


def test_the_undo_is_offered_where_something_was_written(client, imported, operator):
    operator.user_permissions.add(Permission.objects.get(codename="undo_imports"))
    for row, is_offered in (("ben,Forklift,,31/05/2025,", True), ("benn,Forklift,,31/05/2025,", False)):
        batch = imported(row)
        report = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
        assert ("Undo this import" in report) is is_offered


def test_a_row_with_too_many_cells_stays_so_until_somebody_mends_it(client, imported, upload):
    first = imported("ben,Forklift,,31/05/2025,,surplus")
    second = upload(content_of(get(client, first, "problems")), date_format="auto")
    [row] = api.rows(api.SYSTEM, second)
    assert [str(issue.code) for issue in row.issues] == ["too_many_cells"]


def test_a_file_corrects_no_import_that_its_uploader_may_not_see(client, imported, upload, user_with):
    first = imported("benn,Forklift,,13/05/2025,")
    content = content_of(get(client, first, "problems"))
    client.force_login(user_with("upload_completions", "approve_imports"))
    response = client.get(reverse("cert_completion_plugin:upload") + f"?corrects={first.reference}")
    assert first.file_name not in response.content.decode()
    second = upload(content, query=f"?corrects={first.reference}")
    assert api.corrected_by(api.SYSTEM, second) is None
    assert "carried_date_format" not in second.detected
    client.force_login(user_with("upload_completions", "approve_imports", "view_import_report", username="chief"))
    assert api.corrected_by(api.SYSTEM, upload(content)) == first
