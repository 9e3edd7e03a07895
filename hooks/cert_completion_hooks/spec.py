"""The hook specification: every question and request that the plugin puts to a host.

All hooks work in bulk. The plugin names every argument; an implementation takes those it needs as plain parameters,
without `*` and without defaults. Every mapping that is returned has only keys that were asked for, echoed exactly; a
key that is absent means "there is none". "Cannot tell now" is never an absent key: raise `HostUnavailable`. Text that
is asked for is normalised (`cert_completion_hooks.normalised`); a host normalises its own names before comparing
them.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import pluggy

from cert_completion_hooks.types import (
    Actor,
    BatchInfo,
    BatchSummary,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    FollowUp,
    HostInfo,
    Learner,
    Message,
    MessageResult,
    StateKey,
    UndoResult,
    WriteResult,
)

PROJECT_NAME = "cert_completion"
ENTRY_POINT_GROUP = "cert_completion.hosts.v1"
SPEC_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)


@hookspec
def host_info() -> HostInfo:  # type: ignore[empty-body]
    """Say what this host is and can do.

    Called: once for every active host, when the process starts to use hosts.
    Return: the host's name, version, contract version, database alias and capabilities.
    If nobody answers: a start-up error; every host must implement it.
    """


@hookspec(firstresult=True)
def find_learners(actor: Actor, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]] | None:
    """Find the learners that files call by these user names.

    Called: once for each portion of rows, and again when an approved plan is written.
    Given: the administrator who imports, or who approved; distinct normalised user names, never blank, at most 150
    characters each.
    Return: user name -> every learner whose own name, normalised, is equal to it, case included. Deleted and retired
    accounts may be left out or returned with that status. One learner has one name only.
    If nobody answers: a start-up error; required.
    """


@hookspec(firstresult=True)
def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> Mapping[CertificationRef, Sequence[Certification]] | None:
    """Find the certifications that files name so.

    Called: once for each portion of rows, and again when a plan is approved and when it is written.
    Given: distinct references, both names normalised, at least one of them not empty; whether case is ignored (then
    `cert_completion_hooks.folded` texts are compared).
    Return: reference -> every certification with that short name or that ID number (an empty name matches nothing), in
    any order, also inactive ones, and with `allowed=False` those that this administrator may not write. One of its
    `other_names`, if it has any, may stand for either.
    If nobody answers: a start-up error; required.
    """


@hookspec(firstresult=True)
def list_certifications(actor: Actor, after: str, limit: int) -> Sequence[Certification] | None:
    """List the certifications, a page at a time.

    Called: where the plugin looks for names that are close to a misspelt one, and where it fills its template.
    Given: the key after which to go on ("" for the beginning) and the greatest number wanted.
    Return: the next certifications in the order of their keys, also inactive ones, and with `allowed=False` those that
    this administrator may not write, whose names are told to nobody; fewer than `limit` only at the end.
    If nobody answers: a start-up error; required. It is also the way to look at certifications again by key.
    """


@hookspec(firstresult=True)
def find_completion_states(
    actor: Actor, keys: Sequence[StateKey], as_of: date
) -> Mapping[StateKey, CompletionState] | None:
    """Tell what is held for these learners and certifications on a day.

    Called: once for each portion of rows.
    Given: distinct keys; the day for which `state` is asked.
    Return: key -> state. A key that is absent means: not assigned, no record, no history.
    If nobody answers: a start-up error; required.
    """


@hookspec(firstresult=True)
def find_evidence(actor: Actor, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem] | None:
    """Tell which evidence items exist already.

    Called: once for each portion that has rows which would become evidence.
    Given: distinct keys, their names normalised.
    Return: key -> the item that has this learner, short name, ID number and completion date.
    If nobody answers: evidence cannot be chosen. Goes with the capability `evidence`.
    """


@hookspec(firstresult=True)
def evidence_types(actor: Actor) -> Sequence[EvidenceType] | None:
    """List the types of evidence that this administrator may choose.

    Called: when the upload form is shown, and when a file is uploaded for which one was chosen; the type is frozen with
    the import as it is then.
    Return: the types with their fields. No two types have one name; no two fields of a type have names that are equal
    as headings are compared (without case, white space, `_` and `-`).
    If nobody answers: only the default type, which has no fields.
    """


@hookspec(firstresult=True)
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult] | None:
    """Write completions.

    Called: for each portion, inside the plugin's transaction when the host uses the same database connection; again
    with some of the changes where a call raised, and again with the same keys after a crash. A host with its own
    database is also asked which keys it has applied, by changes with an `expected` that no state has.
    Given: at most one change for a learner and certification.
    Return: one result for each change, in any order. For each: lock the learner and certification (in the order of
    `state_key`); `repeated` if this key was applied before; else `conflict` if the present state's digest is not
    `expected`, or the learner, the certification or the actor's right is gone; else write all of it and answer
    `written`, or nothing of it and answer `failed` with a reason. An exception means that nothing of the whole call was
    written: a host with its own database rolls it back. Such a host also keeps the keys it has applied, in the same
    transaction as the records; after an undo, a key that was taken back may count as applied or not.
    If nobody answers: a start-up error; required.
    """


@hookspec(firstresult=True)
def record_evidence(batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult] | None:
    """Create evidence items.

    Called: as `record_completions`, for portions that have any. The uploader (`batch.uploaded_by`) is their creator.
    Return: one result for each item: `repeated` if this key was applied before; else `conflict` if an item with the
    same `evidence_key` exists or the learner is gone; else `written`, or `failed` with a reason.
    If nobody answers: evidence cannot be chosen. Goes with the capability `evidence`.
    """


@hookspec(firstresult=True)
def undo_changes(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> Sequence[UndoResult] | None:
    """Take back what an import wrote, or tell what would become of it.

    Called: when an administrator asks what an undo would do (`preview`), when they undo an import, and when
    `all_or_nothing` has to give up; for each portion, inside the plugin's transaction when the host uses the same
    database connection, and again with some of the changes where a call raised, or after a crash.
    Given: changes and evidence items that were written, or may have been (an answer got lost), with what was there
    before. With `preview` the answers are the same, and nothing is written.
    Return: one result for each change and item, by key. A record that still is as the import wrote it is taken away
    (the former current record comes back, out of the history if it was moved there); one that was changed since stays
    and is named, and so is a current record whose former one was changed since. The assignment goes if the change
    made it, nothing of the change is kept, and the current record is again the one from before. `cannot` where the
    learner, the certification or the actor's right is gone. Asking again is harmless: `undone`.
    If nobody answers: imports of this site cannot be undone. Goes with the capability `undo`.
    """


@hookspec(firstresult=True)
def send_messages(batch: BatchInfo, messages: Sequence[Message]) -> Sequence[MessageResult] | None:
    """Send messages to learners.

    Called: by a task of its own, after the records they tell of are committed, a few messages at a time and in no
    transaction of the plugin's.
    Return: one result for each message. Suspended learners are answered with `never`. The same key is sent once.
    Messages that are answered with `later`, and all of a call that raises `HostUnavailable`, come again with the same
    keys, after a pause and for some days; those of a call that raises anything else do not: nobody would know whether
    they had left.
    If nobody answers: messages cannot be chosen. Goes with the capability `messages`.
    """


@hookspec
def forget_learner(actor: Actor, learner_keys: Sequence[str]) -> int | None:
    """Delete all that is held about learners who are to be forgotten.

    Called: for every active host, separately, before the plugin forgets them in its own tables; again with the same
    keys until every host has answered, and whenever somebody asks again. The learners may be gone already.
    Given: who asks for it; distinct keys, nearly always one: all of one person.
    Return: how many records were deleted or made nameless; 0 for keys that are not known, or were forgotten before.
    If nobody answers: learners are forgotten in the plugin's own tables alone.
    """


@hookspec
def batch_finished(batch: BatchInfo, summary: BatchSummary) -> None:
    """Hear that an import has ended.

    Called: once for every active host, separately: what one host raises is logged and keeps nobody else from hearing.
    It may be called again for the same import after a crash.
    """


@hookspec
def follow_ups(actor: Actor, batch_id: str) -> Sequence[FollowUp] | None:
    """Tell how work stands that follows from what an import wrote, and that the host does by itself.

    Called: for every active host, separately, when somebody looks at the report of an import that has ended.
    Given: who looks; the import.
    Return: one value for each kind of work that this import has led to; none if it has led to none.
    If nobody answers: the report tells of the records alone.
    """
