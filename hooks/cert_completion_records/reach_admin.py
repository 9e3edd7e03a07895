"""The admin's part in what is within an administrator's reach."""

from typing import Any

from django.http import HttpRequest

from cert_completion_records.models import Certification
from cert_completion_records.reach import within_reach


class WithinReachMixin:
    """What is about certifications out of the user's reach is not there for them; `to_certification` leads to those."""

    to_certification = ""

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)  # type: ignore[misc]
        return rows.filter(within_reach(request.user, self.to_certification))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Certification:
            kwargs["queryset"] = Certification.objects.filter(within_reach(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
