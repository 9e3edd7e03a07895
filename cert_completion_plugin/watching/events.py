"""What a look at the watched places tells: files taken up and put away, and what is the matter."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """`taken`: a file became an import. `done`, `failed`: it was put away. `trouble`: it, or its place, stays."""

    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `location` is the place, `name` the file, `reference` its import, `text` more of it."""

    kind: Kind
    location: str
    name: str = ""
    reference: str = ""
    text: str = ""
