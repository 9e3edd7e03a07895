"""Who answers what: the hosts of a site, as commands and pages list them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cert_completion_hooks import HostInfo
from cert_completion_hooks.examining.hooks import FIRST_RESULT, HOOKS

from cert_completion_plugin.gateway.blocking import Blocked
from cert_completion_plugin.gateway.infos import Infos
from cert_completion_plugin.gateway.registry import Registry


class HookUse(StrEnum):
    """What becomes of a hook that a host implements.

    `answers`: the host is asked. `passed_over`: an earlier host of the setting HOSTS is. `blocked`: the setting
    BLOCKED_HOOKS says so.
    """

    ANSWERS = "answers"
    PASSED_OVER = "passed_over"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStatus:
    """One host of the setting HOSTS, under its name there.

    `info` is what the host says of itself; None if it is blocked, or cannot say. `hooks`: what becomes of each hook
    that it implements, in the order of the contract.
    """

    name: str
    is_blocked: bool = False
    info: HostInfo | None = None
    hooks: tuple[tuple[str, HookUse], ...] = ()


def hosts_of(registry: Registry, infos: Infos, blocked: Blocked) -> tuple[HostStatus, ...]:
    """The active hosts in the order in which they are asked, then those that are blocked. Raises nothing."""
    active = [
        HostStatus(name=name, info=_info(infos, name), hooks=tuple(_uses(registry, name))) for name in registry.names
    ]
    return (*active, *(HostStatus(name=name, is_blocked=True) for name in blocked.hosts))


def _info(infos: Infos, host: str) -> HostInfo | None:
    try:
        return infos.of(host)
    except Exception:
        # What is wrong with it is told by the start-up checks.
        return None


def _uses(registry: Registry, host: str) -> Iterator[tuple[str, HookUse]]:
    for hook in HOOKS:
        if registry.has(host, hook):
            yield hook, _use(registry, host, hook)


def _use(registry: Registry, host: str, hook: str) -> HookUse:
    if not registry.implements(host, hook):
        return HookUse.BLOCKED
    # Of the others, every host that has them is asked.
    answers = not FIRST_RESULT[hook] or registry.answering(hook) == host
    return HookUse.ANSWERS if answers else HookUse.PASSED_OVER
