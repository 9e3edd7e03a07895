"""Work that only the database's locks or connections stood in the way of is done again at once."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError

from cert_completion_plugin import logbook
from cert_completion_plugin.store import connections

AT_ONCE = 3
"""How often a portion is tried in one attempt where only the database's locks or connections stood in its way."""

W = TypeVar("W")


def persist(
    about: Mapping[str, Any], portion: W, work: Callable[[W], None], still_open: Callable[[W], W | None]
) -> None:
    """Work on a portion; deadlocks and lost connections repeat it, a few times before that was an attempt.

    `about` says in the log what it is. `still_open` looks it up again: None where it was committed, and only the word
    of it got lost.
    """
    for _ in range(AT_ONCE - 1):
        try:
            work(portion)
            return
        except (InterfaceError, OperationalError) as error:
            logbook.tell_fault(logbook.PORTION_REPEATED, error, **about)
            connections.mend()
            present = still_open(portion)
            if present is None:
                return
            portion = present
    work(portion)
