"""Frozen values of the core as they are: written as plain values, and described by their own types."""

from typing import Any

from rest_framework import serializers

from cert_completion_plugin.core.story import as_plain


class Plain(serializers.Field[Any, Any, Any, Any]):
    """A value of a frozen type, with all that it is made of; dates as YYYY-MM-DD, exact numbers as texts."""

    def __init__(self, kind: type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def to_representation(self, value: Any) -> Any:
        return as_plain(value)
