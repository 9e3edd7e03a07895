"""The words of the question that an import asks about its dates: on its page and on the command line."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cert_completion_plugin.core.dates import DateFormat, Verdict, VerdictKind, fitting_formats


def question_texts(verdict: Verdict) -> dict[str, Any]:
    """Why the import stopped to ask for the date format, and how real lines read in each format that may be meant."""
    formats = likely_formats(verdict)
    readings = [
        {
            "line": str(sample.line),
            "text": sample.text,
            "read": [(name, _reading(name, sample.text)) for name in formats],
        }
        for sample in verdict.samples
    ]
    return {"question_text": _why(verdict), "question_formats": formats, "question_readings": readings}


def _why(verdict: Verdict) -> str:
    if verdict.kind is VerdictKind.AMBIGUOUS:
        return _("Every date of the file can be read in more than one way.")
    if verdict.kind is VerdictKind.CONTRADICTORY:
        return _(
            "The dates of the file are not all written in one format. %(format)s fits %(fits)s of %(votes)s dates; "
            "with it, the rows of the others are rejected."
        ) % {"format": verdict.offered, "fits": verdict.offered_fits, "votes": verdict.votes}
    return _("No date of the file is written in a way that leaves no doubt (with a four-digit year).")


def likely_formats(verdict: Verdict) -> list[str]:
    """The formats that may be meant: those that can read a line shown, the one that fits most first."""
    fitting = [one.name for sample in verdict.samples for one in fitting_formats(sample.text)]
    named = [verdict.offered] if verdict.offered else []
    return list(dict.fromkeys([*named, *(verdict.candidates or fitting)]))


def _reading(name: str, text: str) -> str:
    day = DateFormat.named(name).read(text)
    return date_format(day, "DATE_FORMAT") if day else _("no date")
