"""The record book as a world of the conformance kit, filled as its admin pages fill it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pytest
from cert_completion_hooks import (
    Actor,
    CompletionRecord,
    LearnerStatus,
    RecertificationRule,
)
from cert_completion_hooks.conformance import World
from cert_completion_records import host
from cert_completion_records.models import Certification, Evidence, LearnerCertification, PastCompletion, Rule
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail


class RecordsWorld(World):
    host = host

    def __init__(self) -> None:
        self._forbidden: set[tuple[int, int]] = set()

    def add_learner(self, username: str, status: LearnerStatus = LearnerStatus.ACTIVE) -> None:
        if username != username.strip():
            pytest.skip("Django's forms strip user names, so none is stored with blanks around it.")
        self._add([username], is_active=status is LearnerStatus.ACTIVE)

    def add_learners(self, usernames: Iterable[str]) -> None:
        self._add(usernames)

    def _add(self, usernames: Iterable[str], *, is_active: bool = True) -> None:
        users = get_user_model()._default_manager
        before = users.count()
        users.bulk_create(
            users.model(username=username, email=f"learner{number}@example.org", is_active=is_active)
            for number, username in enumerate(usernames, before)
        )

    def add_certification(
        self, short_name: str, id_number: str = "", *, rule: RecertificationRule | None = None, active: bool = True
    ) -> None:
        Certification.objects.create(
            short_name=short_name, id_number=id_number, full_name="A certification", is_active=active, **_rule(rule)
        )

    def hold(
        self,
        username: str,
        short_name: str,
        *,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        assigned: bool = False,
    ) -> None:
        row = LearnerCertification.objects.create(**_pair(username, short_name), assigned=assigned, **_dates(current))
        for record in history:
            PastCompletion.objects.create(learner_certification=row, **_dates(record))

    def remove_learner(self, username: str) -> None:
        get_user_model()._default_manager.get(username=username).delete()

    def remove_certification(self, short_name: str) -> None:
        LearnerCertification.objects.filter(certification__short_name=short_name).delete()
        Certification.objects.get(short_name=short_name).delete()

    def correct(self, username: str, short_name: str, completed: date, expires: date) -> None:
        row = LearnerCertification.objects.get(**_pair(username, short_name))
        for record in (row, *row.history.all()):
            if record.completed == completed:
                record.expires = expires
                record.save()

    def correct_evidence(self, username: str, short_name: str, due: date) -> None:
        item = Evidence.objects.get(learner__username=username, short_name=short_name)
        item.due = due
        item.save()

    def administrator(self, username: str) -> Actor:
        """A user, as long as they are in a group of the certifications that name any."""
        user, _ = get_user_model()._default_manager.get_or_create(username=f"admin-{username}")
        for certification in Certification.objects.exclude(groups=None):
            if (user.pk, certification.pk) not in self._forbidden:
                user.groups.add(*certification.groups.all())
        return Actor(key=str(user.pk), username=user.username)

    def forbid(self, actor: Actor, short_name: str) -> None:
        """All who are known are in the group of this certification, but for one."""
        certification = Certification.objects.get(short_name=short_name)
        self._forbidden.add((int(actor.key), certification.pk))
        group, _ = Group.objects.get_or_create(name=f"all for {short_name}")
        certification.groups.add(group)
        others = get_user_model()._default_manager.filter(username__startswith="admin-")
        group.user_set.set(user for user in others if (user.pk, certification.pk) not in self._forbidden)

    def messages_sent(self) -> int:
        return len(mail.outbox)


def _pair(username: str, short_name: str) -> dict[str, Any]:
    return {
        "learner": get_user_model()._default_manager.get(username=username),
        "certification": Certification.objects.get(short_name=short_name),
    }


def _dates(record: CompletionRecord | None) -> dict[str, Any]:
    names = ("completed", "expires", "window_opens", "baseline_expires")
    return {name: getattr(record, name) for name in names} if record else {}


def _rule(rule: RecertificationRule | None) -> dict[str, Any]:
    if rule is None:
        return {"rule": Rule.NEVER_EXPIRES}
    periods = {"active": rule.active, "window": rule.window, "minimum_active": rule.minimum_active}
    counts = {f"{name}_count": period.count for name, period in periods.items()}
    return {"rule": rule.kind, **counts, **{f"{name}_unit": period.unit for name, period in periods.items()}}
