"""The harbour's site; its tests are run with `pytest tests/foreign_lms --ds=tests.foreign_lms.settings`."""

from typing import Any

from tests.services import stack

SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.foreign_lms.urls"
INSTALLED_APPS = [
    "tests.foreign_lms.people",
    "tests.foreign_lms.registry",
    "cert_completion_plugin",
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
    "tests.strict_policy.strict_policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": ["tests/foreign_lms/templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES: dict[str, Any] = {
    "default": stack().database(),
    "registry": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
DATABASE_ROUTERS = ["tests.foreign_lms.registry.router.RegistryRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
AUTH_USER_MODEL = "harbour_people.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = "en-gb"
# Moments without time zones, in one that is hours and three quarters away from UTC.
TIME_ZONE = "Asia/Kathmandu"
USE_TZ = False
STATIC_URL = "assets/"

# Django 6.1 asks every site to say so; older versions take no notice.
DEFAULT_FROM_EMAIL = "harbour@example.org"
MAILERS: dict[str, Any] = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

CERT_COMPLETION: dict[str, Any] = {
    "HOSTS": ["tests.foreign_lms.host"],
    "ADMIN_SITE": "tests.foreign_lms.backoffice.site",
    "SITE_URL": "https://harbour.example.org",
    "API_AUTHENTICATION": ["rest_framework.authentication.BasicAuthentication"],
}

# Never eager: tests call the functions behind the tasks, or start a real worker.
CELERY_BROKER_URL = "memory://"
