"""Training elsewhere: what becomes of rows whose certification the harbour does not license."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks import (
    BatchInfo,
    EvidenceField,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    FieldKind,
    FieldValue,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
    normalised,
)

from tests.foreign_lms.host.desk import at_the_desk
from tests.foreign_lms.host.keys import among, delete, number_of
from tests.foreign_lms.host.learners import at_work
from tests.foreign_lms.host.writing import applied, keep
from tests.foreign_lms.registry.models import KindOfTraining, OutsideTraining


def kinds() -> Sequence[EvidenceType]:
    return [
        EvidenceType(name=kind.name, fields=tuple(map(_field, json.loads(kind.fields))))
        for kind in KindOfTraining.objects.order_by("name")
    ]


def _field(given: Mapping[str, Any]) -> EvidenceField:
    return EvidenceField(name=given["name"], kind=FieldKind(given["kind"]), choices=tuple(given.get("choices", ())))


def find(keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
    held = _held(key.learner_key for key in keys)
    return {key: held[key] for key in keys if key in held}


def find_all() -> list[EvidenceItem]:
    return [_item(row) for row in OutsideTraining.objects.order_by("pk")]


def _held(learner_keys: Iterable[str]) -> dict[EvidenceKey, EvidenceItem]:
    """All items of these learners, by what makes them the same."""
    people = {number for key in learner_keys if (number := number_of(key)) is not None}
    return {_key(item): item for item in map(_item, among(OutsideTraining.objects.all(), "person", people))}


def _key(item: EvidenceItem) -> EvidenceKey:
    return EvidenceKey(
        learner_key=item.learner_key,
        short_name=normalised(item.short_name),
        id_number=normalised(item.id_number),
        completed=item.completed,
    )


def write(batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
    new, results = [], []
    with at_the_desk():
        held, known = set(_held(item.learner_key for item in items)), applied(item.key for item in items)
        people = at_work(number for item in items if (number := number_of(item.learner_key)) is not None)
        for item in items:
            status = WriteStatus.WRITTEN
            if item.key in known:
                status = WriteStatus.REPEATED
            elif number_of(item.learner_key) not in people or _key(item) in held:
                status = WriteStatus.CONFLICT
            else:
                held.add(_key(item))
                new.append(_row(item, batch))
            results.append(WriteResult(key=item.key, status=status))
        OutsideTraining.objects.bulk_create(new)
        keep(row.entry for row in new)
    return results


def undo(items: Sequence[EvidenceItem]) -> Sequence[UndoResult]:
    """Within the transaction of whoever asks."""
    found = {row.entry: row for row in among(OutsideTraining.objects.all(), "entry", [item.key for item in items])}
    changed = [item.key for item in items if item.key in found and _item(found[item.key]) != item]
    delete(OutsideTraining, [row.pk for key, row in found.items() if key not in changed])
    return [
        UndoResult(key=item.key, status=UndoStatus.CHANGED_SINCE, kept=(item.key,))
        if item.key in changed
        else UndoResult(key=item.key, status=UndoStatus.UNDONE)
        for item in items
    ]


def _row(item: EvidenceItem, batch: BatchInfo) -> OutsideTraining:
    return OutsideTraining(
        person=number_of(item.learner_key),
        code=item.short_name,
        register_no=item.id_number,
        trained_on=item.completed,
        title=item.name,
        due=item.due,
        kind=item.evidence_type,
        details=json.dumps({name: _stored(value) for name, value in item.fields.items()}),
        entered_by=batch.uploaded_by.username[:254],
        entry=item.key,
        entry_line=item.line,
    )


def _item(row: OutsideTraining) -> EvidenceItem:
    return EvidenceItem(
        key=row.entry,
        line=row.entry_line,
        learner_key=str(row.person),
        name=row.title,
        short_name=row.code,
        id_number=row.register_no,
        completed=row.trained_on,
        due=row.due,
        evidence_type=row.kind,
        fields={name: _value(stored) for name, stored in json.loads(row.details).items()},
    )


def _stored(value: FieldValue) -> Any:
    """JSON knows neither days nor exact numbers."""
    return [type(value).__name__, str(value)] if isinstance(value, (date, Decimal)) else value


def _value(stored: Any) -> FieldValue:
    match stored:
        case ["date", str(text)]:
            return date.fromisoformat(text)
        case ["Decimal", str(text)]:
            return Decimal(text)
        case bool() | str():
            return stored
        case _:
            raise ValueError(f"Nobody writes {stored!r} here.")
