"""What operators find in the log: every line there is, and the one way to write it.

A line is one event with its fields, as text that log systems parse (`event=import_finished batch=12 rows=4000`) and as
attributes of the log record, for formatters that write JSON. Fields are ids, numbers and words of the plugin's own:
never a name, a cell, a file name, or the text of an exception, which may quote any of them.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from uuid import UUID

NAME = "cert_completion_plugin"

_HARMLESS = re.compile(r"[A-Za-z0-9_.:,/+\-]{1,200}")
_HIDDEN = "?"
_MOST_CAUSES = 10

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of line: its event, its level, and the fields that it may have, in their order.

    `counts`: whether it also has a field for each word that is counted, such as `certified=3`. `logger` is its name.
    """

    event: str
    level: int
    fields: tuple[str, ...]
    counts: bool
    logger: str = NAME


LINES: dict[str, Line] = {}
"""Every line that there is, by its event."""


def _line(event: str, level: int, fields: str, *, counts: bool = False, logger: str = NAME) -> Line:
    LINES[event] = Line(event, level, tuple(fields.split()), counts, logger)
    return LINES[event]


_DEBUG, _INFO, _WARNING, _ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR
FAULT = ("reference", "error", "code", "host", "hook", "key_type", "mend")
"""What a line about an exception may tell of it."""

_FAULT = " ".join(FAULT)

IMPORT_RECEIVED = _line("import_received", _INFO, "batch batch_reference user bytes")
READING_DONE = _line("reading_done", _INFO, "batch rows portions seconds")
IMPORT_REFUSED = _line("import_refused", _INFO, "batch codes seconds")
QUESTION_ASKED = _line("question_asked", _INFO, "batch rows seconds")
QUESTION_ANSWERED = _line("question_answered", _INFO, "batch")
PORTION_DONE = _line("portion_done", _DEBUG, "batch plan portion phase rows attempt seconds")
PLAN_MADE = _line("plan_made", _INFO, "batch plan rows seconds", counts=True)
APPROVAL_AWAITED = _line("approval_awaited", _INFO, "batch plan rows broken_limits")
PLAN_APPROVED = _line("plan_approved", _INFO, "batch plan user")
PLAN_DISCARDED = _line("plan_discarded", _INFO, "batch user")
PLANNED_ANEW = _line("planned_anew", _INFO, "batch plan confirmed")
HELD_BACK = _line("import_held_back", _INFO, "batch phase rows line")
CANCEL_ASKED = _line("cancel_asked", _INFO, "batch user")
IMPORT_STOPPED = _line("import_stopped", _WARNING, "batch loss user permission")
IMPORT_WRITTEN = _line("import_written", _INFO, "batch plan rows seconds")
IMPORT_FINISHED = _line("import_finished", _INFO, "batch batch_reference state rows seconds", counts=True)

UNDO_ASKED = _line("undo_asked", _INFO, "batch undo user")
UNDO_PREVIEWED = _line("undo_previewed", _INFO, "batch undo seconds", counts=True)
UNDO_CONFIRMED = _line("undo_confirmed", _INFO, "batch undo user")
UNDO_ABANDONED = _line("undo_abandoned", _INFO, "batch undo")
UNDO_STOPPED = _line("undo_stopped", _WARNING, "batch undo loss user permission")
UNDO_PORTION_DONE = _line("undo_portion_done", _DEBUG, "batch undo portion phase rows attempt seconds")
IMPORT_UNDONE = _line("import_undone", _INFO, "batch undo seconds", counts=True)

MESSAGES_HANDED_OVER = _line("messages_handed_over", _DEBUG, "batch seconds", counts=True)
MESSAGES_DONE = _line("messages_done", _INFO, "batch", counts=True)
MESSAGES_WAIT = _line("messages_wait", _WARNING, f"batch kind {_FAULT}")
MESSAGES_INTERRUPTED = _line("messages_interrupted", _ERROR, f"batch messages {_FAULT}")
MESSAGES_LOST = _line("messages_lost", _ERROR, "messages")
DELIVERY_INTERRUPTED = _line("delivery_interrupted", _WARNING, f"batch {_FAULT}")
NOTICE_MAILED = _line("notice_mailed", _INFO, "batch attempt")
NOTICE_WAITS = _line("notice_waits", _WARNING, f"batch attempt {_FAULT}")
NOTICE_DROPPED = _line("notice_dropped", _ERROR, f"batch attempt {_FAULT}")
TELLING_NOT_SENT = _line("telling_not_sent", _ERROR, f"batch {_FAULT}")

SWEEP_DONE = _line("sweep_done", _DEBUG, "resent seconds")
WORK_RESENT = _line("work_resent", _WARNING, "batch")
WORK_NOT_SENT = _line("work_not_sent", _ERROR, f"batch {_FAULT}")
SIGN_NOT_LEFT = _line("sign_not_left", _WARNING, _FAULT)
KEPT_FILES_STAY = _line("kept_files_stay", _ERROR, _FAULT)
TASK_FAILED = _line("task_failed", _ERROR, f"task batch {_FAULT}")
AFTER_COMMIT_FAILED = _line("after_commit_failed", _ERROR, f"step {_FAULT}")
LEARNER_FORGOTTEN = _line("learner_forgotten", _INFO, "batches rows files later")
FORGETTING_WAITS = _line("forgetting_waits", _ERROR, _FAULT)
HOST_DID_NOT_FORGET = _line("host_did_not_forget", _ERROR, _FAULT)
REQUEST_KEYS_STAY = _line("request_keys_stay", _ERROR, _FAULT)
PURGE_DONE = _line("purge_done", _INFO, "file rows ledger failed seconds")
FILE_NOT_DELETED = _line("file_not_deleted", _ERROR, f"batch {_FAULT}")
WATCHED_FILE_TAKEN = _line("watched_file_taken", _INFO, "file batch")
WATCHED_FILE_PUT_AWAY = _line("watched_file_put_away", _INFO, "file batch folder")
WATCHED_FILE_STAYS = _line("watched_file_stays", _ERROR, f"file {_FAULT}")
WATCHED_PLACE_AWAY = _line("watched_place_away", _ERROR, f"place {_FAULT}")
BROKER_REFUSED = _line("broker_refused", _WARNING, f"task batch {_FAULT}")
BROKER_SILENT = _line("broker_silent", _WARNING, _FAULT)

