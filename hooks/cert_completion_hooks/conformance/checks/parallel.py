"""Several workers at once."""

import threading
from datetime import date

import pytest

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.store import as_the_plugin_does, can_run_side_by_side, close_connections
from cert_completion_hooks.types import BatchInfo, CompletionChange, WriteStatus

_HOOK = "record_completions"
_WRITERS = 8
_TRIES = 10
_LOCK = (
    "Lock the learner and certification before you look at what is held, and keep the lock until it is written: a row "
    "lock (select_for_update), a unique constraint for pairs of which nothing is held yet, or a lock of your own."
)


class ParallelConformance:
    """Two imports that want to write the same learner and certification at the same moment."""

    def test_of_writers_at_once_one_writes(self, kit: Kit) -> None:
        if not can_run_side_by_side(kit.alias):
            pytest.skip(
                "Threads cannot write at once here: use @pytest.mark.django_db(transaction=True) and a database server."
            )
        key = kit.pair()
        batches = [kit.new_batch() for _ in range(_WRITERS)]
        changes = [kit.change(key, kit.record(2, date(2026, 1, 1), batch=batch)) for batch in batches]
        became = _at_once(kit, list(zip(batches, changes, strict=True)))
        if became != [WriteStatus.CONFLICT] * (_WRITERS - 1) + [WriteStatus.WRITTEN]:
            what = f"Of {_WRITERS} imports that wrote at once, all expecting nothing held, these became: {became}."
            kit.wrong(_HOOK, f"{what} One may be written; the others are in conflict.", _LOCK, key)


def _at_once(kit: Kit, work: list[tuple[BatchInfo, CompletionChange]]) -> list[str]:
    """What became of each, in the order of the alphabet."""
    became: list[str] = []
    start = threading.Barrier(len(work))

    def write(batch: BatchInfo, change: CompletionChange) -> None:
        start.wait()
        try:
            became.append(_status(kit, batch, change))
        finally:
            close_connections()

    threads = [threading.Thread(target=write, args=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(became)


def _status(kit: Kit, batch: BatchInfo, change: CompletionChange) -> str:
    """What the host says; like the plugin, ask again where it raises, which a deadlock or a lock time-out does."""
    raised = ""
    for _ in range(_TRIES):
        try:
            with as_the_plugin_does(kit.alias):
                return str(kit.hosts.call(_HOOK, batch=batch, changes=(change,))[0].status)
        except Exception as error:
            raised = f"raised {type(error).__name__}: {error}"
    return raised
