"""Waiting until work is done, by workers or in this process."""

from collections.abc import Callable
from time import monotonic, sleep

from cert_completion_plugin import api

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
"""Seconds between two looks at work that others do."""


class _TimeIsUp(Exception):
    pass


def follow(batch_id: int, look: Callable[[], bool], *, work: bool, timeout: float | None) -> bool:
    """Wait until `look` says that nothing is under way any more; False if that takes more than `timeout` seconds.

    `look` is called again and again and may show how far it is. With `work` the work is done here.
    """
    until = None if timeout is None else monotonic() + timeout
    pause = SHORTEST_PAUSE
    while look():
        if _is_over(until):
            return False
        pause = _worked(batch_id, look, until) if work else min(1.5 * pause, LONGEST_PAUSE)
        sleep(pause if until is None else max(0, min(pause, until - monotonic())))
    return True


def _is_over(until: float | None) -> bool:
    return until is not None and monotonic() >= until


def _worked(batch_id: int, look: Callable[[], bool], until: float | None) -> float:
    """Do what can be done now; returns for how many seconds there is nothing to do then."""

    def after_turn() -> None:
        look()
        if _is_over(until):
            raise _TimeIsUp

    try:
        api.work_off(batch_id, after_turn=after_turn)
    except _TimeIsUp:
        return 0
    except api.TryAgain as again:
        return min(again.seconds, 60)
    return SHORTEST_PAUSE
