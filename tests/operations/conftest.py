from datetime import date, timedelta

import pytest
from django.utils import timezone

from cert_completion_plugin import api, tasks
from cert_completion_plugin.models import ImportBatch, Portion, UndoPortion
from tests import doubles

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate\n"
GOOD = "harry.chinn,Forklift,F1,2025-06-01,"
BAD = "sally.secret,Forklift,F1,2025-06-01,"
UNCLEAR = "harry.chinn,Forklift,F1,01/02/2025,"


class Stage:
    """A site with two learners and a certification, of a host on our connection; what is sent to workers is kept."""

    def __init__(self, world, user):
        self.world, self.user = world, user
        self.sent = []

    def submit(self, *rows, content=None, **options):
        if content is None:
            content = (HEADINGS + "".join(f"{row}\n" for row in rows or (GOOD,))).encode()
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        return api.submit(self.user, [content], file_name="secret names.csv", options=chosen)

    def work_off(self, batch):
        """Does what is to be done on an import, however often it has to wait."""
        for _ in range(20):
            try:
                api.work_off(batch.id)
            except api.TryAgain:
                self.let_time_pass()
            else:
                break
        return api.find(api.SYSTEM, batch.reference)

    def worked_off(self, *rows, **options):
        return self.work_off(self.submit(*rows, **options))

    def planned(self, *rows, **options):
        return self.worked_off(*rows, review=True, **options)

    def approved(self, *rows, **options):
        batch = self.planned(*rows, **options)
        assert api.approve(self.user, batch, plan=batch.plan).is_given
        return self.work_off(batch)

    def approved_by(self, user):
        """A plan that this user has approved, of which nothing is written yet."""
        batch = self.planned()
        assert api.approve(user, batch, plan=batch.plan).is_given
        return batch

    def undo_previewed(self, *rows):
        batch = self.worked_off(*rows)
        api.preview_undo(self.user, batch)
        return self.work_off(batch)

    def undone(self, *rows):
        batch = self.undo_previewed(*rows)
        assert api.undo(self.user, batch, "It was the wrong file.", preview=1)
        return self.work_off(batch)

    def let_time_pass(self):
        """What was told to wait has waited long enough."""
        Portion.objects.update(due_at=None, claimed_at=None)
        ImportBatch.objects.update(due_at=None)
        UndoPortion.objects.update(due_at=None, claimed_at=None)

    def grow_old(self, batch):
        """Nothing has happened on this import for an hour."""
        long_ago = timezone.now() - timedelta(hours=1)
        ImportBatch.objects.filter(pk=batch.id).update(progressed_at=long_ago, sent_at=None)
        Portion.objects.filter(batch_id=batch.id).update(claimed_at=None, done_at=None)


@pytest.fixture
def stage(transactional_db, settings, monkeypatch, django_user_model):
    """See `Stage`; on 2026-03-15."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)
    world = doubles.install(settings, doubles.SharedHost())
    world.add_learner("harry.chinn")
    world.add_learner("ben.okafor")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    stage = Stage(world, django_user_model.objects.create_superuser("olga.operator", "olga@example.org", "x"))
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: stage.sent.append((task, ids)) or True)
    return stage
