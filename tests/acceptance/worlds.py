"""The world of a case, as every kind of host builds it and lets it be looked at."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any

from cert_completion_hooks import CompletionRecord, CompletionState, Period, PeriodUnit, RecertificationRule, RuleKind
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from tests.acceptance.case_format import NEVER_EXPIRES
from tests.acceptance.schema import PERIOD


class CannotRun(Exception):
    """The case asks for something that this host or this version of the plugin has no way to do."""


class World(ABC):
    """Learners, certifications and what is held, in one host, for one case.

    Learners are called by their user names and certifications by their short names, as the case writes them.
    """

    hosts: tuple[str, ...]
    """What the setting `HOSTS` has to name, once the world is built."""

    settings: Mapping[str, Any] = {}
    """Django settings that the host needs, once the world is built."""

    days: tuple[str, ...] = ()
    """Where the host gets the day from: the names of its functions, which tell the day of the case."""

    def administrator(self) -> AbstractBaseUser:
        """A new user of the site who may do everything, and imports the files of the case."""
        name = "the administrator of this case"
        user: AbstractBaseUser = get_user_model()._default_manager.create(username=name, is_superuser=True)
        return user

    @abstractmethod
    def build(self, case: Mapping[str, Any], today: date) -> None:
        """Set up all that the case says is there beforehand. Raises CannotRun where this host cannot hold it."""

    @abstractmethod
    def change(self, between: Mapping[str, Any], today: date) -> None:
        """Change the world between plan and approval, as the case says."""

    @abstractmethod
    def held(self, learner: str, certification: str) -> CompletionState:
        """Assignment, current record and history as they are now; the word of the state does not count."""

    @abstractmethod
    def evidence(self) -> list[dict[str, Any]]:
        """All evidence of the world, each item with the keys that it has in a case."""

    @abstractmethod
    def messages(self) -> list[dict[str, Any]]:
        """All messages sent so far, in order, each with the keys that it has in a case."""


def period_of(text: str) -> Period:
    found = PERIOD.fullmatch(text)
    assert found is not None, text
    return Period(int(found[1]), PeriodUnit(found[2]))


def rule_of(certification: Mapping[str, Any]) -> RecertificationRule | None:
    if certification["rule"] == NEVER_EXPIRES:
        return None
    return RecertificationRule(
        kind=RuleKind(certification["rule"]),
        active=period_of(certification["active"]),
        window=period_of(certification["window"]),
        minimum_active=period_of(certification.get("minimum_active", "0 days")),
    )


def record_of(dates: Mapping[str, date | None]) -> CompletionRecord:
    return CompletionRecord(
        completed=dates.get("completed"),
        expires=dates.get("expires"),
        window_opens=dates.get("window_opens"),
        baseline_expires=dates.get("baseline_expires"),
    )


def current_of(held: Mapping[str, Any]) -> CompletionRecord | None:
    return record_of(held["current"]) if held.get("current") else None


def history_of(held: Mapping[str, Any]) -> tuple[CompletionRecord, ...]:
    return tuple(map(record_of, held.get("history", ())))


def is_assigned(held: Mapping[str, Any]) -> bool:
    assigned: bool = held.get("assigned", bool(held.get("current")) or "state" in held)
    return assigned
