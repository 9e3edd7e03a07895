"""The worker tests' settings, with what crash tests add where the environment asks for it."""

import os
from typing import Any

from tests.worker import places
from tests.worker.site_settings import *  # noqa: F403

# Redis gives what a killed worker held to another one after this time; by default it is an hour.
if places.STACK.broker == "redis":
    CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 5}  # noqa: F405

if os.environ.get("CRASH_SITE_LOCK_WAIT"):
    # Nobody waits for a lock any longer than this; PostgreSQL looks for deadlocks after one second.
    patience = {
        "django.db.backends.postgresql": {"options": "-c lock_timeout=2000"},
        "django.db.backends.mysql": {"init_command": "SET SESSION innodb_lock_wait_timeout = 2"},
    }
    database: dict[str, Any] = DATABASES["default"]  # noqa: F405
    database["OPTIONS"] = {**database.get("OPTIONS", {}), **patience.get(database["ENGINE"], {})}

if os.environ.get("CRASH_SITE_TWICE"):
    from tests.crash import twice

    twice.connect()

if os.environ.get("CRASH_SITE_SHORT_TURNS"):
    from tests.crash import turns

    turns.connect()
