"""Evidence of completions for which this site has no certification."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks import FieldValue, normalised
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cert_completion_records.models.hashes import LENGTH, fingerprint
from cert_completion_records.models.sources import FromImport


class Evidence(FromImport):
    """One item. Learner, names (as they are compared) and completion date make it the same as another.

    .. pii: What a learner completed elsewhere, with the details of its type; who created and changed it.
    .. pii_types: id, username, other
    .. pii_retirement: local_api
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("learner"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=255)
    short_name = models.CharField(_("short name"), max_length=255, blank=True)
    id_number = models.CharField(_("ID number"), max_length=100, blank=True)
    completed = models.DateField(_("completed"))
    due = models.DateField(_("due"), null=True, blank=True)
    evidence_type = models.CharField(_("type of evidence"), max_length=100, blank=True)
    fields_text = models.TextField(_("details"), default="{}", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    identity = models.CharField(max_length=LENGTH, unique=True, editable=False)

    class Meta:
        verbose_name = _("evidence item")
        verbose_name_plural = _("evidence")
        ordering = ("learner_id", "-completed", "-pk")
        constraints = (models.UniqueConstraint(fields=("source", "line"), name="ccr_evidence_unique_line"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.completed})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_identity()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "identity"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raises ValidationError if the learner has the same item already."""
        if not self._has_identity():
            return
        self.set_identity()
        if Evidence.objects.filter(identity=self.identity).exclude(pk=self.pk).exists():
            message = _("This learner has evidence with this short name, ID number and completion date already.")
            raise ValidationError({"completed": message})

    def _has_identity(self) -> bool:
        given: list[Any] = [self.learner_id, self.completed]  # a form leaves out what was not given
        return None not in given

    def set_identity(self) -> None:
        """Bring the unique column up to date; a bulk creation has to call this on each."""
        self.identity = identity(str(self.learner_id), self.short_name, self.id_number, self.completed)

    @property
    def fields(self) -> dict[str, FieldValue]:
        """The values of the evidence type's fields, by field name."""
        return {name: _value(stored) for name, stored in json.loads(self.fields_text).items()}

    @fields.setter
    def fields(self, values: Mapping[str, FieldValue]) -> None:
        self.fields_text = json.dumps({name: _stored(value) for name, value in values.items()}, sort_keys=True)


def identity(learner_key: str, short_name: str, id_number: str, completed: date) -> str:
    """What the unique column holds for an item of this learner, these names and this completion date."""
    return fingerprint(learner_key, normalised(short_name), normalised(id_number), completed.isoformat())


# ASCII JSON in a text column, where PostgreSQL's JSON type refuses NUL; dates and numbers carry their kind.
def _stored(value: FieldValue) -> Any:
    match value:
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case _:
            return value


def _value(stored: Any) -> FieldValue:
    match stored:
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case {"number": str(text)}:
            return Decimal(text)
        case bool() | str():
            return stored
        case _:
            return str(stored)
