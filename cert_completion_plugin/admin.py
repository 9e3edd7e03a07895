"""In the admin's index: three doors that lead to the plugin's own pages (upload, report, status), and the imports.

Nothing is added, changed or deleted in the admin.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin import api, home, texts
from cert_completion_plugin.models import CompletionUpload, ImportBatch, ImportReport, ImportStatus, SiteOptions

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

_SITE = home.site_of_entries()


class _ReadOnly(_ModelAdmin):
    """An entry of the index for those who have one of the `permissions`; nothing is edited in the admin."""

    permissions: tuple[str, ...] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(api.may(request.user, permission) for permission in self.permissions)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Door(_ReadOnly):
    """An entry of the index that leads to a page."""

    page = ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect(self.page)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.page)


@admin.register(CompletionUpload, site=_SITE)
class CompletionUploadAdmin(_Door):
    permissions = (api.PERMISSION_UPLOAD,)
    page = "cert_completion_plugin:upload"


@admin.register(ImportReport, site=_SITE)
class ImportReportAdmin(_Door):
    permissions = api.PERMISSIONS_TO_SEE
    page = "cert_completion_plugin:batches"


@admin.register(SiteOptions, site=_SITE)
class SiteOptionsAdmin(_Door):
    permissions = (api.PERMISSION_MANAGE_OPTIONS,)
    page = "cert_completion_plugin:options"


@admin.register(ImportStatus, site=_SITE)
class ImportStatusAdmin(_Door):
    permissions = (api.PERMISSION_VIEW_STATUS,)
    page = "cert_completion_plugin:status"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(str(state), text) for state, text in texts.STATES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(state=value) if value in texts.STATES else queryset


_DELETED = ("file_deleted_at", "rows_deleted_at", "ledger_deleted_at")


@admin.register(ImportBatch, site=_SITE)
class ImportBatchAdmin(_ReadOnly):
    """Imports with what became of them, and their history: who uploaded, approved, cancelled or undid them."""

    permissions = api.PERMISSIONS_TO_SEE
    list_display = ("file_name", "page", "uploaded_at", "uploaded_by_name", "state_text", "rows")
    list_filter = (StateFilter, "uploaded_at")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("file_name", "uploaded_by_name")
    search_help_text = _("By file name, uploader, or the reference in the import's address.")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("page", "state_text", "rows")}),
        (_("File"), {"fields": ("file_name", "size", "file_sha256", "reference")}),
        (_("Who and when"), {"fields": ("uploaded_by_name", "uploaded_at", "approved", "cancelled", "finished_at")}),
        (_("Deleted since"), {"fields": _DELETED}),
    )
    readonly_fields = (
        *("page", "state_text", "rows", "file_name", "size", "file_sha256", "reference"),
        *("uploaded_by_name", "uploaded_at", "approved", "cancelled", "finished_at", *_DELETED),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that the user may see: the same as on the plugin's own pages."""
        rows = super().get_queryset(request).filter(api.reach(request.user).condition)
        return rows.defer("certifications", "headings", "detected", "file_issues", "reader_state")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A reference is found whole, with or without hyphens."""
        try:
            return queryset.filter(Q(reference=UUID(search_term.strip()))), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("state"), ordering="state")
    def state_text(self, row: ImportBatch) -> str:
        return texts.state_label(row.state)

    @admin.display(description=_("rows"))
    def rows(self, row: ImportBatch) -> str:
        read = ngettext("%(count)s row", "%(count)s rows", row.rows_read) % {"count": row.rows_read}
        outcomes = texts.counts_text(json.loads(row.counts))
        return f"{read}: {outcomes}" if outcomes else read

    @admin.display(description=_("page"))
    def page(self, row: ImportBatch) -> str:
        path = reverse("cert_completion_plugin:batch", args=[row.reference.hex])
        return format_html('<a href="{}">{}</a>', path, gettext("Open the import"))

    @admin.display(description=_("size"))
    def size(self, row: ImportBatch) -> str:
        return filesizeformat(row.file_size)

    @admin.display(description=_("approved"))
    def approved(self, row: ImportBatch) -> str:
        return _by(row.approved_by_name, row.approved_at)

    @admin.display(description=_("cancelled"))
    def cancelled(self, row: ImportBatch) -> str:
        return _by(row.cancelled_by_name, row.cancelled_at)


def _by(name: str, moment: Any) -> str:
    if moment is None:
        return "-"
    return gettext("by %(name)s, %(moment)s") % {"name": name, "moment": texts.moment_text(moment)}
