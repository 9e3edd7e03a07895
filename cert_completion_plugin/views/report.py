"""The words of the report: options, what was detected, sums, rows."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.dates import DateFormat, Verdict, VerdictKind, fitting_formats
from cert_completion_plugin.core.options import AUTO, ImportAction, UnknownCertification

_ACTIONS = {
    ImportAction.SAVE_TO_HISTORY: lambda: _("Save to history"),
    ImportAction.CERTIFY_UNCERTIFIED: lambda: _("Certify uncertified learners"),
    ImportAction.CERTIFY_IF_NEWER: lambda: _("Certify if newer"),
}


def option_texts(batch: api.Batch) -> list[tuple[str, str]]:
    """The frozen options as (name, value) in words."""
    options = batch.options
    evidence = options.unknown_certification is UnknownCertification.CREATE_EVIDENCE
    return [
        (_("Import action"), _ACTIONS[options.import_action]()),
        (_("Unknown certifications"), _("Create evidence") if evidence else _("Ignore")),
        (_("Date format"), _date_format(batch)),
        (_("Ignore case"), _("Yes") if options.ignore_case else _("No")),
    ]


def _date_format(batch: api.Batch) -> str:
    if answered := batch.answers.get("date_format"):
        return _("%(format)s (answered)") % {"format": answered}
    chosen = batch.options.date_format
    return _("Work it out from the file") if chosen == AUTO else chosen


def detected_texts(batch: api.Batch) -> list[str]:
    """What was worked out from the file, as sentences."""
    dates = batch.detected.get("dates")
    if not dates:
        return []
    verdict = Verdict.from_mapping(dates)
    if verdict.kind is VerdictKind.NO_DATES:
        return []
    if verdict.proof_line is None:
        return [_("Dates were read as %(format)s.") % {"format": verdict.format_name}]
    return [
        _("Dates were read as %(format)s: “%(text)s” on line %(line)s can only be read so.")
        % {"format": verdict.format_name, "text": verdict.proof_text, "line": verdict.proof_line}
    ]


def question_texts(verdict: Verdict) -> dict[str, Any]:
    """Why the import stopped to ask for the date format, and how real lines read in each format that may be meant."""
    if verdict.kind is VerdictKind.AMBIGUOUS:
        text = _("Every date of the file can be read in more than one way.")
    elif verdict.kind is VerdictKind.CONTRADICTORY:
        text = _(
            "The dates of the file are not all written in one format. %(format)s fits %(fits)s of %(votes)s dates; "
            "with it, the rows of the others are rejected."
        ) % {"format": verdict.offered, "fits": verdict.offered_fits, "votes": verdict.votes}
    else:
        text = _("No date of the file is written in a way that leaves no doubt (with a four-digit year).")
    formats = likely_formats(verdict)
    readings = [
        {"line": str(sample.line), "text": sample.text, "read": [_reading(name, sample.text) for name in formats]}
        for sample in verdict.samples
    ]
    return {"question_text": text, "question_formats": formats, "question_readings": readings}


def likely_formats(verdict: Verdict) -> list[str]:
    """The formats that may be meant: those that can read a line shown, the one that fits most first."""
    fitting = [one.name for sample in verdict.samples for one in fitting_formats(sample.text)]
    named = [verdict.offered] if verdict.offered else []
    return list(dict.fromkeys([*named, *(verdict.candidates or fitting)]))


def _reading(name: str, text: str) -> str:
    day = DateFormat.named(name).read(text)
    return date_format(day, "DATE_FORMAT") if day else _("no date")


def sums(batch: api.Batch) -> list[dict[str, Any]]:
    """The outcomes that occurred, in their fixed order, with their numbers; they add up to the rows read."""
    counts = batch.counts.get("outcomes", {})
    return [
        {
            "outcome": outcome,
            "label": str(label),
            "count": counts[outcome],
            "meaning": str(texts.OUTCOME_MEANINGS[outcome]),
        }
        for outcome, label in texts.OUTCOMES.items()
        if outcome in counts
    ]


def row(decision: api.Decision) -> dict[str, Any]:
    """One row of the report, in words."""
    return {
        "line": str(decision.line),
        "username": decision.username,
        "record_path": api.record_of_learning_path(decision.learner_key) if decision.learner_key else "",
        "short_name": decision.short_name,
        "id_number": decision.id_number,
        "completed": decision.completed,
        "expires": decision.expires,
        "outcome": decision.outcome,
        "label": texts.outcome_label(decision.outcome),
        "repeats_line": decision.repeats_line and str(decision.repeats_line),
        "issues": [texts.issue_text(issue) for issue in decision.issues],
        "never_expires": decision.outcome.writes and not decision.expires and bool(decision.certification_key),
    }
