"""The hosts of this site, for whoever runs it, and what they do after an import. No learner is named here."""

from cert_completion_plugin import batches
from cert_completion_plugin.api.permissions import User, check_seen
from cert_completion_plugin.batches import HostFollowUps
from cert_completion_plugin.gateway import HostProblem, HostStatus, gateway, installed_hosts
from cert_completion_plugin.store.values import Batch

__all__ = ["HostFollowUps", "follow_ups", "host_problems", "hosts", "idle_hosts"]


def hosts() -> tuple[HostStatus, ...]:
    """Every host of the settings and which hooks it answers, in the order in which they are asked.

    Raises HostNotFound where a name in the settings leads to no host.
    """
    return gateway().hosts()


def idle_hosts() -> tuple[str, ...]:
    """The hosts that are installed, but that the setting `HOSTS` does not name."""
    named = {host.name for host in hosts()}
    return tuple(name for name in installed_hosts() if name not in named)


def host_problems() -> list[HostProblem]:
    """What is wrong with the hosts, and how to mend it."""
    return gateway().problems()


def follow_ups(user: User, batch: Batch) -> list[HostFollowUps]:
    """How work stands that hosts do by themselves after an import's records are written, such as certificates.

    Of each host that has anything to say; numbers, lines and reasons, no names. Empty as long as the import has not
    ended. Raises Denied.
    """
    check_seen(user, batch)
    return batches.follow_ups(batch, batches.administrator(user.pk, user.get_username()))
