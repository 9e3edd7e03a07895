"""What happens when work cannot be done just now: pauses, attempts, references for the operator."""

import logging
from uuid import uuid4

from cert_completion_hooks.types import HostUnavailable

logger = logging.getLogger("cert_completion_plugin")

_HOST_PAUSES = (10, 60, 300, 900)
_OTHER_PAUSES = (1, 5, 20, 60)


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


def reference_of(what: str, error: BaseException | None) -> str:
    """Log a failure for the operator and return the reference under which it stands in the log."""
    reference = uuid4().hex[:12]
    logger.error("%s [reference %s]", what, reference, exc_info=error)
    return reference
