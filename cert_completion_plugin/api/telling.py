"""What people are told of an import: learners by messages, the uploader by a notice at its end."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import batches
from cert_completion_plugin.api.permissions import PERMISSION_VIEW_PERSONAL_DATA, User, check
from cert_completion_plugin.batches.retention import check_kept
from cert_completion_plugin.core.messages import MessageState
from cert_completion_plugin.core.options import Messages
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import ledger, messages, notices
from cert_completion_plugin.store.deliveries import Delivery
from cert_completion_plugin.store.messages import LearnerMessage
from cert_completion_plugin.store.notices import Notice
from cert_completion_plugin.store.values import Batch


def sends_messages(batch: Batch) -> bool:
    """Whether an import was to send messages to learners; without that nothing else here has anything to tell."""
    return batch.options.messages is Messages.SEND


def message_counts(batch: Batch) -> Mapping[MessageState, int]:
    """How many messages of an import are in each state; states of none are absent."""
    if batch.ledger_deleted_at is not None:
        return messages.kept_counts(batch)
    return messages.counts(batch.id) if sends_messages(batch) else {}


def messages_of(
    user: User, batch: Batch, state: MessageState, *, after: int = 0, before: int = 0, limit: int = 100
) -> list[tuple[LearnerMessage, Decision | None]]:
    """Messages of an import in one state, by line: the next above `after`, or the last below `before` if given.

    Each comes with what the ledger says of its row, None where that is kept no longer. Raises Denied, and RowsDeleted
    where the messages are gone with the ledger.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    check_kept(batch)
    found = messages.page(batch.id, state, after=after, before=before, limit=limit)
    rows = ledger.latest(batch, Phase.WRITTEN, [message.line for message in found])
    return [(message, rows[message.line][0] if message.line in rows else None) for message in found]


def messages_of_row(user: User, batch: Batch, line: int) -> list[LearnerMessage]:
    """The messages about the row on this line. Raises Denied."""
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return messages.of_line(batch.id, line) if sends_messages(batch) else []


def delivery(batch: Batch) -> Delivery | None:
    """What is in the way of an import's messages, and when they go on; None if it sends none."""
    return batches.delivery(batch)


def next_message_due(batch: Batch) -> datetime | None:
    """When the first message of an import that waits is sent, or tried again; None if none waits."""
    return messages.next_due(batch.id) if sends_messages(batch) else None


def take_notices(user: AbstractBaseUser) -> list[Notice]:
    """What a user is to be told of imports of theirs that have ended, the newest first: each is told once."""
    return batches.take_unshown(user.pk)


def notice_subject(notice: Notice) -> str:
    """What an uploader is told of the end of their import, in one line of the active language."""
    return batches.subject_of(notice)


def notice_of(batch: Batch) -> Notice | None:
    """What the uploader was told when the import ended, and what became of the mail; None if nobody is told."""
    return notices.of_batch(batch) if batch.has_ended else None
