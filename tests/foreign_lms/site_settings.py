"""The harbour's site for processes of its own: everything is kept in the folder that HARBOUR_DATA names."""

import os
from pathlib import Path
from typing import Any

import django

from tests.foreign_lms.settings import *  # noqa: F403
from tests.foreign_lms.settings import CERT_COMPLETION as _HARBOUR

_DATA = Path(os.environ["HARBOUR_DATA"])
_QUEUE = _DATA / "queue"
_MAILS = _DATA / "mail"

DEBUG = True
_OPTIONS: dict[str, Any] = {"timeout": 30}
if django.VERSION >= (5, 1):
    _OPTIONS["transaction_mode"] = "IMMEDIATE"
    _OPTIONS["init_command"] = "PRAGMA journal_mode=WAL"
DATABASES = {
    name: {"ENGINE": "django.db.backends.sqlite3", "NAME": _DATA / f"{name}.sqlite3", "OPTIONS": _OPTIONS}
    for name in ("default", "registry")
}

if django.VERSION >= (6, 1):
    _FILES = "django.core.mail.backends.filebased.EmailBackend"
    MAILERS = {"default": {"BACKEND": _FILES, "OPTIONS": {"file_path": str(_MAILS)}}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(_MAILS)

CERT_COMPLETION = {**_HARBOUR, "PORTION_ROWS": 25, "MAX_ATTEMPTS": 100, "STALLED_AFTER_SECONDS": 2}

CELERY_BROKER_URL = "filesystem://localhost"
CELERY_BROKER_TRANSPORT = "sandbox.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(_QUEUE / "messages"),
    "data_folder_out": str(_QUEUE / "messages"),
    "control_folder": str(_QUEUE / "control"),
    "polling_interval": 0.05,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
for _folder in ("messages", "control"):
    (_QUEUE / _folder).mkdir(parents=True, exist_ok=True)

# What is uploaded reaches the worker: Django's processes load the application as well.
from tests.foreign_lms.celery import app as celery_app  # noqa: E402, F401
