"""The way from the plugin to the hosts, and the only place where pluggy is spoken."""

from functools import lru_cache

from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.problems import HostProblem, ProblemCode

from cert_completion_plugin import conf
from cert_completion_plugin.gateway.asking import ActorHost
from cert_completion_plugin.gateway.blocking import blocked
from cert_completion_plugin.gateway.errors import HostNotFound
from cert_completion_plugin.gateway.facade import Gateway
from cert_completion_plugin.gateway.hosts import HookUse, HostStatus
from cert_completion_plugin.gateway.loading import installed_hosts, load_hosts

__all__ = [
    "ActorHost",
    "Gateway",
    "HookUse",
    "HostContractError",
    "HostNotFound",
    "HostProblem",
    "HostStatus",
    "ProblemCode",
    "gateway",
    "installed_hosts",
    "load_hosts",
    "reset",
]


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway to the hosts of the settings, made once for the process. Raises HostNotFound."""
    settings = conf.settings()
    block = blocked(settings.hosts, settings.blocked_hosts, settings.blocked_hooks)
    active = [name for name in settings.hosts if name not in block.hosts]
    return Gateway(load_hosts(active), block, trace=settings.hook_trace)


def reset() -> None:
    """Forget the gateway, so that the next one is made from the settings as they are then."""
    gateway.cache_clear()
