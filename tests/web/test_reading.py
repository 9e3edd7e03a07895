"""The page of an import: its options, how the file was read, and what held it back."""

import re
from dataclasses import replace

import pytest
from cert_completion_hooks import EvidenceType
from django.urls import reverse

from cert_completion_plugin import api, batches, reports
from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.store.values import dumps
from cert_completion_plugin.telling import reading
from cert_completion_plugin.telling.options import option_texts
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db


def text_of(client, batch):
    response = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference]))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def detected(imported):
    """An import of which this was found out about its file."""
    batch = imported("ana,Forklift,,2025-06-01,")
    return lambda **values: replace(batch, detected=values)


def text(**values):
    return {"kind": "text", "encoding": "UTF-8", "separator": ",", "quote": '"', "sheet": "", **values}


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        (text(), ["Read as UTF-8 text, cells separated by commas."]),
        (
            text(encoding="windows-1252", separator=";"),
            ["Read as windows-1252 text, cells separated by semicolons."],
        ),
        (text(encoding="UTF-16LE", separator="\t"), ["Read as UTF-16 text, cells separated by tabs."]),
        (
            text(separator="|", quote="'"),
            [
                "Read as UTF-8 text, cells separated by vertical bars.",
                "Cells are quoted by single quotation marks (').",
            ],
        ),
        (
            text(separator=":", quote="none"),
            ["Read as UTF-8 text, cells separated by colons.", "Quotation marks were read as part of the text."],
        ),
        ({"kind": "xlsx", "sheet": "100 %s"}, ["Read from the sheet “100 %s” of an Excel workbook."]),
        ({"kind": "ods", "sheet": "2025"}, ["Read from the sheet “2025” of an OpenDocument spreadsheet."]),
        ({}, []),
    ],
)
def test_how_the_file_was_read_is_told_in_sentences(detected, found, sentences):
    assert reading.detected_texts(detected(**found)) == sentences


def test_what_to_choose_instead_depends_on_the_kind_of_file(detected):
    assert (
        "choose the date format, or under “How the file is read” encoding, separator and quotation mark"
        in reading.override_text(detected(**text()))
    )
    assert "or the sheet under “How the file is read”" in reading.override_text(detected(kind="xlsx", sheet="A"))


def test_the_report_tells_how_the_file_was_read_and_how_to_have_it_read_otherwise(client, imported):
    page = text_of(client, imported("ana,Forklift,,31/05/2025,"))
    assert "Read as UTF-8 text, cells separated by commas." in page
    assert "Dates were read as DD/MM/YYYY: “31/05/2025” on line 2 can only be read so." in page
    assert "Is that wrong? Upload the file again" in page


def test_it_is_told_also_while_the_import_asks(client, imported):
    batch = imported("ana,Forklift,,03/04/2025,")
    assert batch.state == "needs_answer"
    assert "Read as UTF-8 text, cells separated by commas." in text_of(client, batch)


def test_it_is_told_of_a_refused_file_where_it_is_known(client, operator):
    def refused(content):
        batch = api.submit(operator, [content], file_name="x.csv", options=api.Options(review=False))
        api.work_off(batch.id)
        return text_of(client, batch)

    page = refused(HEADINGS.replace("duedate", "due").replace(",", ";").encode())
    assert "cells separated by semicolons" in page
    assert page.count("The heading “duedate” is missing.") == 1
    assert "Is that wrong?" not in refused(b"\x89PNG\r\n\x1a\n")


def test_warnings_of_the_file_are_shown_also_where_nothing_is_known_of_its_reading(client, imported):
    batch = imported("ana,Forklift,,31/05/2025,")
    warning = [{"code": "column_unknown", "value": "Shoe size"}]
    ImportBatch.objects.update(detected="{}", file_issues=dumps(warning))
    page = text_of(client, batch)
    assert "The column “Shoe size” is not known and is ignored." in page
    assert "Is that wrong?" not in page


def test_all_frozen_options_are_shown_in_words(imported):
    chosen = {
        "assign": "never",
        "unknown_certification": "create_evidence",
        "ignore_case": True,
        "date_format": "DD.MM.YYYY",
        "encoding": "windows-1252",
        "separator": "\t",
        "quote": "none",
    }
    batch = imported("ana,Forklift,,31.05.2025,")
    batch = replace(batch, options=api.Options.from_mapping(chosen))
    assert option_texts(batch) == [
        ("Import action", "Save to history"),
        ("Assign learners", "Never"),
        ("Messages to learners", "Send none"),
        ("If rows have problems", "Import the valid rows"),
        ("Review", "Look at the plan first"),
        ("Unknown certifications", "Create evidence"),
        ("Evidence type", "The default type"),
        ("Ignore case", "Yes"),
        ("Date format", "DD.MM.YYYY"),
        ("Encoding", "windows-1252 (Western European)"),
        ("Separator of the cells", "Tab"),
        ("Quotation mark", "None: quotation marks are part of the text"),
        ("Sheet of the workbook", "The first one"),
    ]


def test_an_evidence_type_is_shown_by_the_label_that_it_had(imported, world):
    world.add_evidence_type(EvidenceType(name="t1", label="Training"))
    batch = imported("ana,Forklift,,2025-05-31,", unknown_certification="create_evidence", evidence_type="t1")
    assert dict(option_texts(batch))["Evidence type"] == "Training"


def test_where_no_evidence_is_made_no_type_is_shown(imported):
    assert "Evidence type" not in dict(option_texts(imported("ana,Forklift,,2025-05-31,")))


def test_an_import_that_was_held_back_says_why_above_the_sums(client, imported):
    batch = imported(
        "ana,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,", "none,Forklift,,2025-06-01,",
        commit_policy="all_or_nothing",
    )  # fmt: skip
    page = text_of(client, batch)
    told = (
        "Nothing was imported: “all or nothing” was chosen, and 2 rows have problems (the first on line 3). Correct "
        "them and upload the file again."
    )
    assert page.index(told) < page.index("What became of the rows")
    assert "1 Cancelled not written because the import was cancelled, or held back by “all or nothing”" in page


@pytest.mark.parametrize(
    ("outcomes", "text", "other"),
    [
        ({"cancelled": 3, "failed": 1}, "what had been written was taken back. Upload the file again.", "by hand"),
        (
            {"cancelled": 1, "certified": 2, "failed": 1},
            "taken back, except 2 rows, which stay",
            "Nothing was imported",
        ),
    ],
)
def test_writing_that_failed_halfway_says_what_was_taken_back(imported, outcomes, text, other):
    batch = imported("ana,Forklift,,2025-06-01,")
    batch = replace(batch, held_back={"phase": "written", "line": 7, "rows": 1}, counts={"outcomes": outcomes})
    told = reports.held_back_text(batch)
    assert "the row on line 7 could not be written" in told
    assert text in told
    assert other not in told


def test_while_an_import_is_checked_its_page_says_that_nothing_is_written_yet(client, operator):
    content = (HEADINGS + "ana,Forklift,,2025-06-01,\n").encode()
    options = api.Options.from_mapping({"review": False, "commit_policy": "all_or_nothing"})
    batch = api.submit(operator, [content], file_name="records.csv", options=options)
    batches.read(batch.id)
    page = text_of(client, batch)
    assert "Checking every row before anything is written." in page
    assert "0 of 1 rows are done" in page
