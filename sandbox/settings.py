"""Settings of the sandbox. Everything it stores is in one folder: `sandbox/var`, or the one named by SANDBOX_DATA."""

import os
from pathlib import Path
from typing import Any

import django
from django.core.management.utils import get_random_secret_key

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("SANDBOX_DATA") or HERE / "var").resolve()
QUEUE = DATA / "queue"


def _secret_key() -> str:
    """The key of this sandbox: made at the first start, then kept, so that nobody is logged out by a restart."""
    file = DATA / "secret-key"
    if not file.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(get_random_secret_key(), encoding="utf-8")
    return file.read_text(encoding="utf-8")


SECRET_KEY = _secret_key()
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "sandbox.urls"
INSTALLED_APPS = [
    "sandbox",
    "cert_completion_plugin",
    "cert_completion_records",
    "rest_framework",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cert_completion_plugin.views.notices.context",
            ],
        },
    },
]

# Site and worker write at the same time. WAL lets readers go on meanwhile; IMMEDIATE makes a transaction wait for its
# turn at its beginning instead of failing in its middle. Django before 5.1 has neither option; see sandbox.apps.
_SQLITE_OPTIONS: dict[str, Any] = {"timeout": 30}
if django.VERSION >= (5, 1):
    _SQLITE_OPTIONS["transaction_mode"] = "IMMEDIATE"
    _SQLITE_OPTIONS["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "db.sqlite3",
        "OPTIONS": _SQLITE_OPTIONS,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"

# Mails are files, to be read in any mail program. Django 6.1 has a setting of its own for that.
_MAILS = DATA / "mail"
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(_MAILS)},
        }
    }
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(_MAILS)
DEFAULT_FROM_EMAIL = "sandbox@example.org"

# The broker is a folder: nothing has to be installed, and a restart finds what was waiting.
CELERY_BROKER_URL = "filesystem://localhost"
CELERY_BROKER_TRANSPORT = "sandbox.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(QUEUE / "messages"),
    "data_folder_out": str(QUEUE / "messages"),
    "control_folder": str(QUEUE / "control"),
    "polling_interval": 0.05,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
for _folder in ("messages", "control"):
    (QUEUE / _folder).mkdir(parents=True, exist_ok=True)

# Files that are laid here are imported, too; a real site leaves people more time to finish writing.
INCOMING = DATA / "incoming"
INCOMING.mkdir(exist_ok=True)
WATCHED = {
    "directory": INCOMING,
    "user": "uploader",
    "options": {"import_action": "certify_if_newer"},
    "stable_seconds": 3,
}

# What happens to imports is told on the terminal; see docs/operators/log.md.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {message}", "style": "{", "datefmt": "%H:%M:%S"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"cert_completion_plugin": {"handlers": ["terminal"], "level": "INFO", "propagate": False}},
}

# A real site has "records" or its own host here; the limits are low so that the samples that break them are small. A
# worker that was killed takes what it held with it; the work is sent again soon enough for somebody who watches.
CERT_COMPLETION: dict[str, Any] = {
    "HOSTS": ["sandbox.demo_host"],
    "MAX_BYTES": 2 * 1024 * 1024,
    "MAX_ROWS": 15_000,
    "MAX_ATTEMPTS": 3,
    "STALLED_AFTER_SECONDS": 15,
    "WATCHED": [WATCHED],
    "WATCH_SECONDS": 5,
    # A password with each request is for trying things out; a real site gives programs tokens.
    "API_AUTHENTICATION": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.BasicAuthentication",
    ],
    "SITE_URL": f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
}
CERT_COMPLETION_RECORDS: dict[str, Any] = {
    "SITE_URL": f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
    "EVIDENCE_TYPES": [
        {
            "name": "licence",
            "label": "Licence",
            "fields": [
                {"name": "licence_no", "kind": "text", "label": "Licence number", "required": True},
                {"name": "issued", "kind": "date", "label": "Issued on"},
                {"name": "grade", "kind": "choice", "label": "Grade", "choices": ["A", "B", "C"]},
                {"name": "fee", "kind": "number", "label": "Fee"},
                {"name": "verified", "kind": "yes_no", "label": "Verified"},
                {"name": "link", "kind": "url", "label": "Link"},
            ],
        },
    ],
}
