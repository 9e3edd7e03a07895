"""Delivering the messages of an import: a slice is taken, and that is committed; then the host is asked to send it.

A message that was taken is never taken again unless the host says that it has not left (decision 0021).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeAlias
from uuid import uuid4

from cert_completion_hooks.types import Capability, HostUnavailable, Message, MessageResult, MessageStatus
from django.db import InterfaceError, OperationalError, transaction

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import clock, outbox
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.batches.trouble import HOST_AWAY, reference_of, told_of
from cert_completion_plugin.core.messages import Silence
from cert_completion_plugin.core.options import CommitPolicy
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import HostContractError, gateway
from cert_completion_plugin.store import batches, connections, deliveries, messages, site_state
from cert_completion_plugin.store.deliveries import Delivery
from cert_completion_plugin.store.messages import LearnerMessage
from cert_completion_plugin.store.values import Batch, text_of_lines

AT_ONCE = 20
"""How many messages are handed to the host at once: so many at most are interrupted when a process dies."""

PAUSES = (60, 300, 900, 3600, 4 * 3600)
"""How many seconds to wait after the first failure, the second, and so on; the last one stays."""

MAIL_REFUSED, HOST_RAISED, NOT_OFFERED = "mail_refused", "host_raised", "not_offered"
"""Kinds of trouble beside those that any question to a host may have."""

Trouble: TypeAlias = Mapping[str, Any]
"""What keeps messages waiting, as it is kept: its "kind", "since" when, how many "tries", what is known of it."""

_LOST_AFTER = 120

_TRIES = 3


def may_leave(batch: Batch) -> bool:
    """Whether messages of an import may leave now: with `all_or_nothing` none does before all is written for good."""
    if batch.options.commit_policy is CommitPolicy.ALL_OR_NOTHING:
        return batch.state is BatchState.FINISHED and batch.held_back is None
    return True


def deliver(batch_id: int, *, seconds: float | None = None) -> None:
    """Send the messages of an import that are due, by slices, for `seconds` or until none is left.

    Called twice at once, each slice is sent by one of the two. Trouble of the database is left to the next call.
    """
    until = None if seconds is None else monotonic() + seconds
    batch = batches.get(batch_id)
    if batch is None or not outbox.is_asked_for(batch):
        return
    try:
        while _sends_a_slice(batch_id):
            if until is not None and monotonic() >= until:
                return
        _finish(batch_id)
    except (InterfaceError, OperationalError) as error:
        connections.mend()
        logbook.tell_fault(logbook.DELIVERY_INTERRUPTED, error, batch=batch_id)


def _finish(batch_id: int) -> None:
    with transaction.atomic():
        if not deliveries.finish(batch_id, clock.now()):
            return
        counts = {str(state): number for state, number in messages.counts(batch_id).items()}
        site_state.add_messages(counts)
    logbook.tell(logbook.MESSAGES_DONE, counts, batch=batch_id)


def _sends_a_slice(batch_id: int) -> bool:
    """Take the next slice of what is due and send it; says whether there may be another."""
    batch, delivery, now = batches.get(batch_id), deliveries.get(batch_id), clock.now()
    if batch is None or delivery is None or not may_leave(batch):
        return False
    if delivery.due_at is not None and delivery.due_at > now:
        return False
    if (obstacle := _obstacle(delivery)) is not None:
        _postpone(delivery, obstacle)
        return False
    mark = uuid4().hex
    # After trouble one message finds out whether it is over.
    slice = messages.claim(batch_id, 1 if delivery.trouble else AT_ONCE, mark, now)
    return bool(slice) and _send(batch, delivery, slice, mark)


def _obstacle(delivery: Delivery) -> Trouble | None:
    """What is in the way before anything is taken; None if nothing is."""
    try:
        if Capability.MESSAGES in gateway().capabilities:
            return None
    except (HostUnavailable, HostContractError) as error:
        return _of_host(delivery, error)
    return _waits(delivery, NOT_OFFERED)


def _of_host(delivery: Delivery, error: Exception) -> Trouble:
    """The trouble of a host that cannot send now: nothing was taken, or all is put back."""
    reference = reference_of(logbook.MESSAGES_WAIT, error, batch=delivery.batch_id, kind=HOST_AWAY)
    return told_of(error, reference, delivery.trouble) or _trouble(delivery, HOST_RAISED, reference=reference)


def _waits(delivery: Delivery, kind: str, reason: str = "") -> Trouble:
    """Trouble of which no exception tells."""
    logbook.tell(logbook.MESSAGES_WAIT, batch=delivery.batch_id, kind=kind)
    return _trouble(delivery, kind, reason=text_of_lines(reason, messages.MOST_OF_REASON))


def _trouble(delivery: Delivery, kind: str, **more: Any) -> Trouble:
    before = delivery.trouble
    since = before["since"] if before and before["kind"] == kind else clock.now().isoformat()
    return {"kind": kind, "host": "", "hook": "", "since": since, "reference": "", **more}


def _send(batch: Batch, delivery: Delivery, slice: Sequence[LearnerMessage], mark: str) -> bool:
    """Have the host send a slice that was taken, and keep what it says; not within a transaction of ours."""
    asked, began = [_as_message(each) for each in slice], monotonic()
    try:
        results = gateway().send_messages(info_of(batch), asked)
    except HostUnavailable as error:
        reason = str(error)
        _kept(lambda: _put_back(slice, mark, reason))
        _postpone(delivery, _of_host(delivery, error), reason)
        return False
    except Exception as error:
        connections.mend()
        _interrupt(delivery, slice, mark, error)
        return False
    found = [results[each.key] for each in asked]
    counts = Counter(str(result.status) for result in found)
    logbook.tell(logbook.MESSAGES_HANDED_OVER, counts, batch=batch.id, seconds=monotonic() - began)
    return _settle(delivery, slice, mark, found)


def _as_message(message: LearnerMessage) -> Message:
    return Message(
        key=message.key,
        learner_key=message.learner_key,
        certification_key=message.certification_key,
        trigger=message.trigger,
    )


def _interrupt(delivery: Delivery, slice: Sequence[LearnerMessage], mark: str, error: Exception) -> None:
    """List a slice of which nobody knows what has left; all others of the import wait."""
    about = {"batch": delivery.batch_id, "messages": len(slice)}
    reference = reference_of(logbook.MESSAGES_INTERRUPTED, error, **about)
    told = told_of(error, reference, delivery.trouble) or _trouble(delivery, HOST_RAISED, reference=reference)
    _kept(lambda: messages.set_interrupted([each.id for each in slice], mark, reference, clock.now()))
    _postpone(delivery, told)


def _settle(delivery: Delivery, slice: Sequence[LearnerMessage], mark: str, results: Sequence[MessageResult]) -> bool:
    """Keep what became of each message; where none could be sent, all others of the import wait as well."""
    answered = list(zip(slice, results, strict=True))
    _kept(lambda: _keep(answered, mark))
    if all(said.status is MessageStatus.LATER for said in results):
        _postpone(delivery, _waits(delivery, MAIL_REFUSED, results[0].reason), results[0].reason)
        return False
    if delivery.trouble is not None:
        deliveries.set_trouble(delivery.batch_id, None, None)
    return True


def _keep(answered: Sequence[tuple[LearnerMessage, MessageResult]], mark: str) -> None:
    now = clock.now()
    with transaction.atomic():
        messages.set_sent([each.id for each, said in answered if said.status is MessageStatus.SENT], mark, now)
        for message, said in answered:
            if said.status is MessageStatus.NEVER:
                messages.set_never(message.id, mark, Silence.HOST, said.reason, now)
            elif said.status is MessageStatus.LATER:
                _try_again(message, mark, said.reason, now)


def _put_back(slice: Iterable[LearnerMessage], mark: str, reason: str) -> None:
    with transaction.atomic():
        for message in slice:
            _try_again(message, mark, reason, clock.now())


def _try_again(message: LearnerMessage, mark: str, reason: str, now: datetime) -> None:
    """Let a message wait that could not be sent, or give it up if that has been so for too long."""
    if message.made_at < now - _patience():
        messages.set_never(message.id, mark, Silence.GIVEN_UP, reason, now)
    else:
        messages.set_waiting(message.id, mark, clock.after(_pause(message.attempts)), reason, now)


def _patience() -> timedelta:
    return timedelta(days=conf.settings().message_days)


def _pause(tries: int) -> int:
    return PAUSES[min(tries, len(PAUSES)) - 1]


def _postpone(delivery: Delivery, trouble: Trouble, reason: str = "") -> None:
    """Let all messages of an import wait, longer each time; what has waited for too long is given up."""
    before, now = delivery.trouble, clock.now()
    tries = 1 + (before.get("tries", 0) if before else 0)
    deliveries.set_trouble(delivery.batch_id, {**trouble, "tries": tries}, clock.after(_pause(tries)))
    messages.give_up(delivery.batch_id, now - _patience(), reason, now)


def _kept(keep: Callable[[], None]) -> None:
    """Keep what a host said, also if the database has to be asked again: it would be lost otherwise."""
    for _ in range(_TRIES - 1):
        try:
            keep()
            return
        except (InterfaceError, OperationalError):
            connections.mend()
    keep()


def delivery(batch: Batch) -> Delivery | None:
    """How the delivery of an import's messages goes; None if it sends none."""
    return deliveries.get(batch.id) if outbox.is_asked_for(batch) else None


def claim_delivery(batch_id: int) -> bool:
    """Whether this call may send the delivery of an import to the workers: something can be sent, and nobody has."""
    batch, now = batches.get(batch_id), clock.now()
    if batch is None or not outbox.is_asked_for(batch) or not may_leave(batch):
        return False
    before = now - timedelta(seconds=conf.settings().stalled_after_seconds)
    return deliveries.claim_sending(batch_id, before, now)


def delivered(batch_id: int) -> None:
    """A task that delivered messages of an import is over."""
    deliveries.give_back(batch_id)


def undelivered() -> list[int]:
    """The imports of which messages can be sent now, oldest first.

    Messages of which the sending began too long ago for anybody to be at it still are listed as interrupted before.
    """
    now = clock.now()
    if unfinished := deliveries.unfinished_ids():
        lost = messages.interrupt_lost(unfinished, now - timedelta(seconds=longest_sending()), now)
        if lost:
            logbook.tell(logbook.MESSAGES_LOST, messages=lost)
        for batch_id in deliveries.done_ids():
            _finish(batch_id)
    return deliveries.wanted_ids(now)


def longest_sending() -> int:
    """For how many seconds the sending of a slice may go on before nobody believes in it."""
    return conf.settings().portion_seconds + _LOST_AFTER
