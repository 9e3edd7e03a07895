"""`cert_completion_approve` and `cert_completion_cancel`: plans that wait, imports that are under way."""

from dataclasses import replace

import pytest

from cert_completion_plugin import api
from tests import doubles
from tests.commands.conftest import present

pytestmark = pytest.mark.django_db

FINE = "ana,Forklift,,31/05/2025,"
CLOSE = "ben,Forklfit,,31/05/2025,"


@pytest.fixture
def waiting(imported):
    return imported(FINE, CLOSE, review=True)


def test_an_approved_plan_is_recorded(run, waiting):
    ended = run("approve", waiting.reference, "--work")
    assert ended.code == 2
    assert "Of 2 rows, 1 certified a learner and 1 was rejected." in ended.out
    assert present(waiting).approved_by_name == "operator"


def test_approving_can_leave_the_work_to_workers(run, waiting):
    assert run("approve", waiting.reference, "--no-wait", "--plan", "1").code == 0
    assert present(waiting).state == "writing"


def test_a_plan_that_is_not_the_present_one_is_not_approved(run, waiting):
    ended = run("approve", waiting.reference, "--plan", "2", "--work")
    assert ended.code == 4
    assert "this is not the present plan" in ended.err
    assert present(waiting).state == "awaiting_approval"


def test_a_rule_that_has_changed_refuses_approval_and_a_new_plan_is_made(run, waiting, world):
    changed = doubles.yearly("Forklift", "F1")
    world.change_certification(replace(changed, rule=changed.rule._replace(active=changed.rule.window)))
    ended = run("approve", waiting.reference, "--work")
    assert ended.code == 4
    assert "the recertification rule of Forklift (F1) has changed" in ended.err
    again = run("approve", waiting.reference, "--anew", "--work", "--format", "json")
    assert (again.code, again.document["plan"]["number"]) == (4, 2)
    assert run("approve", waiting.reference, "--plan", "2", "--work").code == 2


def test_a_plan_made_anew_counts_in_what_is_confirmed(run, waiting):
    found = run("approve", waiting.reference, "--anew", "--confirm", "Forklfit", "--work", "--format", "json").document
    assert found["codes"] == {"certification_not_found": 1}
    assert found["answers"] == {"confirmed": ["Forklfit"]}
    old = run("approve", waiting.reference, "--anew", "--plan", "1", "--work")
    assert old.code == 4
    assert "made anew meanwhile" in old.err


def test_confirming_takes_a_plan_made_anew(run, waiting):
    assert run("approve", waiting.reference, "--confirm", "Forklfit").code == 1


def test_who_may_not_approve_is_denied(run, waiting, user_with):
    user_with("upload_completions", "view_import_report", username="uploader")
    for flags in ((), ("--anew",)):
        assert run("approve", waiting.reference, *flags, user="uploader").code == 6
    assert present(waiting).state == "awaiting_approval"


def test_an_import_that_does_not_wait_is_told(run, imported):
    batch = imported(FINE)
    ended = run("approve", batch.reference, "--work")
    assert ended.code == 0
    assert "The import does not wait for approval." in ended.err


def test_a_plan_is_discarded(run, waiting):
    ended = run("cancel", waiting.reference, "--work")
    assert ended.code == 0
    assert "The plan was discarded by operator; nothing was recorded." in ended.out
    assert present(waiting).state == "cancelled"


def test_an_import_is_cancelled_before_it_begins(run, file):
    run("import", file(FINE), "--no-wait")
    [batch] = api.newest(api.SYSTEM, limit=1)
    assert run("cancel", batch.reference).code == 0
    assert present(batch).state == "cancelled"
    again = run("cancel", batch.reference)
    assert again.code == 1
    assert "had ended, or was cancelled already. Its state is: Cancelled." in again.err


def test_who_may_not_cancel_is_denied(run, waiting, user_with):
    user_with("view_import_report", username="reader")
    assert run("cancel", waiting.reference, user="reader").code == 6
