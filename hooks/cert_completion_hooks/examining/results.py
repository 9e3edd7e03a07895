"""What comes out of the answers to requests, once they are checked: exactly one result for each key."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.types import ChangeToUndo, EvidenceItem, MessageResult, UndoResult, WriteResult

R = TypeVar("R", WriteResult, UndoResult, MessageResult)


def results_by_key(answer: Answer, asked: Sequence[str], kind: type[R]) -> dict[str, R]:
    """Key -> its result, in the order in which the keys were asked."""
    found: dict[str, R] = {}
    known = frozenset(asked)
    for result in answer.sequence(kind):
        if result.key not in known:
            answer.wrong("This key was not asked for.", "Echo the keys of what you were given.", result.key)
        if result.key in found:
            answer.wrong("There are two results for this key.", "Return one result for each key.", result.key)
        found[result.key] = result
    for key in asked:
        if key not in found:
            answer.wrong("There is no result for this key.", "Return one result for each key.", key)
    return {key: found[key] for key in asked}


def undo_results(
    answer: Answer, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem]
) -> dict[str, UndoResult]:
    """Key -> its result; the records that it names as kept are the change's own."""
    rows = _rows(changes, items)
    found = results_by_key(answer, list(rows), UndoResult)
    for key, result in found.items():
        strangers = [row_key for row_key in result.kept if row_key not in rows[key]]
        if strangers:
            what = f"It names {strangers[0]!r} as kept, which this change did not write."
            answer.wrong(what, "Name in `kept` row keys of records that the change wrote.", key)
    return found


def _rows(changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem]) -> Mapping[str, frozenset[str]]:
    rows = {item.key: frozenset({item.key}) for item in items}
    for undo in changes:
        current = () if undo.change.current is None else (undo.change.current,)
        rows[undo.change.key] = frozenset(record.row_key for record in (*current, *undo.change.history))
    return rows


def count(answer: Answer) -> int:
    """A number of things, which nobody has to answer: None is 0."""
    value = answer.value
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        answer.wrong("It is no number of records.", "Return how many records were deleted, 0 for none.")
    return int(value)
