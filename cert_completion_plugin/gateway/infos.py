"""What the hosts say of themselves, and what can be done with all of them together."""

from cert_completion_hooks import Capability, HostInfo
from cert_completion_hooks.examining import questions
from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.hooks import HOOKS_OF

from cert_completion_plugin.gateway.registry import Registry


class Infos:
    """The hosts' infos, each asked for once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, HostInfo] = {}

    def of(self, host: str) -> HostInfo:
        """Raises HostContractError if the host gives none or a wrong one, and whatever the host itself raises."""
        if host not in self._known:
            self._known[host] = self._asked(host)
        return self._known[host]

    def all(self) -> tuple[HostInfo, ...]:
        return tuple(map(self.of, self._registry.names))

    def capabilities(self) -> frozenset[Capability]:
        """Those whose hooks are all answered by one and the same host, which declares them."""
        return frozenset(capability for capability in Capability if self._has(capability))

    def writes_on(self, alias: str, hooks: tuple[str, ...]) -> bool:
        """Whether some host answers one of these hooks, and all hosts that do write on this database connection."""
        hosts = {host for hook in hooks if (host := self._registry.answering(hook))}
        return bool(hosts) and all(self.of(host).database_alias == alias for host in hosts)

    def _has(self, capability: Capability) -> bool:
        hooks = list(HOOKS_OF[capability])
        if capability is Capability.UNDO and self._registry.answering("record_evidence"):
            # Evidence can be taken back by the host that keeps it, and by no other.
            hooks.append("record_evidence")
        hosts = {self._registry.answering(hook) for hook in hooks}
        host = hosts.pop()
        return not hosts and host is not None and capability in self.of(host).capabilities

    def _asked(self, host: str) -> HostInfo:
        if not self._registry.implements(host, "host_info"):
            raise HostContractError("host_info", host, "The host does not implement it.", "Every host must.")
        return questions.host_info(Answer("host_info", host, self._registry.call("host_info", host)))
