"""The tables of the record book."""

from cert_completion_records.models.certifications import Certification, Rule
from cert_completion_records.models.evidence import Evidence
from cert_completion_records.models.messages import SentMessage
from cert_completion_records.models.records import DatedRecord, LearnerCertification, PastCompletion
from cert_completion_records.models.sources import FromImport, ImportSource

__all__ = [
    "Certification",
    "DatedRecord",
    "Evidence",
    "FromImport",
    "ImportSource",
    "LearnerCertification",
    "PastCompletion",
    "Rule",
    "SentMessage",
]
