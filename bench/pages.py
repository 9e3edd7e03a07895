"""How long the report and a plan take with an import of very many rows in place: make bench ARGS="--pages"."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

import cert_completion_bulk as bulk
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import table, world
from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, ImportRow, LedgerEntry, Portion, RowIssue
from cert_completion_plugin.store import plans
from cert_completion_plugin.store.batches import get
from cert_completion_plugin.store.values import dumps
from cert_completion_plugin.views import rows_table

LIMIT_MS = 300
TIMES = 7
PORTION = 2000
RARE = 10
"""So many rows, the last ones of the file, have an outcome and a problem that no other row has."""

_ENTRY = (
    *("batch_id", "plan", "phase", "line", "revision", "outcome", "username", "learner_key", "certification_key"),
    *("completed", "expires", "window_opens", "detail"),
)


def measure(rows: int) -> list[dict[str, Any]]:
    """Milliseconds and queries of each page and filter, with two imports of so many rows: one ended, one planned.

    `own_cpu_ms` and `slowest_query_ms` tell what a busy machine adds.
    """
    world.make(0)
    user = get_user_model()._default_manager.create(username="admin", is_staff=True, is_superuser=True)
    with _indexes_afterwards():
        report = _import(user, rows, "finished", api.Phase.WRITTEN)
        plan = _import(user, rows, "awaiting_approval", api.Phase.PLANNED)
    _analyse()
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(user)

    def page(batch: api.Batch, query: str) -> Callable[[], Any]:
        path = reverse("cert_completion_plugin:batch", args=[batch.reference]) + query
        return lambda: _answered(client.get(path))

    def of_plan(query: str) -> Callable[[], Any]:
        request = RequestFactory().get("/" + query)
        name = "cert_completion_plugin/rows.html"
        return lambda: render_to_string(name, {"table": rows_table.table(request, plan, api.Phase.PLANNED, plan.plan)})

    found = []
    for what, query in _queries(rows):
        found.append(_timed("report", what, page(report, query)))
        found.append(_timed("plan's rows", what, of_plan(query)))
        found.append(_timed("plan", what, page(plan, query)))
    return found


@contextmanager
def _indexes_afterwards() -> Iterator[None]:
    """Rows are put in place in a fraction of the time without those indexes that are no constraints."""
    indexes = [(model, index) for model in (LedgerEntry, RowIssue) for index in model._meta.indexes]
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.add_index(model, index)


def _answered(response: Any) -> None:
    assert response.status_code == 200, response.status_code


def _timed(name: str, what: str, work: Callable[[], Any]) -> dict[str, Any]:
    work()
    with CaptureQueriesContext(connection) as context:
        work()
    queries = list(context)
    times, own = [], []
    for _ in range(TIMES):
        began, own_began = perf_counter(), process_time()
        work()
        times.append((perf_counter() - began) * 1000)
        own.append((process_time() - own_began) * 1000)
    slowest = max(queries, key=lambda query: float(query["time"]))
    found = {
        "page": name,
        "filter": what,
        "median_ms": round(median(times)),
        "slowest_ms": round(max(times)),
        "own_cpu_ms": round(median(own)),
        "queries": len(queries),
        "slowest_query_ms": round(1000 * float(slowest["time"])),
    }
    print(f"  {name}, {what}: {found['median_ms']} ms, {found['queries']} queries", flush=True)
    return found


def _queries(rows: int) -> Iterator[tuple[str, str]]:
    yield "no filter", ""
    yield "middle", f"?after={rows // 2}"
    yield "the last before the end", f"?before={rows}"
    yield "outcome, frequent", "?outcome=certified"
    yield "outcome, rare", "?outcome=failed"
    yield "outcome, none", "?outcome=evidence"
    yield "problem rows", "?outcome=problems"
    yield "problem, frequent", "?problem=expires_in_past"
    yield "problem, rare", "?problem=host_refused"
    yield "problem and outcome that never meet", "?problem=expires_in_past&outcome=failed"
    yield "certification", f"?certification={table.id_number(7)}"
    yield "certification and rare outcome", f"?certification={table.id_number(7)}&outcome=failed"
    yield "learner", f"?learner={table.username(rows // 3)}"
    yield "learner, beginning of a few", f"?learner={table.username(rows // 3)[:-2]}*"
    yield "learner, beginning of all", "?learner=learner*"
    yield "learner, unknown", "?learner=nobody"
    yield "line", f"?line={rows - 5}"


def _import(user: Any, rows: int, state: str, phase: api.Phase) -> api.Batch:
    print(f"Making an import of {rows:,} rows, {state} ...", flush=True)
    now = timezone.now()
    ended = {"finished_at": now, "told_at": now} if phase is api.Phase.WRITTEN else {}
    batch = ImportBatch.objects.create(
        state=state,
        file_name=f"{state}.csv",
        uploaded_by=user,
        uploaded_by_name=user.username,
        uploaded_at=now,
        options=dumps(api.Options().as_mapping()),
        headings=dumps(table.HEADINGS),
        date_format="YYYY-MM-DD",
        as_of=date.today(),
        rows_read=rows,
        progressed_at=now,
        **ended,
    )
    portions = max(1, rows // PORTION)
    names = {_key(number): [f"course-{number:03}", table.id_number(number)] for number in range(table.CERTIFICATIONS)}
    totals: dict[str, dict[str, int]] = {"outcomes": {}, "issues": {}}
    for portion in range(portions):
        # As a portion has learners and not lines that follow one another.
        lines = range(portion, rows, portions)
        with transaction.atomic():
            counts = _add(batch.pk, phase, rows, lines)
        for kind, found in counts.items():
            for name, number in found.items():
                totals[kind][name] = totals[kind].get(name, 0) + number
        Portion.objects.create(
            batch=batch,
            plan=1,
            number=portion + 1,
            first_slice=portion,
            last_slice=portion,
            rows=len(lines),
            state=str(phase),
            counts=dumps(counts),
            certifications=dumps(names),
        )
    if ended:
        ImportBatch.objects.filter(pk=batch.pk).update(counts=dumps(totals), certifications=dumps(names))
    made = get(batch.pk)
    assert made is not None
    if not ended:
        _keep_plan(made, rows, totals)
    return made


def _keep_plan(batch: api.Batch, rows: int, totals: dict[str, dict[str, int]]) -> None:
    summary = plans.summary_of(
        (),
        rows=rows,
        counts=totals,
        confirmed=[],
        planned_by="",
        blocking=None,
        certifications=[],
        certifications_in_all=0,
        close_matches=[],
        close_matches_in_all=0,
    )
    plans.create(batch, timezone.now(), summary, {})


def _key(certification: int) -> str:
    return str(certification + 1)


def _add(batch_id: int, phase: api.Phase, rows: int, lines: range) -> dict[str, dict[str, int]]:
    """The rows of a portion, as an import writes them, and its counts."""
    raw, entries, issues = [], [], []
    counts: dict[str, dict[str, int]] = {"outcomes": {}, "issues": {}}
    for number in lines:
        line, certification = number + 2, number * 7 % table.CERTIFICATIONS
        # The next in another order than that of the lines.
        username = table.username(number * 7919 % rows)
        outcome, code = _fate(number, rows)
        completed = table.FIRST_DAY + timedelta(days=number % 300)
        short_name, id_number = f"course-{certification:03}", table.id_number(certification)
        detail: dict[str, Any] = {"username": username, "short_name": short_name, "id_number": id_number}
        if code:
            detail["issues"] = [{"code": code, "column": "username", "value": username}]
            issues.append((batch_id, 1, str(phase), code, line))
            counts["issues"][code] = counts["issues"].get(code, 0) + 1
        counts["outcomes"][outcome] = counts["outcomes"].get(outcome, 0) + 1
        dates = completed, completed + timedelta(days=730), completed + timedelta(days=670)
        fixed = batch_id, 1, str(phase), line, 0, outcome, username
        entries.append((*fixed, str(number), _key(certification), *dates, dumps(detail)))
        raw.append((batch_id, line, number % 4096, dumps([username, short_name, id_number, str(completed), ""])))
    bulk.insert(ImportRow, ("batch_id", "line", "slice", "cells"), raw)
    bulk.insert(LedgerEntry, _ENTRY, entries)
    bulk.insert(RowIssue, ("batch_id", "plan", "phase", "code", "line"), issues)
    return counts


def _fate(number: int, rows: int) -> tuple[str, str]:
    if number >= rows - RARE:
        return "failed", "host_refused"
    if number % 50 == 7:
        return "rejected", "learner_not_found"
    outcome = ("certified", "certified", "certified", "renewed", "history")[number % 5]
    return outcome, "expires_in_past" if number % 10 == 0 else ""


def _analyse() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.set_autocommit(True)
            cursor.execute("VACUUM ANALYZE")
        elif connection.vendor == "mysql":
            for model in (ImportRow, LedgerEntry, RowIssue, Portion):
                cursor.execute(f"ANALYZE TABLE {connection.ops.quote_name(model._meta.db_table)}")
                cursor.fetchall()
        else:
            cursor.execute("ANALYZE")
