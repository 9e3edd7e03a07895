"""What the commands tell scripts: their exit codes."""

from collections.abc import Mapping
from enum import IntEnum

from cert_completion_plugin import api


class Exit(IntEnum):
    """How a command ended; the same numbers for all commands that act for a user."""

    FINE = 0
    ERROR = 1
    PROBLEMS = 2
    REFUSED = 3
    WAITS = 4
    NOT_DONE = 5
    DENIED = 6
    UNDER_WAY = 7
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.FINE: "done, and every row is fine: recorded, held already, or a repetition",
    Exit.ERROR: "nothing was done: wrong arguments, no such file or import, or something went wrong",
    Exit.PROBLEMS: "done, but rows have problems; the report says which",
    Exit.REFUSED: "the file was refused as a whole; nothing was recorded",
    Exit.WAITS: "it waits for an answer about dates, or for approval",
    Exit.NOT_DONE: "the import failed, was cancelled or discarded, or was held back by all_or_nothing",
    Exit.DENIED: "there is no such user, or the user is not active or lacks a permission",
    Exit.UNDER_WAY: "the time for waiting was over; it goes on without this command",
    Exit.INTERRUPTED: "Ctrl-C; what becomes of the import is said",
}

TABLE = "exit status:\n" + "\n".join(f"  {code.value:<5}{text}" for code, text in MEANINGS.items())
"""For the end of a command's help."""


def exit_of(batch: api.Batch) -> Exit:
    """The code for an import as it stands."""
    match batch.state:
        case api.BatchState.FINISHED:
            return Exit.NOT_DONE if batch.held_back else exit_of_rows(batch.counts.get("outcomes", {}))
        case api.BatchState.REFUSED:
            return Exit.REFUSED
        case api.BatchState.FAILED | api.BatchState.CANCELLED:
            return Exit.NOT_DONE
        case api.BatchState.NEEDS_ANSWER | api.BatchState.AWAITING_APPROVAL:
            return Exit.WAITS
    return Exit.UNDER_WAY


def exit_of_rows(outcomes: Mapping[str, int]) -> Exit:
    """The code for rows by outcome, as they were recorded or are planned."""
    return Exit.PROBLEMS if any(outcomes.get(outcome) for outcome in api.PROBLEMS) else Exit.FINE
