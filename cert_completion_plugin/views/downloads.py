"""Downloads of an import: its rows as they were, with what became of them at the end; or what was recorded."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.generic import View

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.headings import OWN, OWN_MISSING, OWN_REFERENCE, REQUIRED, is_own
from cert_completion_plugin.views.access import ImportPage, number
from cert_completion_plugin.views.numbers import grouped
from cert_completion_plugin.views.rows_table import PROBLEM_OUTCOMES

ROWS_OWN = tuple(f"{OWN}{name}" for name in ("line", "outcome", "codes", "problems and warnings", "expires"))
"""Before the reference; a file that comes back is known by the two (`core.headings`)."""
RECORDED = (*REQUIRED, "expirydate", "windowopens", "outcome", "line")

ALL, PROBLEMS, ON_RECORD, PLAN = "all", "problems", "recorded", "plan"
_RECORDED_OUTCOMES = tuple(outcome for outcome in api.Outcome if outcome.writes)
_OUTCOMES: Mapping[str, tuple[api.Outcome, ...]] = {
    ALL: (),
    PROBLEMS: PROBLEM_OUTCOMES,
    ON_RECORD: _RECORDED_OUTCOMES,
    PLAN: (),
}
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_NOT_IN_NAMES = re.compile(r"[^\w\s.()\[\]-]|[\x00-\x1f\x7f]")
_LONGEST_NAME = 80


def offered(batch: api.Batch, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The downloads of an import that has ended, each in the formats in which it can be had."""
    labels = {
        PROBLEMS: _("Problem rows, to be corrected"),
        ALL: _("All rows"),
        ON_RECORD: _("What was recorded"),
    }
    shown = []
    for what, label in labels.items():
        if rows := _number_of(what, counts):
            formats = _TYPES if rows <= api.MOST_ROWS_AT_ONCE else ("csv",)
            files = [{"format": name.upper(), "address": address(batch, what, name)} for name in formats]
            shown.append({"what": what, "label": label, "rows": grouped(rows), "files": files})
    return shown


def address(batch: api.Batch, what: str, kind: str) -> str:
    return reverse("cert_completion_plugin:download", args=[batch.reference, what, kind])


def _number_of(what: str, counts: Mapping[str, Mapping[str, int]]) -> int:
    wanted = _OUTCOMES[what] or tuple(api.Outcome)
    return sum(rows for outcome, rows in counts.get("outcomes", {}).items() if outcome in wanted)


