"""What the core needs to know of the world, as an interface; the gateway implements it with the hosts' hooks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    Learner,
    StateKey,
)


class Host(Protocol):
    """The questions that are put to the hosts on behalf of one administrator.

    Answers were checked already: every key was asked for, every name is equal to the one asked for. Absent means none.
    Raises HostUnavailable where a host cannot tell now.
    """

    def find_learners(self, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]: ...

    def find_certifications(
        self, references: Sequence[CertificationRef], *, ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]: ...

    def list_certifications(self) -> Iterator[Certification]: ...

    def find_completion_states(self, keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]: ...

    def find_evidence(self, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]: ...
