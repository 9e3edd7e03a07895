"""Database connections that broke under us."""

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction

IMPORTS = DEFAULT_DB_ALIAS
"""The database that imports are kept in."""


def mend() -> None:
    """After an error, close the connections that are lost, so that the next query opens new ones.

    A connection in the middle of a transaction is left to whoever began that.
    """
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close_if_unusable_or_obsolete()


def after_commit(function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """Call a function once the surrounding transaction has committed; what it raises is logged and harms nobody.

    Not as a `partial`: Django names in the log what failed, and fails itself over one, which has no name.
    """

    def called() -> None:
        function(*arguments, **named)

    transaction.on_commit(called, robust=True)


def sqlite_journal_mode() -> str:
    """How the SQLite database keeps its journal, such as "wal" or "delete"; "" for other databases and in memory."""
    if connection.vendor != "sqlite":
        return ""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            [mode] = cursor.fetchone()
    except Error:
        return ""
    return "" if mode == "memory" else str(mode)
