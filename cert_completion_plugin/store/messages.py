"""Messages to learners: the outbox that portions fill, and each message's way from state to state.

Times are moments as `batches.clock` tells them. A message is taken by one statement that only finds it where it waits,
so that of several senders one has it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import cert_completion_bulk as bulk
from cert_completion_bulk import Among
from cert_completion_hooks.types import MessageTrigger
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from cert_completion_plugin.core.messages import MessageState, Silence, key_of
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.models import Message
from cert_completion_plugin.store.values import Batch, column_text, text_of_lines

WAITING, SENDING, NEVER = str(MessageState.WAITING), str(MessageState.SENDING), str(MessageState.NEVER)
SENT, INTERRUPTED = str(MessageState.SENT), str(MessageState.INTERRUPTED)

MOST_OF_REASON = 500
"""How much is kept of what a host says about a message, in characters."""

_AT_ONCE = 500
_COLUMNS = (
    *("key", "batch_id", "line", "learner_key", "certification_key", "trigger", "state", "attempts"),
    *("made_at", "due_at", "moved_at", "claim", "silence", "reason", "reference"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerMessage:
    """One message to a learner, about the row on `line`.

    `key` is its name for the host. `moved_at` is when it came into its state, `due_at` when one that waits is sent, or
    tried again. `silence` says why one never leaves, with the host's `reason` if that is its word; of one that was
    tried before, the `reason` is why it waits. `reference` is where the operator finds how its sending was interrupted.
    """

    id: int
    key: str
    line: int
    learner_key: str
    certification_key: str
    trigger: MessageTrigger
    state: MessageState
    attempts: int
    made_at: datetime
    due_at: datetime
    moved_at: datetime
    silence: Silence | None
    reason: str
    reference: str


_NOT_ASKED = Q(state=NEVER) & ~Q(silence=str(Silence.HOST))
"""Messages that never left, and of which the host may be asked again: it was not, or could not send them."""


def asked_for(decisions: Iterable[Decision], trigger: MessageTrigger) -> set[str]:
    """The keys of those messages about these decisions that an import has asked for, whatever became of them."""
    keys = [key_of(decision, trigger) for decision in decisions]
    known = Message.objects.exclude(_NOT_ASKED).filter(Among("key", keys)) if keys else Message.objects.none()
    return {key for key in known.values_list("key", flat=True) if key}


def add(batch: Batch, decisions: Sequence[Decision], trigger: MessageTrigger, now: datetime) -> None:
    """Put a message for each of these decisions into the outbox; it waits to be sent.

    Where another import has asked for the same, it is not asked for again: then the message is only listed, as one that
    never leaves. What another import dropped before it left gives its key up.
    """
    keys = {key_of(decision, trigger): decision for decision in decisions}
    Message.objects.filter(_NOT_ASKED, Among("key", list(keys))).update(key=None)
    before = asked_for(decisions, trigger)
    bulk.insert(
        Message, _COLUMNS, (_row(batch, decision, trigger, key, key in before, now) for key, decision in keys.items())
    )


def _row(
    batch: Batch, decision: Decision, trigger: MessageTrigger, key: str, is_asked: bool, now: datetime
) -> tuple[object, ...]:
    about = (decision.line, decision.learner_key, decision.certification_key, str(trigger))
    state, silence = (NEVER, str(Silence.ASKED_BEFORE)) if is_asked else (WAITING, "")
    return (None if is_asked else key, batch.id, *about, state, 0, now, now, now, "", silence, "", "")


def drop(batch: Batch, lines: Sequence[int], silence: Silence, now: datetime) -> None:
    """Let nobody get a message about rows that are taken back, if it has not gone out yet.

    One that is just being sent keeps the reason, in case it comes back unsent. It is one statement, so that it cannot
    come back in between; the state is set last, since MySQL reads the columns as they were set before.
    """
    pending = Message.objects.filter(batch_id=batch.id, state__in=(WAITING, SENDING))
    moved_at = Case(When(state=WAITING, then=Value(now)), default=F("moved_at"))
    state = Case(When(state=WAITING, then=Value(NEVER)), default=F("state"))
    for start in range(0, len(lines), _AT_ONCE):
        some = pending.filter(Among("line", lines[start : start + _AT_ONCE]))
        some.update(silence=str(silence), moved_at=moved_at, state=state)


def claim(batch_id: int, limit: int, mark: str, now: datetime) -> list[LearnerMessage]:
    """Take messages of an import that are due, by line; no more than `limit`, under the sender's mark."""
    due = _waiting(batch_id).filter(due_at__lte=now).order_by("line")
    ids = list(due.values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    Message.objects.filter(pk__in=ids, state=WAITING).update(
        state=SENDING, attempts=F("attempts") + 1, claim=mark, moved_at=now
    )
    return _values(Message.objects.filter(pk__in=ids, claim=mark, state=SENDING).order_by("line"))


def _waiting(batch_id: int) -> QuerySet[Message]:
    return Message.objects.filter(batch_id=batch_id, state=WAITING)


def _claimed(ids: Collection[int], mark: str) -> QuerySet[Message]:
    """Messages that were taken under this mark, also those that were given up for lost since."""
    return Message.objects.filter(pk__in=ids, claim=mark, state__in=(SENDING, INTERRUPTED))


def set_sent(ids: Collection[int], mark: str, now: datetime) -> None:
    _claimed(ids, mark).update(state=SENT, moved_at=now, silence="", reason="", reference="")


def set_never(message_id: int, mark: str, silence: Silence, reason: str, now: datetime) -> None:
    values = {"silence": str(silence), "reason": text_of_lines(reason, MOST_OF_REASON), "reference": ""}
    _claimed([message_id], mark).update(state=NEVER, moved_at=now, **values)


def set_waiting(message_id: int, mark: str, due_at: datetime, reason: str, now: datetime) -> None:
    """Put a message back that could not be sent; one of which the row was taken back meanwhile never leaves."""
    _claimed([message_id], mark).exclude(silence="").update(state=NEVER, moved_at=now, reference="")
    values = {"reason": text_of_lines(reason, MOST_OF_REASON), "reference": ""}
    _claimed([message_id], mark).filter(silence="").update(state=WAITING, due_at=due_at, moved_at=now, **values)


def set_interrupted(ids: Collection[int], mark: str, reference: str, now: datetime) -> None:
    _claimed(ids, mark).update(state=INTERRUPTED, reference=column_text(reference, 40), moved_at=now)


def give_up(batch_id: int, before: datetime, reason: str, now: datetime) -> None:
    """Send no more what an import has had waiting since `before`."""
    values = {"silence": str(Silence.GIVEN_UP), "reason": text_of_lines(reason, MOST_OF_REASON)}
    _waiting(batch_id).filter(made_at__lt=before).update(state=NEVER, moved_at=now, **values)


def interrupt_lost(batch_ids: Collection[int], before: datetime, now: datetime) -> int:
    """List messages of these imports as interrupted of which the sending began `before`; returns how many they are."""
    lost = Message.objects.filter(batch_id__in=batch_ids, state=SENDING, moved_at__lt=before)
    return lost.update(state=INTERRUPTED, moved_at=now)


KEPT_COUNTS = "messages"
"""Under which the sums of an import have the numbers of its messages, once these are deleted."""


def kept_counts(batch: Batch) -> dict[MessageState, int]:
    """The same of an import whose messages are deleted."""
    kept = batch.counts.get(KEPT_COUNTS, {})
    return {state: kept[state] for state in MessageState if state in kept}


def counts(batch_id: int) -> dict[MessageState, int]:
    """How many messages of an import are in each state; states of none are absent."""
    rows = Message.objects.filter(batch_id=batch_id, state__in=list(MessageState)).order_by()
    found = dict(rows.values_list("state").annotate(Count("pk")))
    return {state: found[state] for state in MessageState if state in found}


def next_due(batch_id: int) -> datetime | None:
    """When the first message of an import that waits is due; None if none waits."""
    moment: datetime | None = _waiting(batch_id).aggregate(moment=Min("due_at"))["moment"]
    return moment


def page(batch_id: int, state: MessageState, *, after: int = 0, before: int = 0, limit: int) -> list[LearnerMessage]:
    """Messages of an import in a state, by line: the next above `after`, or the last below `before` if it is given."""
    rows = Message.objects.filter(batch_id=batch_id, state=state)
    if before:
        return list(reversed(_values(rows.filter(line__lt=before).order_by("-line")[:limit])))
    return _values(rows.filter(line__gt=after).order_by("line")[:limit])


def of_line(batch_id: int, line: int) -> list[LearnerMessage]:
    """The messages about one row."""
    return _values(Message.objects.filter(batch_id=batch_id, state__in=list(MessageState), line=line).order_by("pk"))


def _values(rows: QuerySet[Message]) -> list[LearnerMessage]:
    return [_value(row) for row in rows]


def _value(row: Message) -> LearnerMessage:
    return LearnerMessage(
        id=row.pk,
        key=row.key or "",
        line=row.line,
        learner_key=row.learner_key,
        certification_key=row.certification_key,
        trigger=MessageTrigger(row.trigger),
        state=MessageState(row.state),
        attempts=row.attempts,
        made_at=row.made_at,
        due_at=row.due_at,
        moved_at=row.moved_at,
        silence=Silence(row.silence) if row.silence else None,
        reason=row.reason,
        reference=row.reference,
    )
