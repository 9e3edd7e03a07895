"""Open edX as a host of the contract: learners and course certificates of the platform, all else in the record book.

Entry point `cert_completion.hosts.v1`, name `openedx`. Hooks that the record book answers here as it does elsewhere
are its own functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cert_completion_hooks import (
    Actor,
    BatchInfo,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    FollowUp,
    HostInfo,
    Learner,
    UndoResult,
    WriteResult,
    hookimpl,
)
from cert_completion_records import host as record_book
from cert_completion_records.host import (
    evidence_types,
    find_completion_states,
    find_evidence,
    record_evidence,
    send_messages,
)
from cert_completion_records.keys import database
from django.db import transaction

from cert_completion_openedx import certifications, learners
from cert_completion_openedx.certificates import following, ordering

__all__ = [
    "batch_finished",
    "evidence_types",
    "find_certifications",
    "find_completion_states",
    "find_evidence",
    "find_learners",
    "follow_ups",
    "forget_learner",
    "host_info",
    "list_certifications",
    "record_completions",
    "record_evidence",
    "send_messages",
    "undo_changes",
]


@hookimpl
def host_info() -> HostInfo:
    return replace(record_book.host_info(), name="openedx")


@hookimpl
def find_learners(usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
    return learners.find_learners(usernames)


@hookimpl
def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> Mapping[CertificationRef, Sequence[Certification]]:
    return certifications.find_certifications(actor, references, ignore_case)


@hookimpl
def list_certifications(actor: Actor, after: str, limit: int) -> Sequence[Certification]:
    return certifications.list_certifications(actor, after, limit)


@hookimpl
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    with transaction.atomic(using=database()):
        results = record_book.record_completions(batch, changes)
        ordering.order(batch, changes, results)
    return results


@hookimpl
def undo_changes(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> Sequence[UndoResult]:
    with transaction.atomic(using=database()):
        results = record_book.undo_changes(batch, changes, items, preview)
        if not preview:
            ordering.withdraw(changes, results)
    return results


@hookimpl
def batch_finished(batch: BatchInfo) -> None:
    ordering.release(batch.batch_id)


@hookimpl
def follow_ups(actor: Actor, batch_id: str) -> Sequence[FollowUp]:
    return following.follow_ups(actor, batch_id)


@hookimpl
def forget_learner(learner_keys: Sequence[str]) -> int:
    return ordering.forget(learner_keys) + record_book.forget_learner(learner_keys)
