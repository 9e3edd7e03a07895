"""The public functions for other code, and all that the pages, the admin and the commands call. Values, not models.

Permissions are the caller's to check; `PERMISSION_UPLOAD`, `PERMISSION_VIEW_REPORT`, `PERMISSION_APPROVE` and
`PERMISSION_UNDO` name them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep
from typing import Any

from cert_completion_hooks.types import EvidenceType, UndoStatus
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cert_completion_plugin import batches, conf, tabular, tasks
from cert_completion_plugin.batches import (
    HOST_AWAY,
    KEPT_FOR,
    MOST_OF_REASON,
    PROBLEMS,
    Account,
    Approval,
    CannotTell,
    KeptFile,
    KeptFileGone,
    Neighbours,
    NotUndoable,
    Obstacle,
    OptionNotOffered,
    ReasonMissing,
    TooLarge,
    TryAgain,
    Verdict,
    undoing,
)
from cert_completion_plugin.core import headings
from cert_completion_plugin.core.options import Options, OptionsError
from cert_completion_plugin.core.outcomes import BatchState, Outcome, Phase
from cert_completion_plugin.core.rows import Cell, Decision
from cert_completion_plugin.core.story import Story
from cert_completion_plugin.core.undoing import RowUndo, UndoState, UndoStep
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import choices, connections, log, plans, portions, searching, undos
from cert_completion_plugin.store import rows as stored_rows
from cert_completion_plugin.store.filtering import EVERYTHING, Filter, Page, Table
from cert_completion_plugin.store.log import Logged
from cert_completion_plugin.store.searching import ImportFilter
from cert_completion_plugin.store.values import Batch, Pace, Plan, Progress, Undo, UndoneRow, UndoProgress

__all__ = [
    "HOST_AWAY",
    "KEPT_FOR",
    "MOST_OF_REASON",
    "MOST_ROWS_AT_ONCE",
    "PERMISSION_APPROVE",
    "PERMISSION_UNDO",
    "PERMISSION_UPLOAD",
    "PERMISSION_VIEW_REPORT",
    "PROBLEMS",
    "Account",
    "Approval",
    "Batch",
    "BatchState",
    "CannotTell",
    "Cell",
    "Decision",
    "Filter",
    "Health",
    "ImportFilter",
    "KeptFile",
    "KeptFileGone",
    "Neighbours",
    "NotUndoable",
    "Obstacle",
    "OptionNotOffered",
    "Options",
    "OptionsError",
    "Outcome",
    "Pace",
    "Page",
    "Phase",
    "Plan",
    "Progress",
    "ReasonMissing",
    "RowUndo",
    "Story",
    "TooLarge",
    "TooLongForWorkbook",
    "TryAgain",
    "Undo",
    "UndoProgress",
    "UndoState",
    "UndoStatus",
    "UndoStep",
    "UndoneRow",
    "Verdict",
    "abandon_undo",
    "account",
    "answer",
    "approve",
    "cancel",
    "certification_keys",
    "certifications",
    "corrected_by",
    "corrections_of",
    "csv_pieces",
    "days_since",
    "defaults",
    "discard",
    "earlier_upload",
    "evidence_is_offered",
    "evidence_types",
    "explain",
    "find",
    "has_rows",
    "health",
    "imports",
    "json_document",
    "keep_file",
    "kept_file",
    "last_choice",
    "last_progress",
    "neighbours",
    "newest",
    "origin",
    "pace",
    "page",
    "plan_anew",
    "plan_numbers",
    "plan_summary",
    "preview_undo",
    "progress",
    "record_of_learning_path",
    "remember_choice",
    "row_counts",
    "rows",
    "rows_with_cells",
    "share_read",
    "submit",
    "submit_kept",
    "sweep",
    "template",
    "undo",
    "undo_is_offered",
    "undo_last_progress",
    "undo_obstacle",
    "undo_of_row",
    "undo_progress",
    "undo_rows",
    "undo_rows_before",
    "undo_state",
    "undo_waits_until",
    "undone_among",
    "undos_of",
    "unfinished",
    "uploaders",
    "waits_until",
    "work_off",
    "xlsx",
]

csv_pieces, json_document, xlsx = tabular.csv_pieces, tabular.json_document, tabular.xlsx
MOST_ROWS_AT_ONCE, TooLongForWorkbook = tabular.MOST_ROWS_AT_ONCE, tabular.TooLongForWorkbook

WORTH_WAITING_SECONDS = 2
"""Pauses so short that `work_off` waits them out."""

PERMISSION_UPLOAD = "cert_completion_plugin.upload_completions"
PERMISSION_APPROVE = "cert_completion_plugin.approve_imports"
PERMISSION_UNDO = "cert_completion_plugin.undo_imports"
PERMISSION_VIEW_REPORT = "cert_completion_plugin.view_import_report"


def submit(
    user: AbstractBaseUser,
    chunks: Iterable[bytes],
    *,
    file_name: str,
    options: Options,
    corrects: Batch | None = None,
) -> Batch:
    """Take in a file of certification completions as a new import, and return at once.

    `chunks` are the bytes of the file in order. The file is stored whole or not at all; when the surrounding
    transaction commits, its reading is sent to the workers. A broker that is down does not matter here: the sweep
    sends again. `corrects`: the import of which the file has rows that were corrected; a file that was downloaded from
    a report says so itself.
    Raises OptionNotOffered. A file over the site's limit comes back in state `refused`.
    """
    with transaction.atomic():
        batch = batches.receive(
            chunks,
            file_name=file_name,
            uploaded_by_id=user.pk,
            uploaded_by_name=user.get_username(),
            options=options,
        )
        return _taken_in(user, batch, corrects)


def _taken_in(user: AbstractBaseUser, batch: Batch, corrects: Batch | None) -> Batch:
    if corrects is not None:
        stored.correct(batch.id, corrects)
    log.add(batch, user.pk, Logged.UPLOADED)
    connections.after_commit(tasks.send_next, batch.id)
    return batch


def keep_file(user: AbstractBaseUser, chunks: Iterable[bytes], *, file_name: str) -> KeptFile:
    """Keep a file for this user while its form is corrected, in place of one kept before, for `KEPT_FOR` at most.

    It is no import yet. Raises TooLarge for a file over the site's limit, of which nothing is kept.
    """
    return batches.keep_file(user.pk, chunks, file_name=file_name)


def kept_file(user: AbstractBaseUser, token: str) -> KeptFile | None:
    """The file that is kept for this user under this token; None for another user's, and for one kept too long."""
    return batches.kept_file(user.pk, token)


