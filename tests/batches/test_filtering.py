"""Every filter of the rows of an import finds them by an index made for it, on every database."""

import re

import cert_completion_bulk as bulk
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cert_completion_plugin import api
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.models import LedgerEntry, RowIssue
from cert_completion_plugin.store.filtering import Filter, Table

pytestmark = pytest.mark.django_db(transaction=True)  # MySQL ends one where tables are analysed

LINES = range(1, 3001)
ENTRY = (
    *("batch_id", "plan", "phase", "line", "revision", "outcome", "username", "learner_key", "certification_key"),
    *("completed", "expires", "window_opens", "detail"),
)
BY_LINE = "sqlite_autoindex_cert_completion_plugin_ledgerentry" if connection.vendor == "sqlite" else "ccp_entry_once"
FILTERS = {
    "no filter": (Filter(), BY_LINE),
    "outcome": (Filter(outcomes=(Outcome.FAILED,)), "ccp_entry_outcome"),
    "outcomes": (Filter(outcomes=(Outcome.FAILED, Outcome.REJECTED)), "ccp_entry_outcome"),
    "certification": (Filter(certifications=("c-1",)), "ccp_entry_certification"),
    "learner": (Filter(learner="a7"), "ccp_entry_learner"),
    "beginning": (Filter(learner="a7", is_beginning=True), "ccp_entry_learner"),
    "problem": (Filter(code="learner_not_found"), "ccp_issue_code"),
    "line": (Filter(line=7), BY_LINE),
}


@pytest.fixture
def batch(django_user_model):
    """An import among others, with entries enough for a database to care."""
    user = django_user_model.objects.create(username="uploader", is_superuser=True)
    first, second = (api.submit(user, [b""], file_name="a.csv", options=api.Options(review=False)) for _ in range(2))
    for each in (first, second):
        bulk.insert(LedgerEntry, ENTRY, [entry(each.id, line) for line in LINES])
        codes = [(line, "learner_not_found" if line % 50 == 0 else "x") for line in LINES]
        issues = [(each.id, 1, "written", code, line) for line, code in codes]
        bulk.insert(RowIssue, ("batch_id", "plan", "phase", "code", "line"), issues)
    tables = "cert_completion_plugin_ledgerentry", "cert_completion_plugin_rowissue"
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE TABLE {', '.join(tables)}" if connection.vendor == "mysql" else "ANALYZE")
        if connection.vendor == "mysql":
            cursor.fetchall()
    return first


def entry(batch_id, line):
    names = f"a{line}", "", f"c-{line % 100}"
    return (
        batch_id,
        1,
        "written",
        line,
        0,
        "failed" if line == LINES[-1] else "certified",
        *names,
        None,
        None,
        None,
        "{}",
    )


def plan_of(sql):
    """How the database goes about a query, as text."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def test_rows_are_found_by_the_index_of_their_filter(batch):
    for name, (wanted, index) in FILTERS.items():
        for place in ({"after": 100}, {"before": 2900}, {}):
            with CaptureQueriesContext(connection) as queries:
                Table(batch, api.Phase.WRITTEN, 1).page(wanted, **place, limit=5)
            plans = [plan_of(query["sql"]) for query in queries]
            told = "\n".join([name, *plans])
            assert any(index in plan for plan in plans), told
            # Nothing is gone through from end to end, sorted, or counted.
            assert not re.search("SCAN cert|Seq Scan| ALL ", told), told
            assert not re.search("TEMP B-TREE|filesort", told), told
            assert not [query for query in queries if "COUNT(" in query["sql"]]


def test_what_is_found_is_what_was_asked_for(batch):
    expected = {
        "no filter": LINES,
        "outcome": [3000],
        "outcomes": [3000],
        "certification": range(1, 3001, 100),
        "learner": [7],
        "beginning": [line for line in LINES if str(line).startswith("7")],
        "problem": range(50, 3001, 50),
        "line": [7],
    }
    for name, (wanted, _) in FILTERS.items():
        rows = Table(batch, api.Phase.WRITTEN, 1).page(wanted, limit=3000).rows
        assert [row.line for row in rows] == list(expected[name]), name


def test_of_a_row_that_was_decided_again_the_last_decision_counts(batch):
    """Whatever a page or a filter begins and ends with."""
    again = [(batch.id, 1, "planned", line, 0, "certified", "a", "", "c", None, None, None, "{}") for line in (1, 2, 3)]
    again += [(*row[:4], 1, "rejected", *row[6:]) for row in again[:2]]
    again += [(*again[0][:4], 2, "failed", *again[0][6:])]
    bulk.insert(LedgerEntry, ENTRY, again)
    table = Table(batch, api.Phase.PLANNED, 1)

    def found(*outcomes):
        wanted = Filter(outcomes=outcomes)
        one_by_one = [row for some in table.every_row(wanted, at_once=1) for row in some]
        assert one_by_one == list(table.page(wanted, limit=10).rows)
        assert one_by_one == list(table.page(wanted, before=9, limit=10).rows)
        return [(row.line, str(row.outcome)) for row in one_by_one]

    assert found() == [(1, "failed"), (2, "rejected"), (3, "certified")]
    assert found(Outcome.CERTIFIED) == [(3, "certified")]
    assert found(Outcome.REJECTED) == [(2, "rejected")]
    assert found(Outcome.FAILED, Outcome.CERTIFIED) == [(1, "failed"), (3, "certified")]


@pytest.mark.parametrize("beginning", ["a7", "a1", "a29", "a"])
def test_names_that_begin_alike_are_found_over_any_gap(batch, monkeypatch, beginning):
    """Lines of other learners are passed over at one go, in both directions; a page may end before all are found."""
    monkeypatch.setattr("cert_completion_plugin.store.filtering._FEW_ROWS", 3)
    monkeypatch.setattr("cert_completion_plugin.store.filtering._LOOKED_AT_ONCE", 5)
    table, wanted = Table(batch, api.Phase.WRITTEN, 1), Filter(learner=beginning, is_beginning=True)
    expected = [line for line in LINES if f"a{line}".startswith(beginning)]
    assert [row.line for some in table.every_row(wanted, at_once=7) for row in some] == expected
    found: list[int] = []
    before: int | None = 3001
    while before is not None:
        page = table.page(wanted, before=before, limit=7)
        found = [row.line for row in page.rows] + found
        before = page.earlier
    assert found == expected


def test_a_large_import_is_paged_from_the_line_on_also_on_mariadb(batch, monkeypatch):
    """With an end to the lines, further and further off; whatever gaps there are."""
    monkeypatch.setattr("cert_completion_plugin.store.filtering._FEW_ROWS", -1)
    table = Table(batch, api.Phase.WRITTEN, 1)
    for wanted, found in ((Filter(), list(LINES)), (Filter(code="learner_not_found"), list(range(50, 3001, 50)))):
        lines = [row.line for some in table.every_row(wanted, at_once=7) for row in some]
        assert lines == found
        assert [row.line for row in table.page(wanted, before=3001, limit=3).rows] == found[-3:]
    with CaptureQueriesContext(connection) as queries:
        table.page(Filter(), after=2000, limit=5)
    plans = "\n".join(plan_of(query["sql"]) for query in queries)
    assert not re.search(" ref ", plans), plans
