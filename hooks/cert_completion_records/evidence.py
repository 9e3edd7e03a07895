"""Evidence: which items exist, creating them, taking them back."""

from collections.abc import Container, Iterable, Mapping, Sequence

from cert_completion_bulk import Among
from cert_completion_hooks import (
    BatchInfo,
    EvidenceItem,
    EvidenceKey,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
)
from django.db import transaction
from django.db.models import QuerySet

from cert_completion_records.keys import LearnerId, chunks, database, row_key
from cert_completion_records.models import Evidence
from cert_completion_records.models.evidence import identity
from cert_completion_records.origins import Origins, source_of
from cert_completion_records.questions import live_learners


def find_evidence(keys: Sequence[EvidenceKey]) -> dict[EvidenceKey, EvidenceItem]:
    """The items that exist: one query for each 4,000 keys."""
    wanted = {_identity(key): key for key in keys}
    return {wanted[row.identity]: _item(row) for row in _alike(wanted, Evidence.objects.select_related("source"))}


def _identity(key: EvidenceKey) -> str:
    return identity(key.learner_key, key.short_name, key.id_number, key.completed)


def _alike(identities: Iterable[str], rows: QuerySet[Evidence]) -> Iterable[Evidence]:
    return (row for chunk in chunks(identities) for row in rows.filter(Among("identity", chunk)).order_by("pk"))


def _item(row: Evidence) -> EvidenceItem:
    return EvidenceItem(
        key=row_key(row.source.batch_id if row.source else None, row.line),
        line=row.line,
        learner_key=str(row.learner_id),
        name=row.name,
        short_name=row.short_name,
        id_number=row.id_number,
        completed=row.completed,
        due=row.due,
        evidence_type=row.evidence_type,
        fields=row.fields,
    )


def record_evidence(batch: BatchInfo, items: Sequence[EvidenceItem]) -> list[WriteResult]:
    """Create the items that do not exist yet, all in one transaction. Raises IntegrityError with nothing written."""
    with transaction.atomic(using=database()):
        source_of(batch)
        origins = Origins(item.key for item in items)
        applied = _written(items, origins)
        taken = {row.identity for row in _alike([_identity(item.evidence_key) for item in items], _locked())}
        users = live_learners({batch.uploaded_by.key, *(item.learner_key for item in items)})
        results, new = [], []
        for item in items:
            status = _status(item, applied, taken, users)
            results.append(WriteResult(key=item.key, status=status))
            if status == WriteStatus.WRITTEN:
                taken.add(_identity(item.evidence_key))
                new.append(_row(item, batch, users, origins))
        Evidence.objects.bulk_create(new)
    return results


def _status(
    item: EvidenceItem, applied: Container[str], taken: Container[str], users: Mapping[str, LearnerId]
) -> WriteStatus:
    if item.key in applied:
        return WriteStatus.REPEATED
    conflicts = _identity(item.evidence_key) in taken or item.learner_key not in users
    return WriteStatus.CONFLICT if conflicts else WriteStatus.WRITTEN


def _row(item: EvidenceItem, batch: BatchInfo, users: Mapping[str, LearnerId], origins: Origins) -> Evidence:
    row = Evidence(
        learner_id=users[item.learner_key],
        name=item.name,
        short_name=item.short_name,
        id_number=item.id_number,
        completed=item.completed,
        due=item.due,
        evidence_type=item.evidence_type,
        created_by_id=users.get(batch.uploaded_by.key),
        changed_by=batch.actor.username[:254],
    )
    row.fields = item.fields
    row.source, row.line = origins.find(item.key)
    row.set_identity()
    return row


def _locked() -> QuerySet[Evidence]:
    return Evidence.objects.select_for_update()


def _written(items: Sequence[EvidenceItem], origins: Origins) -> dict[str, Evidence]:
    """By their keys, the rows that items of an import have become; they stay locked."""
    found: dict[str, Evidence] = {}
    for chunk in chunks(items):
        keys = {origin: item.key for item in chunk if (origin := origins.columns(item.key)) is not None}
        sources, lines = {source for source, _ in keys}, {line for _, line in keys}
        rows = _locked().filter(Among("source_id", sources), Among("line", lines)).order_by("pk")
        for row in rows:
            if row.source_id is not None and row.line is not None and (row.source_id, row.line) in keys:
                found[keys[row.source_id, row.line]] = row
    return found


def undo_evidence(items: Sequence[EvidenceItem]) -> list[UndoResult]:
    """Take away the items that still are as they were created."""
    with transaction.atomic(using=database()):
        rows = _written(items, Origins(item.key for item in items))
        unchanged = {item.key for item in items if item.key in rows and _is_unchanged(rows[item.key], item)}
        for chunk in chunks(unchanged):
            Evidence.objects.filter(Among("pk", [rows[key].pk for key in chunk])).delete()
        return [_undo_result(item, None if item.key in unchanged else rows.get(item.key)) for item in items]


def _is_unchanged(row: Evidence, item: EvidenceItem) -> bool:
    return (
        row.identity == _identity(item.evidence_key)
        and (row.name, row.due, row.evidence_type) == (item.name, item.due, item.evidence_type)
        and row.fields == dict(item.fields)
    )


def _undo_result(item: EvidenceItem, kept: Evidence | None) -> UndoResult:
    if kept is None:
        return UndoResult(key=item.key, status=UndoStatus.UNDONE)
    return UndoResult(
        key=item.key,
        status=UndoStatus.CHANGED_SINCE,
        kept=(item.key,),
        changed_by=kept.changed_by,
        changed_at=kept.changed_at,
    )
