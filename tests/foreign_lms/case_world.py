"""The world of an acceptance case at the harbour: set up and read back in its tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cert_completion_hooks import CertificationState, CompletionState, RuleKind
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import mail
from django.db import IntegrityError, transaction

from tests.acceptance.case_format import NEVER_EXPIRES
from tests.acceptance.worlds import CannotRun, World, current_of, history_of, is_assigned, period_of
from tests.foreign_lms.case_periods import in_days
from tests.foreign_lms.entering import basis_of, entered
from tests.foreign_lms.host.outside import find_all
from tests.foreign_lms.host.reading import Held, load
from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import (
    Ban,
    Basis,
    Duty,
    FormerLicence,
    KindOfTraining,
    Licence,
    ValidLicence,
)
from tests.foreign_lms.registry.router import REGISTRY


class HarbourCaseWorld(World):
    hosts = ("tests.foreign_lms.host",)

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._licences: list[Licence] = []
        self._case: Mapping[str, Any] = {}
        self._officer = Person(email="officer@harbour.example.org", employee_number="the officer", is_superuser=True)

    def administrator(self) -> AbstractBaseUser:
        return self._officer

    def build(self, case: Mapping[str, Any], today: date) -> None:
        self._case = case
        self._officer.save()
        try:
            with transaction.atomic(using=REGISTRY), transaction.atomic():
                self._hire(case.get("learners", ()))
                for given in case.get("certifications", ()):
                    licence = Licence(code=given.get("short_name", ""), register_no=given.get("id_number", ""))
                    self._licences.append(licence)
                    self._set(licence, given)
                for held in case.get("held", ()):
                    self._hold(held, today)
        except IntegrityError as error:
            raise CannotRun(f"The harbour cannot hold this: {error}") from error
        for kind in case.get("evidence_types", ()):
            fields = [{"name": name, "kind": of} for name, of in kind.get("fields", {}).items()]
            KindOfTraining.objects.create(name=kind["name"], fields=json.dumps(fields))

    def change(self, between: Mapping[str, Any], today: date) -> None:
        for held in between.get("held", ()):
            for model in (ValidLicence, FormerLicence, Duty):
                model._default_manager.filter(**self._pair(held)).delete()
            self._hold(held, today)
        left = [self._people[name].pk for name in between.get("remove_learners", ())]
        Person.objects.filter(pk__in=left).update(left_on=today)
        for given in between.get("certifications", ()):
            self._set(self._named(given["short_name"]), given)

    def _hire(self, learners: Sequence[Mapping[str, Any]]) -> None:
        for place, learner in enumerate(learners):
            status = learner.get("status", "active")
            self._people[learner["username"]] = Person.objects.create(
                employee_number=learner["username"],
                email=f"person{place}@harbour.example.org",
                is_active=status != "suspended",
                left_on=date(2000, 1, 1) if status == "deleted" else None,
            )

    def _set(self, licence: Licence, given: Mapping[str, Any]) -> None:
        """What of a licence may change between plan and approval."""
        licence.basis = Basis.FOR_LIFE if given["rule"] == NEVER_EXPIRES else basis_of(RuleKind(given["rule"]))
        active, window, minimum = (
            period_of(given.get(name, "0 days")) for name in ("active", "window", "minimum_active")
        )
        licence.valid_days, licence.renewal_days, licence.least_days = in_days(self._case, active, window, minimum)
        licence.is_withdrawn = not given.get("active_flag", True)
        licence.save()
        Ban.objects.filter(licence=licence).delete()
        if not given.get("allowed", True):
            Ban.objects.create(licence=licence, officer=str(self._officer.pk))

    def _hold(self, held: Mapping[str, Any], today: date) -> None:
        person, licence = self._people[held["learner"]], self._named(held["certification"])
        pair = (person.pk, licence.number)
        if current := current_of(held):
            entered(ValidLicence, pair, current).save()
        for record in history_of(held):
            entered(FormerLicence, pair, record).save()
        if is_assigned(held):
            Duty.objects.create(person=pair[0], licence_id=pair[1])
        state = load([pair]).get(pair, Held()).state(today).state
        if held.get("state", state) not in (state, *([CertificationState.EXPIRED] if not current else [])):
            raise CannotRun(f"The harbour cannot hold this: {held['state']} with dates that say {state}.")

    def _named(self, code: str) -> Licence:
        return next(licence for licence in self._licences if licence.code == code)

    def _pair(self, held: Mapping[str, Any]) -> dict[str, Any]:
        return {"person": self._people[held["learner"]].pk, "licence": self._named(held["certification"])}

    def held(self, learner: str, certification: str) -> CompletionState:
        pair = (self._people[learner].pk, self._named(certification).number)
        return load([pair]).get(pair, Held()).state(date.today())

    def evidence(self) -> list[dict[str, Any]]:
        names = ("name", "short_name", "id_number", "completed", "due", "fields")
        numbers = {str(person.pk): number for number, person in self._people.items()}
        return [
            {"learner": numbers[item.learner_key]} | {name: getattr(item, name) for name in names}
            for item in find_all()
        ]

    def messages(self) -> list[dict[str, Any]]:
        addresses = {person.email: number for number, person in self._people.items()}
        return [
            {
                "learner": addresses[letter.to[0]],
                "certification": letter.subject.removeprefix("You need the licence "),
                "trigger": "assigned",
            }
            for letter in mail.outbox
            if letter.to[0] in addresses
        ]
