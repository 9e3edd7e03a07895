"""The record book as the sandbox's host, which does badly on some certifications, so that it can be seen what follows.

It refuses to write Working at Height, is away as soon as Asbestos Awareness is to be written, and has a bug in Confined
Spaces.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cert_completion_hooks import (
    BatchInfo,
    CompletionChange,
    HostInfo,
    HostUnavailable,
    WriteResult,
    WriteStatus,
    hookimpl,
)
from cert_completion_records import host as record_book
from cert_completion_records.host import (
    evidence_types,
    find_certifications,
    find_completion_states,
    find_evidence,
    find_learners,
    forget_learner,
    list_certifications,
    record_evidence,
    send_messages,
    undo_changes,
)
from cert_completion_records.models import Certification as StoredCertification

from sandbox.demo_table import ASBESTOS, CONFINED_SPACES, HEIGHTS

__all__ = [
    "evidence_types",
    "find_certifications",
    "find_completion_states",
    "find_evidence",
    "find_learners",
    "forget_learner",
    "host_info",
    "list_certifications",
    "record_completions",
    "record_evidence",
    "send_messages",
    "undo_changes",
]

REFUSAL = "Records of Working at Height are locked until the audit is over."


@hookimpl
def host_info() -> HostInfo:
    return replace(record_book.host_info(), name="sandbox")


@hookimpl
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    id_numbers = _id_numbers(changes)
    if ASBESTOS.id_number in id_numbers.values():
        raise HostUnavailable("The sandbox's host is away whenever Asbestos Awareness is to be written.")
    if CONFINED_SPACES.id_number in id_numbers.values():
        raise ValueError("The sandbox's host has a bug in writing Confined Spaces.")
    locked = [change for change in changes if id_numbers[change.certification_key] == HEIGHTS.id_number]
    others = [change for change in changes if id_numbers[change.certification_key] != HEIGHTS.id_number]
    refused = [WriteResult(key=change.key, status=WriteStatus.FAILED, reason=REFUSAL) for change in locked]
    return [*refused, *(record_book.record_completions(batch, others) if others else ())]


def _id_numbers(changes: Iterable[CompletionChange]) -> dict[str, str]:
    """The ID numbers of the changes' certifications by key; "" for one that is gone."""
    keys = {change.certification_key for change in changes}
    known = {str(row.pk): row.id_number for row in StoredCertification.objects.filter(pk__in=keys)}
    return {key: known.get(key, "") for key in keys}
