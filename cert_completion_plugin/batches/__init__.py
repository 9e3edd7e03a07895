"""The life of an import: received, read, worked on portion by portion, closed; swept up where work got lost."""

from cert_completion_plugin.batches.answering import answer
from cert_completion_plugin.batches.closing import close
from cert_completion_plugin.batches.portions import work
from cert_completion_plugin.batches.reading import read
from cert_completion_plugin.batches.receiving import OptionNotOffered, evidence_is_offered, receive
from cert_completion_plugin.batches.sweeping import NextWork, next_work, sent, stalled, unfinished
from cert_completion_plugin.batches.trouble import TryAgain

__all__ = [
    "NextWork",
    "OptionNotOffered",
    "TryAgain",
    "answer",
    "close",
    "evidence_is_offered",
    "next_work",
    "read",
    "receive",
    "sent",
    "stalled",
    "unfinished",
    "work",
]