READING_INTERRUPTED = _line("reading_interrupted", _WARNING, f"batch attempt {_FAULT}")
READING_FAILED = _line("reading_failed", _ERROR, f"batch {_FAULT}")
TURN_INTERRUPTED = _line("turn_interrupted", _WARNING, f"batch {_FAULT}")
PORTION_REPEATED = _line("portion_repeated", _WARNING, f"batch undo portion {_FAULT}")
PORTION_INTERRUPTED = _line("portion_interrupted", _WARNING, f"batch undo portion attempt {_FAULT}")
PORTION_FAILED = _line("portion_failed", _ERROR, f"batch undo portion {_FAULT}")
CHANGE_FAILED = _line("change_failed", _ERROR, f"batch change {_FAULT}")
CHANGE_NOT_UNDONE = _line("change_not_undone", _ERROR, f"batch change {_FAULT}")
HOST_CANNOT_TELL = _line("host_cannot_tell", _ERROR, f"question batch {_FAULT}")
HOST_FAILED = _line("host_failed", _ERROR, f"batch_reference {_FAULT}")
HOOK_CALLED = _line("hook_called", _INFO, "hook host keys seconds error code key_type mend", logger=f"{NAME}.hooks")
RECEIVER_FAILED = _line("receiver_failed", _ERROR, f"signal {_FAULT}")


def tell(line: Line, counts: Mapping[str, int] | None = None, /, **fields: Any) -> None:
    """Write a line with these of its fields; those that are None are left out."""
    _write(line, counts, fields, None)


def tell_fault(line: Line, error: BaseException | None, /, *, trace: bool = False, **fields: Any) -> None:
    """Write a line about an exception: its type and code in the line, with `trace` where it happened below it."""
    _write(line, None, {**_of_error(error), **fields}, error if trace else None)


def _write(
    line: Line, counts: Mapping[str, int] | None, fields: Mapping[str, Any], error: BaseException | None
) -> None:
    unknown = fields.keys() - set(line.fields)
    if unknown or (counts and not line.counts):
        raise TypeError(f"The line {line.event!r} has no fields {sorted(unknown) or 'for counts'}.")
    logger = logging.getLogger(line.logger)
    if not logger.isEnabledFor(line.level):
        return
    told: dict[str, Value] = {"event": line.event}
    told |= {name: _harmless(name, fields[name]) for name in line.fields if fields.get(name) is not None}
    told |= {str(word): number for word, number in (counts or {}).items()}
    text = " ".join(f"{name}={_as_text(value)}" for name, value in told.items())
    logger.log(line.level, "%s", text, extra=told, exc_info=_without_texts(error) if error else None, stacklevel=3)


def _harmless(name: str, value: Any) -> Value:
    """A value that may stand in the log: whatever is no number and no word becomes a question mark."""
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float):
        return round(value, 3)
    text = str(value)
    return text if name == "mend" or _HARMLESS.fullmatch(text) else _HIDDEN


def _as_text(value: Value) -> str:
    text = str(value)
    return text if text == _HIDDEN or _HARMLESS.fullmatch(text) else json.dumps(text)


def user_id(key: Any) -> str | int | None:
    """The primary key of a user as the log may have it: a number or a UUID; any other may be somebody's name."""
    if isinstance(key, (int, UUID)):
        return key if isinstance(key, int) else str(key)
    text = str(key or "")
    return text if text.isdecimal() or re.fullmatch(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", text) else None


def _of_error(error: BaseException | None) -> dict[str, Any]:
    """What may be told of an exception: never its text."""
    if error is None:
        return {}
    told: dict[str, Any] = {"error": type(error).__name__, "code": _code_of(error)}
    told |= {name: getattr(error, name, "") or None for name in ("host", "hook", "mend")}
    key = getattr(error, "key", None)
    return told | {"key_type": None if key is None else type(key).__name__}


def _code_of(error: BaseException) -> Any:
    """The code by which a database or the system names the fault."""
    for each in (error, error.__cause__):
        for name in ("sqlstate", "pgcode", "sqlite_errorname", "errno"):
            if code := getattr(each, name, None):
                return code
        if each is not None and each.args and type(each.args[0]) is int:
            return each.args[0]
    return None


_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def _without_texts(error: BaseException) -> _ExcInfo:
    """The exception and its causes as they are shown in a log, each by its type and place alone."""
    stand_in = _stand_in(error, _MOST_CAUSES)
    return type(stand_in), stand_in, error.__traceback__


def _stand_in(error: BaseException, most: int) -> BaseException:
    kind = type(error)
    shown = type(kind.__name__, (Exception,), {"__module__": kind.__module__, "__qualname__": kind.__qualname__})
    stand_in: BaseException = shown().with_traceback(error.__traceback__)
    if most and error.__cause__ is not None:
        stand_in.__cause__ = _stand_in(error.__cause__, most - 1)
    elif most and error.__context__ is not None and not error.__suppress_context__:
        stand_in.__context__ = _stand_in(error.__context__, most - 1)
    else:
        stand_in.__suppress_context__ = True
    return stand_in
