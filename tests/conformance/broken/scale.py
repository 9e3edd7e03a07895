"""Hosts that are made for a few rows."""

from cert_completion_hooks import hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails
from tests.conformance.statements import CountedHost

BULK, CHUNKS = "Ask and write in bulk", "put the answers of all chunks together"


@fails("test_many_learners", "find_learners", "5,000 statements to the database for 5,000 items", BULK)
@fails("test_many_references", "find_certifications", "5,000 statements", BULK)
@fails("test_many_pairs", "find_completion_states", "5,000 statements", BULK)
@fails("test_many_keys_of_evidence", "find_evidence", "5,000 statements", BULK)
@fails("test_many_changes", "record_completions", "5,000 statements", BULK)
@fails("test_many_changes_to_undo", "undo_changes", "5,000 statements", BULK)
@fails("test_many_items", "record_evidence", "5,000 statements", BULK)
class AsksOneByOne(CountedHost):
    def _send(self, items):
        for _ in items:
            self.statements.send()

    @hookimpl
    def find_learners(self, actor, usernames):
        self._send(usernames)
        return super().find_learners(actor, usernames)

    @hookimpl
    def find_certifications(self, actor, references, ignore_case):
        self._send(references)
        return super().find_certifications(actor, references, ignore_case)

    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        self._send(keys)
        return super().find_completion_states(actor, keys, as_of)

    @hookimpl
    def find_evidence(self, actor, keys):
        self._send(keys)
        return super().find_evidence(actor, keys)

    @hookimpl
    def record_completions(self, batch, changes):
        self._send(changes)
        return super().record_completions(batch, changes)

    @hookimpl
    def record_evidence(self, batch, items):
        self._send(items)
        return super().record_evidence(batch, items)

    @hookimpl
    def undo_changes(self, batch, changes, items, preview):
        self._send(changes)
        return super().undo_changes(batch, changes, items, preview)


@fails("test_many_learners", "find_learners", "of which one exists, it answered with 0", CHUNKS)
class AsksForAThousand(MemoryHost):
    """Asks for the first thousand, and forgets the others."""

    @hookimpl
    def find_learners(self, actor, usernames):
        return super().find_learners(actor, usernames[:1000])
