"""The words that several steps use: days, periods, moments, records, certifications."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cert_completion_hooks.types import CertificationRef, CompletionRecord, Period, PeriodUnit
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from cert_completion_plugin import texts

_PERIODS: Mapping[PeriodUnit, Any] = {
    PeriodUnit.DAY: ngettext_lazy("%(count)s day", "%(count)s days", "count"),
    PeriodUnit.WEEK: ngettext_lazy("%(count)s week", "%(count)s weeks", "count"),
    PeriodUnit.MONTH: ngettext_lazy("%(count)s month", "%(count)s months", "count"),
    PeriodUnit.YEAR: ngettext_lazy("%(count)s year", "%(count)s years", "count"),
}


def day_text(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def moment_text(moment: datetime | None) -> str:
    return "" if moment is None else texts.moment_text(moment)


def period_text(period: Period) -> str:
    return str(_PERIODS[period.unit] % {"count": period.count})


def expiry_text(expires: date | None) -> str:
    """When a record expires, to go on with after its completion date."""
    return _("expires %(day)s") % {"day": day_text(expires)} if expires else _("never expires")


def record_text(record: CompletionRecord) -> str:
    """A record in a few words, such as: completed Jan. 31, 2024, expires Jan. 31, 2025."""
    if record.completed is None:
        return _("no completion date, %(expiry)s") % {"expiry": expiry_text(record.expires)}
    return _("completed %(day)s, %(expiry)s") % {
        "day": day_text(record.completed),
        "expiry": expiry_text(record.expires),
    }


def names_text(reference: CertificationRef) -> str:
    """A certification by the names that are given: short name, ID number, or both."""
    if reference.short_name and reference.id_number:
        text = _("“%(short_name)s” with the ID number “%(id_number)s”")
    else:
        text = _("“%(short_name)s”") if reference.short_name else _("ID number “%(id_number)s”")
    return text % reference._asdict()


def listed(texts: Any) -> str:
    return ", ".join(f"“{text}”" for text in texts)
