"""The hosts of this site, for whoever runs it. Nothing here is about learners."""

from cert_completion_plugin.gateway import HostProblem, HostStatus, gateway, installed_hosts


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
