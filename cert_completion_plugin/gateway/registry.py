"""The active hosts of a site, registered with pluggy: who implements which hook, and calling one of them."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from cert_completion_hooks import HostUnavailable
from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.hooks import FIRST_RESULT, Implementation, implementations, manager
from cert_completion_hooks.examining.problems import HostProblem, ProblemCode, calling_problems

from cert_completion_plugin.gateway.blocking import NOTHING, Blocked
from cert_completion_plugin.gateway.tracing import traced


class Registry:
    """The active hosts, in the order of the setting.

    The first host that implements a hook, and is not kept from it, is the one that answers it, always. None is not an
    answer that leads to the next one: a host that wrote and forgot to return must not have the same written by another.
    """

    def __init__(self, hosts: Mapping[str, object], blocked: Blocked = NOTHING, *, trace: bool = False) -> None:
        self._hosts = dict(hosts)
        self._blocked = blocked.hooks
        self._trace = trace
        self._manager = manager()
        self._implementations: dict[str, tuple[Implementation, ...]] = dict.fromkeys(self._hosts, ())
        self._unusable: dict[str, list[HostProblem]] = {}
        # pluggy asks the one that was registered last first.
        for name in reversed(self._hosts):
            self._register(name, self._hosts[name])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._hosts)

    @property
    def problems(self) -> tuple[HostProblem, ...]:
        """What keeps hosts from being used, in the order of the setting."""
        return tuple(problem for name in self._hosts for problem in self._unusable.get(name, ()))

    def implementations(self, host: str) -> tuple[Implementation, ...]:
        """Whatever is marked as a hook in a host, also what is blocked."""
        return self._implementations[host]

    def has(self, host: str, hook: str) -> bool:
        """Whether a host has a hook, blocked or not."""
        return any(each.hook == hook for each in self._implementations[host])

    def implements(self, host: str, hook: str) -> bool:
        """Whether a host has a hook that is not blocked."""
        return (host, hook) not in self._blocked and self.has(host, hook)

    def answering(self, hook: str) -> str | None:
        """The host that answers a hook, usable or not; None if no host implements it."""
        return next((name for name in self._hosts if self.implements(name, hook)), None)

    def is_usable(self, host: str) -> bool:
        return host not in self._unusable

    def ask(self, hook: str, **given: object) -> Answer:
        """What the host that answers a hook says. Raises HostContractError if there is none or it cannot be used."""
        host = self.answering(hook)
        if host is None:
            raise HostContractError(
                hook, "", "No active host implements it.", "Add a host that does to the setting HOSTS."
            )
        return Answer(hook, host, self.call(hook, host, **given))

    def call(self, hook: str, host: str, **given: object) -> Any:
        """What this one host answers; None if it does not answer. Raises HostContractError if it cannot be used."""
        if host in self._unusable:
            problem = self._unusable[host][0]
            raise HostContractError(hook, host, f"The host cannot be used. {problem.text}", problem.hint)
        others = [each for name, each in self._hosts.items() if name != host and name not in self._unusable]
        try:
            with traced(hook, host, given) if self._trace else nullcontext():
                answer = self._manager.subset_hook_caller(hook, others)(**given)
        except HostUnavailable as error:
            error.host, error.hook = host, hook
            raise
        return answer if FIRST_RESULT[hook] else next(iter(answer), None)

    def _register(self, name: str, host: object) -> None:
        try:
            self._implementations[name] = tuple(implementations(name, host))
            problems = [problem for each in self._implementations[name] for problem in calling_problems(each)]
            if not problems:
                hash(host)
                self._manager.register(host, name)
        except Exception as error:
            problems = [_unusable(name, error)]
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
        if problems:
            self._unusable[name] = problems


def _unusable(host: str, error: Exception) -> HostProblem:
    return HostProblem(
        ProblemCode.HOST_UNUSABLE,
        f"Host {host!r} cannot be registered: {type(error).__name__}: {error}",
        "A host is a module or a hashable object whose attributes can be read without an error; name each host once.",
    )