def submit_kept(user: AbstractBaseUser, kept: KeptFile, *, options: Options, corrects: Batch | None = None) -> Batch:
    """Take in a kept file as a new import, as `submit` does; it is kept no longer.

    Raises OptionNotOffered, and KeptFileGone if it was taken in already.
    """
    with transaction.atomic():
        batch = batches.receive_kept(
            kept, uploaded_by_id=user.pk, uploaded_by_name=user.get_username(), options=options
        )
        return _taken_in(user, batch, corrects)


def earlier_upload(sha256: str, *, before: int | None = None) -> Batch | None:
    """The newest import of a file with this SHA-256 (64 hexadecimal digits), older than the one with the id `before`.

    It serves a warning: an import of the same file again is allowed, and changes nothing that is recorded already.
    """
    return stored.earlier_with(sha256, before)


def template(user: AbstractBaseUser, kind: str, *, titles: Mapping[str, str]) -> bytes:
    """A file to fill in: "csv" has the headings alone, "xlsx" on a second sheet also the certifications that this user
    may touch.

    `titles` has words for the sheets ("completions", "certifications") and the second one's headings ("short_name",
    "id_number", "full_name"). Raises CannotTell while the host cannot list its certifications.
    """
    if kind == "csv":
        return tabular.csv_template(headings.REQUIRED)
    found = batches.certifications_for(batches.administrator(user.pk, user.get_username()))
    names = [(each.short_name, each.id_number, each.full_name) for each in found]
    return tabular.xlsx_template(
        headings.REQUIRED,
        title=titles["completions"],
        text_columns=3,
        names_title=titles["certifications"],
        names=[[titles["short_name"], titles["id_number"], titles["full_name"]], *names],
    )


