"""What the pages show in browser tests: a site with a few learners and certifications, and imports in every state."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cert_completion_hooks import Certification
from cert_completion_hooks.memory import MemoryHost
from cert_completion_records import models as records
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import Delivery, ImportBatch, Message, Portion
from cert_completion_plugin.store import workers
from cert_completion_plugin.versions import PLUGIN, versions
from tests import doubles, people

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate"
NAMES = ("amina.diallo", "ben.okafor", "chen.wei", "dolores.ibarra", "emeka.nwosu", "t.virtanen")
ROWS = (
    "amina.diallo,Forklift,,31/05/2025,",
    "ben.okafor,Forklift,,12/01/2026,",
    "chen.wei,Manual handling,MH-2,03/11/2020,",
    "dolores.ibarra,Fire safety,FS,29/02/2025,",
    "j.smiht,Forklift,,31/05/2025,",
    "t.virtanen,Forklft,,14/07/2025,",
    "amina.diallo,Forklift,,31/05/2025,",
)
DAY = date(2026, 3, 15)
UNCLEAR = ("amina.diallo,Forklift,,01/02/2025,", "ben.okafor,Forklift,,03/04/2025,", "chen.wei,Forklift,,11/12/2025,")


class Site:
    """Makes users and imports; each method that makes an import returns its value."""

    def __init__(self, url: str, world: MemoryHost, user_model: Any) -> None:
        self.url = url
        self.world = world
        self._user_model = user_model
        for name in NAMES:
            world.add_learner(name)
        for short_name, id_number in (("Forklift", "F1"), ("Manual handling", "MH-2"), ("Fire safety", "FS")):
            world.add_certification(doubles.yearly(short_name, id_number))
        world.add_certification(Certification(key="c-old", short_name="Asbestos", id_number="AS", allowed=False))
        self.operator = people.person("operator")

    def user(self, username: str, *codenames: str) -> Any:
        """A staff user with exactly these permissions of the plugin."""
        return people.holding(people.person(username), *codenames)

    def worker(
        self,
        name: str = "celery@lms.example.org",
        *,
        minutes_silent: int = 0,
        queues: Sequence[str] = ("celery",),
        version: str = "",
    ) -> None:
        """A worker that runs for a day, or fell silent."""
        now = timezone.now() - timedelta(minutes=minutes_silent)
        told = {**versions(), PLUGIN: version or versions()[PLUGIN]}
        about = {"queues": list(queues), "processes": 4, "versions": told}
        workers.introduce(name, now, started_at=now - timedelta(days=1), about=about)

    def submitted(
        self,
        *rows: str,
        headings: str = HEADINGS,
        name: str = "completions.csv",
        corrects: Any = None,
        **options: Any,
    ) -> Any:
        """An import that waits for a worker."""
        content = "\n".join([headings, *(rows or ROWS), ""]).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        return api.submit(self.operator, [content], file_name=name, options=chosen, corrects=corrects)

    def worked_off(self, *rows: str, **options: Any) -> Any:
        """An import of which everything is done that can be."""
        batch = self.submitted(*rows, **options)
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    def planned(self, *rows: str, anew: bool = False, **options: Any) -> Any:
        """An import that waits for approval; with `anew` on its second plan."""
        batch = self.worked_off(*rows, review=True, **options)
        if not anew:
            return batch
        api.plan_anew(self.operator, batch)
        api.work_off(batch.id)
        return api.find(api.SYSTEM, batch.reference)

    def work_off_newest(self) -> Any:
        """The import that was uploaded last, when everything is done of it that can be."""
        [newest] = api.newest(api.SYSTEM, limit=1)
        api.work_off(newest.id)
        return api.find(api.SYSTEM, newest.reference)

    def half_written(self, minutes_idle: int = 0) -> Any:
        """An import of 6,000 rows of which a third is written."""
        batch = self.submitted()
        now = timezone.now() - timedelta(minutes=minutes_idle)
        for number in range(6):
            is_done = number < 2
            Portion.objects.create(
                batch_id=batch.id,
                plan=1,
                number=number + 1,
                first_slice=number,
                last_slice=number,
                rows=1000,
                state=Portion.State.WRITTEN if is_done else Portion.State.WAITING,
                done_at=now - timedelta(seconds=30 - 15 * number) if is_done else None,
            )
        return self.put(batch, "writing", rows_read=6000, progressed_at=now - timedelta(seconds=40))

    def undo_previewed(self) -> Any:
        """An import with the preview of its undo: one row can be taken back, one was changed, one learner is gone."""
        batch = self.worked_off()
        written = self.world.held("ben.okafor", "Forklift")
        corrected = replace(written.current, expires=date(2030, 1, 1)) if written.current else None
        at = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
        self.world.hold("ben.okafor", "Forklift", current=corrected, changed_by="the registrar", changed_at=at)
        self.world.remove_learner("chen.wei")
        api.preview_undo(self.operator, batch)
        api.work_off(batch.id)
        return batch

    def undone(self) -> Any:
        """An import that was undone, as far as it could be."""
        batch = self.undo_previewed()
        api.undo(self.operator, batch, "It was last year's file.\nThe right one follows.", preview=1)
        api.work_off(batch.id)
        return batch

    def told(self) -> Any:
        """An import of which messages were sent, wait for a mail server, never leave, and were interrupted."""
        names = ("emeka.nwosu", "dolores.ibarra", "amina.diallo", "ben.okafor")
        self.world.add_learner("nadia.farouk", "suspended")
        rows = [f"{name},Forklift,,31/05/2025," for name in (*names, "nadia.farouk")]
        batch = self.worked_off(*rows, messages="send")
        now = timezone.now()
        messages = Message.objects.filter(batch_id=batch.id)
        waits = {"reason": "[Errno 111] Connection refused", "due_at": now + timedelta(minutes=15)}
        messages.filter(line=3).update(state="waiting", attempts=2, **waits)
        messages.filter(line=4).update(state="interrupted", reference="5f2c9a31b7de")
        trouble = {"kind": "mail_refused", "since": now.isoformat(), "tries": 2, "reason": waits["reason"]}
        Delivery.objects.update(finished_at=None, due_at=now + timedelta(minutes=15), trouble=json.dumps(trouble))
        return batch

    @contextmanager
    def with_settings(self, **values: Any) -> Iterator[None]:
        """Other settings of the plugin for a while."""
        with override_settings(CERT_COMPLETION={**getattr(settings, "CERT_COMPLETION", {}), **values}):
            yield

    def waiting_long(self) -> Any:
        """An import that no worker has picked up for ten minutes."""
        return self.put(self.submitted(), "received", progressed_at=timezone.now() - timedelta(minutes=10, seconds=5))

    def put(self, batch: Any, state: str, **fields: Any) -> Any:
        """The import, put into a state by hand."""
        ImportBatch.objects.filter(pk=batch.id).update(state=state, **fields)
        return api.find(api.SYSTEM, batch.reference)

    def message(self, trigger: str) -> int:
        """The primary key of a message of the record book."""
        return records.LearnerMessage.objects.get(trigger=trigger).pk

    def opened_record_book(self) -> str:
        """Let the operator into the record book's admin, and have something there; returns its path."""
        allowed = Permission.objects.filter(content_type__app_label="cert_completion_records")
        self.operator.user_permissions.add(*allowed)
        self._user_model.objects.filter(pk=self.operator.pk).update(email="operator@example.org")
        amina = self._user_model.objects.create_user("amina.diallo", "amina@example.org")
        records.Certification.objects.filter(pk=1).delete()
        forklift = records.Certification.objects.create(pk=1, short_name="Forklift", full_name="Forklift Operator")
        about = {"learner": amina, "certification": forklift}
        records.PendingMessage.objects.create(**about, trigger="certified", completed=DAY, since=DAY)
        for trigger, outcome, reason in (
            ("certified", "sent", ""),
            ("expired", "not_sent", "The learner is suspended."),
            ("expires_soon", "sending", "SMTPServerDisconnected: Connection unexpectedly closed"),
        ):
            key = f"{trigger}:{outcome}"
            records.SentMessage.objects.create(
                **about, key_hash=key, trigger=trigger, about=DAY, outcome=outcome, reason=reason
            )
        text = {"subject": "Your {certification} lapses on {expires}", "body": "Hello {learner},\n\nplease renew it."}
        records.MessageText.objects.create(trigger="expires_soon", certification=forklift, **text)
        records.MessageText.objects.create(trigger="expired", language="de", **text)
        return "/admin/cert_completion_records/"
