"""Hearing everything that any logger says, as a site's log would have it, tracebacks included."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        extra = " ".join(f"{name}={value!r}" for name, value in vars(record).items() if name not in _WRITTEN)
        self.lines.append(f"{self.format(record)} {extra}")


_WRITTEN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}
"""What the format shows, and Django's request, which error trackers have rules of their own for."""


@contextmanager
def heard() -> Iterator[list[str]]:
    """All that is logged meanwhile, at every level; statements of the database, which only DEBUG logs, are none."""
    root, ear = logging.getLogger(), Ear()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield ear.lines
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
