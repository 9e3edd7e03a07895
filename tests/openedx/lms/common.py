"""What all environments of the LMS have in common."""

import sys
from pathlib import Path
from typing import Any

from edx_django_utils.plugins import add_plugins, get_plugin_apps

from tests.openedx.basis import *  # noqa: F403

# The platform's own packages are on its path.
sys.path.append(str(Path(__file__).resolve().parents[1] / "platform_tree"))

ROOT_URLCONF = "tests.openedx.lms.urls"

PLATFORM_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "rest_framework",
    "edx_ace",
    "tests.openedx.platform.student.apps.StudentConfig",
    "tests.openedx.platform.user_api.apps.UserApiConfig",
    "tests.openedx.lms.plugins.PluginsConfig",
]
INSTALLED_APPS = [*PLATFORM_APPS]

MIDDLEWARE = [
    "edx_django_utils.cache.middleware.RequestCacheMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sites.middleware.CurrentSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edx_django_utils.cache.middleware.TieredCacheMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
LMS_ROOT_URL = "https://localhost:18000"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Old names, as the platform has them; nothing but JSON is taken, and no beat runs.
BROKER_URL = "memory://"
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_MESSAGE_COMPRESSION = "gzip"
CELERY_IGNORE_RESULT = False
CELERY_RESULT_BACKEND = "cache+memory://"
CELERY_DEFAULT_EXCHANGE = "edx.core"
CELERY_DEFAULT_EXCHANGE_TYPE = "direct"
HIGH_PRIORITY_QUEUE = "edx.lms.core.high"
DEFAULT_PRIORITY_QUEUE = "edx.lms.core.default"
CELERY_DEFAULT_QUEUE = DEFAULT_PRIORITY_QUEUE
CELERY_DEFAULT_ROUTING_KEY = DEFAULT_PRIORITY_QUEUE
CELERY_QUEUES: dict[str, Any] = {HIGH_PRIORITY_QUEUE: {}, DEFAULT_PRIORITY_QUEUE: {}}
CELERY_ROUTES = "tests.openedx.lms.celery.route_task"
EXPLICIT_QUEUES: dict[str, dict[str, str]] = {}
CELERYBEAT_SCHEDULE: dict[str, Any] = {}

PLATFORM_NAME = "Academy"
ACE_ENABLED_CHANNELS = ["django_email"]
ACE_ENABLED_POLICIES: list[str] = []
ACE_CHANNEL_DEFAULT_EMAIL = "django_email"
ACE_CHANNEL_TRANSACTIONAL_EMAIL = "django_email"

INSTALLED_APPS.extend(get_plugin_apps("lms.djangoapp"))
add_plugins(__name__, "lms.djangoapp", "common")
