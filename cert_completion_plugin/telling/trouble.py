"""The words for what keeps an import waiting, or kept rows of it from being recorded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.rights import undo_stopped_text


def trouble_text(batch: api.Batch, next_try: datetime | None, *, with_names: bool) -> str:
    """What is the matter with a host, and what comes of it; "" if nothing is.

    With `with_names` it names host and hook, for those who look after the site.
    """
    told = batch.trouble
    if told is None or (told["kind"] == api.HOST_AWAY and batch.has_ended):
        return ""
    text = _away(told["since"], next_try) if told["kind"] == api.HOST_AWAY else _nonsense(told["reference"])
    return text + _names(told, with_names)


def undo_trouble_text(undo: api.Undo, next_try: datetime | None, *, with_names: bool) -> str:
    """The same of an undo."""
    told = undo.trouble
    if told is None:
        return ""
    if told["kind"] == api.RIGHT_LOST:
        return undo_stopped_text(told)
    if told["kind"] != api.HOST_AWAY:
        return _nonsense_in_undo(told["reference"]) + _names(told, with_names)
    values = {"since": moment_text(datetime.fromisoformat(told["since"]))}
    if next_try is None:
        text = _("The LMS cannot answer just now (since %(since)s). Nothing is lost: the undo goes on when it can.")
    else:
        values["time"] = time_format(_local(next_try))
        text = _(
            "The LMS cannot answer just now (since %(since)s; next try at %(time)s). Nothing is lost: the undo goes on "
            "when it can."
        )
    return text % values + _names(told, with_names)


def _nonsense_in_undo(reference: str) -> str:
    return _(
        "The LMS gave an answer that cannot be right, so rows could not be undone. Tell the site's operator the "
        "reference %(reference)s."
    ) % {"reference": reference}


def _names(told: Mapping[str, Any], with_names: bool) -> str:
    if not with_names or not told["host"]:
        return ""
    return " " + _("(Host “%(host)s”, hook “%(hook)s”, reference %(reference)s.)") % dict(told)


def moment_text(moment: datetime) -> str:
    """A day and time as the viewer reads it."""
    return date_format(_local(moment), "DATETIME_FORMAT")


def _away(since: str, next_try: datetime | None) -> str:
    values = {"since": moment_text(datetime.fromisoformat(since))}
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
