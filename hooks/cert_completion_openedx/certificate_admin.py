"""The admin page with which an administrator looks after course certificates."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cert_completion_records import conf as records_conf
from cert_completion_records.models import ImportSource
from cert_completion_records.reach_admin import WithinReachMixin
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cert_completion_openedx.certificates import ordering
from cert_completion_openedx.models import CertificateOrder

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ImportFilter(admin.SimpleListFilter):
    """The import from whose report somebody came, if they did."""

    title = _("import")
    parameter_name = "import"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        chosen = self._chosen()
        return [(str(chosen.pk), chosen.file_name)] if chosen else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self._chosen()
        return queryset.filter(source=chosen) if chosen else queryset

    def has_output(self) -> bool:
        return self._chosen() is not None

    def _chosen(self) -> ImportSource | None:
        value = self.value() or ""
        return ImportSource.objects.filter(pk=value).first() if value.isdecimal() else None


@admin.register(CertificateOrder)
class CertificateOrderAdmin(WithinReachMixin, _ModelAdmin):
    """To look at; who may change them may have those tried again that failed."""

    to_certification = "certification__"
    list_display = ("learner", "certification_name", "course_key", "completed", "fate", "origin", "changed_at")
    list_filter = (ImportFilter, "state", "reason")
    list_select_related = ("learner", "certification", "source")
    search_fields = (f"learner__{get_user_model().USERNAME_FIELD}", "course_key")
    show_full_result_count = False
    actions = ("try_again",)
    fields = (
        *("learner", "certification", "course_key", "completed", "state", "reason", "origin"),
        *("ordered_by", "attempts", "due_at", "changed_at"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cert_completion_openedx.change_certificateorder"))

    def get_queryset(self, request: HttpRequest) -> Any:
        may_see = Value(request.user.has_perm(records_conf.report_permission()), output_field=BooleanField())
        return super().get_queryset(request).annotate(may_see_reports=may_see)

    @admin.display(description=_("certification"))
    def certification_name(self, row: CertificateOrder) -> str:
        return str(row.certification)  # as text of our own it wraps

    @admin.display(description=_("what became of it"), ordering="state")
    def fate(self, row: CertificateOrder) -> str:
        return f"{row.get_state_display()}: {row.get_reason_display()}" if row.reason else row.get_state_display()

    @admin.display(description=_("where it came from"))
    def origin(self, row: Any) -> str:
        text = gettext("%(file)s, line %(line)s") % {"file": row.source.file_name, "line": row.line}
        path = row.source.row_path(row.line) if row.may_see_reports else ""
        return format_html('<a href="{}">{}</a>', path, text) if path else text

    @admin.action(description=_("Try again to issue the failed ones"), permissions=["retry"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[CertificateOrder]) -> None:
        count = ordering.try_again(chosen)
        text = ngettext("%(count)s certificate is tried again.", "%(count)s certificates are tried again.", count)
        messages.success(request, text % {"count": count})
