"""A host without a lock."""

import time
from contextlib import contextmanager

from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails


class NoLock:
    def __enter__(self):
        return self

    def __exit__(self, *raised):
        return None


@fails("test_of_writers_at_once_one_writes", "record_completions", "these became: ", "Lock the learner")
class LocksNothing(MemoryHost):
    def __init__(self):
        super().__init__()
        self._lock = NoLock()

    @contextmanager
    def _transaction(self):
        yield

    def _keep(self, batch, key, pair):
        time.sleep(0.05)
        super()._keep(batch, key, pair)
