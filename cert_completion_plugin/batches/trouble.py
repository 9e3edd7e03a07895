"""What happens when work cannot be done just now: pauses, attempts, references for the operator."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cert_completion_hooks.types import HostUnavailable

from cert_completion_plugin import logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.gateway import HostContractError
from cert_completion_plugin.store import batches
from cert_completion_plugin.store.values import Batch

HOST_AWAY, HOST_ANSWERS_NONSENSE = "host_away", "host_answers_nonsense"

_HOST_PAUSES = (10, 60, 300, 900)
_OTHER_PAUSES = (1, 5, 20, 60)
LONGEST_PAUSE = max(*_HOST_PAUSES, *_OTHER_PAUSES)


class TryAgain(Exception):
    """The work was not done and nothing of it was kept; it should be tried again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds


def pause(error: Exception, attempts: int) -> int:
    """How many seconds to wait after this error, longer each time.

    `attempts`: how often it was tried, this time included.
    """
    pauses = _HOST_PAUSES if isinstance(error, HostUnavailable) else _OTHER_PAUSES
    return pauses[min(attempts, len(pauses)) - 1]


def reference_of(line: logbook.Line, error: BaseException | None, **about: Any) -> str:
    """Log a failure for the operator by this line, and return the reference under which it stands in the log."""
    reference = uuid4().hex[:12]
    logbook.tell_fault(line, error, trace=True, reference=reference, **about)
    return reference


def remember(batch: Batch, error: BaseException | None, reference: str) -> None:
    """Keep on the import what is the matter with a host: it is away, or it answers nonsense."""
    if told := told_of(error, reference, batch.trouble):
        batches.update(batch.id, trouble=told)


def told_of(error: BaseException | None, reference: str, before: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What to tell of a host that is away or answers nonsense, and since when; None for any other error."""
    if not isinstance(error, (HostUnavailable, HostContractError)):
        return None
    kind = HOST_AWAY if isinstance(error, HostUnavailable) else HOST_ANSWERS_NONSENSE
    since = before["since"] if before and before.get("kind") == kind else clock.now().isoformat()
    return {"kind": kind, "host": error.host, "hook": error.hook, "since": since, "reference": reference}


def is_over(batch: Batch) -> None:
    """A portion could be worked on: the host that was away is back. Nonsense stays told."""
    if batch.trouble is not None and batch.trouble["kind"] == HOST_AWAY:
        batches.clear_trouble(batch.id, HOST_AWAY)
