"""The words of the report: options, what held it back, sums, rows."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin import api, labels, texts
from cert_completion_plugin.core.options import UnknownCertification
from cert_completion_plugin.core.outcomes import Outcome


def option_texts(batch: api.Batch) -> list[tuple[str, str]]:
    """The frozen options as (name, value) in words: those that can be chosen so far."""
    values = batch.options.as_mapping()
    hidden = set() if _makes_evidence(batch) or values["evidence_type"] else {"evidence_type"}
    words = {name: labels.value_text(name, values[name]) for name in labels.NAMES if name not in hidden}
    if answered := batch.answers.get("date_format"):
        words["date_format"] = _("%(format)s (answered)") % {"format": answered}
    if batch.evidence_type:
        words["evidence_type"] = batch.evidence_type["label"] or batch.evidence_type["name"]
    return [(str(labels.NAMES[name]), text) for name, text in words.items()]


def _makes_evidence(batch: api.Batch) -> bool:
    return batch.options.unknown_certification is UnknownCertification.CREATE_EVIDENCE


def held_back_text(batch: api.Batch) -> str:
    """Why `all_or_nothing` kept the rows of an import unwritten; "" if it did not."""
    reason = batch.held_back
    if reason is None:
        return ""
    if reason["phase"] == "planned":
        return ngettext(
            "Nothing was imported: “all or nothing” was chosen, and %(rows)s row has a problem (line %(line)s). "
            "Correct it and upload the file again.",
            "Nothing was imported: “all or nothing” was chosen, and %(rows)s rows have problems (the first on line "
            "%(line)s). Correct them and upload the file again.",
            reason["rows"],
        ) % {"rows": reason["rows"], "line": reason["line"]}
    if reason["phase"] == "cancelled":
        return _cancelled_text(_still_written(batch))
    if kept := _still_written(batch):
        return ngettext(
            "“All or nothing” was chosen, and the row on line %(line)s could not be written. What had been written was "
            "taken back, except %(kept)s row, which stays written and has to be corrected by hand.",
            "“All or nothing” was chosen, and the row on line %(line)s could not be written. What had been written was "
            "taken back, except %(kept)s rows, which stay written and have to be corrected by hand.",
            kept,
        ) % {"kept": kept, "line": reason["line"]}
    return _(
        "Nothing was imported: “all or nothing” was chosen, and the row on line %(line)s could not be written; what "
        "had been written was taken back. Upload the file again."
    ) % {"line": reason["line"]}


def _cancelled_text(kept: int) -> str:
    if not kept:
        return _("Nothing was imported: “all or nothing” was chosen, and what had been written was taken back.")
    return ngettext(
        "“All or nothing” was chosen, so what had been written was taken back, except %(kept)s row, which stays "
        "written and has to be corrected by hand.",
        "“All or nothing” was chosen, so what had been written was taken back, except %(kept)s rows, which stay "
        "written and have to be corrected by hand.",
        kept,
    ) % {"kept": kept}


def _still_written(batch: api.Batch) -> int:
    """The rows of a held-back import that the site could not take back."""
    return sum(number for outcome, number in batch.counts.get("outcomes", {}).items() if Outcome(outcome).writes)


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
