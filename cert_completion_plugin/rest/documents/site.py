"""What this site takes and offers, and how it is doing.

Some members are called as attributes of serializers are; Django REST framework takes fields out of the class.
"""

from typing import Any

from rest_framework import serializers

from cert_completion_plugin import api
from cert_completion_plugin.rest.documents.common import Moment


class LimitsDocument(serializers.Serializer[Any]):
    """How much this site takes and gives at once."""

    max_bytes = serializers.IntegerField(help_text="Of a file.")
    max_rows = serializers.IntegerField(help_text="Of a file.")
    max_json_bytes = serializers.IntegerField(help_text="Of a JSON body; more rows are sent as a file.")
    max_imports = serializers.IntegerField(
        allow_null=True, help_text="Of one user that have not ended; null is any number."
    )
    max_columns = serializers.IntegerField(help_text="Of rows that are sent as JSON.")
    max_rows_at_once = serializers.IntegerField(help_text="Of a download as XLSX or JSON; CSV has no limit.")
    max_page = serializers.IntegerField(help_text="The largest limit of a page of rows or imports.")
    keys_kept_for_hours = serializers.IntegerField(help_text="How long an Idempotency-Key gives the same import.")


class OptionDocument(serializers.Serializer[Any]):
    """An option that this site offers this user: its values, null where it takes any text, and the site's default."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    default = serializers.JSONField()
    values = serializers.ListField(child=serializers.JSONField(), allow_null=True)


class OptionsOffered(serializers.Serializer[Any]):
    """The options of an import."""

    options = OptionDocument(many=True)


class EvidenceFieldDocument(serializers.Serializer[Any]):
    """A field of an evidence type, filled from the column of its name."""

    name = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField())


class EvidenceTypeDocument(serializers.Serializer[Any]):
    """A type of evidence items that the LMS offers this user."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    fields_ = EvidenceFieldDocument(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`fields` means something else to Django REST framework."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class EvidenceTypesDocument(serializers.Serializer[Any]):
    """The types beside the default one."""

    evidence_types = EvidenceTypeDocument(many=True)


class HealthDocument(serializers.Serializer[api.Health]):
    """Whether imports can go on: is the broker reached, when did a worker last work, since when does work wait."""

    broker_answers = serializers.BooleanField()
    worker_seen = Moment(allow_null=True)
    waiting_since = Moment(allow_null=True)


class FaultDocument(serializers.Serializer[Any]):
    """What is wrong at one place of a request."""

    pointer = serializers.CharField(required=False, help_text="Into the body, as RFC 6901 writes it in an address.")
    parameter = serializers.CharField(required=False, help_text="Of the address.")
    header = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemDocument(serializers.Serializer[Any]):
    """A problem, as RFC 9457 has it; programs go by `code`."""

    type = serializers.CharField(help_text="The address at which this kind of problem is described.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    errors = FaultDocument(many=True, required=False)  # type: ignore[assignment]


class ProblemKindDocument(serializers.Serializer[Any]):
    """A kind of problem."""

    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    meaning = serializers.CharField()


class ProblemKindsDocument(serializers.Serializer[Any]):
    """All kinds of problems."""

    problems = ProblemKindDocument(many=True)
