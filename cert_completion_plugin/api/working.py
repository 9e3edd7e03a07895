"""Doing the work that waits, and sending it again."""

from collections.abc import Callable
from socket import gethostname
from time import sleep

from cert_completion_plugin import batches, tasks
from cert_completion_plugin.batches import (
    TryAgain,
)

READING_SECONDS = 2
"""How long a file is read before somebody may have a look at it."""

WORTH_WAITING_SECONDS = 2
"""Pauses so short that `work_off` waits them out."""


NOT_ITS_TURN_SECONDS = 60
"""After how long one may ask again whether it is an import's turn."""


class NotItsTurn(TryAgain):
    """Another import is worked on first: the site works on one at a time."""


def unfinished() -> list[int]:
    """The ids of the imports that have work to do, oldest first."""
    return batches.unfinished()


def sweep() -> list[int]:
    """Send the work of imports without progress to the workers again; returns their ids."""
    return tasks.resend_stalled()


def command_works(name: str) -> None:
    """Leave a sign of life of a command that does the work of workers, for the status page."""
    batches.command_works(f"{name}@{gethostname()}")


def work_off(batch_id: int, *, after_turn: Callable[[], None] = lambda: None) -> None:
    """Do all the work of one import here and now, without a worker; beside workers that do the same it is harmless.

    Messages that are due are sent, too, so that it must not be called within a transaction.
    `after_turn` is called between two pieces of work, about once a second; what it raises ends the work there.
    Raises TryAgain when all that is left has to wait: for a host that is down, or for somebody who has just begun it;
    NotItsTurn where another one is worked on first (setting SCOPE).
    """
    try:
        _work_off(batch_id, after_turn)
    except TryAgain:
        tell(batch_id)
        raise
    finally:
        tasks.pass_on(batch_id)
    tell(batch_id)


def untold() -> list[int]:
    """The ids of the imports of which somebody has to be told something now: learners, or the uploader."""
    return list(dict.fromkeys([*batches.undelivered(), *batches.unmailed()]))


def tell(batch_id: int) -> None:
    """Send here and now what is due of an import's messages to learners, and the mail to its uploader.

    It must not be called within a transaction: what is taken to be sent has to be committed before it is.
    """
    batches.deliver(batch_id)
    batches.mail_notice(batch_id)


def _work_off(batch_id: int, after_turn: Callable[[], None]) -> None:
    while (work := batches.next_work(batch_id)) is not None:
        if not tasks.admit(batch_id):
            raise NotItsTurn(NOT_ITS_TURN_SECONDS)
        if work.read:
            if not _read(batch_id):
                return
            after_turn()
            continue
        turn = batches.take_turn(batch_id)
        after_turn()
        if turn.seconds is None and not turn.opens:
            return
        if turn.seconds and turn.seconds > WORTH_WAITING_SECONDS:
            raise TryAgain(turn.seconds)
        sleep(turn.seconds or 0)


def _read(batch_id: int) -> bool:
    """Read on; says whether there is any sense in going on."""
    try:
        return batches.read(batch_id, seconds=READING_SECONDS)
    except batches.MoreToRead:
        return True
