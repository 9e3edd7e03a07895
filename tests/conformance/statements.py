"""A store of statements for hosts that have no database, so that the kit can count them and cut them off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cert_completion_hooks.conformance import Store
from cert_completion_hooks.memory import MemoryHost


class Statements(Store):
    def __init__(self) -> None:
        self.sent = 0
        self.last: int | None = None

    def send(self) -> None:
        """What a host calls for each statement that it would send."""
        self.sent += 1
        if self.last is not None and self.sent > self.last:
            raise ConnectionError("The connection was cut.")

    @contextmanager
    def counted(self) -> Iterator[Callable[[], int]]:
        before = self.sent
        yield lambda: self.sent - before

    @contextmanager
    def broken_after(self, statements: int) -> Iterator[None]:
        self.last = self.sent + statements
        try:
            yield
        finally:
            self.last = None


class CountedHost(MemoryHost):
    """The in-memory host with statements to be counted; whoever inherits sends some."""

    def __init__(self) -> None:
        super().__init__()
        self.statements = Statements()
