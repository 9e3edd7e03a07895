"""Imports as such: creating, finding, and the compare-and-set steps from state to state."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.undoing import UndoState
from cert_completion_plugin.models import ImportBatch, ImportUndo, Portion, UndoPortion
from cert_completion_plugin.store.leases import is_due
from cert_completion_plugin.store.reach import EVERYBODY, Reach
from cert_completion_plugin.store.values import Batch, column_text, dumps, issue_as_json, issue_from_json

WORKING = tuple(state for state in BatchState if state.is_working)
WORKING_UNDOS = tuple(state for state in UndoState if state.is_working)
_LOOKED_AT = 20


def create(
    *,
    file_name: str,
    uploaded_by_id: Any,
    uploaded_by_name: str,
    options: Options,
    now: datetime,
    evidence_type: Mapping[str, Any] | None = None,
    language: str = "",
    site: str = "",
) -> Batch:
    """A new import in state `received`, without its file."""
    row = ImportBatch.objects.create(
        state=BatchState.RECEIVED,
        file_name=column_text(file_name[-255:], 255),
        uploaded_by_id=uploaded_by_id,
        uploaded_by_name=column_text(uploaded_by_name, 255),
        uploaded_at=now,
        language=column_text(language, 20),
        site=column_text(site, 100),
        options=dumps(options.as_mapping()),
        evidence_type=dumps(evidence_type),
        progressed_at=now,
    )
    return as_value(row)


def imports() -> QuerySet[ImportBatch]:
    """What a value is made of: an import may be about very many certifications."""
    return ImportBatch.objects.defer("certifications")


def get(batch_id: int) -> Batch | None:
    row = imports().filter(pk=batch_id).first()
    return as_value(row) if row else None


def find(reference: str, reach: Reach = EVERYBODY) -> Batch | None:
    """The import with this reference; None also for a text that is no reference, and for one out of reach."""
    try:
        row = imports().filter(reach.condition, reference=UUID(reference)).first()
    except ValueError:
        return None
    return as_value(row) if row else None


def correct(batch_id: int, corrected: Batch) -> None:
    """Keep that an import corrects rows of an earlier one; what it was told to correct first stays."""
    unlinked = ImportBatch.objects.filter(pk=batch_id, corrects__isnull=True)
    if corrected.id < batch_id:
        unlinked.update(corrects_id=corrected.id)


def corrected_by(batch_id: int, reach: Reach = EVERYBODY) -> Batch | None:
    """The import of which this one corrects rows, if it is within reach."""
    corrected = ImportBatch.objects.filter(pk=batch_id).values("corrects")
    row = imports().filter(reach.condition, pk__in=corrected).first()
    return as_value(row) if row else None


def corrections_of(batch_id: int, limit: int, reach: Reach) -> list[Batch]:
    """The imports within reach that correct rows of this one, oldest first."""
    return [as_value(row) for row in imports().filter(reach.condition, corrects_id=batch_id).order_by("pk")[:limit]]


def move(
    batch_id: int,
    source: Collection[BatchState],
    target: BatchState,
    *,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Take an import from one of the states `source` to `target`, if it still is there; says whether it was.

    With `seen`, only if these columns are as they were seen.
    """
    moved = ImportBatch.objects.filter(pk=batch_id, state__in=source, **(seen or {}))
    return bool(moved.update(state=target, progressed_at=now, **_stored(fields)))


def count_attempt(batch_id: int, now: datetime, most: int) -> bool:
    """Count one more attempt at reading, in a transaction of its own; says whether one is due, of `most` at most."""
    due = ImportBatch.objects.filter(is_due(now), pk=batch_id, state__in=(BatchState.RECEIVED, BatchState.READING))
    return bool(
        due.filter(attempts__lt=most).update(
            state=BatchState.READING, attempts=F("attempts") + 1, progressed_at=now, due_at=None
        )
    )


def is_given_up(batch_id: int, before: datetime, most: int) -> bool:
    """Whether all attempts at reading are used up, and nobody can be at the last one any more: it began `before`."""
    used_up = ImportBatch.objects.filter(pk=batch_id, state=BatchState.READING, attempts__gte=most)
    return used_up.filter(progressed_at__lt=before).exists()


