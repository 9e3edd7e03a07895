"""The outbox: messages to learners, kept in the transaction that gave rise to them, and dropped with it.

Without the option `messages` nothing here asks the database anything.
"""

from collections.abc import Iterable, Sequence

from cert_completion_hooks.types import Capability, MessageTrigger

from cert_completion_plugin.batches import clock
from cert_completion_plugin.core.messages import Foreseen, Silence, assigned, foreseen, key_of
from cert_completion_plugin.core.options import Messages
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import messages
from cert_completion_plugin.store.values import Batch

_ASSIGNED = MessageTrigger.ASSIGNED


def is_asked_for(batch: Batch) -> bool:
    return batch.options.messages is Messages.SEND


def fill(batch: Batch, decisions: Sequence[Decision]) -> None:
    """Put the messages that follow from what was written into the outbox, in the transaction that wrote it."""
    if about := _assigned(batch, decisions):
        messages.add(batch, about, _ASSIGNED, clock.now())


def _assigned(batch: Batch, decisions: Iterable[Decision]) -> list[Decision]:
    """Where no host keeps who is assigned, nobody gets assigned."""
    about = assigned(decisions) if is_asked_for(batch) else []
    return about if about and Capability.ASSIGNMENTS in gateway().capabilities else []


def foresee(batch: Batch, decisions: Sequence[Decision]) -> Foreseen:
    """Which messages would follow from these decisions of a plan; what was asked for before is not counted."""
    if not is_asked_for(batch):
        return {}
    about = _assigned(batch, decisions)
    before = messages.asked_for(about, _ASSIGNED)
    return foreseen(decisions, [each for each in about if key_of(each, _ASSIGNED) not in before])


def drop(batch: Batch, decisions: Iterable[Decision], silence: Silence) -> None:
    """Let nobody get a message about rows that were taken back, if it has not left yet."""
    if is_asked_for(batch):
        messages.drop(batch, [decision.line for decision in decisions], silence, clock.now())
