"""Keys as the contract has them (texts) and as the harbour has them (numbers); questions about many at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from cert_completion_hooks import StateKey
from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Pair: TypeAlias = tuple[int, int]
"""A person and a licence."""

_AT_ONCE = 900
"""How many values SQLite certainly takes in one statement."""


def number_of(key: str) -> int | None:
    """The number that a key stands for; None if the harbour never gave out such a key."""
    is_one = key.isascii() and key.isdecimal() and len(key) < 19 and str(int(key)) == key
    return int(key) if is_one else None


def pairs_of(keys: Iterable[StateKey]) -> dict[Pair, StateKey]:
    """The keys that can be the harbour's, by their pairs."""
    numbers = ((number_of(key.learner_key), number_of(key.certification_key), key) for key in keys)
    return {(person, licence): key for person, licence, key in numbers if person is not None and licence is not None}


def some(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, each once, in lists that one statement takes."""
    remaining = iter(dict.fromkeys(values))
    while taken := list(islice(remaining, _AT_ONCE)):
        yield taken


def among(rows: QuerySet[M], column: str, values: Iterable[Any]) -> Iterator[M]:
    """The rows that have one of these values in a column, however many values there are."""
    for taken in some(values):
        yield from rows.filter(**{f"{column}__in": taken})


def delete(model: type[Model], ids: Iterable[Any]) -> int:
    """Delete the rows with these primary keys; how many there were."""
    return sum(model._default_manager.filter(pk__in=taken).delete()[0] for taken in some(ids))