def answer(batch: Batch, *, date_format: str) -> bool:
    """Let an import that asked for its date format go on with this one, such as DD/MM/YYYY.

    Says whether it was still asking; somebody may have been faster. Raises OptionsError for a format that there is not.
    """
    answered = batches.answer(batch.id, date_format)
    if answered:
        connections.after_commit(tasks.send_next, batch.id)
    return answered


def cancel(batch: Batch, user: AbstractBaseUser) -> bool:
    """Cancel an import between two portions of work; says whether this call did.

    What was written stays written, with `all_or_nothing` it is taken back; the other rows become `cancelled`. An import
    without portions yet ends at once and keeps no rows. One that has ended, or was cancelled before, stays as it is.
    """
    with transaction.atomic():
        is_cancelled = batches.cancel(batch.id, user.pk, user.get_username())
        if is_cancelled:
            log.add(batch, user.pk, Logged.CANCELLED)
    if is_cancelled:
        connections.after_commit(tasks.send_next, batch.id)
    return is_cancelled


def plan_summary(batch: Batch, number: int | None = None) -> Plan | None:
    """What a plan that waits, or waited, for approval would do; the present one unless another `number` is given.

    None if there was no such plan, or if it is not complete.
    """
    return plans.get(batch.id, batch.plan if number is None else number)


def days_since(plan: Plan) -> int:
    """How many days ago a plan was made, in the site's calendar."""
    return batches.days_since(plan.as_of)


def plan_numbers(batch: Batch) -> list[int]:
    """The numbers of the plans of an import that waited for approval, in order."""
    return plans.numbers(batch.id)


def approve(batch: Batch, user: AbstractBaseUser, *, plan: int, accept_broken: bool = False) -> Approval:
    """Have the plan with this number written exactly as it stands, if it is the present one and waits for approval.

    `accept_broken` says that thresholds of the site that it breaks are known and taken. What no longer is as it was
    becomes `drifted`. If the rule of a certification has changed, nothing is done: the plan has to be made anew. The
    hosts are asked about that here and now, in bulk.
    """
    approval = batches.approve(batch.id, user.pk, user.get_username(), plan=plan, accept_broken=accept_broken)
    if approval.is_given:
        connections.after_commit(tasks.send_next, batch.id)
    return approval


def discard(batch: Batch, user: AbstractBaseUser) -> bool:
    """End an import that waits for approval with nothing written; says whether it still waited.

    Rows that would have been written become `cancelled`.
    """
    with transaction.atomic():
        is_discarded = batches.discard(batch.id, user.pk, user.get_username())
        if is_discarded:
            log.add(batch, user.pk, Logged.DISCARDED)
    if is_discarded:
        connections.after_commit(tasks.send_next, batch.id)
    return is_discarded


def plan_anew(batch: Batch, user: AbstractBaseUser, *, confirmed: Collection[str] = ()) -> bool:
    """Plan an import that waits for approval once more, on today; says whether it still waited with the plan it had.

    `confirmed`: short names and ID numbers of close matches of which somebody says "it really is another
    certification", for all rows with that value, beside those confirmed before. The new plan has the next number, and
    the old one stays readable.
    """
    begins = batches.plan_anew(batch, user.get_username(), confirmed)
    if begins:
        connections.after_commit(tasks.send_next, batch.id)
    return begins


