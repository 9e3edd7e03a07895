"""Open edX as a host of the contract: learners of the platform, everything else in the record book.

Entry point `cert_completion.hosts.v1`, name `openedx`. Hooks that the record book answers here as it does elsewhere
are its own functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cert_completion_hooks import (
    Actor,
    Certification,
    CertificationRef,
    HostInfo,
    Learner,
    hookimpl,
)
from cert_completion_records import host as record_book
from cert_completion_records.host import (
    evidence_types,
    find_completion_states,
    find_evidence,
    forget_learner,
    record_completions,
    record_evidence,
    send_messages,
    undo_changes,
)

from cert_completion_openedx import certifications, learners

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
