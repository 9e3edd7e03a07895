"""The world of a case in the sandbox host, the record book: set up and read back in its tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from cert_completion_hooks import (
    SPEC_VERSION,
    Actor,
    Certification,
    CertificationRef,
    CertificationState,
    CompletionRecord,
    CompletionState,
    HostInfo,
    hookimpl,
)
from cert_completion_records import host as record_book
from cert_completion_records import models
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError, transaction

from tests.acceptance.worlds import CannotRun, World, current_of, history_of, is_assigned, period_of, record_of

_RECORD_BOOK = "cert_completion_records.host"
_NOT_HOLDABLE = "The record book cannot hold this ({}); if that is on purpose, mark the case `memory_only: true`."


class Reach:
    """A site's own limit on what its administrators may write; the record book itself knows none."""

    def __init__(self, barred: Collection[str]) -> None:
        self._barred = set(barred)

    def set(self, key: str, *, allowed: bool) -> None:
        """From now on."""
        self._barred = self._barred - {key} if allowed else self._barred | {key}

    @hookimpl
    def host_info(self) -> HostInfo:
        return HostInfo(name="reach", version="1", contract_version=SPEC_VERSION)

    @hookimpl
    def find_certifications(
        self, actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]:
        found = record_book.find_certifications(actor, references, ignore_case)
        return {reference: self._limited(certifications) for reference, certifications in found.items()}

    @hookimpl
    def list_certifications(self, actor: Actor, after: str, limit: int) -> Sequence[Certification]:
        return self._limited(record_book.list_certifications(actor, after, limit))

    def _limited(self, found: Sequence[Certification]) -> list[Certification]:
        return [replace(each, allowed=each.key not in self._barred) for each in found]


