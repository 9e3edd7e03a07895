"""A line in the log for each call of a hook: which, of which host, for how many keys, how long. Never whose."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from cert_completion_plugin import logbook


@contextmanager
def traced(hook: str, host: str, given: Mapping[str, Any]) -> Iterator[None]:
    """Tell of the call that is made inside, also if it raises."""
    start = perf_counter()
    raised: BaseException | None = None
    try:
        yield
    except BaseException as error:
        raised = error
        raise
    finally:
        about: dict[str, Any] = {"hook": hook, "host": host, "keys": _keys(given), "seconds": perf_counter() - start}
        logbook.tell_fault(logbook.HOOK_CALLED, raised, **about)


def _keys(given: Mapping[str, Any]) -> int:
    """How many learners, references, changes, ... the call is about: the plugin hands them over in tuples."""
    return sum(len(value) for value in given.values() if type(value) is tuple)
