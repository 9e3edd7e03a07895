"""The time as imports see it."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    return timezone.now()


def after(seconds: int) -> datetime:
    """The moment this many seconds from now."""
    return now() + timedelta(seconds=seconds)


def days_since(day: date) -> int:
    """How many days ago that was, as the site counts them."""
    return (today() - day).days


def today() -> date:
    """The site's calendar day, in the time zone of its settings whatever a viewer has activated."""
    moment = now()
    return timezone.localdate(moment, timezone.get_default_timezone()) if timezone.is_aware(moment) else moment.date()
