"""How much of a plan a site takes without being asked (import-rules.md §6)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The greatest shares of a plan's rows, from 0 to 1, that a site takes; None: any.

    `problem_rows`: rejected or failed. `unknown_learners`: of learners that are not found. `overwritten`: renewals of a
    current record. `expired_at_once`: records that would have expired already when they are written.
    """

    problem_rows: float | None = None
    unknown_learners: float | None = None
    overwritten: float | None = None
    expired_at_once: float | None = None

    @property
    def are_set(self) -> bool:
        return any(getattr(self, name) is not None for name in THRESHOLDS)


THRESHOLDS = tuple(field.name for field in fields(Thresholds))

_COUNTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "problem_rows": ("outcomes", (Outcome.REJECTED, Outcome.FAILED)),
    "unknown_learners": ("issues", (Code.LEARNER_NOT_FOUND,)),
    "overwritten": ("outcomes", (Outcome.RENEWED,)),
    "expired_at_once": ("issues", (Code.EXPIRES_IN_PAST,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdCheck:
    """One threshold held against a plan: `rows` of all `of` rows count, and `limit` is the greatest share taken."""

    name: str
    limit: float
    rows: int
    of: int

    @property
    def is_broken(self) -> bool:
        return self.rows > self.limit * self.of


def checked(thresholds: Thresholds, counts: Mapping[str, Mapping[str, int]], rows: int) -> tuple[ThresholdCheck, ...]:
    """Each threshold that is set, held against a plan of so many rows with these counts."""
    checks = []
    for name in THRESHOLDS:
        limit = getattr(thresholds, name)
        if limit is not None:
            kind, words = _COUNTED[name]
            counted = sum(counts.get(kind, {}).get(str(word), 0) for word in words)
            checks.append(ThresholdCheck(name=name, limit=limit, rows=counted, of=rows))
    return tuple(checks)
