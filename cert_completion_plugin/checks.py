"""System checks: what would go wrong later is said at start-up, with a hint."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from cert_completion_plugin import conf, tasks
from cert_completion_plugin.gateway import HostNotFound, gateway
from cert_completion_plugin.store import connections


def register() -> None:
    checks.register(check_settings, "cert_completion")
    checks.register(check_hosts, "cert_completion")
    checks.register(check_celery, "cert_completion")
    checks.register(check_broker, "cert_completion")
    checks.register(check_sqlite, "cert_completion", checks.Tags.database)


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The dictionary `CERT_COMPLETION` can be read, and the storage that it names exists."""
    hint = f"Correct {conf.NAME} in the settings."
    try:
        alias = conf.settings().file_storage
        if alias:
            storages[alias]
    except (ImproperlyConfigured, InvalidStorageError) as error:
        return [checks.Error(str(error), hint=hint, id="cert_completion.E001")]
    return []


def check_hosts(app_configs: Any, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """The active hosts exist, keep the contract's form and answer the required hooks."""
    try:
        problems = gateway().problems()
    except HostNotFound as error:
        return [checks.Error(str(error), hint=f"Correct HOSTS in {conf.NAME}.", id="cert_completion.E002")]
    except ImproperlyConfigured:
        return []
    return [
        checks.Error(problem.text, hint=problem.hint, obj=problem.code, id="cert_completion.E003")
        for problem in problems
    ]


def check_celery(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Uploads can reach a worker: the process has a Celery application."""
    if tasks.has_app():
        return []
    text = "No Celery application is loaded in this process, so that uploads reach no worker."
    hint = "Import the site's Celery application in the __init__.py of its project, as Celery's Django guide shows."
    return [checks.Warning(text, hint=hint, id="cert_completion.W001")]


def check_broker(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Redis does not deliver a message a second time while the work that it asks for is still being done."""
    try:
        visibility, longest = tasks.visibility_timeout(), tasks.longest_seconds()
    except ImproperlyConfigured:
        return []
    if visibility is None or visibility >= longest:
        return []
    text = (
        f"The Redis broker delivers a message again after {visibility} seconds (visibility_timeout), but a task of "
        f"imports may take or wait for {longest} seconds. Work would be begun twice; its result stays right."
    )
    hint = (
        f'Set "visibility_timeout" in CELERY_BROKER_TRANSPORT_OPTIONS to {longest} or more, or lower PORTION_SECONDS '
        f"in {conf.NAME}."
    )
    return [checks.Warning(text, hint=hint, id="cert_completion.W002")]


def check_sqlite(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """An SQLite database lets pages be read while a worker writes. Asked only where databases may be: by `migrate`."""
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
