"""The admin pages with which an administrator keeps certifications, assignments and records."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cert_completion_hooks import CertificationState
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cert_completion_records import conf
from cert_completion_records.clock import shown_moment, today
from cert_completion_records.forms import LearnerCertificationForm
from cert_completion_records.links import record_of_learning_path
from cert_completion_records.message_admin import CertificationMessagesMixin
from cert_completion_records.message_forms import CertificationForm
from cert_completion_records.models import (
    Certification,
    Evidence,
    FromImport,
    ImportSource,
    LearnerCertification,
    PastCompletion,
)
from cert_completion_records.reach_admin import WithinReachMixin
from cert_completion_records.record_of_learning import details

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin, _TabularInline = admin.ModelAdmin, admin.TabularInline

_LEARNER_NAME = f"learner__{get_user_model().USERNAME_FIELD}"


def _stamp(row: FromImport, request: HttpRequest) -> None:
    row.changed_by, row.changed_at = request.user.get_username()[:254], timezone.now()


def _link(path: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', path, text) if path else text


def _address(address: str, text: str) -> str:
    return format_html('<a href="{}" rel="noopener nofollow">{}</a>', address, text) if address else text


class FromImportMixin:
    """The columns that say where a record came from and lead to the learner's page.

    Only who may see import reports is led to them.
    """

    def get_queryset(self, request: HttpRequest) -> Any:
        may_see = Value(request.user.has_perm(conf.report_permission()), output_field=BooleanField())
        rows: Any = super().get_queryset(request)  # type: ignore[misc]
        return rows.annotate(may_see_reports=may_see)

    @admin.display(description=_("where it came from"))
    def origin(self, row: FromImport) -> str:
        return _link(row.origin_path if getattr(row, "may_see_reports", False) else "", row.came_from)

    @admin.display(description=_("uploaded"))
    def uploaded(self, row: FromImport) -> str:
        if row.source is None:
            return "-"
        values = {"user": row.source.uploaded_by, "moment": shown_moment(row.source.uploaded_at)}
        return gettext("by %(user)s, %(moment)s") % values

    @admin.display(description=_("Record of Learning"))
    def record_of_learning(self, row: Any) -> str:
        return _link(record_of_learning_path(str(row.learner_id)), str(row.learner)) if row.learner_id else "-"


_STATES = (
    (CertificationState.CERTIFIED, _("Certified")),
    (CertificationState.WINDOW_OPEN, _("Recertification window open")),
    (CertificationState.EXPIRED, _("Expired")),
    (CertificationState.NONE, _("Not certified")),
)


class StateFilter(admin.SimpleListFilter):
    """Where learners stand today."""

    title = _("state today")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return _STATES

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.in_state(CertificationState(value), today()) if value in list(CertificationState) else queryset


@admin.register(Certification)
class CertificationAdmin(WithinReachMixin, CertificationMessagesMixin, _ModelAdmin):
    """Who may import completions of a certification is for superusers to say: others could let themselves in."""

    form = CertificationForm
    list_display = ("full_name", "short_name", "id_number", "rule", "is_active")
    list_filter = ("is_active", "rule")
    search_fields = ("full_name", "short_name", "id_number")
    fieldsets = (
        (None, {"fields": ("full_name", "short_name", "id_number", "is_active")}),
        (
            _("Recertification"),
            {
                "fields": (
                    "rule",
                    ("active_count", "active_unit"),
                    ("window_count", "window_unit"),
                    ("minimum_active_count", "minimum_active_unit"),
                )
            },
        ),
        (_("Who may import completions of it"), {"fields": ("groups",)}),
    )
    filter_horizontal = ("groups",)

    def get_readonly_fields(self, request: HttpRequest, obj: Certification | None = None) -> Any:
        return () if request.user.is_superuser else ("groups",)

    def save_model(self, request: HttpRequest, obj: Certification, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for text in _shared_names(obj):
            messages.warning(request, text)


def _shared_names(saved: Certification) -> list[str]:
    """That import files cannot tell this certification from another by one of its names alone."""
    others = Certification.objects.exclude(pk=saved.pk)
    shared = []
    if saved.short_name_hash and others.filter(short_name_hash=saved.short_name_hash).exists():
        shared.append(gettext("short name"))
    if saved.id_number_hash and others.filter(id_number_hash=saved.id_number_hash).exists():
        shared.append(gettext("ID number"))
    text = gettext(
        "Another certification has the same %(name)s. Import files have to give both names for each of the two: "
        "rows that give this one alone will be rejected as ambiguous."
    )
    return [text % {"name": name} for name in shared]


class PastCompletionInline(FromImportMixin, _TabularInline):
    model = PastCompletion
    extra = 0
    fields = ("completed", "expires", "window_opens", "baseline_expires", "origin")
    readonly_fields = ("origin",)
    ordering = ("-completed", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PastCompletion]:
        rows: QuerySet[PastCompletion] = super().get_queryset(request)
        return rows.select_related("source")


@admin.register(LearnerCertification)
class LearnerCertificationAdmin(WithinReachMixin, FromImportMixin, _ModelAdmin):
    to_certification = "certification__"
    form = LearnerCertificationForm
    list_display = ("learner", "certification_name", "state", "completed", "expires", "assigned", "origin")
    list_filter = (StateFilter, "assigned", ("certification", admin.RelatedOnlyFieldListFilter))
    show_full_result_count = False
    list_select_related = ("learner", "certification", "source")
    search_fields = (_LEARNER_NAME, "certification__full_name", "certification__short_name", "certification__id_number")
    raw_id_fields = ("learner",)
    autocomplete_fields = ("certification",)
    readonly_fields = ("record_of_learning", "origin", "uploaded", "changed_by", "changed_at", "assigned_at")
    inlines = (PastCompletionInline,)
    fieldsets = (
        (None, {"fields": ("learner", "certification", "assigned", "assigned_at", "record_of_learning")}),
        (
            _("Current record"),
            {
                "description": _("Leave the dates empty if the learner is not certified."),
                "fields": ("completed", "expires", "window_opens", "baseline_expires", "announce", "version"),
            },
        ),
        (_("Origin"), {"fields": ("origin", "uploaded", "changed_by", "changed_at")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who completes something here is told of it, as far as messages are on, unless the tick is taken away."""
        return {"announce": True, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("certification"), ordering="certification__full_name")
    def certification_name(self, row: LearnerCertification) -> str:
        return str(row.certification)  # as text of our own it wraps, as a foreign key it pushes the others off the page

    @admin.display(description=_("state today"), ordering="expires")
    def state(self, row: LearnerCertification) -> str:
        return str(dict(_STATES)[row.state_on(today())])

    def save_model(self, request: HttpRequest, obj: LearnerCertification, form: Any, change: bool) -> None:
        if form.has_changed() or not change:
            _stamp(obj, request)
        if "assigned" in form.changed_data or not change:
            obj.assigned_at = timezone.now() if obj.assigned else None
            obj.assigned_source = None
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for past in formset.save(commit=False):
            _stamp(past, request)
            past.save()
        for past in formset.deleted_objects:
            past.delete()
        formset.save_m2m()
        if formset.has_changed():
            _stamp(form.instance, request)
            form.instance.save(update_fields=["changed_by", "changed_at"])


