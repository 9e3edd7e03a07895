"""The database in which imports are kept."""

from collections.abc import Iterator, Sequence
from typing import Any

import django
from django.core import checks

from cert_completion_plugin.store import connections

SHORTEST_TIMEOUT = 10
"""Seconds for which a statement on SQLite should wait for its turn; Django's default is 5."""


def check_routing(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The plugin's tables are in the default database: its transactions are begun there."""
    alias = connections.alias_of_tables()
    if alias == connections.IMPORTS:
        return []
    text = (
        f"A database router sends the tables of imports to {alias!r}, but they have to be in {connections.IMPORTS!r}."
    )
    hint = "Let the router leave the app cert_completion_plugin alone; a host may keep its records elsewhere."
    return [checks.Error(text, hint=hint, id="cert_completion.E009")]


def check_database(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What can be seen of the database's settings without asking it."""
    return list(_of_sqlite(connections.settings_of_imports())) if connections.is_sqlite_file() else []


def _of_sqlite(settings: dict[str, Any]) -> Iterator[checks.CheckMessage]:
    options = settings.get("OPTIONS", {})
    if settings.get("ATOMIC_REQUESTS"):
        text = "ATOMIC_REQUESTS is on for an SQLite database: pages and workers wait for each other during imports."
        hint = "Take ATOMIC_REQUESTS out; views that need a transaction begin one (transaction.atomic)."
        yield checks.Warning(text, hint=hint, id="cert_completion.W010")
    is_deferred = django.VERSION >= (5, 1) and str(options.get("transaction_mode", "")).upper() != "IMMEDIATE"
    if is_deferred or float(options.get("timeout", 5)) < SHORTEST_TIMEOUT:
        text = (
            "Transactions of the SQLite database may fail with “database is locked” when a worker writes at the same "
            "time; the work is tried again, pages are not."
        )
        mode = '"transaction_mode": "IMMEDIATE" and ' if django.VERSION >= (5, 1) else ""
        hint = f'Set {mode}"timeout": 30 in the OPTIONS of the database.'
        yield checks.Warning(text, hint=hint, id="cert_completion.W011")


def check_sqlite(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """An SQLite database lets pages be read while a worker writes."""
    if not databases or connections.IMPORTS not in databases:
        return []
    mode = connections.sqlite_journal_mode()
    if mode in ("", "wal"):
        return []
    text = f"The SQLite database is in journal mode {mode!r}: pages and workers lock each other out during imports."
    hint = (
        'Switch WAL on: from Django 5.1 with "init_command": "PRAGMA journal_mode=WAL" in the database\'s OPTIONS, '
        "before that once with the same statement in `manage.py dbshell`; the file remembers it."
    )
    return [checks.Warning(text, hint=hint, id="cert_completion.W003")]


def check_mysql(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """MySQL and MariaDB keep every character that there is. Whether they are strict is asked by Django: mysql.W002."""
    if not databases or connections.IMPORTS not in databases:
        return []
    sets = connections.mysql_character_sets()
    wrong = ", ".join(f"{name} is {value}" for name, value in sets.items() if value != "utf8mb4")
    if not wrong:
        return []
    text = f"The database does not keep every character that there is ({wrong}): some names cannot be stored or found."
    hint = (
        'Set "charset": "utf8mb4" in the OPTIONS of the database, and convert it: ALTER DATABASE ... CHARACTER SET '
        "utf8mb4, and ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 for tables that are there already."
    )
    return [checks.Warning(text, hint=hint, id="cert_completion.W012")]
