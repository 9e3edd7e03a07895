"""Having the host write: one bulk call, halved down to the guilty change where the host cannot take one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from cert_completion_hooks.types import (
    Actor,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    HostRefused,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
)
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, transaction

from cert_completion_plugin import logbook
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.core.changes import DecisionKey, Settled, changes_of, items_of, key_of, row_key, settle
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.undoing import RowUndo, changes_to_undo, undone_rows
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch

Asked = TypeVar("Asked")
Result = TypeVar("Result", WriteResult, UndoResult)

_NEVER_HELD = "-" * 64
"""Of the length of a digest, and none."""

NAMES_DATA = (IntegrityError, DataError, ValueError, HostRefused)


class Recorder:
    """Writes the decisions of one import's portions, and takes them back, in the name of whoever acts: the uploader."""

    def __init__(self, batch: Batch, actor: Actor | None = None) -> None:
        self.gateway = gateway()
        self.batch_id = batch.reference
        self.number = batch.id
        self.evidence_type = batch.options.evidence_type
        self.info = info_of(batch, actor)
        self.faults: dict[str, Issue] = {}
        self.not_undone: dict[str, str] = {}

    @property
    def shares_connection(self) -> bool:
        """Whether the host's records commit together with our own tables."""
        return self.gateway.shares_connection(DEFAULT_DB_ALIAS)

    def write(self, decisions: Sequence[Decision]) -> Settled:
        """Ask the host to write all that these decisions want written; returns what became of them.

        Raises HostUnavailable, HostContractError, and database errors that do not name data.
        """
        changes, items = changes_of(decisions, self.batch_id), items_of(decisions, self.batch_id, self.evidence_type)
        results = _isolated(lambda some: self.gateway.record_completions(self.info, some), changes, self._failed)
        results |= _isolated(lambda some: self.gateway.record_evidence(self.info, some), items, self._failed)
        return settle(decisions, results, self.batch_id, self.faults)

    def applied(self, decisions: Sequence[Decision]) -> set[DecisionKey]:
        """What of these decisions the host has written before, on an attempt of which the word got lost.

        Nothing is written: a change that expects what is never held is `repeated` or in conflict, and an evidence item
        tells which row created it. Raises the same as `write`.
        """
        changes = [replace(each, expected=_NEVER_HELD) for each in changes_of(decisions, self.batch_id)]
        results = _isolated(lambda some: self.gateway.record_completions(self.info, some), changes, self._failed)
        lines = {key for key, result in results.items() if result.status in (WriteStatus.REPEATED, WriteStatus.WRITTEN)}
        items = items_of(decisions, self.batch_id, self.evidence_type)
        held = self.gateway.acting_for(self.info.actor).find_evidence([item.evidence_key for item in items])
        lines |= {item.key for item in held.values()}
        return {key_of(decision) for decision in decisions if row_key(self.batch_id, decision.line) in lines}

    def take_back(self, decisions: Sequence[Decision], *, preview: bool = False) -> dict[int, RowUndo]:
        """Have the host undo what these decisions had written, or may have; what became of each such line.

        With `preview` the host answers the same and writes nothing. Raises HostUnavailable, HostContractError, and
        database errors that do not name data.
        """
        changes = changes_to_undo(decisions, self.batch_id)
        items = items_of(decisions, self.batch_id, self.evidence_type)
        undo = partial(self.gateway.undo_changes, self.info, preview=preview)
        results = _isolated(lambda some: undo(some, ()), changes, self._not_undone)
        results |= _isolated(lambda some: undo((), some), items, self._not_undone)
        rows = undone_rows(changes, items, results, self.not_undone)
        lines = {row_key(self.batch_id, decision.line): decision.line for decision in decisions}
        return {lines[key]: row for key, row in rows.items()}

    def _failed(self, asked: CompletionChange | EvidenceItem, error: Exception) -> WriteResult:
        if isinstance(error, HostRefused):
            return WriteResult(key=asked.key, status=WriteStatus.FAILED, reason=str(error))
        reference = reference_of(logbook.CHANGE_FAILED, error, batch=self.number, change=asked.key)
        self.faults[asked.key] = Issue(Code.INTERNAL_ERROR, details={"reference": reference})
        return WriteResult(key=asked.key, status=WriteStatus.FAILED)

    def _not_undone(self, asked: ChangeToUndo | EvidenceItem, error: Exception) -> UndoResult:
        key = asked.key if isinstance(asked, EvidenceItem) else asked.change.key
        if isinstance(error, HostRefused):
            return UndoResult(key=key, status=UndoStatus.CANNOT, reason=str(error))
        self.not_undone[key] = reference_of(logbook.CHANGE_NOT_UNDONE, error, batch=self.number, change=key)
        return UndoResult(key=key, status=UndoStatus.CANNOT)


def _isolated(
    send: Callable[[Sequence[Asked]], Mapping[str, Result]],
    asked: Sequence[Asked],
    failed: Callable[[Asked, Exception], Result],
) -> dict[str, Result]:
    """Send all; where an error names data, send halves, down to the one that is at fault."""
    if not asked:
        return {}
    try:
        with transaction.atomic():
            return dict(send(asked))
    except NAMES_DATA as error:
        if len(asked) == 1:
            result = failed(asked[0], error)
            return {result.key: result}
    middle = len(asked) // 2
    return _isolated(send, asked[:middle], failed) | _isolated(send, asked[middle:], failed)
