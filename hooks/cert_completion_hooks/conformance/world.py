"""How the kit fills the LMS behind a host, and acts in it as people do. A host developer writes one of these."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import NoReturn

import pytest

from cert_completion_hooks.types import Actor, CompletionRecord, LearnerStatus, RecertificationRule


class World(ABC):
    """A small LMS, empty at the beginning of each test.

    Everything here is done past the hooks, in the tables or by the functions of the LMS itself, as people would do it
    by hand; learners and certifications are called by the names that they were added with. The first four methods are
    needed. Of the others, those that are left out skip the tests which need them. Where the LMS cannot have what a
    method is asked for, call `pytest.skip` with the reason: the test that asked is skipped.
    """

    host: object
    """The host that is tested: a module, or an object, with the hooks. A tuple of several is asked as a site asks the
    hosts of its setting `HOSTS`: the first that implements a hook answers it."""

    @abstractmethod
    def add_learner(self, username: str, status: LearnerStatus = LearnerStatus.ACTIVE) -> None:
        """Add a learner, active or suspended, under exactly this user name."""

    @abstractmethod
    def add_certification(
        self, short_name: str, id_number: str = "", *, rule: RecertificationRule | None = None, active: bool = True
    ) -> None:
        """Add a certification with these names, of which one may be empty. `rule` None: it never expires."""

    @abstractmethod
    def hold(
        self,
        username: str,
        short_name: str,
        *,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        assigned: bool = False,
    ) -> None:
        """Enter what a learner holds of a certification, of which nothing was entered before.

        The records come from no import. What the host has no capability for can be let go, as when it writes.
        """

    @abstractmethod
    def remove_learner(self, username: str) -> None:
        """Delete or retire a learner, in the way in which learners of this LMS go."""

    def add_learners(self, usernames: Iterable[str]) -> None:
        """Add thousands of active learners; override it where one at a time takes long."""
        for username in usernames:
            self.add_learner(username)

    def administrator(self, username: str) -> Actor:
        """An administrator who may write everything; override it where the host looks its administrators up."""
        return Actor(key=f"conformance-{username}", username=username)

    def remove_certification(self, short_name: str) -> None:
        """Delete a certification, with what is held of it if need be."""
        _left_out("remove_certification")

    def correct(self, username: str, short_name: str, completed: date, expires: date) -> None:
        """Change by hand the expiry of the record, current or past, that was completed on this day."""
        _left_out("correct")

    def correct_evidence(self, username: str, short_name: str, due: date) -> None:
        """Change by hand the due date of the evidence item with this short name."""
        _left_out("correct_evidence")

    def forbid(self, actor: Actor, short_name: str) -> None:
        """From now on this administrator may not write this certification; others may."""
        _left_out("forbid")

    def messages_sent(self) -> int:
        """How many messages to learners have left until now."""
        _left_out("messages_sent")

    def away(self) -> AbstractContextManager[None]:
        """A context inside which the database or service behind the host does not answer."""
        _left_out("away")


def _left_out(name: str) -> NoReturn:
    pytest.skip(f"The world has no method {name}(); write it to have this checked. It says: {_says(name)}")


def _says(name: str) -> str:
    return (getattr(World, name).__doc__ or "").splitlines()[0]
