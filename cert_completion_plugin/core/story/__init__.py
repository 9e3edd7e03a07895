"""The story of a row: what was read, asked, found, decided and computed, as data. Words are made where it is shown."""

from cert_completion_plugin.core.story.cells import CellStory, Change, ChangeKind
from cert_completion_plugin.core.story.present import Present, Standing, present_evidence, present_of
from cert_completion_plugin.core.story.story import (
    CertificationStep,
    DatesStep,
    DecisionStep,
    EvidenceStep,
    LearnerStep,
    Story,
    as_plain,
)
from cert_completion_plugin.core.story.telling import tell, tell_without_cells

__all__ = [
    "CellStory",
    "CertificationStep",
    "Change",
    "ChangeKind",
    "DatesStep",
    "DecisionStep",
    "EvidenceStep",
    "LearnerStep",
    "Present",
    "Standing",
    "Story",
    "as_plain",
    "present_evidence",
    "present_of",
    "tell",
    "tell_without_cells",
]
