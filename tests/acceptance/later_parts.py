"""The ways of running cases that cannot pass yet, each with the part of the work that brings what it needs.

They are told by what a case asks for and not by its name, so that any folder of cases can be run.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cert_completion_plugin.api import OptionNotOffered
from tests.acceptance.loading import Case, Way


@dataclass(frozen=True, slots=True)
class Later:
    """What one part will bring, which cases and ways wait for it, and how they fail; another failure is a fault."""

    part: int
    why: str
    raises: type[Exception]
    waits: Callable[[Case, Way], bool]

    @property
    def reason(self) -> str:
        return f"part {self.part}: {self.why}"


LATER = (
    Later(
        5,
        "messages",
        OptionNotOffered,
        lambda case, way: any(upload.options.get("messages") == "send" for upload in case.uploads),
    ),
)


def later(case: Case, way: Way) -> Later | None:
    """What this case waits for when it is run this way; None if it has to pass."""
    return next((each for each in LATER if each.waits(case, way)), None)
