"""Downloads of an import: its report; its rows as they were, with what became of them; or what was recorded."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api
from cert_completion_plugin.reports import (
    ALL,
    MEDIA_TYPES,
    ON_RECORD,
    PROBLEMS,
    REPORT,
    REPORT_KINDS,
    RowsOf,
    TooManyRows,
    kinds_for,
)
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.views import gone
from cert_completion_plugin.views.access import ImportPage, number


def offered(user: api.User, batch: api.Batch, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The downloads of rows of an import that has ended, each in its formats; none for whoever may not see rows."""
    if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch):
        return []
    labels = {
        PROBLEMS: _("Problem rows, to be corrected"),
        ALL: _("All rows"),
        ON_RECORD: _("What was recorded"),
    }
    shown = []
    for what, label in labels.items():
        if (rows := api.rows_in(what, counts)) and _is_kept(batch, what):
            files = _files(batch, what, kinds_for(rows))
            shown.append({"what": str(what), "label": label, "rows": grouped(rows), "files": files})
    return shown


def _is_kept(batch: api.Batch, what: RowsOf) -> bool:
    if what is not ON_RECORD and batch.rows_deleted_at is not None:
        return False
    return batch.ledger_deleted_at is None


def report_files(user: api.User, batch: api.Batch) -> list[dict[str, str]]:
    """The report as a file, in the formats in which it can be had; it quotes cells, so it is not for everybody."""
    if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch):
        return []
    return _files(batch, REPORT, REPORT_KINDS)


def _files(batch: api.Batch, what: str, kinds: Iterable[str]) -> list[dict[str, str]]:
    return [{"format": kind.upper(), "address": address(batch, what, kind)} for kind in kinds]


def address(batch: api.Batch, what: str, kind: str) -> str:
    return reverse("cert_completion_plugin:download", args=[batch.reference, what, kind])


class DownloadView(ImportPage):
    """A file of rows, or the report. CSV and the report are streamed, whatever their size."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)
    title = gettext_lazy("Download")

    def get(self, request: HttpRequest, reference: str, what: str, kind: str) -> HttpResponseBase:
        batch = api.find(request.user, reference)
        if batch is None or not _is_offered(what, kind):
            raise Http404(_("There is no such download."))
        try:
            response = self._response(batch, what, kind)
        except TooManyRows as many:
            return self._too_large(batch, what, _("It has %(rows)s rows.") % {"rows": grouped(many.rows)})
        except api.RowsDeleted as deleted:
            return gone.page(self, deleted)
        except api.TooLongForWorkbook:
            return self._too_large(batch, what, _("One of its cells is longer than a workbook can hold."))
        response["Content-Type"] = MEDIA_TYPES[kind]
        response["Content-Disposition"] = str(content_disposition_header(True, api.file_name(batch, what, kind)))
        response["X-Content-Type-Options"] = "nosniff"
        add_never_cache_headers(response)
        return response

    def _response(self, batch: api.Batch, what: str, kind: str) -> HttpResponseBase:
        if what == REPORT:
            return StreamingHttpResponse(api.report_file(self.request.user, batch, kind))
        plan = number(self.request, "plan") or None
        pieces = api.rows_file(self.request.user, batch, RowsOf(what), kind, plan=plan)
        return StreamingHttpResponse(pieces) if kind == "csv" else HttpResponse(b"".join(pieces))

    def _too_large(self, batch: api.Batch, what: str, reason: str) -> HttpResponse:
        context = self.get_context_data(batch=batch, reason=reason, csv=address(batch, what, "csv"))
        return render(self.request, "cert_completion_plugin/too_large.html", context, status=413)


def _is_offered(what: str, kind: str) -> bool:
    return kind in REPORT_KINDS if what == REPORT else what in list(RowsOf) and kind in MEDIA_TYPES
