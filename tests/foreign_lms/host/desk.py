"""The registry's own transactions, and what is told when a database does not answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from cert_completion_hooks import HostUnavailable
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from tests.foreign_lms.registry.models import Desk
from tests.foreign_lms.registry.router import REGISTRY

P = ParamSpec("P")
R = TypeVar("R")


def answering(hook: Callable[P, R]) -> Callable[P, R]:
    """A hook that says "I cannot tell now" where a database does not answer."""

    @wraps(hook)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return hook(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            raise HostUnavailable("The registry does not answer.") from error

    return asked


@contextmanager
def at_the_desk() -> Iterator[None]:
    """One transaction of the registry's, in which nobody else writes. What is raised inside takes all of it back."""
    with transaction.atomic(using=REGISTRY):
        # A write before anything is read: on SQLite a transaction that reads first may not be let write any more.
        if not Desk.objects.filter(pk=1).update(turns=F("turns") + 1):
            Desk.objects.create(pk=1)
        yield


class Preview(Exception):
    """Everything was done that was to be done, and is taken back."""
