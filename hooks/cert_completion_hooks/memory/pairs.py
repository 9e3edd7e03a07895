"""What the in-memory host holds for one learner and certification, and how a change is applied and taken back: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cert_completion_hooks.types import (
    CertificationState,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What is held for one learner and certification.

    `word`: the state to tell whatever the day. `assigned_by`: the key of the change that assigned, if one did.
    """

    assigned: bool = False
    assigned_by: str = ""
    current: CompletionRecord | None = None
    history: tuple[CompletionRecord, ...] = ()
    word: CertificationState | None = None
    changed_by: str = ""
    changed_at: datetime | None = None

    def state(self, as_of: date) -> CompletionState:
        return CompletionState(
            state=self.word or _word(self.current, as_of),
            current=self.current,
            history=self.history,
            assigned=self.assigned,
            changed_by=self.changed_by,
            changed_at=self.changed_at,
        )


def _word(current: CompletionRecord | None, as_of: date) -> CertificationState:
    if current is None:
        return CertificationState.NONE
    if current.expires is not None and current.expires <= as_of:
        return CertificationState.EXPIRED
    if current.window_opens is not None and current.window_opens <= as_of:
        return CertificationState.WINDOW_OPEN
    return CertificationState.CERTIFIED


def _same(held: CompletionRecord | None, written: CompletionRecord | None) -> bool:
    """Whether a record that is held still is as it was written: its row key and its dates."""
    if held is None or written is None:
        return held is written
    return _identity(held) == _identity(written)


def _identity(record: CompletionRecord) -> tuple[str, date | None, date | None, date | None, date | None]:
    baseline = record.baseline_expires or record.expires
    return record.row_key, record.completed, record.expires, record.window_opens, baseline


def _without(records: Sequence[CompletionRecord], written: CompletionRecord) -> tuple[CompletionRecord, ...]:
    """The records without the first that still is as it was written; all of them if none is."""
    for place, record in enumerate(records):
        if _same(record, written):
            return (*records[:place], *records[place + 1 :])
    return tuple(records)


def applied(pair: Pair, change: CompletionChange) -> Pair:
    former = () if change.former is None else (change.former,)
    return replace(
        pair,
        assigned=pair.assigned or change.assign,
        assigned_by=change.key if change.assign and not pair.assigned else pair.assigned_by,
        current=change.current or pair.current,
        history=(*pair.history, *former, *change.history),
        word=pair.word if change.current is None else None,
    )


def taken_back(pair: Pair, undo: ChangeToUndo) -> tuple[Pair, tuple[str, ...]]:
    """The pair without what a change wrote, and the row keys of those records that were changed since."""
    change, before = undo.change, undo.before
    current, history, word = pair.current, pair.history, pair.word
    for record in change.history:
        history = _without(history, record)
    if change.current is not None and _same(current, change.current):
        remaining = history if change.former is None else _without(history, change.former)
        if change.former is None or remaining != history:
            current, history, word = before.current, remaining, None
    left = {record.row_key for record in (current, *history) if record is not None}
    kept = tuple(record.row_key for record in records_of(change) if record.row_key in left)
    taken = replace(pair, current=current, history=history, word=word)
    if pair.assigned_by == change.key and not kept and _same(current, before.current):
        taken = replace(taken, assigned=False, assigned_by="")
    return taken, kept


def records_of(change: CompletionChange) -> tuple[CompletionRecord, ...]:
    return change.history if change.current is None else (change.current, *change.history)
