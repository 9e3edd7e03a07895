"""The settings by which code is checked: those of the tests, and the host for Open edX, whose models count as well."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "cert_completion_openedx"]  # noqa: F405
