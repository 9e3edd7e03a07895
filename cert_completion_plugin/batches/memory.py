"""Memory while a portion is worked on."""

import gc
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def without_collecting(work: Callable[P, R]) -> Callable[P, R]:
    """Keep Python's collector of cycles away for as long as one call takes.

    A portion makes some ten thousand values, none of which refer to themselves; all go when it is done. The collector
    would look through them again and again.
    """

    @wraps(work)
    def worked(*args: P.args, **kwargs: P.kwargs) -> R:
        _collector.send_away()
        try:
            return work(*args, **kwargs)
        finally:
            _collector.let_back()

    return worked


class _Collector:
    """The process's collector, which stays away as long as any thread works on a portion."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0
        self._was_enabled = False

    def send_away(self) -> None:
        with self._lock:
            if not self._calls:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._calls += 1

    def let_back(self) -> None:
        with self._lock:
            self._calls -= 1
            if self._calls:
                # Threads that always find each other at work must not keep it away for the whole of an import.
                gc.collect(0)
            elif self._was_enabled:
                gc.enable()


_collector = _Collector()
