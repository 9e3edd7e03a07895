"""The files that tell what became of an import: the same, to the byte, as on its page."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from cert_completion_plugin import api
from cert_completion_plugin.reports import MEDIA_TYPES, REPORT, REPORT_KINDS, RowsOf, TooManyRows
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import FILE, described
from cert_completion_plugin.rest.failing import not_found
from cert_completion_plugin.rest.finding import NO_LINE, found, plan_of
from cert_completion_plugin.rest.problems import Problem
from cert_completion_plugin.rest.reading import Parameters, parameters_of


class AsNamed(BaseContentNegotiation):
    """The address says in which format the file is; whatever is accepted, it gives that."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class _Download(ApiView):
    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)
    content_negotiation_class = AsNamed


class ReportView(_Download):
    """The report as a file, in constant memory."""

    @described(
        "report",
        "The report of an import as a file: state, options, sums, and every row",
        gives=FILE,
        media_types=[MEDIA_TYPES[kind] for kind in REPORT_KINDS],
        problems=["not_found", "gone"],
    )
    def get(self, request: Request, reference: str, kind: str) -> HttpResponseBase:
        batch = found(request, reference)
        if kind not in REPORT_KINDS:
            raise not_found()
        return _sent(api.report_file(request.user, batch, kind), batch, REPORT, kind)


class DownloadParameters(Parameters):
    """Of which plan, for the rows of a plan; without it the present one."""

    plan = serializers.IntegerField(required=False, min_value=1, max_value=NO_LINE)


class DownloadView(_Download):
    """A file of rows: all, problems, recorded or plan. CSV in constant memory; XLSX and JSON of fewer rows."""

    @described(
        "download",
        "Rows of an import as a file: all, problems, recorded, or plan",
        gives=FILE,
        media_types=list(MEDIA_TYPES.values()),
        parameters=DownloadParameters,
        problems=["not_found", "gone", "too_large", "not_valid"],
    )
    def get(self, request: Request, reference: str, what: str, kind: str) -> HttpResponseBase:
        batch, plan = found(request, reference), parameters_of(request, DownloadParameters).get("plan")
        if what not in list(RowsOf) or kind not in MEDIA_TYPES:
            raise not_found()
        if plan is not None:
            plan_of(request, batch, plan)
        try:
            pieces = api.rows_file(request.user, batch, RowsOf(what), kind, plan=plan)
        except TooManyRows as many:
            text = _("It has %(rows)s rows, which are too many for this format. Take CSV.") % {"rows": many.rows}
            raise Problem("too_large", text, more={"limit": api.MOST_ROWS_AT_ONCE}) from None
        except api.TooLongForWorkbook:
            raise Problem("too_large", _("A cell is longer than a workbook can hold. Take CSV.")) from None
        return _sent(pieces, batch, what, kind)


def _sent(pieces: Iterable[bytes], batch: api.Batch, what: str, kind: str) -> HttpResponseBase:
    response = HttpResponse(b"".join(pieces)) if isinstance(pieces, list) else StreamingHttpResponse(pieces)
    response["Content-Type"] = MEDIA_TYPES[kind]
    response["Content-Disposition"] = str(content_disposition_header(True, api.file_name(batch, what, kind)))
    return response
