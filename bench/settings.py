"""The site in which everything is measured; BENCH_ENGINE and BENCH_FOLDER say where its database and queue are."""

import os
from pathlib import Path
from typing import Any

import django

from tests import services
from tests.settings import *  # noqa: F403

ENGINE = os.environ.get("BENCH_ENGINE", "postgresql")
FOLDER = Path(os.environ.get("BENCH_FOLDER", "build/bench"))
DATABASE_NAME = os.environ.get("BENCH_DATABASE", "cert_completion_bench")

_SQLITE_OPTIONS: dict[str, Any] = {"timeout": 60}
if django.VERSION >= (5, 1):
    _SQLITE_OPTIONS["transaction_mode"] = "IMMEDIATE"
    _SQLITE_OPTIONS["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "bench.sqlite3"), "OPTIONS": _SQLITE_OPTIONS}

DATABASES = {"default": _SQLITE if ENGINE == "sqlite" else services.database(ENGINE, DATABASE_NAME)}

# The embedded default is a folder; beside a database server stands a broker that is one too.
if ENGINE == "sqlite":
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "sandbox.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(FOLDER / "queue" / "messages"),
        "data_folder_out": str(FOLDER / "queue" / "messages"),
        "control_folder": str(FOLDER / "queue" / "control"),
        "polling_interval": 0.05,
    }
    for _name in ("messages", "control"):
        (FOLDER / "queue" / _name).mkdir(parents=True, exist_ok=True)
else:
    CELERY_BROKER_URL = services.REDIS.url
CELERY_TASK_DEFAULT_QUEUE = "cert_completion_bench"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CERT_COMPLETION: dict[str, Any] = {"MAX_ROWS": 2_000_000, "MAX_BYTES": 1024 * 1024 * 1024}
