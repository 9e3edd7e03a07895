"""Drift between plan and approval on the record book: its tables, its locks and its foreign keys."""

from datetime import date

import pytest
from cert_completion_hooks import PeriodUnit
from cert_completion_records import host as record_book
from cert_completion_records import models
from django.contrib.admin.models import LogEntry
from django.db import OperationalError, connection

from cert_completion_plugin import api
from tests.acceptance.records_world import Reach
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

ACTIONS = ("save_to_history", "certify_uncertified", "certify_if_newer")
ROWS = ("ana,Crane,C1,2025-09-01,", "ana,Crane,C1,2024-09-01,", "ben,Crane,C1,2025-09-01,", "ben,Boat,B1,2025-09-01,")

reach = Reach(())


@pytest.fixture
def learners(db, django_user_model, settings):
    global reach
    reach = Reach(())
    settings.CERT_COMPLETION = {"HOSTS": [f"{__name__}:reach", record_book.__name__]}
    for short_name, id_number in (("Crane", "C1"), ("Boat", "B1")):
        models.Certification.objects.create(
            short_name=short_name,
            id_number=id_number,
            full_name=short_name,
            rule="completion_date",
            active_count=1,
            active_unit=PeriodUnit.YEAR,
            window_count=1,
            window_unit=PeriodUnit.MONTH,
        )
    return {name: django_user_model.objects.create_user(name, f"{name}@example.com") for name in ("ana", "ben")}


@pytest.fixture
def plan(learners, submit):
    def plan(*rows, **options):
        batch = submit(*rows, review=True, **options)
        api.work_off(batch.id)
        found = api.find(api.SYSTEM, batch.reference)
        assert found is not None
        assert found.state == "awaiting_approval"
        return found

    return plan


@pytest.fixture
def approved(uploader):
    def approved(batch):
        approval = api.approve(uploader, batch, plan=1)
        api.work_off(batch.id)
        return approval

    return approved


def crane():
    return models.Certification.objects.get(short_name="Crane")


def record_changed(learners):
    models.LearnerCertification.objects.create(
        learner=learners["ana"],
        certification=crane(),
        assigned=True,
        completed=date(2025, 1, 1),
        expires=date(2026, 1, 1),
    )


def learner_deleted(learners):
    learners["ana"].delete()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("change", [record_changed, learner_deleted], ids=lambda change: change.__name__)
def test_a_learner_whose_records_are_no_longer_what_they_were(plan, approved, learners, action, change):
    batch = plan(*ROWS, import_action=action)
    change(learners)
    assert approved(batch).is_given
    written = "history" if action == "save_to_history" else "certified"
    assert outcomes(batch) == {2: "drifted", 3: "drifted", 4: written, 5: written}
    assert not models.PastCompletion.objects.filter(learner_certification__learner__username="ana").exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_a_certification_that_is_gone(plan, approved, action):
    batch = plan(*ROWS, import_action=action)
    crane().delete()
    assert approved(batch).is_given
    written = "history" if action == "save_to_history" else "certified"
    assert outcomes(batch) == {2: "drifted", 3: "drifted", 4: "drifted", 5: written}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_right_that_was_withdrawn_by_another_host_than_the_one_that_writes(plan, approved, action):
    batch = plan(*ROWS, import_action=action)
    reach.set(str(crane().pk), allowed=False)
    assert approved(batch).is_given
    written = "history" if action == "save_to_history" else "certified"
    assert outcomes(batch) == {2: "drifted", 3: "drifted", 4: "drifted", 5: written}
    assert not models.LearnerCertification.objects.filter(certification=crane()).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_a_rule_that_changed(plan, approved, action):
    batch = plan(*ROWS, import_action=action)
    models.Certification.objects.filter(short_name="Crane").update(window_count=2)
    approval = approved(batch)
    assert (approval.verdict, approval.certifications) == ("rules_changed", ("Crane (C1)",))
    assert not models.LearnerCertification.objects.exists()


def test_making_a_plan_writes_nothing_at_the_host(plan):
    batch = plan(*ROWS)
    assert not models.LearnerCertification.objects.exists()
    assert not models.ImportSource.objects.exists()
    assert batch.plan == 1


class _Interrupted:
    """Has one statement fail, the one with this number; `reached` says whether it came to that."""

    def __init__(self, number):
        self.left = number

    @property
    def reached(self):
        return self.left < 0

    def __call__(self, execute, *arguments):
        if self.left == 0:
            self.left -= 1
            raise OperationalError("server closed the connection")
        self.left -= self.left > 0
        return execute(*arguments)


def through(submit, approver, options, interrupted):
    """An import on its way from upload to the end of its plan's writing, with one statement that fails on it.

    Returns what became of its rows and what is held in the end; nothing is held any more afterwards.
    """
    batch = submit(*ROWS, "ana,Canoe,,2025-09-01,", "nobody,Crane,C1,2025-09-01,", review=True, **options)
    with connection.execute_wrapper(interrupted):
        for _ in range(30):
            try:
                if go_on(batch, approver):
                    break
            except (OperationalError, api.TryAgain):
                continue
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    records = models.LearnerCertification.objects.order_by("learner__username", "certification__short_name")
    held = list(records.values_list("learner__username", "completed", "expires", "assigned"))
    others = models.PastCompletion.objects.count(), models.Evidence.objects.count()
    logged = LogEntry.objects.filter(object_id=str(batch.id), change_message__startswith="Approved").count()
    told = found.state, outcomes(found), dict(found.counts["outcomes"]), api.plan_numbers(found), logged
    for model in (models.PastCompletion, models.Evidence, models.LearnerCertification):
        model.objects.all().delete()
    return told, held, others


def go_on(batch, approver):
    let_time_pass()
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    if found.state == "awaiting_approval":
        api.approve(approver, found, plan=1)
    else:
        api.work_off(batch.id)
    return found.state == "finished"


@pytest.mark.django_db(transaction=True)
def test_whichever_statement_fails_the_plan_is_written_once_and_whole(learners, submit, uploader):
    options = {"unknown_certification": "create_evidence"}
    undisturbed = through(submit, uploader, options, _Interrupted(100_000))
    assert (undisturbed[0][0], undisturbed[0][-1]) == ("finished", 1)
    number = 0
    while True:
        interrupted = _Interrupted(number)
        assert through(submit, uploader, options, interrupted) == undisturbed, f"statement {number} failed"
        if not interrupted.reached:
            break
        number += 1
    assert number > 50
