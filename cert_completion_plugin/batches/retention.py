"""How long imports are kept: first their files go, then the cells of their rows, then what became of each row.

Their numbers stay. An import that still works or waits is never touched.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.store import connections, files, purging, retention, site_state
from cert_completion_plugin.store import orphans as store_orphans
from cert_completion_plugin.store.retention import Due, Kept, Overtaken
from cert_completion_plugin.store.values import Batch

EVERY = timedelta(days=1)
"""How often workers look for what is kept no longer."""

UNDER_WAY = timedelta(days=1)
"""The longest that a file may be stored before the import is that has it."""

PAUSE_SECONDS = 0.01
"""Between two transactions: others may want to write, where one may at a time."""


class RowsDeleted(Exception):
    """What was asked of an import was deleted: `kept` says what that was, and `batch` has the moments."""

    def __init__(self, batch: Batch, kept: Kept) -> None:
        super().__init__(f"the {kept} of import {batch.id} was deleted")
        self.batch = batch
        self.kept = kept


def check_kept(batch: Batch, *, needs_cells: bool = False) -> None:
    """Raise RowsDeleted if the rows of an import are gone, or their cells where those are needed."""
    if batch.ledger_deleted_at is not None:
        raise RowsDeleted(batch, Kept.LEDGER)
    if needs_cells and batch.rows_deleted_at is not None:
        raise RowsDeleted(batch, Kept.ROWS)


@dataclass(slots=True)
class Purged:
    """What a purge did: of how many imports each `kept` was deleted, and how many files could not be.

    `is_done` is False where its time was up before all was deleted.
    """

    imports: dict[Kept, int] = field(default_factory=lambda: dict.fromkeys(Kept, 0))
    failed: int = 0
    is_done: bool = True


def due() -> Mapping[Kept, Due]:
    """What a purge would delete now."""
    return {kept: retention.due(kept, before) for kept, before in _limits().items()}


def _limits() -> dict[Kept, datetime]:
    """Before when an import has to have ended; what goes takes with it what says still more of persons."""
    settings, now = conf.settings(), clock.now()
    ledger, rows, file = settings.keep_ledger_days, settings.keep_rows_days, settings.keep_files_days
    days = {Kept.FILE: (file, rows, ledger), Kept.ROWS: (rows, ledger), Kept.LEDGER: (ledger,)}
    shortest = {kept: min((each for each in given if each is not None), default=None) for kept, given in days.items()}
    return {kept: now - timedelta(days=number) for kept, number in shortest.items() if number is not None}


def purge(*, seconds: float | None = None) -> Purged:
    """Delete what is kept no longer, for about so many `seconds` at most.

    It may be killed at any moment, and two may be at it at once. What cannot be deleted, because its storage cannot be
    reached, is logged and keeps nothing else.
    """
    began, done = monotonic(), Purged()
    _purge(done, None if seconds is None else began + seconds)
    numbers = {str(kept): number for kept, number in done.imports.items()}
    if done.failed or any(numbers.values()):
        logbook.tell(logbook.PURGE_DONE, **numbers, failed=done.failed, seconds=monotonic() - began)
    return done


def _purge(done: Purged, until: float | None) -> None:
    for batch_id, kept in _work():
        try:
            for _ in purging.delete(batch_id, kept):
                if until is not None and monotonic() > until:
                    done.is_done = False
                    return
                sleep(PAUSE_SECONDS)
            done.imports[kept] += 1
        except Overtaken:
            continue
    for batch_id in files.deleted_but_stored():
        if until is not None and monotonic() > until:
            done.is_done = False
            return
        _delete_in_storage(batch_id, done)


def _work() -> Iterator[tuple[int, Kept]]:
    """What is to be deleted, each marked so."""
    yield from retention.unfinished()
    for kept, before in _limits().items():
        for batch_id in retention.due_ids(kept, before):
            if retention.begin(batch_id, kept, before, clock.now()):
                yield batch_id, kept


def _delete_in_storage(batch_id: int, done: Purged) -> None:
    try:
        files.delete_in_storage(batch_id)
    except Exception as error:  # whatever a storage raises
        connections.mend()
        done.failed += 1
        logbook.tell_fault(logbook.FILE_NOT_DELETED, error, batch=batch_id)


def delete_file(batch_id: int) -> bool:
    """Delete the file of an import that has ended, whatever its age; says whether there was one."""
    now = clock.now()
    for unfinished, kept in retention.unfinished():
        if unfinished == batch_id:
            _delete(unfinished, kept)
    if not files.has_file(batch_id) or not retention.begin(batch_id, Kept.FILE, now, now):
        return False
    _delete(batch_id, Kept.FILE)
    _delete_in_storage(batch_id, Purged())
    return True


def _delete(batch_id: int, kept: Kept) -> None:
    with suppress(Overtaken):
        for _ in purging.delete(batch_id, kept):
            sleep(PAUSE_SECONDS)


def orphans() -> list[str]:
    """The files in the site's storage that belong to nothing and have for a day; none where it has no storage.

    Raises NotImplementedError if the storage cannot list its files, or tell when they were stored.
    """
    alias = conf.settings().file_storage
    return store_orphans.orphans(alias, clock.now() - UNDER_WAY) if alias else []


def delete_orphan(name: str) -> None:
    store_orphans.delete(conf.settings().file_storage, name)


def is_due() -> bool:
    """Whether this call is to purge, or have it done: of several at once and within a day only one is."""
    now = clock.now()
    return site_state.claim_purge(now - EVERY, now)
