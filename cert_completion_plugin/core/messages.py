"""Messages to learners: who gets which for what was decided, and what becomes of one (import-rules.md §7)."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from hashlib import sha256

from cert_completion_hooks.types import MessageTrigger

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision

Foreseen = Mapping[str, Mapping[str, int]]
"""By "assigned", "certified" and "renewed": how many "learners" may get how many such "messages"."""


class MessageState(StrEnum):
    """What became of a message. `interrupted`: its sending was begun, and nobody knows how it ended."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    NEVER = "never"
    INTERRUPTED = "interrupted"


class Silence(StrEnum):
    """Why a message never leaves: the host says so; its row was undone or held back; an earlier import has asked for
    the same; it could not be sent for too long."""

    HOST = "host"
    UNDONE = "undone"
    HELD_BACK = "held_back"
    ASKED_BEFORE = "asked_before"
    GIVEN_UP = "given_up"


def key_of(decision: Decision, trigger: MessageTrigger) -> str:
    """The name of the message about a learner and certification: the same in every import, 64 characters long."""
    parts = (decision.learner_key, decision.certification_key, str(trigger))
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()


def assigned(decisions: Iterable[Decision]) -> list[Decision]:
    """Those of the decisions by which a learner gets newly assigned and is to be told so.

    Rows in history, evidence, and records that have expired already tell nobody.
    """
    return [
        decision
        for decision in decisions
        if (basis := decision.basis) is not None and basis.announce and basis.assign and not basis.assigned_before
    ]


def foreseen(decisions: Collection[Decision], told_of_assignment: Iterable[Decision]) -> Foreseen:
    """Which messages may follow once these decisions are written; learners who are suspended get none.

    `told_of_assignment` are those of the decisions that the import itself tells of.
    """
    announced = [decision for decision in decisions if decision.basis is not None and decision.basis.announce]
    kinds = {
        str(MessageTrigger.ASSIGNED): told_of_assignment,
        str(Outcome.CERTIFIED): [each for each in announced if each.outcome is Outcome.CERTIFIED],
        str(Outcome.RENEWED): [each for each in announced if each.outcome is Outcome.RENEWED],
    }
    return {kind: _numbers(about) for kind, about in kinds.items()}


def _numbers(decisions: Iterable[Decision]) -> dict[str, int]:
    reached = [each for each in decisions if not _is_suspended(each)]
    return {"learners": len({each.learner_key for each in reached}), "messages": len(reached)}


def _is_suspended(decision: Decision) -> bool:
    return any(issue.code is Code.LEARNER_SUSPENDED for issue in decision.issues)
