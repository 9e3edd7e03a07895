"""A host that keeps its records in a database of its own, and commits there before the plugin does.

Learners and certifications are those of the record book. It takes its time between its commit and its answer, so that
many a kill comes in between.
"""

import os
import pickle
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from cert_completion_hooks import (
    SPEC_VERSION,
    BatchInfo,
    Capability,
    CompletionChange,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    HostInfo,
    StateKey,
    WriteResult,
    WriteStatus,
    hookimpl,
)
from cert_completion_hooks.memory.pairs import Pair, applied
from cert_completion_records.host import find_certifications, find_learners, list_certifications

__all__ = [
    "find_certifications",
    "find_completion_states",
    "find_evidence",
    "find_learners",
    "host_info",
    "list_certifications",
    "record_completions",
    "record_evidence",
]

STORE = Path(os.environ["SANDBOX_DATA"]) / "own-store.sqlite3"
TABLES = """
    CREATE TABLE IF NOT EXISTS pair (learner TEXT, certification TEXT, held BLOB, PRIMARY KEY (learner, certification));
    CREATE TABLE IF NOT EXISTS evidence (identity TEXT PRIMARY KEY, item BLOB);
    CREATE TABLE IF NOT EXISTS applied (key TEXT PRIMARY KEY);
"""
LONGEST_ANSWER = 0.2


@contextmanager
def store() -> Iterator[sqlite3.Connection]:
    """The store, in one transaction of its own."""
    with closing(sqlite3.connect(STORE, timeout=30, isolation_level=None)) as connection:
        connection.executescript(TABLES)
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def _held(connection: sqlite3.Connection, key: StateKey) -> Pair:
    which = (key.learner_key, key.certification_key)
    found = connection.execute("SELECT held FROM pair WHERE learner = ? AND certification = ?", which).fetchone()
    return pickle.loads(found[0]) if found else Pair()


def _identity(key: EvidenceKey) -> str:
    return repr((key.learner_key, key.short_name, key.id_number, key.completed))


@hookimpl
def host_info() -> HostInfo:
    can = {Capability.HISTORY, Capability.EXPIRY, Capability.ASSIGNMENTS, Capability.EVIDENCE}
    return HostInfo(name="own store", version="1", contract_version=SPEC_VERSION, capabilities=frozenset(can))


@hookimpl
def find_completion_states(keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
    with store() as connection:
        held = {key: _held(connection, key) for key in keys}
    return {key: pair.state(as_of) for key, pair in held.items() if pair != Pair()}


@hookimpl
def find_evidence(keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
    found = {}
    with store() as connection:
        for key in keys:
            row = connection.execute("SELECT item FROM evidence WHERE identity = ?", (_identity(key),)).fetchone()
            if row:
                found[key] = pickle.loads(row[0])
    return found


@hookimpl
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    with store() as connection:
        results = [_record(connection, batch, change) for change in changes]
    time.sleep(random.uniform(0, LONGEST_ANSWER))
    return results


def _record(connection: sqlite3.Connection, batch: BatchInfo, change: CompletionChange) -> WriteResult:
    if _is_applied(connection, change.key):
        return WriteResult(key=change.key, status=WriteStatus.REPEATED)
    pair = _held(connection, change.state_key)
    if pair.state(batch.as_of).digest() != change.expected:
        return WriteResult(key=change.key, status=WriteStatus.CONFLICT)
    held = pickle.dumps(replace(applied(pair, change), changed_by=batch.actor.username))
    values = (change.learner_key, change.certification_key, held)
    connection.execute("INSERT OR REPLACE INTO pair VALUES (?, ?, ?)", values)
    return _written(connection, change.key)


def _is_applied(connection: sqlite3.Connection, key: str) -> bool:
    return connection.execute("SELECT 1 FROM applied WHERE key = ?", (key,)).fetchone() is not None


def _written(connection: sqlite3.Connection, key: str) -> WriteResult:
    connection.execute("INSERT INTO applied VALUES (?)", (key,))
    return WriteResult(key=key, status=WriteStatus.WRITTEN)


@hookimpl
def record_evidence(batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
    with store() as connection:
        return [_record_item(connection, item) for item in items]


def _record_item(connection: sqlite3.Connection, item: EvidenceItem) -> WriteResult:
    if _is_applied(connection, item.key):
        return WriteResult(key=item.key, status=WriteStatus.REPEATED)
    values = (_identity(item.evidence_key), pickle.dumps(item))
    if not connection.execute("INSERT OR IGNORE INTO evidence VALUES (?, ?)", values).rowcount:
        return WriteResult(key=item.key, status=WriteStatus.CONFLICT)
    return _written(connection, item.key)
