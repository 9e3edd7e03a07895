"""The report: the words for its options and for its sums, and what else it shows."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from cert_completion_plugin import api, labels, texts
from cert_completion_plugin.core.options import UnknownCertification
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.reports import held_back_text
from cert_completion_plugin.views import downloads, rows_table
from cert_completion_plugin.views.numbers import counts_sentence, grouped


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


def context(request: HttpRequest, batch: api.Batch) -> dict[str, Any]:
    """What `report.html` is given beside what every page of an import has."""
    counts = api.row_counts(batch, api.Phase.WRITTEN)
    by_outcome = counts.get("outcomes", {})
    numbers = [grouped(by_outcome[outcome]) for outcome in texts.OUTCOMES if by_outcome.get(outcome)]
    return {
        "address": request.build_absolute_uri(request.path),
        "sentence": sentence(by_outcome),
        "rows_read": grouped(batch.rows_read),
        "proof": " + ".join(numbers) if len(numbers) > 1 else "",
        "held_back_text": held_back_text(batch),
        "problem_groups": rows_table.problem_groups(counts),
        "warning_groups": rows_table.warning_groups(counts),
        "table": rows_table.table(request, batch, api.Phase.WRITTEN, counts=counts),
        "downloads": downloads.offered(batch, counts),
    }


def sentence(counts: Mapping[str, int]) -> str:
    """What became of all rows, in one sentence; "" if there were none."""
    return counts_sentence(_DONE, counts)


_DONE: Mapping[str, Any] = {
    Outcome.CERTIFIED: ngettext_lazy("%(rows)s certified a learner", "%(rows)s certified learners", "number"),
    Outcome.RENEWED: ngettext_lazy("%(rows)s renewed a certification", "%(rows)s renewed certifications", "number"),
    Outcome.HISTORY: ngettext_lazy("%(rows)s was added to history", "%(rows)s were added to history", "number"),
    Outcome.EVIDENCE: ngettext_lazy("%(rows)s became an evidence item", "%(rows)s became evidence items", "number"),
    Outcome.ALREADY_HELD: ngettext_lazy("%(rows)s was held already", "%(rows)s were held already", "number"),
    Outcome.DUPLICATE: ngettext_lazy("%(rows)s repeated another row", "%(rows)s repeated other rows", "number"),
    Outcome.REJECTED: ngettext_lazy("%(rows)s was rejected", "%(rows)s were rejected", "number"),
    Outcome.DRIFTED: ngettext_lazy(
        "%(rows)s was left out because the learner's records had changed",
        "%(rows)s were left out because the learners' records had changed",
        "number",
    ),
    Outcome.FAILED: ngettext_lazy("%(rows)s could not be written", "%(rows)s could not be written", "number"),
    Outcome.CANCELLED: ngettext_lazy("%(rows)s was cancelled", "%(rows)s were cancelled", "number"),
}
