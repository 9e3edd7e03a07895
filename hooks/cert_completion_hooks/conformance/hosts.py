"""Asking hosts as the plugin asks them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import pytest

from cert_completion_hooks.conformance.faults import fault, fault_of
from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.hooks import FIRST_RESULT, REQUIRED_HOOKS, implementations, manager
from cert_completion_hooks.examining.problems import HostProblem, calling_problems

T = TypeVar("T")


class Hosts:
    """The hosts under test: the first that implements a hook answers it."""

    def __init__(self, hosts: Sequence[object]) -> None:
        self._hosts = {f"{_name(host)}{number or ''}": host for number, host in enumerate(hosts)}
        self.implementations = {name: tuple(implementations(name, host)) for name, host in self._hosts.items()}
        self._relays: dict[str, Any] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._hosts)

    def answering(self, hook: str) -> str | None:
        """The name of the host that answers a hook, if one does."""
        return next((name for name in self._hosts if self.implements(name, hook)), None)

    def implements(self, host: str, hook: str) -> bool:
        return any(each.hook == hook for each in self.implementations[host])

    def who(self, hook: str) -> str:
        """Whom to name when something is wrong about this hook."""
        return self.answering(hook) or self.names[0]

    def ask(self, hook: str, examine: Callable[[Answer], T], **given: Any) -> T:
        """What the host that answers a hook says, examined as on a site. Whatever it raises fails the test."""
        return self._examined(hook, self._answering(hook), examine, given)

    def ask_host(self, name: str, hook: str, examine: Callable[[Answer], T], **given: Any) -> T:
        """The same of one host."""
        if not self.implements(name, hook):
            _lacks(hook, name)
        return self._examined(hook, name, examine, given)

    def call(self, hook: str, **given: Any) -> Any:
        """What the host that answers a hook says, unexamined; what it raises passes through."""
        return self._called(hook, self._answering(hook), given)

    def problems(self, name: str) -> list[HostProblem]:
        """What keeps the hooks of a host from being called."""
        return [problem for each in self.implementations[name] for problem in calling_problems(each)]

    def _answering(self, hook: str) -> str:
        return self.answering(hook) or _lacks(hook, self.names[0])

    def _examined(self, hook: str, name: str, examine: Callable[[Answer], T], given: Mapping[str, Any]) -> T:
        try:
            return examine(Answer(hook, name, self._called(hook, name, given)))
        except HostContractError as error:
            fault_of(error)
        except Exception as error:
            fault(hook, name, f"It raised {type(error).__name__}: {error}", _ORDINARY, pytrace=True)

    def _called(self, hook: str, name: str, given: Mapping[str, Any]) -> Any:
        if name not in self._relays:
            self._relays[name] = self._relay(hook, name)
        answer = getattr(self._relays[name], hook)(**given)
        return answer if FIRST_RESULT[hook] else next(iter(answer), None)

    def _relay(self, hook: str, name: str) -> Any:
        """The hooks of one host as pluggy calls them."""
        for problem in self.problems(name):
            fault(hook, name, problem.text, problem.hint)
        made = manager()
        made.register(self._hosts[name])
        return made.hook


_ORDINARY = (
    "Answer this: it is an ordinary question or request. HostUnavailable is for a database or service that does not "
    "answer, HostRefused for a change that will never be written."
)


def _lacks(hook: str, name: str) -> NoReturn:
    if hook in REQUIRED_HOOKS or hook == "host_info":
        fault(hook, name, "No function is marked as this hook.", "Write it, and mark it with @hookimpl.")
    pytest.skip(f"The host does not implement {hook}; no host has to.")


def _name(host: object) -> str:
    return str(getattr(host, "__name__", None) or type(host).__name__)
