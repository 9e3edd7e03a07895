"""A line in the log for each call of a hook: which, of which host, for how many keys, how long. Never whose."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

logger = logging.getLogger("cert_completion_plugin.hooks")


@contextmanager
def traced(hook: str, host: str, given: Mapping[str, Any]) -> Iterator[None]:
    """Tell of the call that is made inside, also if it raises."""
    start, raised = perf_counter(), ""
    try:
        yield
    except BaseException as error:
        # The exception's own text may hold personal data, which logs must not.
        raised = f", raised {type(error).__name__}"
        raise
    finally:
        seconds = perf_counter() - start
        logger.info("Hook %s, host %s: %d keys, %.3f seconds%s.", hook, host, _keys(given), seconds, raised)


def _keys(given: Mapping[str, Any]) -> int:
    """How many learners, references, changes, ... the call is about: the plugin hands them over in tuples."""
    return sum(len(value) for value in given.values() if type(value) is tuple)
