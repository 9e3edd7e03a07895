"""Receiving a file: it is stored, hashed and given a number, and nothing of it is parsed."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from cert_completion_hooks.types import Capability, HostUnavailable
from django.db import transaction

from cert_completion_plugin import conf
from cert_completion_plugin.batches import clock
from cert_completion_plugin.batches.closing import tell_hosts
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import CommitPolicy, Messages, Options, UnknownCertification
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, files
from cert_completion_plugin.store.values import Batch


class OptionNotOffered(ValueError):
    """The option exists, but this version or this site does not offer the value; the text names both."""


def receive(
    chunks: Iterable[bytes], *, file_name: str, uploaded_by_id: Any, uploaded_by_name: str, options: Options
) -> Batch:
    """Store an uploaded file as a new import, whole or not at all.

    A file over the site's limit becomes an import in state `refused` that keeps none of its bytes.
    Raises OptionNotOffered.
    """
    _check_offered(options)
    with transaction.atomic():
        batch = batches.create(
            file_name=file_name,
            uploaded_by_id=uploaded_by_id,
            uploaded_by_name=uploaded_by_name,
            options=options,
            now=clock.now(),
        )
        _store(batch, chunks)
    stored = batches.get(batch.id)
    assert stored is not None
    return stored


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
        transaction.on_commit(partial(tell_hosts, batch.id), robust=True)
    else:
        where = {"file_storage": settings.file_storage, "file_path": path}
        batches.update(batch.id, file_size=arriving.size, file_sha256=arriving.digest, **where)


def _save(batch: Batch, arriving: files.Arriving, storage: str) -> str:
    if storage:
        return files.save_in_storage(storage, batch.reference, arriving)
    files.save_in_database(batch.id, arriving)
    return ""


def evidence_is_offered() -> bool:
    """Whether a host of this site can create evidence, or cannot tell just now."""
    try:
        return Capability.EVIDENCE in gateway().capabilities
    except HostUnavailable:
        return True


def _check_offered(options: Options) -> None:
    if options.unknown_certification is UnknownCertification.CREATE_EVIDENCE and not evidence_is_offered():
        raise OptionNotOffered("No host of this site can create evidence; choose unknown_certification='ignore'.")
    later = {
        "review": options.review,
        "messages": options.messages is not Messages.NONE,
        "commit_policy": options.commit_policy is not CommitPolicy.VALID_ROWS,
        "evidence_type": bool(options.evidence_type),
    }
    for name, chosen in later.items():
        if chosen:
            value = options.as_mapping()[name]
            raise OptionNotOffered(
                f"This version does not offer {name}={value!r} yet; leave the option out or switch it off."
            )
