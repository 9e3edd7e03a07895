"""Portions of any kind of work: which one is next, taking it, letting it wait."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.db import connection, transaction
from django.db.models import F, Max, Min, Q, QuerySet

LEASE = timedelta(seconds=2)
"""How long a portion that was taken is left to whoever took it, until its row's lock tells."""

_OTHERS_MAY_TAKE = 50
"""How many portions are looked at: as many workers may be faster."""


class Work(Protocol):
    """One portion as a worker met it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def claimed_at(self) -> datetime | None: ...


W = TypeVar("W", bound=Work)


def is_due(now: datetime) -> Q:
    """Not told to wait, or long enough."""
    return Q(due_at__isnull=True) | Q(due_at__lte=now)


def take_next(
    open: QuerySet[Any], columns: Sequence[str], work: Callable[..., W], count: Callable[[W], bool], now: datetime
) -> W | None:
    """Take one of the open portions that is due and that nobody works on, and `count` the attempt; None if none is.

    Those never tried come first, then the one that was tried longest ago. The rows are locked one by one and not by the
    query that finds them: MySQL would lock all those that it looks through.
    """
    free = open.filter(is_due(now), _is_free(now)).order_by(F("claimed_at").asc(nulls_first=True), "number")
    found = [work(**values) for values in free.values(*columns)[:_OTHERS_MAY_TAKE]]
    return next(filter(count, found), None)


def _is_free(now: datetime) -> Q:
    """Not taken just now. One that was told to wait since it was taken has been given back."""
    return Q(claimed_at__isnull=True) | Q(claimed_at__lte=now - LEASE) | Q(due_at__gte=F("claimed_at"))


def waits_until(open: QuerySet[Any], now: datetime) -> datetime | None:
    """When the first of the open portions that were told to wait is due; None if none of them waits."""
    moment: datetime | None = open.filter(due_at__gt=now).aggregate(moment=Min("due_at"))["moment"]
    return moment


def next_moment(open: QuerySet[Any], now: datetime) -> datetime | None:
    """When a portion that waits, or that was taken just now and may be lost, is to be looked at; None if none is."""
    waiting = waits_until(open, now)
    if waiting is not None and waiting <= now + LEASE:
        return waiting
    not_given_back = Q(due_at__isnull=True) | Q(due_at__lt=F("claimed_at"))
    recent = open.filter(not_given_back, claimed_at__gt=now - LEASE)
    taken: datetime | None = recent.aggregate(moment=Max("claimed_at"))["moment"]
    return taken + LEASE if taken else waiting


def count_attempt(rows: QuerySet[Any], portion: Work, now: datetime) -> bool:
    """Count one more attempt, in a transaction of its own, before the work; says whether there is work that is due.

    A portion that another worker holds is left to it, without waiting where the database can tell, and so is one that
    another has taken since it was looked up.
    """
    due = rows.filter(is_due(now), pk=portion.id, state=portion.state, claimed_at=portion.claimed_at)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked and not due.select_for_update(skip_locked=True):
            return False
        return bool(due.update(attempts=F("attempts") + 1, claimed_at=now))


def claim(rows: QuerySet[Any], portion: Work, target: str, now: datetime) -> bool:
    """Take the portion from its state to `target`, as the first statement of the transaction that does the work.

    The row's lock is the lease: it is held until that transaction ends, and with it the claim if it does not commit.
    """
    return bool(rows.filter(pk=portion.id, state=portion.state).update(state=target, done_at=now))
