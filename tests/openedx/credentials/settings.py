"""Credentials has basic settings in the place of common ones, and no tasks of its own."""

from edx_django_utils.plugins import add_plugins, get_plugin_apps

from tests.openedx.basis import *  # noqa: F403

ROOT_URLCONF = "tests.openedx.credentials.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.sites.middleware.CurrentSiteMiddleware",
]
INSTALLED_APPS.extend(get_plugin_apps("credentials.djangoapp"))
add_plugins(__name__, "credentials.djangoapp", "base")
