"""The database in which is measured: made anew, and set back between two runs."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, connections

from bench import table

STATEMENT = 5000


def make(rows: int) -> None:
    """A new database with the learners and certifications of a table of so many rows."""
    _create()
    call_command("migrate", verbosity=0)
    users = get_user_model()
    _insert(users, (users(username=table.username(number), password="!") for number in range(rows)))
    users._default_manager.create(username="uploader", is_superuser=True)
    from cert_completion_records.models import Certification

    for number in range(table.CERTIFICATIONS):
        Certification(
            short_name=f"course-{number:03}",
            id_number=table.id_number(number),
            full_name=f"Course {number}",
            rule=table.RULES[number % len(table.RULES)],
            active_count=2,
            active_unit="year",
            window_count=2,
            window_unit="month",
            minimum_active_count=6,
            minimum_active_unit="month",
        ).save()


def _create() -> None:
    """Drop and create the database on its server; SQLite's is a file. Our own connection to it would go with it."""
    connection.close()
    name = str(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite":
        from pathlib import Path

        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        return
    admin = connections["default"].copy()
    admin.settings_dict = {**admin.settings_dict, "NAME": "postgres" if connection.vendor == "postgresql" else ""}
    quoted = connection.ops.quote_name(name)
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}{_whoever_is_there()}")
        encoding = " CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""
        cursor.execute(f"CREATE DATABASE {quoted}{encoding}")
    admin.close()


def _whoever_is_there() -> str:
    """A worker that was killed has a session on PostgreSQL for a moment still."""
    return " WITH (FORCE)" if connection.vendor == "postgresql" else ""


def drop() -> None:
    """Leave nothing behind on a server."""
    if connection.vendor != "sqlite":
        name = connection.ops.quote_name(str(settings.DATABASES["default"]["NAME"]))
        admin = connections["default"].copy()
        admin.settings_dict = {**admin.settings_dict, "NAME": "postgres" if connection.vendor == "postgresql" else ""}
        connection.close()
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}{_whoever_is_there()}")
        admin.close()


def reset(rows: int) -> None:
    """What is held before an import, and nothing of any import."""
    from cert_completion_records.models import Certification, LearnerCertification, PastCompletion

    _empty()
    users = dict(get_user_model()._default_manager.values_list("username", "pk"))
    certifications = dict(Certification.objects.values_list("id_number", "pk"))
    rules = {row.pk: row.rule != "never_expires" for row in Certification.objects.all()}

    def dates(day: Any, expires: bool) -> dict[str, Any]:
        if not expires:
            return {"completed": day}
        until = day + timedelta(days=730)
        return {"completed": day, "expires": until, "window_opens": until - timedelta(days=60)}

    def held() -> Iterator[LearnerCertification]:
        for line in table.lines(rows):
            if line.held:
                certification = certifications[table.id_number(line.certification)]
                yield LearnerCertification(
                    learner_id=users[line.username],
                    certification_id=certification,
                    assigned=True,
                    changed_by="lms",
                    **dates(line.held, rules[certification]),
                )

    _insert(LearnerCertification, held())
    rows_held = LearnerCertification.objects.values_list("pk", "certification_id", "completed")
    _insert(
        PastCompletion,
        (
            PastCompletion(
                learner_certification_id=pk,
                changed_by="lms",
                **dates(day - timedelta(days=365), rules[certification]),
            )
            for pk, certification, day in rows_held
        ),
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.set_autocommit(True)
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        elif connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("ANALYZE")


def _empty() -> None:
    from django.apps import apps

    names = [
        model._meta.db_table
        for label in ("cert_completion_plugin", "cert_completion_records")
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy and model.__name__ != "Certification"
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, names))} RESTART IDENTITY CASCADE")
            return
        off, on = _CHECKS[connection.vendor]
        cursor.execute(off)
        for name in names:
            verb = "TRUNCATE TABLE" if connection.vendor == "mysql" else "DELETE FROM"
            cursor.execute(f"{verb} {connection.ops.quote_name(name)}")
        cursor.execute(on)


_CHECKS = {
    "mysql": ("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"),
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
}


def _insert(model: Any, rows: Iterator[Any]) -> None:
    while some := list(islice(rows, STATEMENT)):
        model._default_manager.bulk_create(some, batch_size=1000)
