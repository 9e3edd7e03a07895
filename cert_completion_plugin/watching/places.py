"""What is asked of a place, and what may be the matter with it or with one of its files."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

TAKEN, DONE, FAILED = "taken", "done", "failed"
"""The folders that a place has within itself."""

FOLDERS = (TAKEN, DONE, FAILED)


class Reason(StrEnum):
    """Why a file never becomes an import."""

    LINK = "link"
    SPECIAL = "special"
    LINKED = "linked"
    UNREADABLE = "unreadable"
    GAVE_UP = "gave_up"


class PlaceAway(Exception):
    """The place cannot be worked in now: it is not there, or does not let us. The text says what and why."""


class NotAFile(Exception):
    """What lies there is no plain file of this place's own, or cannot be read; `reason` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class StillWritten(Exception):
    """Somebody is still writing the file."""


class Place(Protocol):
    """A place that is open for work. All names are names of files in it, never paths."""

    def complete(self) -> Iterator[str]:
        """The names of files that lie there whole, and of what is no file and only pretends to be one, in order."""

    def take(self, name: str, taken: str) -> bool:
        """Have the file lie in `taken` under a name of its own; again does no harm. False if there is none any more.

        Raises StillWritten.
        """

    def clear(self, name: str, taken: str) -> None:
        """See to it that the file that was taken lies in its old place no more; one that came after it stays there."""

    def read(self, taken: str) -> Iterator[bytes]:
        """The bytes of a taken file. Raises NotAFile, and StillWritten at any moment."""

    def put_away(self, taken: str, folder: str, name: str) -> None:
        """Move a taken file into `done` or `failed`; again, and without the file, does no harm."""

    def write(self, folder: str, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file into `done` or `failed`, whole or not at all, in place of one that is there."""


OpenPlace = AbstractContextManager[Place]
