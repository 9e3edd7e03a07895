"""How drf-spectacular describes the operations, bodies and documents of the REST API."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from cert_completion_plugin.rest.describing import FILE, Operation
from cert_completion_plugin.rest.documents.site import ProblemDocument
from cert_completion_plugin.rest.problems import KINDS, MEDIA_TYPE


class Described(AutoSchema):
    """Says what the method of a view says of itself."""

    def __init__(self, describe_type: Callable[[Any], dict[str, Any]]) -> None:
        super().__init__()
        self.describe_type = describe_type

    @property
    def operation(self) -> Operation:
        found: Operation = getattr(self.view, self.method.lower()).described
        return found

    def get_operation_id(self) -> str:
        return self.operation.name

    def get_summary(self) -> str:
        return self.operation.summary

    def get_tags(self) -> list[str]:
        return []

    def get_auth(self) -> Any:
        return [] if self.operation.is_open else super().get_auth()

    def get_override_parameters(self) -> list[Any]:
        headers = [
            OpenApiParameter(name, str, OpenApiParameter.HEADER, description=shape.words, pattern=shape.pattern)
            for name, shape in self.operation.headers.items()
        ]
        return [*headers, *([self.operation.parameters] if self.operation.parameters else [])]

    def get_request_serializer(self) -> Any:
        return self.operation.takes

    def get_response_serializers(self) -> Any:
        given = {
            (str(status), media_type): OpenApiResponse(OpenApiTypes.BINARY if document is FILE else document)
            for status, document in self.operation.gives.items()
            for media_type in self.operation.media_types
        }
        return {**given, **_problems(self.operation.problems)}


def _problems(codes: Sequence[str]) -> dict[Any, OpenApiResponse]:
    """A document for each status, described by the codes that have it."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KINDS[code].status, []).append(code)
    return {
        (str(status), MEDIA_TYPE): OpenApiResponse(ProblemDocument, description=", ".join(some))
        for status, some in sorted(by_status.items())
    }


class BodyExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body takes no member that it does not know."""

    target_class = "cert_completion_plugin.rest.reading.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**found, "additionalProperties": False}


class ShapedExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A field that says for itself how it is described."""

    target_class = "cert_completion_plugin.rest.reading.Shaped"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return dict(self.target.shape)


class PlainExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A frozen value is described by its type."""

    target_class = "cert_completion_plugin.rest.documents.plain.Plain"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return auto_schema.describe_type(self.target.kind)


class MadeExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """What a method makes is the document that it names."""

    target_class = "cert_completion_plugin.rest.documents.common.Made"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        component = auto_schema.resolve_serializer(self.target.document, direction)
        return {"allOf": [component.ref], "nullable": True} if self.target.may_be_none else component.ref
