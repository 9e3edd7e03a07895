"""What the hosts do by themselves after an import's records are written, and how that stands."""

from dataclasses import dataclass

from cert_completion_hooks.types import Actor, FollowUp

from cert_completion_plugin.batches.asking import CannotTell, asking
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFollowUps:
    """What one host tells. `cannot_tell`: the reference under which the log says why it cannot now, "" if it can."""

    host: str
    told: tuple[FollowUp, ...] = ()
    cannot_tell: str = ""


def follow_ups(batch: Batch, actor: Actor) -> list[HostFollowUps]:
    """What each host tells of an import, of those that have anything to say, in the order of the hosts."""
    if not batch.has_ended:
        return []
    asked = [_of_host(host, batch, actor) for host in gateway().names]
    return [each for each in asked if each.told or each.cannot_tell]


def _of_host(host: str, batch: Batch, actor: Actor) -> HostFollowUps:
    try:
        with asking("follow_ups", batch=batch.id):
            return HostFollowUps(host=host, told=gateway().follow_ups(host, actor, batch.reference))
    except CannotTell as problem:
        return HostFollowUps(host=host, cannot_tell=problem.reference)
