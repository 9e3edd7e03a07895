"""What the uploader is told when an import has ended (import-rules.md §7)."""

from collections.abc import Mapping
from enum import StrEnum

from cert_completion_plugin.core.outcomes import BatchState, Outcome


class Ending(StrEnum):
    """How an import ended, in the uploader's eyes. `held_back`: "all or nothing" was chosen, and it was nothing."""

    DONE = "done"
    PROBLEMS = "problems"
    HELD_BACK = "held_back"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MailState(StrEnum):
    """What became of the mail about it. `none`: nobody is mailed. `sending`, for long: nobody knows how it ended."""

    NONE = "none"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"


_ENDINGS = {
    BatchState.REFUSED: Ending.REFUSED,
    BatchState.FAILED: Ending.FAILED,
    BatchState.CANCELLED: Ending.CANCELLED,
}

_PROBLEMS = (Outcome.REJECTED, Outcome.DRIFTED, Outcome.FAILED)


def problems(outcomes: Mapping[str, int]) -> int:
    """How many rows somebody has to look after, of rows by outcome."""
    return sum(outcomes.get(outcome, 0) for outcome in _PROBLEMS)


def ending(state: BatchState, outcomes: Mapping[str, int], *, held_back: bool) -> Ending:
    """How an import ended that is in this state, with these rows by outcome."""
    if state in _ENDINGS:
        return _ENDINGS[state]
    if held_back:
        return Ending.HELD_BACK
    return Ending.PROBLEMS if problems(outcomes) else Ending.DONE
