"""Why a row without problems has its outcome (import-rules.md §4): stable codes, and the table as it stands there."""

from enum import StrEnum

from cert_completion_plugin.core.options import ImportAction
from cert_completion_plugin.core.outcomes import Outcome


class Ground(StrEnum):
    """The sentence of the rules that decided a row. The first four, for leading rows alone, are rows of the table."""

    NONE_OR_EXPIRED = "none_or_expired"
    OLDER = "older_than_current"
    NEWER = "newer_than_current"
    CONTRADICTORY = "current_contradicts_itself"
    FOLLOWING = "following"
    HELD_BY_CURRENT = "held_by_current"
    HELD_BY_MOVED = "held_by_moved"
    HELD_BY_HISTORY = "held_by_history"
    DUPLICATE = "duplicate"
    NEW_EVIDENCE = "new_evidence"
    HELD_EVIDENCE = "held_evidence"


_TABLE = {
    Ground.NONE_OR_EXPIRED: (Outcome.HISTORY, Outcome.CERTIFIED, Outcome.CERTIFIED),
    Ground.OLDER: (Outcome.HISTORY, Outcome.HISTORY, Outcome.HISTORY),
    Ground.NEWER: (Outcome.HISTORY, Outcome.HISTORY, Outcome.RENEWED),
    Ground.CONTRADICTORY: (Outcome.HISTORY, Outcome.RENEWED, Outcome.RENEWED),
}

_WHATEVER_THE_ACTION = {
    Ground.FOLLOWING: Outcome.HISTORY,
    Ground.HELD_BY_CURRENT: Outcome.ALREADY_HELD,
    Ground.HELD_BY_MOVED: Outcome.ALREADY_HELD,
    Ground.HELD_BY_HISTORY: Outcome.ALREADY_HELD,
    Ground.DUPLICATE: Outcome.DUPLICATE,
    Ground.NEW_EVIDENCE: Outcome.EVIDENCE,
    Ground.HELD_EVIDENCE: Outcome.ALREADY_HELD,
}

_OUTCOMES = {
    (ground, action): outcome
    for ground, outcomes in _TABLE.items()
    for action, outcome in zip(ImportAction, outcomes, strict=True)
} | {(ground, action): outcome for ground, outcome in _WHATEVER_THE_ACTION.items() for action in ImportAction}


def outcome_on(ground: Ground, action: ImportAction) -> Outcome:
    """What is decided for a row on this ground, with the action that was chosen for the import."""
    return _OUTCOMES[ground, action]
