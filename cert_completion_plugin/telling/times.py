"""How long something took or lasts, in words."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def time_text(time: timedelta) -> str:
    """Such as "5 minutes": in the largest unit of which there are some."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 90:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    return ngettext("%(number)s day", "%(number)s days", hours // 24) % {"number": hours // 24}
