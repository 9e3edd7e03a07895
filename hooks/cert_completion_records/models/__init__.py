"""The tables of the record book."""

from cert_completion_records.models.certifications import Certification, Rule
from cert_completion_records.models.evidence import Evidence
from cert_completion_records.models.message_settings import CertificationMessage, LearnerMessage, MessageText
from cert_completion_records.models.messages import PendingMessage, SentMessage, Trigger
from cert_completion_records.models.records import DatedRecord, LearnerCertification, PastCompletion
from cert_completion_records.models.sources import FromImport, ImportSource

__all__ = [
    "Certification",
    "CertificationMessage",
    "DatedRecord",
    "Evidence",
    "FromImport",
    "ImportSource",
    "LearnerCertification",
    "LearnerMessage",
    "MessageText",
    "PastCompletion",
    "PendingMessage",
    "Rule",
    "SentMessage",
    "Trigger",
]
