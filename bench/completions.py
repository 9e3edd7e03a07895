"""What the other contenders need to know to write the same completion rows as we do."""

from datetime import date
from functools import cache
from typing import Any

from cert_completion_hooks.types import RecertificationRule
from cert_completion_records.models import Certification, LearnerCertification

from cert_completion_plugin.core.expiry import record_dates

WRITTEN = ("completed", "expires", "window_opens", "assigned", "announce", "line", "changed_by", "changed_at")
"""The columns of a current record that an import sets beside learner and certification."""


@cache
def rules() -> dict[int, RecertificationRule | None]:
    return {row.pk: row.recertification_rule() for row in Certification.objects.all()}


def completion(learner_id: int, certification_id: int, completed: date, due: date | None, line: int) -> Any:
    """The current record of a learner, with its dates."""
    dates = record_dates(rules()[certification_id], completed, due, None)
    return LearnerCertification(
        learner_id=learner_id,
        certification_id=certification_id,
        completed=completed,
        expires=dates.expires,
        window_opens=dates.window_opens,
        assigned=True,
        line=line,
        changed_by="uploader",
    )


def upsert() -> dict[str, Any]:
    """How `bulk_create` puts completions in the place of those that learners held."""
    from django.db import connection

    fields: dict[str, Any] = {"update_conflicts": True, "update_fields": WRITTEN}
    if connection.features.supports_update_conflicts_with_target:
        fields["unique_fields"] = ("learner", "certification")
    return fields
