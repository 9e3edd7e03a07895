"""The hosts' side of the core's port: questions on behalf of one administrator."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from cert_completion_hooks import (
    Actor,
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    Learner,
    StateKey,
)
from cert_completion_hooks.examining import questions

from cert_completion_plugin.core.ports import Host
from cert_completion_plugin.gateway.registry import Registry

PAGE = 1000

Keep: TypeAlias = Callable[[Iterable[Certification]], tuple[Certification, ...]]
"""Given what would be asked for page by page, returns it, or the same as it was answered a moment ago."""


class ActorHost(Host):
    """Puts the core's questions to the hosts, in bulk, and checks every answer. What nobody asks is not asked.

    Raises HostContractError for an answer that the contract does not allow; HostUnavailable, HostRefused and whatever
    else a host raises pass through.
    """

    def __init__(self, registry: Registry, actor: Actor, keep: Keep | None = None) -> None:
        self._registry = registry
        self._actor = actor
        self._keep = keep or tuple

    def find_learners(self, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
        asked = dict.fromkeys(usernames)
        if not asked:
            return {}
        answer = self._registry.ask("find_learners", actor=self._actor, usernames=tuple(asked))
        return questions.learners(answer, asked)

    def find_certifications(
        self, references: Sequence[CertificationRef], *, ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]:
        asked = dict.fromkeys(references)
        if not asked:
            return {}
        answer = self._registry.ask(
            "find_certifications", actor=self._actor, references=tuple(asked), ignore_case=ignore_case
        )
        return questions.certifications(answer, asked, ignore_case)

    def list_certifications(self) -> Iterator[Certification]:
        return iter(self._keep(self._pages()))

    def _pages(self) -> Iterator[Certification]:
        after = ""
        seen: set[str] = set()
        while True:
            answer = self._registry.ask("list_certifications", actor=self._actor, after=after, limit=PAGE)
            page = questions.certification_page(answer, PAGE, seen)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    def find_completion_states(self, keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
        asked = dict.fromkeys(keys)
        if not asked:
            return {}
        answer = self._registry.ask("find_completion_states", actor=self._actor, keys=tuple(asked), as_of=as_of)
        return questions.completion_states(answer, asked)

    def find_evidence(self, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
        asked = dict.fromkeys(keys)
        if not asked:
            return {}
        answer = self._registry.ask("find_evidence", actor=self._actor, keys=tuple(asked))
        return questions.evidence(answer, asked)
