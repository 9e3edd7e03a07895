"""Evidence of certifications that the host does not have."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.needs import needs_evidence, needs_undo
from cert_completion_hooks.types import (
    EvidenceItem,
    EvidenceType,
    FieldKind,
    FieldValue,
    UndoResult,
    UndoStatus,
    WriteStatus,
)

_FIND, _RECORD, _UNDO = "find_evidence", "record_evidence", "undo_changes"
_DUE = date(2025, 4, 4)
_VALUES: Mapping[FieldKind, FieldValue] = {
    FieldKind.TEXT: "Lake Bled, \u010cebelarska \U0001f6a3",
    FieldKind.DATE: date(2020, 2, 29),
    FieldKind.NUMBER: Decimal("12.50"),
    FieldKind.YES_NO: True,
    FieldKind.URL: "https://example.org/canoe?licence=1",
}
_LONG_NAMES = (("s" * 255, "i" * 100), ("\U0001f6a3" * 255, ""), ("", "\u00e9" * 100))
_ONCE = (
    "Answer `repeated` for a key that was applied before; else `conflict` if an item of the same learner, names and "
    "completion date exists, or the learner is gone; else create it."
)
_AS_CREATED = "Keep the item as it is given: name, both names, dates, type, the values of the fields with their types."
_UNDO_ITEM = (
    "Take away an item that still is as it was created; keep one that was changed since, and answer `changed_since` "
    "with its key in `kept`."
)


class EvidenceConformance:
    """The hooks `find_evidence`, `record_evidence`, `evidence_types`, and `undo_changes` for items."""

    @needs_evidence
    def test_an_item_is_found_as_it_was_created(self, kit: Kit) -> None:
        item = kit.item(1_000_000, id_number="C-1", due=_DUE)
        _create(kit, item)
        _is_found(kit, item)

    @needs_evidence
    @pytest.mark.parametrize("number", range(3))
    def test_long_names_and_every_date_are_kept(self, kit: Kit, number: int) -> None:
        short_name, id_number = _LONG_NAMES[number]
        item = kit.item(2, short_name, id_number, completed=date.min, due=date.max)
        _create(kit, item)
        _is_found(kit, item)

    @needs_evidence
    def test_the_values_of_a_type_s_fields_are_kept(self, kit: Kit) -> None:
        offered = kit.evidence_types()
        if not offered:
            pytest.skip("The host offers no evidence types to this administrator.")
        for line, evidence_type in enumerate(offered, 2):
            item = kit.item(line, f"Canoe {line}", evidence_type=evidence_type.name, fields=_values(evidence_type))
            _create(kit, item)
            _is_found(kit, item)

    @needs_evidence
    def test_what_does_not_exist_is_left_out(self, kit: Kit) -> None:
        item = kit.item(2, "Canoe", id_number="C-1")
        _create(kit, item)
        others = [
            kit.item(3, "Kayak", id_number="C-1"),
            kit.item(3, "canoe", id_number="C-1"),
            kit.item(3, "Cano\u00e9", id_number="C-1"),
            kit.item(3, "Canoe", id_number="C-2"),
            kit.item(3, "Canoe", id_number=""),
            kit.item(3, "Canoe", id_number="C-1", completed=date(2025, 5, 6)),
            kit.item(3, "Canoe", id_number="C-1", learner_key=kit.learner("lee")),
            kit.item(3, "Canoe", id_number="C-1", learner_key="no such key"),
        ]
        found = kit.find_evidence(*(other.evidence_key for other in others))
        if found:
            what = f"It answered with items for keys that none has: {list(found)}."
            kit.wrong(
                _FIND, what, "An item is the same by learner, short name, ID number and completion date, all four."
            )

    @needs_evidence
    def test_an_item_is_created_once(self, kit: Kit) -> None:
        item = kit.item()
        _create(kit, item)
        _answers(kit, item, WriteStatus.REPEATED, "The same item was asked for again.")

    @needs_evidence
    def test_the_same_item_of_another_row_is_a_conflict(self, kit: Kit) -> None:
        item = kit.item()
        _create(kit, item)
        _answers(kit, replace(item, key=kit.item(3).key, line=3), WriteStatus.CONFLICT, "There is such an item.")
        _is_found(kit, item)

    @needs_evidence
    def test_no_evidence_for_a_learner_who_is_gone(self, kit: Kit) -> None:
        item, other = kit.item(), kit.item(3, learner_key=kit.learner("lee"))
        kit.world.remove_learner("kim")
        _answers(kit, item, WriteStatus.CONFLICT, "The learner was removed.")
        _answers(kit, other, WriteStatus.WRITTEN, "Another learner's item was asked for.")

    @needs_evidence
    def test_one_conflict_keeps_no_other_item_from_being_created(self, kit: Kit) -> None:
        held, new = kit.item(2), kit.item(4, "Kayak")
        _create(kit, held)
        answered = kit.record_items(replace(held, key=kit.item(3).key, line=3), new)
        when = "Of two items the first existed already."
        kit.expect_status(_RECORD, new.key, answered[new.key].status, WriteStatus.WRITTEN, when, _ONCE)
        _is_found(kit, new)

    @needs_evidence
    @needs_undo
    def test_undo_takes_an_item_away(self, kit: Kit) -> None:
        item, other = kit.item(), kit.item(3, "Kayak")
        _create(kit, item, other)
        for when in ("An item was undone.", "It was undone again."):
            result = kit.undo(items=[item])[item.key]
            kit.expect_status(_UNDO, item.key, result.status, UndoStatus.UNDONE, when, _UNDO_ITEM)
            if kit.find_evidence(item.evidence_key):
                kit.wrong(_UNDO, f"{when} It is there still.", _UNDO_ITEM, item.key)
        _is_found(kit, other)

    @needs_evidence
    @needs_undo
    def test_what_was_undone_can_be_created_by_another_import(self, kit: Kit) -> None:
        item, batch = kit.item(), kit.new_batch()
        _create(kit, item)
        kit.undo(items=[item])
        again = replace(item, key=f"{batch.batch_id}:2")
        found = kit.record_items(again, batch=batch)[again.key].status
        when = "An item was undone, and another import creates it."
        kit.expect_status(_RECORD, again.key, found, WriteStatus.WRITTEN, when, _ONCE)

    @needs_evidence
    @needs_undo
    def test_a_preview_takes_nothing_away(self, kit: Kit) -> None:
        item = kit.item()
        _create(kit, item)
        result = kit.undo(items=[item], preview=True)[item.key]
        kit.expect_status(_UNDO, item.key, result.status, UndoStatus.UNDONE, "An undo was previewed.", _UNDO_ITEM)
        if not kit.find_evidence(item.evidence_key):
            kit.wrong(
                _UNDO, "The preview of an undo took the item away.", "With `preview` answer the same; write nothing."
            )

    @needs_evidence
    @needs_undo
    def test_an_item_that_was_changed_since_is_kept(self, kit: Kit) -> None:
        item = kit.item(due=_DUE)
        _create(kit, item)
        kit.world.correct_evidence("kim", "Canoe", date(2025, 6, 6))
        result: UndoResult = kit.undo(items=[item])[item.key]
        when = "The due date of an item was corrected by hand, then its import was undone."
        kit.expect_status(_UNDO, item.key, result.status, UndoStatus.CHANGED_SINCE, when, _UNDO_ITEM)
        if item.key not in result.kept or not kit.find_evidence(item.evidence_key):
            kit.wrong(_UNDO, f"{when} The item is not kept, or not named in `kept`: {result}.", _UNDO_ITEM, item.key)


def _create(kit: Kit, *items: EvidenceItem) -> None:
    for key, result in kit.record_items(*items).items():
        when = f"An item was created ({result.reason})."
        kit.expect_status(_RECORD, key, result.status, WriteStatus.WRITTEN, when, _ONCE)


def _answers(kit: Kit, item: EvidenceItem, status: WriteStatus, when: str) -> None:
    found = kit.record_items(item)[item.key].status
    kit.expect_status(_RECORD, item.key, found, status, when, _ONCE)


def _is_found(kit: Kit, item: EvidenceItem) -> None:
    found = kit.find_evidence(item.evidence_key).get(item.evidence_key)
    if found is None or _facts(found) != _facts(item):
        kit.wrong(_FIND, f"The item {item} was created, and is told as {found}.", _AS_CREATED, item.evidence_key)


def _facts(item: EvidenceItem) -> tuple[object, ...]:
    typed = {name: (type(value), value) for name, value in item.fields.items()}
    names = ("key", "line", "learner_key", "name", "short_name", "id_number", "completed", "due", "evidence_type")
    return (*(getattr(item, name) for name in names), typed)


def _values(evidence_type: EvidenceType) -> dict[str, FieldValue]:
    return {field.name: field.choices[0] if field.choices else _VALUES[field.kind] for field in evidence_type.fields}
