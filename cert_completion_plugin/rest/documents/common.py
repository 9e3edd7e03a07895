"""Fields and parts that several documents have."""

from functools import partial
from typing import Any

from rest_framework import ISO_8601, serializers

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.rest.reading import Shaped

Day = partial(serializers.DateField, format=ISO_8601, input_formats=[ISO_8601])
"""YYYY-MM-DD, whatever the site has set for its other APIs."""
Moment = partial(serializers.DateTimeField, format=ISO_8601)


def words(kind: Any) -> list[tuple[str, str]]:
    """The values of an enumeration, as choices."""
    return [(str(word), str(word)) for word in kind]


class Made(serializers.SerializerMethodField):
    """What a method makes, which is such a document, or None where that may be."""

    def __init__(
        self, document: type[serializers.Serializer[Any]], *, may_be_none: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.document = document
        self.may_be_none = may_be_none


class Details(Shaped):
    """What a code's text needs beside the value, as plain values: suggestions, limits, positions."""

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}

    def to_representation(self, value: Any) -> Any:
        return {name: list(each) if isinstance(each, tuple) else each for name, each in value.items()}


class Numbers(Shaped):
    """Numbers by name."""

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "integer"}}

    def to_representation(self, value: Any) -> Any:
        return {str(name): number for name, number in value.items()}


class CountsDocument(serializers.Serializer[Any]):
    """Rows by outcome, and by the code of a problem, warning or reason; what did not occur is left out."""

    outcomes = Numbers()
    issues = Numbers()


def counts(found: Any) -> dict[str, Any]:
    """Counts as they are kept, both kinds there."""
    return {"outcomes": found.get("outcomes", {}), "issues": found.get("issues", {})}


class IssueDocument(serializers.Serializer[Issue]):
    """A problem, warning or reason: its stable code, where it is, and what it means in words."""

    code = serializers.ChoiceField(choices=words(Code))
    column = serializers.CharField(help_text="The normalised heading; empty for the whole row or file.")
    value = serializers.CharField(help_text="What stands there, shortened.")
    line = serializers.IntegerField(allow_null=True, help_text="For issues of the file.")
    details = Details()
    text = serializers.SerializerMethodField(help_text="In the language of the request.")

    def get_text(self, issue: Issue) -> str:
        return texts.issue_text(issue)


OUTCOMES = words(Outcome)
STATES = words(api.BatchState)
