"""The way from the plugin to the hosts, and the only place that speaks pluggy."""

from functools import lru_cache

from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.problems import HostProblem, ProblemCode

from cert_completion_plugin import conf
from cert_completion_plugin.gateway.asking import ActorHost
from cert_completion_plugin.gateway.errors import HostNotFound
from cert_completion_plugin.gateway.facade import Gateway
from cert_completion_plugin.gateway.loading import load_hosts

__all__ = [
    "ActorHost",
    "Gateway",
    "HostContractError",
    "HostNotFound",
    "HostProblem",
    "ProblemCode",
    "gateway",
    "load_hosts",
    "reset",
]


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway to the hosts of the setting `HOSTS`, made once for the process. Raises HostNotFound."""
    return Gateway(load_hosts(conf.settings().hosts))


def reset() -> None:
    """Forget the gateway, so that the next one is made from the settings as they are then."""
    gateway.cache_clear()
