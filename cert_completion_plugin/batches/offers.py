"""Which options a site offers, by what its hosts can do."""

from cert_completion_hooks.types import Capability, HostUnavailable

from cert_completion_plugin.gateway import gateway


def evidence_is_offered() -> bool:
    """Whether a host of this site can create evidence, or cannot tell just now."""
    return _can(Capability.EVIDENCE)


def undo_is_offered() -> bool:
    """Whether a host of this site can take back what it wrote, or cannot tell just now: `all_or_nothing` needs it."""
    return _can(Capability.UNDO)


def messages_are_offered() -> bool:
    """Whether a host of this site can send messages to learners, or cannot tell just now."""
    return _can(Capability.MESSAGES)


def _can(capability: Capability) -> bool:
    try:
        return capability in gateway().capabilities
    except HostUnavailable:
        return True
