"""What is said of each operation in the OpenAPI document, which `tools.openapi` makes of it with drf-spectacular.

The site needs no part of that: the document comes with the package.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rest_framework.serializers import Serializer

M = TypeVar("M", bound=Callable[..., Any])

FILE = object()
"""Stands for the bytes of a file."""

_ANY = ("not_authenticated", "not_allowed", "not_acceptable", "throttled")
"""The problems that every operation may answer with that is not open to everybody."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A header in words, and the regular expression that it fits."""

    words: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of a view: what it takes and gives, and the codes of the problems that it may answer with.

    `gives` is a document, or FILE, by status; `takes` is one, or several by media type.
    """

    name: str
    summary: str
    gives: Mapping[int, Any]
    takes: Any = None
    parameters: type[Serializer[Any]] | None = None
    headers: Mapping[str, Shape] = field(default_factory=dict)
    problems: Sequence[str] = ()
    media_types: Sequence[str] = ("application/json",)
    is_open: bool = False


def described(name: str, summary: str, *, gives: Any, status: int = 200, **more: Any) -> Callable[[M], M]:
    """Describe a method of a view; `more` is as for `Operation`."""
    by_status = gives if isinstance(gives, Mapping) else {status: gives}
    usual = () if more.get("is_open") else _ANY
    problems = (*usual, *more.pop("problems", ()))
    operation = Operation(name=name, summary=summary, gives=by_status, problems=problems, **more)

    def decorated(method: M) -> M:
        method.described = operation  # type: ignore[attr-defined]
        return method

    return decorated
