"""Broken hosts, and what the kit has to say of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cert_completion_hooks.memory import MemoryHost


@dataclass(frozen=True)
class Fault:
    """What a check says of a broken host: about which hook, what is wrong, and how to mend it (parts of the texts)."""

    host: type[MemoryHost]
    check: str
    hook: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.host.__name__}-{self.check}"


FAULTS: list[Fault] = []
Host = TypeVar("Host", bound=type[MemoryHost])


def fails(check: str, hook: str, what: str, mend: str) -> Callable[[Host], Host]:
    """Marks a broken host with what one check has to say of it."""

    def mark(host: Host) -> Host:
        FAULTS.append(Fault(host, check, hook, what, mend))
        return host

    return mark