class DownloadView(ImportPage, View):
    """A file of rows. CSV is streamed, whatever its size; XLSX and JSON are made as a whole, so of fewer rows."""

    permission_required = api.PERMISSION_VIEW_REPORT
    title = gettext_lazy("Download")

    def get(self, request: HttpRequest, reference: str, what: str, kind: str) -> HttpResponseBase:
        batch = api.find(reference)
        if batch is None or what not in _OUTCOMES or kind not in _TYPES:
            raise Http404(_("There is no such download."))
        source = _source(batch, what, number(request, "plan") or batch.plan)
        counts = api.row_counts(batch, source.phase, source.plan)
        rows = _number_of(what, counts)
        if kind != "csv" and rows > api.MOST_ROWS_AT_ONCE:
            return self._too_large(batch, what, _("It has %(rows)s rows.") % {"rows": grouped(rows)}, request)
        try:
            response = _response(batch, source, kind)
        except api.TooLongForWorkbook:
            return self._too_large(batch, what, _("One of its cells is longer than a workbook can hold."), request)
        response["Content-Type"] = _TYPES[kind]
        response["Content-Disposition"] = str(content_disposition_header(True, _file_name(batch, what, kind)))
        response["X-Content-Type-Options"] = "nosniff"
        add_never_cache_headers(response)
        return response

    def _too_large(self, batch: api.Batch, what: str, reason: str, request: HttpRequest) -> HttpResponse:
        context = self.get_context_data(batch=batch, reason=reason, csv=address(batch, what, "csv"))
        return render(request, "cert_completion_plugin/too_large.html", context, status=413)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Which rows, and how each becomes a line of the file."""

    phase: api.Phase
    plan: int
    wanted: api.Filter
    headings: tuple[str, ...]
    line_of: Callable[[api.Decision, Sequence[api.Cell]], Sequence[api.Cell]]


def _source(batch: api.Batch, what: str, plan: int) -> _Source:
    is_plan = what == PLAN or (what == PROBLEMS and not batch.has_ended)
    common: dict[str, Any] = {
        "phase": api.Phase.PLANNED if is_plan else api.Phase.WRITTEN,
        "plan": plan,
        "wanted": api.Filter(outcomes=_OUTCOMES[what]),
    }
    if what == ON_RECORD:
        return _Source(**common, headings=RECORDED, line_of=_recorded)
    kept = [index for index, heading in enumerate(batch.headings) if not is_own(heading)]
    headings = (*(batch.headings[index] for index in kept), *ROWS_OWN, OWN_REFERENCE)

    def line_of(decision: api.Decision, cells: Sequence[api.Cell]) -> Sequence[api.Cell]:
        """A row that is too long goes on behind our columns, one that is too short has marks for what it lacks: so they
        stay wrong until somebody mends them.
        """
        as_sent = [cells[index] if index < len(cells) else OWN_MISSING for index in kept]
        return [*as_sent, *_own(decision), batch.reference, *cells[len(batch.headings) :]]

    return _Source(**common, headings=headings, line_of=line_of)


def _own(decision: api.Decision) -> list[str]:
    words = [texts.issue_text(issue) for issue in decision.issues]
    if decision.repeats_line:
        words.insert(0, _("Repeats line %(line)s.") % {"line": decision.repeats_line})
    codes = dict.fromkeys(str(issue.code) for issue in decision.issues)
    return [str(decision.line), str(decision.outcome), " ".join(codes), " ".join(words), _day(decision.expires)]


def _recorded(decision: api.Decision, cells: Sequence[api.Cell]) -> list[str]:
    found = decision.trace.certification if decision.trace else None
    return [
        decision.username,
        found.short_name if found else decision.short_name,
        found.id_number if found else decision.id_number,
        _day(decision.completed),
        _day(decision.due),
        _day(decision.expires),
        _day(decision.window_opens),
        str(decision.outcome),
        str(decision.line),
    ]


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _lines(batch: api.Batch, source: _Source) -> Iterator[Sequence[api.Cell]]:
    """In the language of the request: a streamed response is made after it."""
    language = get_language()

    def lines() -> Iterator[Sequence[api.Cell]]:
        found = api.rows_with_cells(batch, source.wanted, phase=source.phase, plan=source.plan)
        for decision, cells in found:
            with override(language):
                line = source.line_of(decision, cells)
            yield line

    return lines()


def _response(batch: api.Batch, source: _Source, kind: str) -> HttpResponseBase:
    lines: Iterable[Sequence[api.Cell]] = _lines(batch, source)
    if kind == "csv":
        separator = batch.detected.get("separator") or ","
        return StreamingHttpResponse(
            api.csv_pieces(source.headings, lines, separator=separator, date_format=batch.date_format)
        )
    if kind == "json":
        return HttpResponse(api.json_document(source.headings, lines))
    sheet = str(batch.detected.get("sheet") or batch.options.sheet)
    return HttpResponse(api.xlsx(source.headings, lines, sheet=sheet, date_format=batch.date_format))


def _file_name(batch: api.Batch, what: str, kind: str) -> str:
    """After the uploaded file; nothing in it can end a header or leave a folder."""
    name = re.split(r"[/\\]", batch.file_name)[-1]
    stem = _NOT_IN_NAMES.sub("_", name.rpartition(".")[0] or name).strip(" .") or "import"
    return f"{stem[:_LONGEST_NAME]}-{what}.{kind}"
