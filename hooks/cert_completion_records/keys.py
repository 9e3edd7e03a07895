"""How the keys of the contract and the primary keys of this site turn into one another."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from cert_completion_hooks import StateKey
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import router

from cert_completion_records.models import Certification, LearnerCertification

LearnerId: TypeAlias = Any
Pair: TypeAlias = tuple[LearnerId, int]
"""The primary keys of a learner and a certification."""

Origin: TypeAlias = tuple[str, int | None]
"""An import's id and a line of its file: the two parts of a row key. A record entered by hand has ("", None)."""

CHUNK = 4000
_LARGEST_INTEGER = 2**63 - 1
_T = TypeVar("_T")


def chunks(items: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The items in lists of at most `size`, so that no query carries more values than every database takes."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _primary_key(field: Any, key: str) -> Any:
    try:
        value = field.to_python(key)
    except (ValidationError, ValueError):
        return None
    too_large = isinstance(value, int) and abs(value) > _LARGEST_INTEGER
    return None if too_large or str(value) != key else value


@cache
def _primary_key_of_learners() -> Any:
    return get_user_model()._meta.pk


@lru_cache(maxsize=2**14)
def learner_id(key: str) -> LearnerId:
    """The primary key that is written exactly so, or None."""
    return _primary_key(_primary_key_of_learners(), key)


@lru_cache(maxsize=2**12)
def certification_id(key: str) -> int | None:
    value: int | None = _primary_key(Certification._meta.pk, key)
    return value


def pair_of(key: StateKey) -> Pair | None:
    """The primary keys of a pair, or None if one of its keys cannot be one of this site's."""
    learner, certification = learner_id(key.learner_key), certification_id(key.certification_key)
    return None if learner is None or certification is None else (learner, certification)


def pairs_of(keys: Sequence[StateKey]) -> dict[StateKey, Pair]:
    """The pairs of those keys that can be this site's, in the order in which pairs are locked."""
    found = [(pair, key) for key in keys if (pair := pair_of(key)) is not None]
    return {key: pair for pair, key in sorted(found)}


def origin_of(row_key: str) -> Origin:
    """The import and line that a row key names; ("", None) for a record that has none."""
    batch_id, _, line = row_key.rpartition(":")
    return (batch_id, int(line)) if batch_id and line.isdecimal() else ("", None)


def row_key(batch_id: str | None, line: int | None) -> str:
    """The row key of a record that came from this line of an import; "" if it came from none."""
    return f"{batch_id}:{line}" if batch_id and line is not None else ""


def database() -> str:
    """The alias of the database connection on which records are read and written."""
    return router.db_for_write(LearnerCertification)