def ask_to_cancel(batch_id: int, **who_and_when: Any) -> bool:
    """Remember who cancelled an import that is being planned or written; says whether nobody had before."""
    states = (BatchState.PLANNING, BatchState.WRITING)
    uncancelled = ImportBatch.objects.filter(pk=batch_id, state__in=states, cancelled_at__isnull=True)
    return bool(uncancelled.update(**_stored(who_and_when)))


def clear_trouble(batch_id: int, kind: str) -> None:
    """The trouble of this kind is over, unless another has come since."""
    ImportBatch.objects.filter(pk=batch_id, trouble__contains=dumps({"kind": kind})[1:-1]).update(trouble=dumps(None))


def open_states(state: BatchState, *, held_back: bool, cancelled: bool) -> list[str]:
    """The states of a portion that needs more work as long as its import is where it is now."""
    is_done = {Portion.State.HELD_BACK}
    if not held_back:
        is_done |= {Portion.State.WRITTEN}
        if state is BatchState.PLANNING and not cancelled:
            is_done |= {Portion.State.PLANNED}
    return [each for each in Portion.State if each not in is_done]


_HELD_BACK = ~Q(batch__held_back=dumps(None))
OPEN = (
    Q(state=Portion.State.WAITING)
    | Q(
        Q(batch__state=BatchState.WRITING) | Q(batch__cancelled_at__isnull=False) | _HELD_BACK,
        state=Portion.State.PLANNED,
    )
    | Q(_HELD_BACK, state=Portion.State.WRITTEN)
)
"""The same as a condition on portions of any import."""

OPEN_IN_UNDO = Q(undo__state=UndoState.PREVIEWING, state=UndoPortion.State.WAITING) | Q(
    undo__state=UndoState.UNDOING, state=UndoPortion.State.PREVIEWED
)
"""And on portions of any undo."""


def hold_back(batch_id: int, reason: Mapping[str, Any]) -> bool:
    """Keep everything of this import unwritten, for this reason; says whether there was none before, which stays."""
    return bool(ImportBatch.objects.filter(pk=batch_id, held_back=dumps(None)).update(held_back=dumps(reason)))


def claim_reading(batch_id: int, mark: int) -> bool:
    """Take the right to read on from `mark`, as the first statement of a transaction that holds it to its end."""
    claimed = ImportBatch.objects.filter(pk=batch_id, state=BatchState.READING, reader_mark=mark)
    return bool(claimed.update(reader_mark=mark + 1))


def update(batch_id: int, **fields: Any) -> None:
    ImportBatch.objects.filter(pk=batch_id).update(**_stored(fields))


