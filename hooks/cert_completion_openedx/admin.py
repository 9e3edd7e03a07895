"""The admin pages of this app."""

from typing import TYPE_CHECKING, Any

from cert_completion_records.reach_admin import WithinReachMixin
from django.contrib import admin

from cert_completion_openedx.certificate_admin import CertificateOrderAdmin
from cert_completion_openedx.models import Counterpart

__all__ = ["CertificateOrderAdmin", "CounterpartAdmin"]

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(Counterpart)
class CounterpartAdmin(WithinReachMixin, _ModelAdmin):
    to_certification = "certification__"
    list_display = ("certification", "course_key", "program_uuid", "issues_certificate")
    list_filter = ("issues_certificate",)
    list_select_related = ("certification",)
    search_fields = (
        "certification__full_name",
        "certification__short_name",
        "certification__id_number",
        "course_key",
        "program_uuid",
    )
    autocomplete_fields = ("certification",)