def waits_until(batch: Batch) -> datetime | None:
    """When the first work of an import that was told to wait is tried again; None if none of it waits."""
    return batches.waits_until(batch)


def evidence_is_offered() -> bool:
    """Whether this site can create evidence for certifications that it does not know."""
    return batches.evidence_is_offered()


def undo_is_offered() -> bool:
    """Whether this site can take back what was written, without which there is no `all_or_nothing`."""
    return batches.undo_is_offered()


def evidence_types(user: AbstractBaseUser) -> tuple[EvidenceType, ...]:
    """The evidence types that this user may choose beside the default type; none while the host cannot tell."""
    try:
        return batches.offered_types(batches.administrator(user.pk, user.get_username()))
    except batches.CannotTell:
        return ()


def defaults() -> Options:
    """The site's default options: its setting DEFAULTS, and import-rules.md §2 for what it leaves open."""
    return conf.settings().defaults


def last_choice(user: AbstractBaseUser) -> Options:
    """The options that this user chose last on the upload page; the site's defaults for those never chosen."""
    return choices.last(user.pk, defaults())


def remember_choice(user: AbstractBaseUser, chosen: Mapping[str, Any]) -> None:
    """Keep plain values of options as this user's last choice; options that were not offered are best left out."""
    choices.remember(user.pk, chosen)


def find(reference: str) -> Batch | None:
    """The import with this reference (32 hexadecimal digits, hyphens allowed); None if there is none."""
    return stored.find(reference)


def newest(*, before: int | None = None, limit: int = 50) -> list[Batch]:
    """Imports, the newest first; with `before`, those older than the import with that `id`."""
    return searching.find(ImportFilter(), before=before, limit=limit)


