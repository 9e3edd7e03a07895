"""Asking hosts while somebody waits for a page: what they cannot tell is said there, and harms nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cert_completion_plugin import logbook
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.store import connections


class CannotTell(Exception):
    """A host could not answer a question; `reference` names the log entry for the operator."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@contextmanager
def asking(question: str, **about: Any) -> Iterator[None]:
    """Ask hosts inside. Raises CannotTell, whatever a host raises: it is logged, but for its text.

    A host on our connection may break the transaction of the request, which has more to ask.
    """
    try:
        with connections.savepoint():
            yield
    except Exception as error:
        raise CannotTell(reference_of(logbook.HOST_CANNOT_TELL, error, question=question, **about)) from None
