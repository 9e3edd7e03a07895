"""What becomes of a row, and the states of an import (import-rules.md §4.1 and §6)."""

from enum import StrEnum


class Outcome(StrEnum):
    """Every data row of a file has exactly one."""

    CERTIFIED = "certified"
    RENEWED = "renewed"
    HISTORY = "history"
    EVIDENCE = "evidence"
    ALREADY_HELD = "already_held"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    DRIFTED = "drifted"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def becomes_current(self) -> bool:
        return self in _BECOME_CURRENT

    @property
    def writes(self) -> bool:
        """Whether a row with this outcome adds something to what the host holds."""
        return self in _WRITE


_BECOME_CURRENT = frozenset({Outcome.CERTIFIED, Outcome.RENEWED})
_WRITE = _BECOME_CURRENT | {Outcome.HISTORY, Outcome.EVIDENCE}


class BatchState(StrEnum):
    """Where an import stands. The last four are final."""

    RECEIVED = "received"
    READING = "reading"
    NEEDS_ANSWER = "needs_answer"
    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting_approval"
    WRITING = "writing"
    FINISHED = "finished"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_working(self) -> bool:
        """Whether background work is under way or waiting to begin."""
        return self in (BatchState.RECEIVED, BatchState.READING, BatchState.PLANNING, BatchState.WRITING)


class Phase(StrEnum):
    """What a ledger entry tells of: what was planned for a row, written for it, or undone again."""

    PLANNED = "planned"
    WRITTEN = "written"
    UNDONE = "undone"
