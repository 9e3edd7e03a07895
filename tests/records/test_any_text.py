"""Whole imports of any text into the record book: they end, every row counts, and nothing is written twice."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Literal

import pytest
from cert_completion_records.models import Certification, Evidence, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model
from django.test import override_settings
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st

from cert_completion_plugin import api

pytestmark = pytest.mark.django_db

# Making a failing file smaller would take minutes, and files are small as they are.
whole_imports = settings(
    max_examples=40,
    phases=set(Phase) - {Phase.shrink, Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TODAY = date(2026, 3, 15)
LICENCE = {
    "name": "Licence",
    "fields": [
        {"name": "issued", "kind": "date"},
        {"name": "grade", "kind": "number"},
        {"name": "note", "kind": "text"},
        {"name": "page", "kind": "url"},
    ],
}
# The last column keeps a row from being blank, and no one reads it.
HEADINGS = (
    "username",
    "certificationshortname",
    "certificationidnumber",
    "completiondate",
    "duedate",
    "issued",
    "grade",
    "note",
    "page",
    "remark",
)
BOOK = "cert_completion_records.host"
OPTIONS = {
    "separator": ",",
    "quote": '"',
    "encoding": "UTF-8",
    "date_format": "YYYY-MM-DD",
    "unknown_certification": "create_evidence",
    "review": False,
}

NASTY = [
    "=cmd|'/C calc'!A0",
    "\x00",
    "a\x00b",
    "\u202eana",
    "x\u202ey",
    "\u200b",
    "\ufeffana",
    "a\tb",
    'a\r\n"b',
    "\r",
    "\u2028",
    "👩‍🚒",
    "\U0010ffff",
    "\ufffe",
    "e" + "\u0301" * 260,
    "ﷺ" * 140,
    "👩" * 140,
    "Zoe\u0301",
    "FIRE É",
    "Fire",
    "%s %(x)s {0}",
    "<script>",
    "' OR 1=1 --",
    "\\",
    "NaN",
    "1e999",
    "1E+400000",
    "9" * 400,
    "http://[",
    "https://x/" + "y" * 3000,
    "2026-02-30",
    "9999-12-31",
    "1000-01-01",
    "0" * 5000,
    "x" * 100_000,
]
texts = st.text(max_size=20) | st.sampled_from(NASTY)
good = st.tuples(
    st.sampled_from(["ana", "Zoé", "x\u202ey", "👩‍🚒"]),
    st.sampled_from(["Fire é", "Fire e\u0301", "Crane", "Moonwalk", "👩‍🚒"]),
    st.sampled_from(["", "", "", "M-1"]),
    st.dates(date(2024, 1, 1), date(2026, 6, 1)).map(date.isoformat),
    st.just(""),
)


@st.composite
def rows(draw: st.DrawFn) -> list[str]:
    """A row that is fine but for some cells, or one of which nothing is."""
    row = [*draw(good), "2025-01-01", "3", "note", "https://example.org", "x"]
    for place in draw(st.sets(st.integers(0, len(row) - 2), max_size=draw(st.sampled_from([0, 1, 3])))):
        row[place] = draw(texts)
    whole = draw(st.lists(texts, min_size=len(row) - 1, max_size=len(row) - 1))
    return draw(st.sampled_from([row, row, [*whole, "x"]]))


@pytest.fixture
def book(db, monkeypatch):
    """The record book with learners and certifications of odd names, and an administrator."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: TODAY)
    users = get_user_model().objects
    users.bulk_create(users.model(username=name) for name in ("ana", "Zoé", "x\u202ey", "👩‍🚒"))
    for short_name in ("Fire é", "Crane"):
        Certification(short_name=short_name, full_name=short_name, active_count=1, active_unit="year").save()
    site = {"HOSTS": [BOOK], "PORTION_ROWS": 3}
    with override_settings(CERT_COMPLETION=site, CERT_COMPLETION_RECORDS={"EVIDENCE_TYPES": [LICENCE]}):
        yield users.create(username="uploader", is_superuser=True)


def content_of(rows: Sequence[Sequence[str]], quoting: Literal[0, 1] = csv.QUOTE_ALL) -> bytes:
    text = StringIO()
    csv.writer(text, quoting=quoting).writerows([HEADINGS, *rows])
    return text.getvalue().encode()


def imported(uploader, content: bytes, **options):
    chosen = api.Options.from_mapping({**OPTIONS, **options})
    batch = api.submit(uploader, [content], file_name="any.csv", options=chosen)
    api.work_off(batch.id)
    return api.find(api.SYSTEM, batch.reference)


def forget_records() -> None:
    """Every example begins with a book in which nothing is held."""
    for model in (PastCompletion, LearnerCertification, Evidence):
        model.objects.all().delete()


def written_records() -> tuple[int, ...]:
    current = LearnerCertification.objects.filter(completed__isnull=False).count()
    return current, PastCompletion.objects.count(), Evidence.objects.count()


@whole_imports
@given(
    file=st.lists(rows(), min_size=1, max_size=8),
    action=st.sampled_from(["save_to_history", "certify_uncertified", "certify_if_newer"]),
    evidence_type=st.sampled_from(["", "Licence"]),
    ignore_case=st.booleans(),
)
@example(
    file=[["ana", "\x00", "", "2025-05-01", "", "", "", "a\x00b", "", "x"]],
    action="certify_if_newer",
    evidence_type="Licence",
    ignore_case=True,
)
def test_any_text_is_imported_or_rejected_and_every_row_is_accounted_for(
    book, file, action, evidence_type, ignore_case
):
    forget_records()
    options = {"import_action": action, "evidence_type": evidence_type, "ignore_case": ignore_case}
    batch = imported(book, content_of(file), **options)
    assert batch.state == "finished"
    decisions = api.rows(api.SYSTEM, batch)
    assert len(decisions) == len(file) == batch.rows_read
    assert sum(batch.counts["outcomes"].values()) == len(file)
    for one in decisions:
        event(str(one.outcome))
        assert one.outcome != "failed", one
        assert api.explain(api.SYSTEM, batch, one.line) is not None
    before = written_records()
    again = imported(book, content_of(file), **options)
    assert not [one for one in api.rows(api.SYSTEM, again) if one.outcome.writes]
    assert written_records() == before


@whole_imports
@given(file=st.lists(rows(), min_size=1, max_size=6), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_with_everything_to_be_detected_the_import_ends_or_asks(book, file, quoting):
    detected = dict.fromkeys(("separator", "quote", "encoding", "date_format"), "auto")
    batch = imported(book, content_of(file, quoting), **detected)
    event(str(batch.state))
    assert batch.state in ("finished", "needs_answer"), batch.file_issues
    if batch.state == "finished":
        assert sum(batch.counts["outcomes"].values()) == len(file)
