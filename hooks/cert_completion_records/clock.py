"""The site's own day and time."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format


def today() -> date:
    """The calendar day of the site, with and without time zone support."""
    return timezone.localdate() if settings.USE_TZ else timezone.now().date()


def shown_moment(moment: datetime) -> str:
    """A point in time as people of this site read it."""
    return date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "DATETIME_FORMAT")
