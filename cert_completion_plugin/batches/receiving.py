"""Receiving a file: it is stored, hashed and given a number, and nothing of it is parsed."""

from collections.abc import Iterable
from typing import Any

from cert_completion_hooks.types import Actor, EvidenceType
from django.db import transaction
from django.utils.translation import get_language

from cert_completion_plugin import conf
from cert_completion_plugin.batches import announcing, clock, keeping, outbox
from cert_completion_plugin.batches.asking import CannotTell
from cert_completion_plugin.batches.closing import tell_hosts
from cert_completion_plugin.batches.evidence_types import offered_types, type_as_json
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.limits import NotTaken
from cert_completion_plugin.batches.offers import evidence_is_offered, messages_are_offered, undo_is_offered
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import CommitPolicy, Messages, Options, UnknownCertification
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import batches, connections, deliveries, files
from cert_completion_plugin.store.values import Batch


class OptionNotOffered(NotTaken):
    """The option exists, but this version or this site does not offer the value; the text names both."""


def receive(
    chunks: Iterable[bytes],
    *,
    file_name: str,
    uploaded_by_id: Any,
    uploaded_by_name: str,
    options: Options,
    site: str = "",
) -> Batch:
    """Store an uploaded file as a new import, whole or not at all.

    A file over the site's limit becomes an import in state `refused` that keeps none of its bytes.
    The chosen evidence type is frozen with it as it is now. `site`: the domain on which it was uploaded, if the
    installation knows several. Raises OptionNotOffered.
    """
    _check_offered(options)
    evidence_type = _chosen_type(options, administrator(uploaded_by_id, uploaded_by_name))
    with transaction.atomic():
        batch = batches.create(
            file_name=file_name,
            uploaded_by_id=uploaded_by_id,
            uploaded_by_name=uploaded_by_name,
            options=options,
            evidence_type=None if evidence_type is None else type_as_json(evidence_type),
            language=get_language() or "",
            site=site,
            now=clock.now(),
        )
        if outbox.is_asked_for(batch):
            deliveries.begin(batch.id)
        _store(batch, chunks)
        stored = batches.get(batch.id)
        assert stored is not None
        announcing.received(stored)
        if stored.state is BatchState.REFUSED:
            announcing.refused(stored, stored.file_issues)
            connections.after_commit(tell_hosts, stored.id)
    return stored


class KeptFileGone(Exception):
    """The file that was kept has been made an import already, or was replaced by another."""


def receive_kept(kept: keeping.KeptFile, **given: Any) -> Batch:
    """Make a kept file a new import and keep it no longer; what is given is as for `receive`.

    Raises OptionNotOffered, and KeptFileGone if somebody was faster: then there is no second import.
    """
    with transaction.atomic():
        if not keeping.hold(kept):
            raise KeptFileGone
        batch = receive(keeping.read(kept), file_name=kept.file_name, **given)
        keeping.forget(kept)
    return batch


def _store(batch: Batch, chunks: Iterable[bytes]) -> None:
    settings = conf.settings()
    arriving = files.Arriving(chunks, settings.max_bytes)
    try:
        with transaction.atomic():
            path = _save(batch, arriving, settings.file_storage)
    except files.TooLarge:
        refusal = Issue(Code.FILE_TOO_LARGE, details={"limit": settings.max_bytes})
        issues, now = batches.issues_json([refusal]), clock.now()
        batches.move(batch.id, [BatchState.RECEIVED], BatchState.REFUSED, now=now, finished_at=now, file_issues=issues)
    else:
        where = {"file_storage": settings.file_storage, "file_path": path}
        batches.update(batch.id, file_size=arriving.size, file_sha256=arriving.digest, **where)


def _save(batch: Batch, arriving: files.Arriving, storage: str) -> str:
    if storage:
        return files.save_in_storage(storage, batch.reference, arriving)
    files.save_in_database(batch.id, arriving)
    return ""


def _check_offered(options: Options) -> None:
    if options.unknown_certification is UnknownCertification.CREATE_EVIDENCE and not evidence_is_offered():
        raise OptionNotOffered("No host of this site can create evidence; choose unknown_certification='ignore'.")
    if options.commit_policy is CommitPolicy.ALL_OR_NOTHING and not undo_is_offered():
        raise OptionNotOffered("No host of this site can undo what was written; choose commit_policy='valid_rows'.")
    if options.messages is Messages.SEND and not messages_are_offered():
        raise OptionNotOffered("No host of this site can send messages to learners; choose messages='none'.")


def _chosen_type(options: Options, actor: Actor) -> EvidenceType | None:
    """The type that was chosen, as the host describes it to this administrator; None for the default type."""
    name = options.evidence_type
    if not name:
        return None
    try:
        offered = {each.name: each for each in offered_types(actor)}
    except CannotTell as problem:
        raise OptionNotOffered(
            f"Whether there is an evidence type {name!r} cannot be checked just now. Try again later, or tell the "
            f"site's operator the reference {problem.reference}."
        ) from problem
    if name not in offered:
        names = ", ".join(map(repr, offered)) or "only the default type, which has no name"
        raise OptionNotOffered(f"You are not offered an evidence type {name!r}. Offered to you: {names}.")
    return offered[name]
