from typing import Any

import django
from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class SandboxConfig(AppConfig):
    name = "sandbox"

    def ready(self) -> None:
        if django.VERSION < (5, 1):
            connection_created.connect(_use_wal)


def _use_wal(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """What the database option `init_command` does from Django 5.1 on."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
