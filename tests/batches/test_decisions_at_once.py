"""People who decide about one plan at the same time, each on a connection of their own: one of them is heard."""

from contextlib import suppress
from threading import Barrier

import pytest

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, Plan, Portion
from tests.batches.conftest import let_time_pass, outcomes
from tests.batches.test_locks import beside

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

ROWS = [f"a{number:02},Forklift,F1,2025-06-01," for number in range(6)]


@pytest.fixture
def waiting(world, submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}

    def waiting():
        batch = submit(*ROWS, review=True)
        api.work_off(batch.id)
        return present(batch)

    return waiting


def present(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def work_beside_others(batch):
    """Work the import off as far as the others leave something."""
    with suppress(api.TryAgain):
        api.work_off(batch.id)


def at_once(*functions):
    """Their results, in any order, of calls that begin together."""
    together, results = Barrier(len(functions)), []

    def call(function):
        together.wait(30)
        results.append(function())

    threads = [beside(lambda function=function: call(function)) for function in functions]
    for thread, _ in threads:
        thread.join()
    assert [raised for _, raised in threads] == [[]] * len(functions)
    return results


def test_of_many_approvals_one_counts_and_every_row_is_written_once(waiting, uploader, world):
    batch = waiting()
    approvals = at_once(*[lambda: api.approve(uploader, batch, plan=1)] * 6)
    assert sorted(approval.verdict for approval in approvals) == ["approved"] + ["not_waiting"] * 5
    at_once(*[lambda: work_beside_others(batch)] * 4)
    let_time_pass()
    api.work_off(batch.id)
    assert set(outcomes(present(batch)).values()) == {"certified"}
    assert len(world.written) == len(ROWS)


@pytest.mark.parametrize("turn", range(5))
def test_approving_discarding_and_planning_anew_at_once(waiting, uploader, world, turn):
    batch = waiting()
    heard = at_once(
        lambda: api.approve(uploader, batch, plan=1).is_given,
        lambda: api.discard(uploader, batch),
        lambda: api.plan_anew(uploader, batch),
        lambda: api.cancel(uploader, batch),
    )
    api.work_off(batch.id)
    found = present(batch)
    told = (str(found.state), found.plan, found.is_approved, found.cancelled_at is not None)
    written = {str(outcome) for outcome in outcomes(found).values()}
    assert told in [
        ("finished", 1, True, False),
        ("cancelled", 1, True, True),
        ("cancelled", 1, False, True),
        ("awaiting_approval", 2, False, False),
        ("cancelled", 2, False, True),
    ]
    assert heard.count(True) == 1 + (found.cancelled_at is not None and (found.is_approved or found.plan == 2))
    assert ("certified" in written) <= found.is_approved
    assert len(world.written) == list(outcomes(found).values()).count("certified")


def test_many_workers_complete_a_plan_once(world, submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS, review=True)
    at_once(*[lambda: work_beside_others(batch)] * 4)
    let_time_pass()
    api.work_off(batch.id)
    assert present(batch).state == "awaiting_approval"
    assert Plan.objects.count() == 1
    assert set(Portion.objects.values_list("state", flat=True)) == {"planned"}
    assert ImportBatch.objects.get().plan == 1