def imports(wanted: ImportFilter, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The imports that fit, the newest first; with `before`, those older than the import with that `id`."""
    return searching.find(wanted, before=before, limit=limit)


def uploaders() -> list[str]:
    """The names of those who have uploaded files."""
    return searching.uploaders()


def certification_keys(user: AbstractBaseUser, name: str) -> tuple[str, ...] | None:
    """The keys of the certifications with this short name or ID number; None if the host cannot tell just now."""
    try:
        return batches.certification_keys(batches.administrator(user.pk, user.get_username()), name)
    except batches.CannotTell:
        return None


def progress(batch: Batch) -> Progress:
    """How far an import has come, and its rows by outcome and code so far."""
    return portions.progress(batch)


def share_read(batch: Batch) -> float | None:
    """How much of its file was read, from 0 to 1; None where that cannot be told."""
    reader = batch.reader_state.get("reader", {})
    if reader.get("dialect", {}).get("kind") != "text" or not batch.file_size:
        return None
    return min(int(reader["offset"]) / batch.file_size, 1.0)


def pace(batch: Batch) -> Pace:
    """How fast the rows of an import are done just now."""
    return batches.pace(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether imports can go on: is the broker reached, when did a worker last work, since when does work wait."""

    broker_answers: bool
    worker_seen: datetime | None
    waiting_since: datetime | None


def health() -> Health:
    """How the background work of the site is doing, asked with patience for about a second."""
    return Health(
        broker_answers=tasks.broker_answers(),
        worker_seen=batches.worker_seen(),
        waiting_since=batches.waiting_since(),
    )


def last_progress(batch: Batch) -> datetime:
    """When something last happened on an import; aware where the site uses time zones."""
    return stored.last_progress(batch)


def rows(batch: Batch, *, after: int = 0, limit: int = 100) -> list[Decision]:
    """What became of the rows of an import, by line: the next `limit` whose line is above `after`."""
    return list(page(batch, after=after, limit=limit).rows)


def page(
    batch: Batch,
    wanted: Filter = EVERYTHING,
    *,
    phase: Phase = Phase.WRITTEN,
    plan: int | None = None,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
) -> Page:
    """The rows that fit a filter, of one phase and plan, by line: the next above `after`, or the last below `before`.

    It takes as long for a million rows as for a thousand. After a long search it may come back with few rows or none,
    and the line from which to go on.
    """
    return _table(batch, phase, plan).page(wanted, after=after, before=before, limit=limit)


def has_rows(batch: Batch, wanted: Filter, *, phase: Phase = Phase.WRITTEN, plan: int | None = None) -> bool:
    """Whether any row fits, or may."""
    return _table(batch, phase, plan).has(wanted)


def rows_with_cells(
    batch: Batch, wanted: Filter = EVERYTHING, *, phase: Phase = Phase.WRITTEN, plan: int | None = None
) -> Iterator[tuple[Decision, tuple[Cell, ...]]]:
    """All rows that fit, by line, each with its cells as read; in constant memory."""
    for some in _table(batch, phase, plan).every_row(wanted):
        raw = stored_rows.with_lines(batch.id, [decision.line for decision in some])
        for decision in some:
            yield decision, raw[decision.line].cells if decision.line in raw else ()


def row_counts(batch: Batch, phase: Phase, plan: int | None = None) -> Mapping[str, Mapping[str, int]]:
    """Rows by outcome under "outcomes", by code under "issues": of an import that has ended, or of a plan."""
    if phase is Phase.WRITTEN and batch.has_ended:
        return batch.counts
    number = batch.plan if plan is None else plan
    complete = plans.get(batch.id, number)
    return complete.counts if complete else portions.planned_counts(replace(batch, plan=number))


def certifications(batch: Batch, plan: int | None = None) -> Mapping[str, list[str]]:
    """Short name and ID number, by key, of the certifications that rows of an import are about."""
    return portions.certifications(batch, batch.plan if plan is None else plan)


def corrected_by(batch: Batch) -> Batch | None:
    """The import of which this one corrects rows, if its file was downloaded from a report or it was said so."""
    return stored.corrected_by(batch.id)


def corrections_of(batch: Batch, *, limit: int = 20) -> list[Batch]:
    """The imports that correct rows of this one, oldest first."""
    return stored.corrections_of(batch.id, limit)


def _table(batch: Batch, phase: Phase, plan: int | None) -> Table:
    return Table(batch, phase, batch.plan if plan is None else plan)


def explain(batch: Batch, line: int) -> Story | None:
    """The story of the row on this line of the file: what was read, asked, found, decided and computed, and why.

    None if no row begins on that line. A row that is not decided yet has only its cells, and one that an older version
    decided lacks what was not kept then.
    """
    return batches.explain(batch, line)


def account(batch: Batch, line: int, user: AbstractBaseUser, *, plan: int | None = None) -> Account | None:
    """All that is known of the row on this line: its story, what was planned and written, and whether it is still so.

    The host is asked on behalf of `user`. With the number of an older `plan`, what that plan said of the row. None if
    no row begins on that line.
    """
    return batches.account(batch, line, batches.administrator(user.pk, user.get_username()), plan=plan)


def neighbours(batch: Batch, line: int, *, plan: int | None = None) -> Neighbours:
    """The rows next to one, and the next ones that have problems, in an older `plan` if its number is given."""
    return batches.neighbours(batch, line, plan=plan)


def origin(row_key: str) -> tuple[Batch, int] | None:
    """The import and the line that wrote a record with this row key; None if it was no import of this site."""
    return batches.origin(row_key)


def undo_obstacle(batch: Batch) -> Obstacle | None:
    """Why an import cannot be undone; None if it can. One that was undone can be again, for what was kept then."""
    return undoing.obstacle(batch)


def preview_undo(batch: Batch, user: AbstractBaseUser) -> Undo:
    """Have told in the background what an undo of an import would do; nothing is written by that.

    A preview that is there already is made anew, with the next number; what is under way stays under way, and is
    returned. Raises NotUndoable.
    """
    asked = undoing.preview(batch, user.pk, user.get_username())
    if asked.state.is_working:
        connections.after_commit(tasks.send_next, batch.id)
    return asked


def undo(batch: Batch, user: AbstractBaseUser, reason: str, *, preview: int) -> bool:
    """Undo an import in the background, as the undo with the number `preview` foretold; says whether this call did.

    What was changed since the preview is kept and listed. It is False if the preview is not complete yet, was
    abandoned, made anew, or done. Raises ReasonMissing.
    """
    is_confirmed = undoing.confirm(batch, preview, user.pk, user.get_username(), reason)
    if is_confirmed:
        connections.after_commit(tasks.send_next, batch.id)
    return is_confirmed


def abandon_undo(batch: Batch, *, preview: int) -> bool:
    """Give up the undo with this number before it was confirmed; says whether this call did."""
    return undoing.abandon(batch, preview)


def undo_state(batch: Batch, number: int | None = None) -> Undo | None:
    """The last undo of an import, or the one with this number; None if there is none."""
    return undos.last(batch.id) if number is None else undos.find(batch.id, number)


def undone_among(batches: Iterable[Batch]) -> set[int]:
    """The `id` of those of these imports of which rows were undone, in one query."""
    return undos.undone_among([batch.id for batch in batches])


def undos_of(batch: Batch) -> list[Undo]:
    """All undos of an import, abandoned ones too, the last first."""
    return undos.of_batch(batch.id)


def undo_progress(undo: Undo) -> UndoProgress:
    """How far the preview or the undoing has come."""
    return undos.progress(undo)


def undo_last_progress(undo: Undo) -> datetime:
    """When something last happened on an undo."""
    return undos.last_progress(undo)


def undo_waits_until(undo: Undo) -> datetime | None:
    """When the first work of an undo that was told to wait is tried again; None if none of it waits."""
    return undoing.waits_until(undo)


def undo_rows(
    batch: Batch, undo: Undo, status: UndoStatus, *, step: UndoStep | None = None, after: int = 0, limit: int = 100
) -> list[UndoneRow]:
    """The rows of one group of an undo, by line: the next `limit` whose line is above `after`.

    `step` None: what became of them once it is done, until then what its preview says.
    """
    return undos.page(batch, undo, step or _step(undo), status, after=after, limit=limit)


def undo_rows_before(
    batch: Batch, undo: Undo, status: UndoStatus, *, step: UndoStep | None = None, before: int, limit: int = 100
) -> list[UndoneRow]:
    """The same: the last `limit` whose line is below `before`."""
    return undos.page_before(batch, undo, step or _step(undo), status, before=before, limit=limit)


def _step(undo: Undo) -> UndoStep:
    return UndoStep.UNDO if undo.state is UndoState.DONE else UndoStep.PREVIEW


def undo_of_row(batch: Batch, line: int) -> list[tuple[Undo, RowUndo]]:
    """What became of the row on this line in the undos of its import, the first one first."""
    return undos.of_line(batch, line)


def record_of_learning_path(learner_key: str) -> str:
    """The path of a learner's Record of Learning on this site; "" where the host has none."""
    return gateway().record_of_learning_path(learner_key)


def unfinished() -> list[int]:
    """The ids of the imports that have work to do, oldest first."""
    return batches.unfinished()


def sweep() -> list[int]:
    """Send the work of imports without progress to the workers again; returns their ids."""
    return tasks.resend_stalled()


def work_off(batch_id: int) -> None:
    """Do all the work of one import here and now, without a worker; beside workers that do the same it is harmless.

    Raises TryAgain when all that is left has to wait: for a host that is down, or for somebody who has just begun it.
    """
    while (work := batches.next_work(batch_id)) is not None:
        if work.read:
            if not batches.read(batch_id):
                return
            continue
        turn = batches.take_turn(batch_id)
        if turn.seconds is None and not turn.opens:
            return
        if turn.seconds and turn.seconds > WORTH_WAITING_SECONDS:
            raise TryAgain(turn.seconds)
        sleep(turn.seconds or 0)