@admin.register(Evidence)
class EvidenceAdmin(FromImportMixin, _ModelAdmin):
    list_display = ("learner", "name", "completed", "due", "evidence_type", "origin")
    list_filter = ("evidence_type",)
    list_select_related = ("learner", "source")
    search_fields = (_LEARNER_NAME, "name", "short_name", "id_number")
    date_hierarchy = "completed"
    raw_id_fields = ("learner",)
    readonly_fields = (
        "field_values",
        "record_of_learning",
        "origin",
        "uploaded",
        "created_by",
        "changed_by",
        "changed_at",
    )
    fieldsets = (
        (None, {"fields": ("learner", "name", "short_name", "id_number", "completed", "due", "record_of_learning")}),
        (_("Details"), {"fields": ("evidence_type", "field_values")}),
        (_("Origin"), {"fields": ("origin", "uploaded", "created_by", "changed_by", "changed_at")}),
    )

    @admin.display(description=_("values"))
    def field_values(self, row: Evidence) -> str:
        kind = {one.name: one for one in conf.evidence_types()}.get(row.evidence_type)
        lines = ((detail.label, _address(detail.address, detail.text)) for detail in details(row, kind))
        return format_html_join("", "<div>{}: {}</div>", lines) or "-"

    def save_model(self, request: HttpRequest, obj: Evidence, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        if form.has_changed() or not change:
            _stamp(obj, request)
        super().save_model(request, obj, form, change)


@admin.register(ImportSource)
class ImportSourceAdmin(_ModelAdmin):
    """The imports that wrote here, to read only."""

    list_display = ("file_name", "uploaded_by", "uploaded_at", "report")
    search_fields = ("file_name", "uploaded_by")
    date_hierarchy = "uploaded_at"
    fields = ("file_name", "uploaded_by", "uploaded_at", "report", "batch_id")
    readonly_fields = fields

    @admin.display(description=_("import report"))
    def report(self, row: ImportSource) -> str:
        return _link(row.report_path, gettext("Open the report")) if row.report_path else "-"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
