"""Errors in the middle of a request: what was half written must not stay."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar

import pytest

from cert_completion_hooks.conformance.checks.states import CURRENT
from cert_completion_hooks.conformance.kit import Kit, to_undo
from cert_completion_hooks.conformance.needs import needs_evidence, needs_history, needs_undo
from cert_completion_hooks.types import ChangeToUndo, CompletionChange, CompletionRecord, EvidenceItem

T = TypeVar("T")

_MOST_STATEMENTS = 60
_ROLL_BACK = (
    "An exception means that nothing of the whole call was written: use one transaction for the call, and let the "
    "exception through. (A host on the plugin's own database connection is rolled back by the plugin, unless it "
    "commits itself, or writes elsewhere.)"
)


class Interrupted(Exception):
    """What the kit raises in the middle of a request."""


class _BrokenHistory(tuple[CompletionRecord, ...]):
    """Records of which only the first can be read."""

    def __iter__(self) -> Iterator[CompletionRecord]:
        yield self[0]
        raise Interrupted


class _BrokenChange(CompletionChange):
    """A change whose new record cannot be read."""

    def __getattribute__(self, name: str) -> Any:
        return _unreadable(name, "current", super().__getattribute__)


class _BrokenItem(EvidenceItem):
    """An item whose completion date cannot be read."""

    def __getattribute__(self, name: str) -> Any:
        return _unreadable(name, "completed", super().__getattribute__)


class _BrokenUndo(ChangeToUndo):
    """A change to undo of which nobody can read what was there before."""

    def __getattribute__(self, name: str) -> Any:
        return _unreadable(name, "before", super().__getattribute__)


def _unreadable(name: str, broken: str, read: Callable[[str], Any]) -> Any:
    if name == broken:
        raise Interrupted
    return read(name)


class InterruptionConformance:
    """Requests that fail half-way."""

    def test_an_error_at_the_last_change_leaves_nothing_of_the_others(self, kit: Kit) -> None:
        good, bad = _changes(kit)
        _leaves_whole_changes(kit, good, _as(_BrokenChange, bad))

    @needs_history
    def test_an_error_within_a_change_leaves_nothing_of_it(self, kit: Kit) -> None:
        good, bad = _changes(kit)
        history = [kit.record(8, date(2020, 1, 1)), kit.record(9, date(2019, 1, 1))]
        _leaves_whole_changes(kit, good, replace(bad, history=_BrokenHistory(history)))

    @needs_evidence
    def test_an_error_at_the_last_item_leaves_nothing_of_the_others(self, kit: Kit) -> None:
        good, bad = kit.item(2), kit.item(3, "Kayak")
        was_answered = kit.attempt("record_evidence", items=(good, _as(_BrokenItem, bad)))
        left = {item.short_name for item in kit.find_evidence(good.evidence_key, bad.evidence_key).values()}
        if bad.short_name in left or (left and not was_answered):
            what = f"An error came up at the second of two items; these are there now: {sorted(left)}."
            kit.wrong("record_evidence", what, _ROLL_BACK)

    @needs_undo
    def test_an_error_while_undoing_leaves_everything(self, kit: Kit) -> None:
        keys = sorted([kit.pair("lee"), kit.pair()])
        befores = [kit.state(key) for key in keys]
        changes = [kit.change(key, kit.record(line)) for line, key in enumerate(keys, 2)]
        kit.do(*changes)
        written = [kit.state(key) for key in keys]
        asked = (to_undo(changes[0], befores[0]), _as(_BrokenUndo, to_undo(changes[1], befores[1])))
        if kit.attempt("undo_changes", changes=asked, items=(), preview=False):
            pytest.skip("The host undoes a change without looking at what was before, so it could not be interrupted.")
        for key, state in zip(keys, written, strict=True):
            when = "An error came up in the middle of an undo, and something was taken back."
            kit.expect_state(key, state, "undo_changes", when, _ROLL_BACK)

    def test_an_error_of_the_database_leaves_nothing(self, kit: Kit) -> None:
        if kit.store is None:
            pytest.skip("The kit cannot cut the host's database off; override the fixture `store` to let it.")
        changes = _changes(kit)
        before = {change.state_key: kit.state(change.state_key) for change in changes}
        for statements in range(_MOST_STATEMENTS):
            with kit.store.broken_after(statements):
                was_answered = kit.attempt("record_completions", changes=changes)
            if was_answered:
                _are_written(kit, changes)
                return
            for key, state in before.items():
                when = f"Statement {statements + 1} of the call failed, and something of it was written."
                kit.expect_state(key, state, "record_completions", when, _ROLL_BACK)


def _changes(kit: Kit) -> list[CompletionChange]:
    """Two changes that fit what is held, in the order of locking."""
    keys = sorted([kit.pair("lee"), kit.holding(CURRENT)])
    return [
        kit.change(key, kit.record(line), former=kit.state(key).current, assign=True)
        for line, key in enumerate(keys, 2)
    ]


def _leaves_whole_changes(kit: Kit, *changes: CompletionChange) -> None:
    before = {change.state_key: kit.state(change.state_key) for change in changes}
    was_answered = kit.attempt("record_completions", changes=changes)
    for change in changes:
        now = kit.state(change.state_key)
        is_whole = (
            was_answered and change is changes[0] and now.current is not None and now.current.row_key == change.key
        )
        if not is_whole:
            when = "An error came up in the middle of the call, and something of it was written."
            kit.expect_state(change.state_key, before[change.state_key], "record_completions", when, _ROLL_BACK)


def _are_written(kit: Kit, changes: list[CompletionChange]) -> None:
    for change in changes:
        current = kit.state(change.state_key).current
        if current is None or current.row_key != change.key:
            what = "After calls that failed, a change was asked for again; it was answered, and not written."
            mend = "Keep the keys that were applied in the same transaction as the records, so that they go with them."
            kit.wrong("record_completions", what, mend, change.key)


def _as(kind: type[T], value: Any) -> T:
    """The same value as one of these broken kinds."""
    return kind(**{field.name: getattr(value, field.name) for field in fields(value)})
