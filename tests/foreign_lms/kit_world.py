"""The harbour as a world of the conformance kit: filled in its tables, as its back office fills them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, NoReturn

import pytest
from cert_completion_hooks import Actor, CompletionRecord, LearnerStatus, PeriodUnit, RecertificationRule
from cert_completion_hooks.conformance import World
from django.core import mail
from django.db import OperationalError, connections

from tests.foreign_lms import host
from tests.foreign_lms.entering import basis_of, entered
from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import (
    Ban,
    Duty,
    FormerLicence,
    Licence,
    OutsideTraining,
    Stamped,
    ValidLicence,
    expiry_columns,
)


class HarbourWorld(World):
    host = host

    def add_learner(self, username: str, status: LearnerStatus = LearnerStatus.ACTIVE) -> None:
        _hire([username], is_active=status is LearnerStatus.ACTIVE)

    def add_learners(self, usernames: Iterable[str]) -> None:
        _hire(usernames)

    def add_certification(
        self, short_name: str, id_number: str = "", *, rule: RecertificationRule | None = None, active: bool = True
    ) -> None:
        Licence.objects.create(code=short_name, register_no=id_number, is_withdrawn=not active, **_rule(rule))

    def hold(
        self,
        username: str,
        short_name: str,
        *,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        assigned: bool = False,
    ) -> None:
        pair = _pair(username, short_name)
        if current:
            entered(ValidLicence, pair, current).save()
        for record in history:
            entered(FormerLicence, pair, record).save()
        if assigned:
            Duty.objects.create(person=pair[0], licence_id=pair[1])

    def remove_learner(self, username: str) -> None:
        """Nobody is deleted: people leave."""
        Person.objects.filter(employee_number=username).update(left_on=date(2026, 3, 1))

    def remove_certification(self, short_name: str) -> None:
        Licence.objects.get(code=short_name).delete()

    def correct(self, username: str, short_name: str, completed: date, expires: date) -> None:
        person, licence = _pair(username, short_name)
        models: tuple[type[Stamped], ...] = (ValidLicence, FormerLicence)
        for model in models:
            entries = model._default_manager.filter(person=person, licence=licence, trained_on=completed)
            entries.update(last_day=expiry_columns(expires, None)["last_day"])

    def correct_evidence(self, username: str, short_name: str, due: date) -> None:
        person = Person.objects.get(employee_number=username)
        OutsideTraining.objects.filter(person=person.pk, code=short_name).update(due=due)

    def administrator(self, username: str) -> Actor:
        email = f"{username}@harbour.example.org"
        officer, _ = Person.objects.get_or_create(email=email, defaults={"employee_number": f"officer {username}"})
        return Actor(key=str(officer.pk), username=officer.get_username())

    def forbid(self, actor: Actor, short_name: str) -> None:
        Ban.objects.create(officer=actor.key, licence=Licence.objects.get(code=short_name))

    def messages_sent(self) -> int:
        return len(mail.outbox)

    @contextmanager
    def away(self) -> Iterator[None]:
        """No statement gets through to either database."""
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refused))
            yield


def _refused(execute: Any, sql: str, *args: Any) -> Any:
    # What ends a transaction passes, as it would without a server: by the connection's end.
    if sql.startswith(("SAVEPOINT", "ROLLBACK", "RELEASE")):
        return execute(sql, *args)
    raise OperationalError("the database does not answer")


def _hire(numbers: Iterable[str], *, is_active: bool = True) -> None:
    before = Person.objects.count()
    Person.objects.bulk_create(
        Person(employee_number=number, email=f"person{place}@harbour.example.org", is_active=is_active)
        for place, number in enumerate(numbers, before)
    )


def _pair(username: str, short_name: str) -> tuple[int, int]:
    return Person.objects.get(employee_number=username).pk, Licence.objects.get(code=short_name).number


def _rule(rule: RecertificationRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    days = {"valid_days": rule.active, "renewal_days": rule.window, "least_days": rule.minimum_active}
    if any(period.unit is not PeriodUnit.DAY for period in days.values()):
        _not_here("A licence counts all its periods in days.")
    return {"basis": basis_of(rule.kind), **{name: period.count for name, period in days.items()}}


def _not_here(why: str) -> NoReturn:
    pytest.skip(why)