_JSON = frozenset(
    {
        "options",
        "headings",
        "detected",
        "file_issues",
        "question",
        "answers",
        "evidence_type",
        "held_back",
        "reader_state",
        "counts",
        "trouble",
        "stopped",
    }
)


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns, those that hold JSON as ASCII text."""
    return {name: dumps(value) if name in _JSON else value for name, value in fields.items()}


def issues_json(issues: Sequence[Issue]) -> list[dict[str, Any]]:
    return [issue_as_json(issue) for issue in issues]


def unfinished_ids() -> list[int]:
    """The imports with background work under way or waiting, oldest first.

    To tell hosts of the end is work, and so is an undo, and to tell of that. Asked one by one: with "or" between them
    no database uses its indexes, and looks through all imports that there ever were.
    """
    working = ImportBatch.objects.filter(state__in=WORKING)
    untold = ImportBatch.objects.filter(told_at__isnull=True, finished_at__isnull=False)
    undos = ImportUndo.objects.filter(Q(state__in=WORKING_UNDOS) | Q(state=UndoState.DONE, told_at__isnull=True))
    found = {*working.values_list("pk", flat=True), *untold.values_list("pk", flat=True)}
    return sorted(found.union(undos.values_list("batch_id", flat=True)))


def stalled_ids(before: datetime) -> list[int]:
    """The imports with work to do on which nothing has happened since `before`, oldest first.

    What was sent to the workers since then still waits its turn there. A message for what had to wait came when it was
    due, unless it got lost: so it has as long from then on.
    """
    rows = ImportBatch.objects.filter(_not_since("due_at", before), pk__in=unfinished_ids(), progressed_at__lt=before)
    rows = rows.filter(_not_since("sent_at", before)).order_by("pk")
    own = Portion.objects.filter(batch=OuterRef("pk"), plan=OuterRef("plan"))
    undone = UndoPortion.objects.filter(undo__batch=OuterRef("pk"))
    for portions, is_open in ((own, OPEN), (undone, OPEN_IN_UNDO)):
        rows = rows.exclude(Exists(portions.filter(claimed_at__gte=before)))
        rows = rows.exclude(Exists(portions.filter(done_at__gte=before)))
        waits = Exists(portions.filter(is_open, due_at__gte=before))
        is_due = Exists(portions.filter(is_open, _not_since("due_at", before)))
        rows = rows.exclude(waits & ~is_due)
    return list(rows.values_list("pk", flat=True))


def _not_since(field: str, before: datetime) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": before})


def claim_sending(batch_id: int, before: datetime, now: datetime) -> bool:
    """Take the right to send the work of an import again, if nobody has sent it since `before`."""
    unsent = ImportBatch.objects.filter(_not_since("sent_at", before), pk=batch_id)
    return bool(unsent.update(sent_at=now))


def last_progress(batch: Batch) -> datetime:
    """When something last happened on this import."""
    moments = Portion.objects.filter(batch=batch.id, plan=batch.plan).aggregate(Max("claimed_at"), Max("done_at"))
    known: list[datetime] = [moment for moment in moments.values() if moment]
    return max([batch.progressed_at, *known])


def waiting_since() -> datetime | None:
    """When something last happened on the unfinished import that has waited longest; None if there is none."""
    began = dict(
        ImportBatch.objects.filter(pk__in=unfinished_ids())
        .order_by("progressed_at")
        .values_list("pk", "progressed_at")[:_LOOKED_AT]
    )
    own = Portion.objects.filter(batch__in=began, plan=F("batch__plan")).values_list("batch")
    undone = UndoPortion.objects.filter(undo__batch__in=began).values_list("undo__batch")
    for portions in (own, undone):
        for batch_id, *moments in portions.annotate(Max("claimed_at"), Max("done_at")):
            began[batch_id] = max([began[batch_id], *filter(None, moments)])
    return min(began.values(), default=None)


def earlier_with(sha256: str, before: int | None, reach: Reach) -> Batch | None:
    """The newest import within reach of a file with this SHA-256, of those with an id below `before` if it is given."""
    rows = imports().filter(reach.condition, file_sha256=sha256).order_by("-id")
    row = (rows if before is None else rows.filter(pk__lt=before)).first() if sha256 else None
    return as_value(row) if row else None


def as_value(row: ImportBatch) -> Batch:
    return Batch(
        id=row.pk,
        reference=row.reference.hex,
        state=BatchState(row.state),
        file_name=row.file_name,
        file_size=row.file_size,
        file_sha256=row.file_sha256,
        file_storage=row.file_storage,
        file_path=row.file_path,
        uploaded_by_key="" if row.uploaded_by_id is None else str(row.uploaded_by_id),
        uploaded_by_name=row.uploaded_by_name,
        uploaded_at=row.uploaded_at,
        language=row.language,
        site=row.site,
        options=Options.from_mapping(json.loads(row.options)),
        headings=tuple(json.loads(row.headings)),
        detected=json.loads(row.detected),
        file_issues=tuple(issue_from_json(issue) for issue in json.loads(row.file_issues)),
        question=json.loads(row.question),
        answers=json.loads(row.answers),
        evidence_type=json.loads(row.evidence_type),
        held_back=json.loads(row.held_back),
        date_format=row.date_format,
        plan=row.plan,
        as_of=row.as_of,
        rows_read=row.rows_read,
        reader_mark=row.reader_mark,
        reader_state=json.loads(row.reader_state),
        attempts=row.attempts,
        due_at=row.due_at,
        progressed_at=row.progressed_at,
        cancelled_at=row.cancelled_at,
        cancelled_by_name=row.cancelled_by_name,
        stopped=json.loads(row.stopped),
        approved_at=row.approved_at,
        approved_by_key="" if row.approved_by_id is None else str(row.approved_by_id),
        approved_by_name=row.approved_by_name,
        finished_at=row.finished_at,
        told_at=row.told_at,
        trouble=json.loads(row.trouble),
        counts=json.loads(row.counts),
        failure=row.failure,
        file_deleted_at=row.file_deleted_at,
        rows_deleted_at=row.rows_deleted_at,
        ledger_deleted_at=row.ledger_deleted_at,
    )
