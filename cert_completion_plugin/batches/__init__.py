"""The life of an import: received, read, worked on portion by portion, closed; swept up where work got lost."""

from cert_completion_plugin.batches.answering import answer
from cert_completion_plugin.batches.approving import Approval, Verdict, approve
from cert_completion_plugin.batches.cancelling import cancel, discard
from cert_completion_plugin.batches.clock import days_since
from cert_completion_plugin.batches.closing import advance
from cert_completion_plugin.batches.evidence_types import CannotTell, offered_types
from cert_completion_plugin.batches.explaining import explain
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.offers import evidence_is_offered, undo_is_offered
from cert_completion_plugin.batches.plans import plan_anew
from cert_completion_plugin.batches.portions import work
from cert_completion_plugin.batches.reading import READING_PORTIONS, MoreToRead, read
from cert_completion_plugin.batches.receiving import OptionNotOffered, receive
from cert_completion_plugin.batches.sweeping import (
    NextWork,
    claim_sending,
    next_work,
    sent,
    stalled,
    unfinished,
    waits_until,
)
from cert_completion_plugin.batches.trouble import HOST_AWAY, LONGEST_PAUSE, TryAgain
from cert_completion_plugin.batches.turns import Turn, take_turn
from cert_completion_plugin.batches.undoing import MOST_OF_REASON, NotUndoable, Obstacle, ReasonMissing

__all__ = [
    "HOST_AWAY",
    "LONGEST_PAUSE",
    "MOST_OF_REASON",
    "READING_PORTIONS",
    "Approval",
    "CannotTell",
    "MoreToRead",
    "NextWork",
    "NotUndoable",
    "Obstacle",
    "OptionNotOffered",
    "ReasonMissing",
    "TryAgain",
    "Turn",
    "Verdict",
    "administrator",
    "advance",
    "answer",
    "approve",
    "cancel",
    "claim_sending",
    "days_since",
    "discard",
    "evidence_is_offered",
    "explain",
    "next_work",
    "offered_types",
    "plan_anew",
    "read",
    "receive",
    "sent",
    "stalled",
    "take_turn",
    "undo_is_offered",
    "unfinished",
    "waits_until",
    "work",
]
