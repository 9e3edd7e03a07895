"""The gateway: everything that the plugin asks of the hosts goes through it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from cert_completion_hooks import (
    Actor,
    BatchInfo,
    BatchSummary,
    Capability,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    EvidenceType,
    FollowUp,
    HostInfo,
    Message,
    MessageResult,
    UndoResult,
    WriteResult,
)
from cert_completion_hooks.examining import questions, results
from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.examining.problems import HostProblem

from cert_completion_plugin import logbook
from cert_completion_plugin.gateway.asking import ActorHost
from cert_completion_plugin.gateway.blocking import NOTHING, Blocked
from cert_completion_plugin.gateway.hosts import HostStatus, hosts_of
from cert_completion_plugin.gateway.infos import Infos
from cert_completion_plugin.gateway.listing import Listed
from cert_completion_plugin.gateway.registry import Registry
from cert_completion_plugin.gateway.startup import host_problems


class Gateway:
    """The active hosts of a site as one.

    Given: the hosts by name, in the order of the setting; the first that implements a hook answers it, unless that is
    blocked. Every answer is checked: HostContractError names hook, host and the first offending key. What a host raises
    passes through. With `trace` each call is logged.
    """

    def __init__(self, hosts: Mapping[str, object], blocked: Blocked = NOTHING, *, trace: bool = False) -> None:
        self._registry = Registry(hosts, blocked, trace=trace)
        self._blocked = blocked
        self._infos = Infos(self._registry)
        self._listed = Listed()

    def problems(self) -> list[HostProblem]:
        """What start-up checks find wrong with the hosts. Raises nothing."""
        return host_problems(self._registry, self._infos, self._blocked)

    def hosts(self) -> tuple[HostStatus, ...]:
        """Every host and which hooks it answers, in the order in which they are asked. Raises nothing."""
        return hosts_of(self._registry, self._infos, self._blocked)

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts, in the order of the setting."""
        return self._registry.names

    @property
    def infos(self) -> tuple[HostInfo, ...]:
        """What every host says of itself, in the order of the setting."""
        return self._infos.all()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the hosts can do together: each capability needs one host that declares it and answers all its hooks."""
        return self._infos.capabilities()

    def shares_connection(self, alias: str) -> bool:
        """Whether completions and evidence are written on this Django database connection, to commit with it."""
        return self._infos.writes_on(alias, ("record_completions", "record_evidence"))

    def record_of_learning_path(self, learner_key: str) -> str:
        """The path of a learner's Record of Learning on this site; "" if no host has such a page, or can tell now."""
        try:
            path = next(filter(None, (info.record_of_learning_path for info in self.infos)), "")
        except Exception as error:
            logbook.tell_fault(logbook.HOST_CANNOT_TELL, error, question="host_info")
            return ""
        return path.replace("{key}", quote(learner_key, safe=""))

    def acting_for(self, actor: Actor, *, batch_id: str = "") -> ActorHost:
        """The hosts as the core sees them, asked on behalf of this administrator.

        With `batch_id`, the list of all certifications is kept for the next question about that import.
        """
        return ActorHost(self._registry, actor, partial(self._listed.keep, batch_id) if batch_id else None)

    def evidence_types(self, actor: Actor) -> tuple[EvidenceType, ...]:
        """The evidence types that this administrator may choose; none if no host answers."""
        if self._registry.answering("evidence_types") is None:
            return ()
        return questions.evidence_types(self._registry.ask("evidence_types", actor=actor))

    def record_completions(self, batch: BatchInfo, changes: Sequence[CompletionChange]) -> dict[str, WriteResult]:
        """Write completions: change key -> what became of it."""
        if not changes:
            return {}
        answer = self._registry.ask("record_completions", batch=batch, changes=tuple(changes))
        return results.results_by_key(answer, [change.key for change in changes], WriteResult)

    def record_evidence(self, batch: BatchInfo, items: Sequence[EvidenceItem]) -> dict[str, WriteResult]:
        """Create evidence items: item key -> what became of it."""
        if not items:
            return {}
        answer = self._registry.ask("record_evidence", batch=batch, items=tuple(items))
        return results.results_by_key(answer, [item.key for item in items], WriteResult)

    def undo_changes(
        self, batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], *, preview: bool
    ) -> dict[str, UndoResult]:
        """Take back what an import wrote, or tell what would become of it: key of the change or item -> result."""
        if not changes and not items:
            return {}
        given = {"changes": tuple(changes), "items": tuple(items), "preview": preview}
        answer = self._registry.ask("undo_changes", batch=batch, **given)
        return results.undo_results(answer, changes, items)

    def send_messages(self, batch: BatchInfo, messages: Sequence[Message]) -> dict[str, MessageResult]:
        """Send messages to learners: message key -> what became of it."""
        if not messages:
            return {}
        answer = self._registry.ask("send_messages", batch=batch, messages=tuple(messages))
        return results.results_by_key(answer, [message.key for message in messages], MessageResult)

    def forget_learner(self, host: str, actor: Actor, learner_keys: Sequence[str]) -> int | None:
        """Have one host delete what it holds about these learners: how much that was; None if it has no such hook."""
        if not self._registry.implements(host, "forget_learner"):
            return None
        told = self._registry.call("forget_learner", host, actor=actor, learner_keys=tuple(learner_keys))
        return results.count(Answer("forget_learner", host, told))

    def follow_ups(self, host: str, actor: Actor, batch_id: str) -> tuple[FollowUp, ...]:
        """How work of one host stands that follows from an import; none if it has no such hook."""
        if not self._registry.implements(host, "follow_ups"):
            return ()
        told = self._registry.call("follow_ups", host, actor=actor, batch_id=batch_id)
        return questions.follow_ups(Answer("follow_ups", host, told))

    def batch_finished(self, batch: BatchInfo, summary: BatchSummary) -> None:
        """Tell every host that an import has ended. What one raises is logged and keeps no other from hearing."""
        for host in self._registry.names:
            if self._registry.implements(host, "batch_finished"):
                self._announce(host, batch, summary)

    def _announce(self, host: str, batch: BatchInfo, summary: BatchSummary) -> None:
        try:
            self._registry.call("batch_finished", host, batch=batch, summary=summary)
        except Exception as error:
            about: dict[str, Any] = {"batch_reference": batch.batch_id, "host": host, "hook": "batch_finished"}
            logbook.tell_fault(logbook.HOST_FAILED, error, **about)
