"""The life of an import: received, read, worked on portion by portion, closed; swept up where work got lost."""

from cert_completion_plugin.batches.answering import answer
from cert_completion_plugin.batches.cancelling import cancel
from cert_completion_plugin.batches.closing import advance
from cert_completion_plugin.batches.evidence_types import CannotTell, offered_types
from cert_completion_plugin.batches.explaining import explain
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.offers import evidence_is_offered, undo_is_offered
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
from cert_completion_plugin.batches.trouble import HOST_AWAY, TryAgain
from cert_completion_plugin.batches.turns import Turn, take_turn

__all__ = [
    "HOST_AWAY",
    "READING_PORTIONS",
    "CannotTell",
    "MoreToRead",
    "NextWork",
    "OptionNotOffered",
    "TryAgain",
    "Turn",
    "administrator",
    "advance",
    "answer",
    "cancel",
    "claim_sending",
    "evidence_is_offered",
    "explain",
    "next_work",
    "offered_types",
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
