"""The words for the options of an import."""

from django.utils.translation import gettext as _

from cert_completion_plugin import api, labels
from cert_completion_plugin.core.options import UnknownCertification


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
