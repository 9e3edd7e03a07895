"""A plan of an import: what would become of its rows, and what speaks against that."""

from typing import Any

from rest_framework import serializers

from cert_completion_plugin import api
from cert_completion_plugin.rest.documents.common import CountsDocument, Day, Moment, Numbers
from cert_completion_plugin.rest.reading import Shaped


class ThresholdDocument(serializers.Serializer[Any]):
    """A limit of the site held against a plan: `rows` of all `of` count, and `limit` is the greatest share taken."""

    name = serializers.CharField()
    limit = serializers.FloatField()
    rows = serializers.IntegerField()
    of = serializers.IntegerField()
    is_broken = serializers.BooleanField()


class PlannedCertificationDocument(serializers.Serializer[Any]):
    """What a plan does with one certification: rows by outcome."""

    short_name = serializers.CharField()
    id_number = serializers.CharField()
    outcomes = Numbers()


class CloseMatchDocument(serializers.Serializer[Any]):
    """Rows that name a certification by `value`, which nobody knows but which is close to `nearest`."""

    value = serializers.CharField()
    nearest = serializers.CharField()
    certification = serializers.CharField()
    rows = serializers.IntegerField()
    line = serializers.IntegerField(help_text="Of the first of these rows.")


class BlockingDocument(serializers.Serializer[Any]):
    """The rows that have all_or_nothing hold back all others."""

    rows = serializers.IntegerField()
    line = serializers.IntegerField(help_text="Of the first of these rows.")


class Foreseen(Shaped):
    """By assigned, certified and renewed: how many learners may get how many such messages."""

    @property
    def shape(self) -> dict[str, Any]:
        numbers = {"type": "object", "additionalProperties": {"type": "integer"}}
        return {"type": "object", "additionalProperties": numbers}

    def to_representation(self, value: Any) -> Any:
        return {str(kind): dict(numbers) for kind, numbers in value.items()}


class PlanDocument(serializers.Serializer[api.Plan]):
    """One plan of an import. Approving it writes exactly this; `writes` is how many rows that are.

    Of certifications and close matches those of most rows are told; how many there are in all stands beside them.
    """

    number = serializers.IntegerField()
    as_of = Day()
    made_at = Moment()
    planned_by = serializers.CharField(help_text="Who had it made anew; empty for the first.")
    is_present = serializers.SerializerMethodField(help_text="Whether it is the import's last plan.")
    rows = serializers.IntegerField()
    writes = serializers.IntegerField()
    counts = CountsDocument()
    thresholds = ThresholdDocument(many=True)
    confirmed = serializers.ListField(child=serializers.CharField())
    blocking = BlockingDocument(allow_null=True)
    certifications = PlannedCertificationDocument(many=True)
    certifications_in_all = serializers.IntegerField()
    close_matches = CloseMatchDocument(many=True)
    close_matches_in_all = serializers.IntegerField()
    messages = Foreseen(help_text="Which messages learners may get; empty where none are sent.")

    def get_is_present(self, plan: api.Plan) -> bool:
        return bool(plan.number == self.context["present"])


class PlansDocument(serializers.Serializer[Any]):
    """The plans of an import that waited for approval, the first one first."""

    plans = PlanDocument(many=True)