class RecordsWorld(World):
    hosts: tuple[str, ...] = (_RECORD_BOOK,)
    days = ("cert_completion_records.clock.today",)
    reach: ClassVar[Reach]
    """The limit of the world that was built last; the setting `HOSTS` leads here."""

    def __init__(self) -> None:
        self._users: dict[str, Any] = {}
        self._certifications: list[models.Certification] = []

    def build(self, case: Mapping[str, Any], today: date) -> None:
        try:
            with transaction.atomic():
                self._add_learners(case.get("learners", ()))
                self._certifications = [
                    _certification(number, given) for number, given in enumerate(case.get("certifications", ()), 1)
                ]
                for held in case.get("held", ()):
                    self._hold(held, today)
                self._delete_learners(case.get("learners", ()))
        except IntegrityError as error:
            raise CannotRun(_NOT_HOLDABLE.format(error)) from error
        self.settings = {
            "CERT_COMPLETION_RECORDS": {"EVIDENCE_TYPES": list(map(_evidence_type, case.get("evidence_types", ())))}
        }
        self._limit(case.get("certifications", ()), case.get("between", {}).get("certifications", ()))

    def change(self, between: Mapping[str, Any], today: date) -> None:
        for held in between.get("held", ()):
            models.LearnerCertification.objects.filter(
                learner=self._users[held["learner"]], certification=self._named(held["certification"])
            ).delete()
            self._hold(held, today)
        for username in between.get("remove_learners", ()):
            self._users.pop(username).delete()
        for given in between.get("certifications", ()):
            _set(self._named(given["short_name"]), given)
            RecordsWorld.reach.set(str(self._named(given["short_name"]).pk), allowed=given.get("allowed", True))

    def _add_learners(self, learners: Sequence[Mapping[str, Any]]) -> None:
        model = get_user_model()
        model._default_manager.bulk_create(
            model(
                username=learner["username"],
                email=f"learner-{number}@example.com",
                is_active=learner.get("status", "active") != "suspended",
            )
            for number, learner in enumerate(learners)
        )
        names = {learner["username"] for learner in learners}
        self._users = {user.get_username(): user for user in model._default_manager.filter(username__in=names)}

    def _delete_learners(self, learners: Sequence[Mapping[str, Any]]) -> None:
        for learner in learners:
            if learner.get("status") == "deleted":
                self._users.pop(learner["username"]).delete()

    def _limit(self, certifications: Sequence[Mapping[str, Any]], later: Sequence[Mapping[str, Any]]) -> None:
        made = zip(self._certifications, certifications, strict=True)
        barred = [str(row.pk) for row, given in made if not given.get("allowed", True)]
        RecordsWorld.reach = Reach(barred)
        if barred or any(not given.get("allowed", True) for given in later):
            self.hosts = (f"{__name__}:RecordsWorld.reach", _RECORD_BOOK)

    def _hold(self, held: Mapping[str, Any], today: date) -> None:
        row = models.LearnerCertification(
            learner=self._users[held["learner"]],
            certification=self._named(held["certification"]),
            assigned=is_assigned(held),
            **_dates(current_of(held) or record_of({})),
        )
        if (state := held.get("state")) and state != row.state_on(today) and not _is_the_same_here(state, held):
            raise CannotRun(_NOT_HOLDABLE.format(f"{state} with dates that say {row.state_on(today)}"))
        row.save()
        for record in history_of(held):
            models.PastCompletion.objects.create(learner_certification=row, **_dates(record))

    def _named(self, short_name: str) -> models.Certification:
        for row in self._certifications:
            if row.short_name == short_name:
                return row
        raise LookupError(f"There is no certification {short_name!r} in this case.")

    def held(self, learner: str, certification: str) -> CompletionState:
        row = models.LearnerCertification.objects.filter(
            learner__username=learner, certification=self._named(certification)
        ).first()
        if row is None:
            return CompletionState()
        return CompletionState(
            assigned=row.assigned,
            current=_record(row) if row.completed else None,
            history=tuple(map(_record, row.history.all())),
        )

    def evidence(self) -> list[dict[str, Any]]:
        names = ("name", "short_name", "id_number", "completed", "due", "fields")
        return [
            {"learner": item.learner.get_username()} | {name: getattr(item, name) for name in names}
            for item in models.Evidence.objects.select_related("learner")
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [self._message(email) for email in mail.outbox]

    def _message(self, email: mail.EmailMessage) -> dict[str, Any]:
        learner = get_user_model()._default_manager.get(email=email.to[0])
        about = next(row for row in self._certifications if f"“{row.full_name}”" in email.body)
        trigger = "assigned" if "You have been assigned" in email.subject else email.subject
        return {"learner": learner.get_username(), "certification": about.short_name, "trigger": trigger}


def _certification(number: int, given: Mapping[str, Any]) -> models.Certification:
    row = models.Certification(
        short_name=given.get("short_name", ""),
        id_number=given.get("id_number", ""),
        full_name=f"Certification {number} of the case",
    )
    _set(row, given)
    return row


def _set(row: models.Certification, given: Mapping[str, Any]) -> None:
    """What of a certification may change between plan and approval."""
    row.rule = given["rule"]
    row.is_active = given.get("active_flag", True)
    for name in ("active", "window", "minimum_active"):
        period = period_of(given.get(name, "0 days"))
        setattr(row, f"{name}_count", period.count)
        setattr(row, f"{name}_unit", period.unit)
    row.save()


def _evidence_type(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = [{"name": name, "kind": kind} for name, kind in given.get("fields", {}).items()]
    return {"name": given["name"], "fields": fields}


def _is_the_same_here(state: str, held: Mapping[str, Any]) -> bool:
    """A learner without a current record is in the state none in the record book, whether one has expired or not."""
    return state == CertificationState.EXPIRED and not held.get("current")


def _dates(holder: CompletionRecord | models.DatedRecord) -> dict[str, date | None]:
    return {name: getattr(holder, name) for name in ("completed", "expires", "window_opens", "baseline_expires")}


def _record(row: models.DatedRecord) -> CompletionRecord:
    return record_of(_dates(row))
