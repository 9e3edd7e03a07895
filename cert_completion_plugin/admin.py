"""The two doors in the admin's index: upload, and the import report.

The pages themselves are the plugin's own views.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cert_completion_plugin import api
from cert_completion_plugin.models import CompletionUpload, ImportReport

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class _Door(_ModelAdmin):
    """An entry of the index that leads to a page; nothing is edited in the admin."""

    permission = ""
    page = ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect(self.page)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.page)


@admin.register(CompletionUpload)
class CompletionUploadAdmin(_Door):
    permission = api.PERMISSION_UPLOAD
    page = "cert_completion_plugin:upload"


@admin.register(ImportReport)
class ImportReportAdmin(_Door):
    permission = api.PERMISSION_VIEW_REPORT
    page = "cert_completion_plugin:batches"
