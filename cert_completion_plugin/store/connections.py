"""Database connections that broke under us."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, router, transaction

from cert_completion_plugin import logbook
from cert_completion_plugin.models import ImportBatch

IMPORTS = DEFAULT_DB_ALIAS
"""The database that imports are kept in."""


def mend() -> None:
    """After an error, close the connections that are lost, so that the next query opens new ones.

    A connection in the middle of a transaction is left to whoever began that.
    """
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close_if_unusable_or_obsolete()


def close() -> None:
    """Close the connections of this thread."""
    connections.close_all()


def savepoint() -> AbstractContextManager[Any]:
    """Where a transaction is under way, keep it whole if what is done inside fails; elsewhere begin none."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def after_commit(function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """Call a function once the surrounding transaction has committed; what it raises is logged and harms nobody.

    It is logged here: Django would log its text, which may quote cells.
    """

    def called() -> None:
        try:
            function(*arguments, **named)
        except Exception as error:
            logbook.tell_fault(logbook.AFTER_COMMIT_FAILED, error, trace=True, step=function.__name__)

    transaction.on_commit(called, robust=True)


def alias_of_tables() -> str:
    """The database to which the site's routers send what is written into the tables of imports."""
    return router.db_for_write(ImportBatch)


def settings_of_imports() -> dict[str, Any]:
    """Django's settings of the database that imports are kept in."""
    return dict(connection.settings_dict)


def is_sqlite_file() -> bool:
    """Whether that is an SQLite database in a file, which other processes may use at the same time."""
    return connection.vendor == "sqlite" and not cast(Any, connection).is_in_memory_db()


def mysql_character_sets() -> dict[str, str]:
    """How MySQL and MariaDB keep texts, by what does: the connection, the database. Empty for other databases."""
    if connection.vendor != "mysql":
        return {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@character_set_connection, @@character_set_database")
            of_connection, of_database = cursor.fetchone()
    except Error:
        return {}
    return {"the connection": str(of_connection), "the database": str(of_database)}


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
