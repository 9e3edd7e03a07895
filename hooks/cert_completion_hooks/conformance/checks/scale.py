"""Thousands of items at once, in a bounded number of statements where they can be counted."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, TypeVar

from cert_completion_hooks.conformance.kit import Kit, change_of, to_undo
from cert_completion_hooks.conformance.needs import needs_evidence, needs_undo
from cert_completion_hooks.types import (
    CertificationRef,
    CompletionState,
    EvidenceKey,
    StateKey,
    UndoStatus,
    WriteStatus,
)

MANY = 5000
MOST_STATEMENTS = 250
NOTHING = CompletionState()
T = TypeVar("T")


class ScaleConformance:
    """Questions and requests about 5,000 items: a portion of an import can be as large."""

    def test_many_learners(self, kit: Kit) -> None:
        kit.learner()
        names = [f"nobody{number}" for number in range(MANY - 1)]
        _few_statements(kit, "find_learners", lambda: kit.find_learners(*names, "kim"), {"kim"})

    def test_many_references(self, kit: Kit) -> None:
        kit.certification()
        references = [CertificationRef(f"short {number}", f"number {number}") for number in range(MANY - 1)]
        fire = CertificationRef("Fire", "")
        for case in (False, True):
            ask = partial(kit.find_certifications, *references, fire, ignore_case=case)
            _few_statements(kit, "find_certifications", ask, {fire})

    def test_many_pairs(self, kit: Kit) -> None:
        key = kit.pair()
        kit.do(kit.change(key, kit.record()))
        keys = [StateKey(f"{number}", key.certification_key) for number in range(10**9, 10**9 + MANY - 1)]
        _few_statements(kit, "find_completion_states", lambda: kit.states(*keys, key), {key})

    @needs_evidence
    def test_many_keys_of_evidence(self, kit: Kit) -> None:
        item = kit.item()
        kit.record_items(item)
        learner_key, day = item.learner_key, date(2025, 5, 5)
        keys = [
            EvidenceKey(learner_key=learner_key, short_name=f"Canoe {number}", id_number="", completed=day)
            for number in range(MANY - 1)
        ]
        _few_statements(kit, "find_evidence", lambda: kit.find_evidence(*keys, item.evidence_key), {item.evidence_key})

    def test_many_changes(self, kit: Kit) -> None:
        keys = _pairs(kit)
        held = kit.states(*keys)
        changes = [change_of(key, held.get(key, NOTHING), kit.record(line)) for line, key in enumerate(keys, 2)]
        answered = _counted(kit, "record_completions", lambda: kit.write(*changes))
        others = [result for result in answered.values() if result.status is not WriteStatus.WRITTEN]
        if others:
            what = f"Of {MANY} changes that fit what is held it did not write {len(others)}, such as {others[0]}."
            kit.wrong("record_completions", what, "Write them all, in as many statements as it takes.")

    @needs_undo
    def test_many_changes_to_undo(self, kit: Kit) -> None:
        keys = _pairs(kit)
        changes = [change_of(key, NOTHING, kit.record(line)) for line, key in enumerate(keys, 2)]
        kit.write(*changes)
        asked = [to_undo(change, NOTHING) for change in changes]
        answered = _counted(kit, "undo_changes", lambda: kit.undo(*asked))
        others = [result for result in answered.values() if result.status is not UndoStatus.UNDONE]
        if others:
            what = f"Of {MANY} changes that nobody touched since it did not undo {len(others)}, such as {others[0]}."
            kit.wrong("undo_changes", what, "Undo them all, in as many statements as it takes.")

    @needs_evidence
    def test_many_items(self, kit: Kit) -> None:
        learner_key = kit.learner()
        items = [kit.item(line, f"Canoe {line}", learner_key=learner_key) for line in range(2, MANY + 2)]
        answered = _counted(kit, "record_evidence", lambda: kit.record_items(*items))
        others = [result for result in answered.values() if result.status is not WriteStatus.WRITTEN]
        if others:
            what = f"Of {MANY} new items it did not create {len(others)}, such as {others[0]}."
            kit.wrong("record_evidence", what, "Create them all, in as many statements as it takes.")


def _pairs(kit: Kit) -> list[StateKey]:
    names = [f"learner{number}" for number in range(MANY)]
    kit.world.add_learners(names)
    certification = kit.certification().key
    found = kit.find_learners(*names)
    missing = [name for name in names if name not in found]
    if missing:
        what = f"Of {MANY} learners who exist it does not find {len(missing)}, such as {missing[0]!r}."
        kit.wrong("find_learners", what, "Ask the database in chunks, and answer for all of them.")
    return [StateKey(found[name][0].key, certification) for name in names]


def _few_statements(kit: Kit, hook: str, ask: Callable[[], Mapping[Any, object]], expected: set[Any]) -> None:
    found = _counted(kit, hook, ask)
    if set(found) != expected:
        what = f"Asked for {MANY} keys of which one exists, it answered with {len(found)}."
        kit.wrong(hook, what, "Ask the database in chunks, and put the answers of all chunks together.")


def _counted(kit: Kit, hook: str, ask: Callable[[], T]) -> T:
    if kit.store is None:
        return ask()
    with kit.store.counted() as statements:
        answer = ask()
    if statements() > MOST_STATEMENTS:
        what = f"It sent {statements():,} statements to the database for {MANY:,} items."
        mend = (
            "Ask and write in bulk: one statement for some thousand keys (`IN`, `executemany`, `bulk_create`), not "
            f"one for each. At most {MOST_STATEMENTS} are let pass."
        )
        kit.wrong(hook, what, mend)
    return answer
