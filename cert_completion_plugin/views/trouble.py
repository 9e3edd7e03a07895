"""The words for what keeps an import waiting, or kept rows of it from being recorded."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from cert_completion_plugin import api


def trouble_text(batch: api.Batch, next_try: datetime | None, *, with_names: bool) -> str:
    """What is the matter with a host, and what comes of it; "" if nothing is.

    With `with_names` it names host and hook, for those who look after the site.
    """
    told = batch.trouble
    if told is None or (told["kind"] == api.HOST_AWAY and batch.has_ended):
        return ""
    text = _away(told["since"], next_try) if told["kind"] == api.HOST_AWAY else _nonsense(told["reference"])
    if with_names and told["host"]:
        text += " " + _("(Host “%(host)s”, hook “%(hook)s”, reference %(reference)s.)") % dict(told)
    return text


def _away(since: str, next_try: datetime | None) -> str:
    values = {"since": date_format(_local(datetime.fromisoformat(since)), "DATETIME_FORMAT")}
    if next_try is None:
        text = _("The LMS cannot answer just now (since %(since)s). Nothing is lost: the import goes on when it can.")
        return text % values
    return _(
        "The LMS cannot answer just now (since %(since)s; next try at %(time)s). Nothing is lost: the import goes on "
        "when it can."
    ) % {**values, "time": time_format(_local(next_try))}


def _nonsense(reference: str) -> str:
    return _(
        "The LMS gave an answer that cannot be right, so rows could not be recorded. Tell the site's operator the "
        "reference %(reference)s."
    ) % {"reference": reference}


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
