"""Writes the OpenAPI document of the REST API, which the package serves: `python -m tools.openapi`.

A test compares what it would write with what there is.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from unittest.mock import patch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

SETTINGS: Mapping[str, Any] = {
    "TITLE": "Certification completion imports",
    "DESCRIPTION": (
        "For systems that push completions. Users, permissions, limits and rules are those of the pages. "
        "Problems are documents of RFC 9457 with a stable `code`. "
        "With a session, requests that change something need the header X-CSRFToken; "
        "a site may know its users in other ways as well, such as by tokens."
    ),
    "OAS_VERSION": "3.0.3",
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
_SCALARS: Mapping[Any, Mapping[str, str]] = {
    str: {"type": "string"},
    Decimal: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def main() -> None:
    import django

    django.setup()
    from cert_completion_plugin.rest.openapi import FILE

    FILE.write_text(written(), encoding="utf-8")


def written() -> str:
    """The document as it is kept in the package."""
    return json.dumps(document(), indent=1, sort_keys=False) + "\n"


def document() -> dict[str, Any]:
    """The OpenAPI document, without the address of a site."""
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.settings import patched_settings

    from cert_completion_plugin.rest.base import ApiView
    from cert_completion_plugin.rest.urls import urlpatterns
    from tools.operations import Described

    shown = [pattern for pattern in urlpatterns if pattern.name not in ("openapi", "nothing")]
    with patched_settings(dict(SETTINGS)), patch.object(ApiView, "schema", Described(described)):
        generator: Any = SchemaGenerator(patterns=shown, api_version="1")  # type: ignore[no-untyped-call]
        found: dict[str, Any] = generator.get_schema(request=None, public=True)
    found["info"]["version"] = "1"
    _link(found)
    _strip(found)
    return found


def _strip(part: Any) -> None:
    """Take out what drf-spectacular keeps for itself."""
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _strip(each)
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)


def described(kind: Any) -> dict[str, Any]:
    """The schema of the plain values that `core.story.as_plain` makes of a type."""
    if kind in _SCALARS:
        return dict(_SCALARS[kind])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [str(word.value) for word in kind]}
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return _object({name: get_type_hints(kind)[name] for name in names})
    if hasattr(kind, "_fields"):
        return _object(get_type_hints(kind))
    return _composed(kind)


def _object(members: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: described(kind) for name, kind in members.items()}
    return {"type": "object", "properties": properties, "required": list(members)}


def _composed(kind: Any) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        some = [described(each) for each in arguments if each is not NoneType]
        found = some[0] if all(each == some[0] for each in some) else {"anyOf": some}
        return {**found, "nullable": True} if NoneType in arguments else found
    if origin is tuple:
        return {"type": "array", "items": described(arguments[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": described(arguments[1])}
    raise TypeError(f"{kind!r} is not described yet.")


def _link(found: dict[str, Any]) -> None:
    """From an import that was made to what can be asked of it."""
    for status in ("200", "201"):
        response = found["paths"]["/imports"]["post"]["responses"][status]
        response["links"] = {
            operation: {"operationId": operation, "parameters": {"reference": "$response.body#/reference"}}
            for operation in ("import", "rows", "plans", "undos", "cancel")
        }


if __name__ == "__main__":
    main()
