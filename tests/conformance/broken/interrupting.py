"""Hosts that keep what was half written when an error came up."""

from contextlib import contextmanager
from dataclasses import replace

from cert_completion_hooks import WriteResult, WriteStatus
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.memory.pairs import applied

from tests.conformance.broken.registry import fails
from tests.conformance.statements import CountedHost

RECORD, ROLL_BACK = "record_completions", "use one transaction for the call"


@fails(
    "test_an_error_at_the_last_change_leaves_nothing_of_the_others",
    "record_completions",
    "something of it was",
    ROLL_BACK,
)
@fails("test_an_error_at_the_last_item_leaves_nothing_of_the_others", "record_evidence", "second of two", ROLL_BACK)
@fails("test_an_error_while_undoing_leaves_everything", "undo_changes", "something was taken back", ROLL_BACK)
class CommitsAsItGoes(MemoryHost):
    @contextmanager
    def _transaction(self):
        with self._open():
            yield


@fails("test_an_error_within_a_change_leaves_nothing_of_it", RECORD, "something of it was written", ROLL_BACK)
class CommitsRecordByRecord(MemoryHost):
    @contextmanager
    def _transaction(self):
        with self._open():
            yield

    def _record(self, batch, change):
        key = change.state_key
        result = super()._record(batch, replace(change, history=()))
        for past in change.history:
            alone = replace(change, current=None, former=None, assign=False, history=(past,))
            self._pairs[key] = applied(self._pairs[key], alone)
        return result


@fails("test_an_error_of_the_database_leaves_nothing", RECORD, "answered, and not written", "Keep the keys that were")
class KeepsKeysOfWhatFailed(CountedHost):
    def __init__(self):
        super().__init__()
        self.keys = set()

    def _record(self, batch, change):
        if change.key in self.keys:
            return WriteResult(key=change.key, status=WriteStatus.REPEATED)
        self.keys.add(change.key)
        self.statements.send()
        return super()._record(batch, change)


@fails("test_an_error_of_the_database_leaves_nothing", RECORD, "Statement 2 of the call failed", ROLL_BACK)
class CommitsEachStatement(CountedHost):
    @contextmanager
    def _transaction(self):
        with self._open():
            yield

    def _record(self, batch, change):
        self.statements.send()
        return super()._record(batch, change)
