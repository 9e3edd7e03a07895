"""The life of an import: received, read, worked on portion by portion, closed; swept up where work got lost."""

from cert_completion_plugin.batches.answering import answer
from cert_completion_plugin.batches.approving import Approval, Verdict, approve
from cert_completion_plugin.batches.asking import CannotTell
from cert_completion_plugin.batches.cancelling import cancel, discard
from cert_completion_plugin.batches.clock import days_since
from cert_completion_plugin.batches.closing import advance
from cert_completion_plugin.batches.delivering import claim_delivery, deliver, delivered, delivery, undelivered
from cert_completion_plugin.batches.evidence_types import offered_types
from cert_completion_plugin.batches.explaining import (
    PROBLEMS,
    Account,
    Neighbours,
    account,
    explain,
    neighbours,
    origin,
)
from cert_completion_plugin.batches.finding import certification_keys
from cert_completion_plugin.batches.following import HostFollowUps, follow_ups
from cert_completion_plugin.batches.health import (
    SIGN_SECONDS,
    command_works,
    forget_lost_workers,
    pace,
    waiting_since,
    worker_runs,
    worker_seen,
    worker_stops,
    worker_works,
)
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.keeping import KEPT_FOR, KeptFile, TooLarge, forget_old_files, keep_file, kept_file
from cert_completion_plugin.batches.notices import mail as mail_notice
from cert_completion_plugin.batches.notices import subject_of, take_unshown, unmailed
from cert_completion_plugin.batches.notices import waits as notice_waits
from cert_completion_plugin.batches.offers import evidence_is_offered, messages_are_offered, undo_is_offered
from cert_completion_plugin.batches.once import KEYS_KEPT_FOR, KeyBusy, KeyReused, forget_old_keys, once
from cert_completion_plugin.batches.plans import plan_anew
from cert_completion_plugin.batches.portions import work
from cert_completion_plugin.batches.reading import READING_PORTIONS, MoreToRead, read
from cert_completion_plugin.batches.receiving import KeptFileGone, OptionNotOffered, receive, receive_kept
from cert_completion_plugin.batches.sweeping import (
    NextWork,
    claim_sending,
    next_work,
    sent,
    stalled,
    unfinished,
    waits_until,
)
from cert_completion_plugin.batches.template_names import certifications_for
from cert_completion_plugin.batches.trouble import HOST_AWAY, LONGEST_PAUSE, TryAgain
from cert_completion_plugin.batches.turns import Turn, take_turn
from cert_completion_plugin.batches.undoing import MOST_OF_REASON, NotUndoable, Obstacle, ReasonMissing

__all__ = [
    "HOST_AWAY",
    "KEPT_FOR",
    "KEYS_KEPT_FOR",
    "LONGEST_PAUSE",
    "MOST_OF_REASON",
    "PROBLEMS",
    "READING_PORTIONS",
    "SIGN_SECONDS",
    "Account",
    "Approval",
    "CannotTell",
    "HostFollowUps",
    "KeptFile",
    "KeptFileGone",
    "KeyBusy",
    "KeyReused",
    "MoreToRead",
    "Neighbours",
    "NextWork",
    "NotUndoable",
    "Obstacle",
    "OptionNotOffered",
    "ReasonMissing",
    "TooLarge",
    "TryAgain",
    "Turn",
    "Verdict",
    "account",
    "administrator",
    "advance",
    "answer",
    "approve",
    "cancel",
    "certification_keys",
    "certifications_for",
    "claim_delivery",
    "claim_sending",
    "command_works",
    "days_since",
    "deliver",
    "delivered",
    "delivery",
    "discard",
    "evidence_is_offered",
    "explain",
    "follow_ups",
    "forget_lost_workers",
    "forget_old_files",
    "forget_old_keys",
    "keep_file",
    "kept_file",
    "mail_notice",
    "messages_are_offered",
    "neighbours",
    "next_work",
    "notice_waits",
    "offered_types",
    "once",
    "origin",
    "pace",
    "plan_anew",
    "read",
    "receive",
    "receive_kept",
    "sent",
    "stalled",
    "subject_of",
    "take_turn",
    "take_unshown",
    "undelivered",
    "undo_is_offered",
    "unfinished",
    "unmailed",
    "waiting_since",
    "waits_until",
    "work",
    "worker_runs",
    "worker_seen",
    "worker_stops",
    "worker_works",
]
