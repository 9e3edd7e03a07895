"""The plugin's questions, put to the hosts under test; every answer is examined more strictly than on a site."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import NoReturn

import pytest

from cert_completion_hooks.conformance.faults import fault
from cert_completion_hooks.conformance.hosts import Hosts
from cert_completion_hooks.conformance.world import World
from cert_completion_hooks.examining import questions
from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.examining.hooks import HOOKS_OF
from cert_completion_hooks.types import (
    Capability,
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    HostInfo,
    Learner,
    StateKey,
)

TODAY = date(2026, 3, 15)


class Asking:
    """Questions for an administrator who may write everything."""

    def __init__(self, world: World) -> None:
        host = world.host
        self.world = world
        self.hosts = Hosts(host if isinstance(host, tuple) else (host,))
        self.actor = world.administrator("importer")

    def wrong(self, hook: str, what: str, mend: str, key: object = None) -> NoReturn:
        """Fail the test: this is wrong about what the host does in this hook."""
        fault(hook, self.hosts.who(hook), what, mend, key)

    def info(self, host: str) -> HostInfo:
        """What one host says of itself."""
        return self.hosts.ask_host(host, "host_info", questions.host_info)

    @cached_property
    def capabilities(self) -> frozenset[Capability]:
        """What the hosts that answer declare."""
        answering = {capability: self.hosts.answering(hooks[-1]) for capability, hooks in HOOKS_OF.items()}
        return frozenset(each for each, host in answering.items() if host and each in self.info(host).capabilities)

    def need(self, capability: Capability) -> None:
        """Skip the test if the host does not have this capability."""
        if capability not in self.capabilities:
            pytest.skip(f"The host does not declare the capability {str(capability)!r} in host_info.")

    def find_learners(self, *usernames: str) -> dict[str, Sequence[Learner]]:
        """User name -> learners; names that are not known are left out."""

        def examine(answer: Answer) -> dict[str, Sequence[Learner]]:
            found = questions.learners(answer, usernames)
            for name, learners in found.items():
                others = [each.username for each in answer.value[name] if each not in learners]
                if others:
                    answer.wrong(f"It answered with learners of other names: {others}.", COMPARE_NAMES, name)
            return {name: learners for name, learners in found.items() if learners}

        return self.hosts.ask("find_learners", examine, actor=self.actor, usernames=usernames)

    def find_certifications(
        self, *references: CertificationRef, ignore_case: bool = False
    ) -> dict[CertificationRef, Sequence[Certification]]:
        """Reference -> certifications; references that nothing fits are left out."""

        def examine(answer: Answer) -> dict[CertificationRef, Sequence[Certification]]:
            found = questions.certifications(answer, references, ignore_case)
            for reference, fitting in found.items():
                others = [each for each in answer.value[reference] if each not in fitting]
                if others:
                    what = f"It answered with certifications that have neither name: {others}."
                    answer.wrong(what, COMPARE_CERTIFICATIONS, reference)
            return {reference: fitting for reference, fitting in found.items() if fitting}

        given = {"actor": self.actor, "references": references, "ignore_case": ignore_case}
        return self.hosts.ask("find_certifications", examine, **given)

    def list_certifications(self, after: str = "", limit: int = 1000) -> Sequence[Certification]:
        """One page of all certifications."""

        def examine(answer: Answer) -> Sequence[Certification]:
            return questions.certification_page(answer, limit, {after})

        return self.hosts.ask("list_certifications", examine, actor=self.actor, after=after, limit=limit)

    def states(self, *keys: StateKey, as_of: date = TODAY) -> Mapping[StateKey, CompletionState]:
        """Key -> what is held."""
        examine = partial(questions.completion_states, asked=keys)
        return self.hosts.ask("find_completion_states", examine, actor=self.actor, keys=keys, as_of=as_of)

    def state(self, key: StateKey, as_of: date = TODAY) -> CompletionState:
        """What is held of one pair."""
        return self.states(key, as_of=as_of).get(key, CompletionState())

    def find_evidence(self, *keys: EvidenceKey) -> Mapping[EvidenceKey, EvidenceItem]:
        """Key -> the item that has it."""

        def examine(answer: Answer) -> Mapping[EvidenceKey, EvidenceItem]:
            found = questions.evidence(answer, keys)
            for key in answer.value:
                if key not in found:
                    answer.wrong(
                        f"It answered with an item of other names: {answer.value[key]}.", COMPARE_EVIDENCE, key
                    )
            return found

        return self.hosts.ask("find_evidence", examine, actor=self.actor, keys=keys)

    def evidence_types(self) -> Sequence[EvidenceType]:
        """The types that are offered."""
        return self.hosts.ask("evidence_types", questions.evidence_types, actor=self.actor)


COMPARE_NAMES = (
    "Compare `normalised(learner's user name) == the name asked for` in Python, after the query: databases match "
    "without case or accents, and LIKE has wildcards. One learner has one user name."
)
COMPARE_CERTIFICATIONS = (
    "Compare short name with short name and ID number with ID number, each `normalised` (`folded`, if case is "
    "ignored), in Python, after the query. An empty name matches nothing."
)
COMPARE_EVIDENCE = "Compare both names of the item, normalised, with those asked for, in Python, after the query."
