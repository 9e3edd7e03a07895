"""Everything that the kit checks, a class for each topic; one test is one thing on which the plugin relies."""

from cert_completion_hooks.conformance.checks.acting import ActorConformance
from cert_completion_hooks.conformance.checks.availability import AvailabilityConformance
from cert_completion_hooks.conformance.checks.certifications import CertificationsConformance
from cert_completion_hooks.conformance.checks.evidence import EvidenceConformance
from cert_completion_hooks.conformance.checks.forgetting import ForgettingConformance
from cert_completion_hooks.conformance.checks.form import FormConformance
from cert_completion_hooks.conformance.checks.interrupting import InterruptionConformance
from cert_completion_hooks.conformance.checks.learners import LearnersConformance
from cert_completion_hooks.conformance.checks.messages import MessagesConformance
from cert_completion_hooks.conformance.checks.parallel import ParallelConformance
from cert_completion_hooks.conformance.checks.recording import RecordingConformance
from cert_completion_hooks.conformance.checks.repeating import RepetitionConformance
from cert_completion_hooks.conformance.checks.scale import ScaleConformance
from cert_completion_hooks.conformance.checks.states import StatesConformance
from cert_completion_hooks.conformance.checks.undoing import UndoConformance


class HostConformance(
    FormConformance,
    LearnersConformance,
    CertificationsConformance,
    StatesConformance,
    RecordingConformance,
    RepetitionConformance,
    InterruptionConformance,
    ActorConformance,
    EvidenceConformance,
    UndoConformance,
    MessagesConformance,
    ForgettingConformance,
    AvailabilityConformance,
    ParallelConformance,
    ScaleConformance,
):
    """Everything that the plugin relies on: inherit this, and override the fixture `world`."""


__all__ = [
    "ActorConformance",
    "AvailabilityConformance",
    "CertificationsConformance",
    "EvidenceConformance",
    "ForgettingConformance",
    "FormConformance",
    "HostConformance",
    "InterruptionConformance",
    "LearnersConformance",
    "MessagesConformance",
    "ParallelConformance",
    "RecordingConformance",
    "RepetitionConformance",
    "ScaleConformance",
    "StatesConformance",
    "UndoConformance",
]
