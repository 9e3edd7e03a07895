"""Memory while a portion is worked on."""

import gc
from collections.abc import Callable
from functools import wraps
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
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if was_enabled:
                gc.enable()

    return worked
