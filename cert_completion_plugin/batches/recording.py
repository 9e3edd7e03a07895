"""Having the host write: one bulk call, halved down to the guilty change where the host cannot take one."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from cert_completion_hooks.types import CompletionChange, EvidenceItem, HostRefused, WriteResult, WriteStatus
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, transaction

from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.core.all_or_nothing import changes_to_undo, kept_rows
from cert_completion_plugin.core.changes import Settled, changes_of, items_of, settle
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch

Asked = TypeVar("Asked", CompletionChange, EvidenceItem)

NAMES_DATA = (IntegrityError, DataError, ValueError, HostRefused)


class Recorder:
    """Writes the decisions of one import's portions."""

    def __init__(self, batch: Batch) -> None:
        self.gateway = gateway()
        self.batch_id = batch.reference
        self.evidence_type = batch.options.evidence_type
        self.info = info_of(batch)
        self.faults: dict[str, Issue] = {}

    @property
    def shares_connection(self) -> bool:
        """Whether the host's records commit together with our own tables."""
        return self.gateway.shares_connection(DEFAULT_DB_ALIAS)

    def write(self, decisions: Sequence[Decision]) -> Settled:
        """Ask the host to write all that these decisions want written; returns what became of them.

        Raises HostUnavailable, HostContractError, and database errors that do not name data.
        """
        changes, items = changes_of(decisions, self.batch_id), items_of(decisions, self.batch_id, self.evidence_type)
        results = self._isolated(lambda some: self.gateway.record_completions(self.info, some), changes)
        results |= self._isolated(lambda some: self.gateway.record_evidence(self.info, some), items)
        return settle(decisions, results, self.batch_id, self.faults)

    def take_back(self, decisions: Sequence[Decision]) -> set[str]:
        """Have the host undo what these decisions had written; returns the row keys of what it kept.

        Raises HostUnavailable, HostContractError, and errors of the database.
        """
        changes = changes_to_undo(decisions, self.batch_id)
        items = items_of(decisions, self.batch_id, self.evidence_type)
        results = self.gateway.undo_changes(self.info, changes, items, preview=False)
        return kept_rows(changes, items, results)

    def _isolated(
        self, send: Callable[[Sequence[Asked]], Mapping[str, WriteResult]], asked: Sequence[Asked]
    ) -> dict[str, WriteResult]:
        """Send all; where an error names data, send halves, down to the one that is at fault."""
        if not asked:
            return {}
        try:
            with transaction.atomic():
                return dict(send(asked))
        except NAMES_DATA as error:
            if len(asked) == 1:
                return {asked[0].key: self._failed(asked[0].key, error)}
        middle = len(asked) // 2
        return self._isolated(send, asked[:middle]) | self._isolated(send, asked[middle:])

    def _failed(self, key: str, error: Exception) -> WriteResult:
        if isinstance(error, HostRefused):
            return WriteResult(key=key, status=WriteStatus.FAILED, reason=str(error))
        reference = reference_of(f"the host could not write change {key}", error)
        self.faults[key] = Issue(Code.INTERNAL_ERROR, details={"reference": reference})
        return WriteResult(key=key, status=WriteStatus.FAILED)
