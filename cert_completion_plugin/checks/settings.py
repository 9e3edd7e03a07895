"""The dictionary `CERT_COMPLETION`, and Django's settings of time."""

from importlib.util import find_spec
from typing import Any, cast

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from cert_completion_plugin import conf, home


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The dictionary `CERT_COMPLETION` can be read, and the storage and the admin site that it names exist."""
    hint = f"Correct {conf.NAME} in the settings."
    try:
        alias = conf.settings().file_storage
        if alias:
            storages[alias]
        if apps.is_installed("django.contrib.admin"):
            home.admin_site()
    except (ImproperlyConfigured, InvalidStorageError) as error:
        return [checks.Error(str(error), hint=hint, id="cert_completion.E001")]
    return []


NOBODY = "webmaster@localhost"
"""Django's sender where a site names none."""

SHORTEST_TOKEN = 20
"""Characters of a token that nobody guesses."""


def check_metrics(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The token of the monitoring system is hard to guess, and what it asks for is installed."""
    found: list[checks.CheckMessage] = []
    try:
        token = conf.settings().metrics_token
    except ImproperlyConfigured:
        return []
    if token and len(token) < SHORTEST_TOKEN:
        text = f"METRICS_TOKEN in {conf.NAME} has {len(token)} characters, so that it may be guessed."
        hint = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"'
        found.append(checks.Warning(text, hint=hint, id="cert_completion.W017"))
    if token and find_spec("prometheus_client") is None:
        text = "METRICS_TOKEN is set, but without the package prometheus-client there are no metrics."
        hint = "pip install cert-completion-plugin[metrics]; a site that asks for its health alone silences this."
        found.append(checks.Warning(text, hint=hint, id="cert_completion.W018"))
    return found


def check_mail(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Mails to uploaders lead to the report, and come from somebody."""
    try:
        settings = conf.settings()
    except ImproperlyConfigured:
        return []
    if not settings.notice_mail:
        return []
    is_reached = settings.site_url or apps.is_installed("django.contrib.sites")
    return [*([] if is_reached else [_mails_without_link()]), *_mails_from_nobody()]


def _mails_from_nobody() -> list[checks.CheckMessage]:
    if django_settings.DEFAULT_FROM_EMAIL != NOBODY:
        return []
    text = f"Mails come from {NOBODY}, since DEFAULT_FROM_EMAIL is not set: mail servers often refuse them."
    hint = 'Set DEFAULT_FROM_EMAIL to an address of the site, such as "LMS <lms@example.org>".'
    return [checks.Warning(text, hint=hint, id="cert_completion.W021")]


def _mails_without_link() -> checks.CheckMessage:
    text = (
        "Uploaders are mailed when their imports have ended, but without a link to the report: workers do not know "
        "where the site is reached."
    )
    hint = (
        f'Set SITE_URL in {conf.NAME}, for example to "https://lms.example.org", or install django.contrib.sites; or '
        "set NOTICE_MAIL to False, if nobody is to be mailed."
    )
    return checks.Warning(text, hint=hint, id="cert_completion.W019")


def check_time(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """ "Today" is the site's, and moments can be told apart."""
    found: list[checks.CheckMessage] = []
    if not cast(Any, django_settings).is_overridden("TIME_ZONE"):
        text = (
            f"TIME_ZONE is not set, so that the site's day is that of {django_settings.TIME_ZONE}: what counts as "
            "today decides which certifications have expired."
        )
        hint = 'Set TIME_ZONE, for example to "Europe/Berlin", or to "UTC" if that is what you want.'
        found.append(checks.Warning(text, hint=hint, id="cert_completion.W014"))
    if not django_settings.USE_TZ:
        text = (
            "USE_TZ is off: moments are kept without their time zone. Where clocks are put back, or machines differ, "
            "work waits too long or is sent twice; its result stays right."
        )
        found.append(checks.Warning(text, hint="Set USE_TZ = True.", id="cert_completion.W015"))
    return found
