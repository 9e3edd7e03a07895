"""Cancelling takes effect between two portions of work; what was written stays written (import-rules.md §6)."""

import pytest
from cert_completion_hooks import HostUnavailable
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api, batches, tabular, tasks
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.models import ImportBatch, ImportRow, LedgerEntry, Portion
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

RECORD = "cert_completion_plugin.gateway.facade.Gateway.record_completions"


@pytest.fixture(autouse=True)
def _one_row_a_portion(settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}


@pytest.fixture
def cancel(uploader):
    """Cancels an import as it is now."""

    def cancel(batch):
        now = api.find(api.SYSTEM, batch.reference)
        assert now is not None
        return api.cancel(uploader, now)

    return cancel


def rows_of(count):
    return [f"a{number:02},Forklift,F1,2025-06-01," for number in range(count)]


def ended(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    assert found.state == "cancelled"
    assert found.is_told
    return found


def test_what_was_written_stays_and_the_rest_is_cancelled(world, submit, cancel):
    batch = submit(*rows_of(4), "nobody,Forklift,,2025-06-01,")
    batches.read(batch.id)
    batches.take_turn(batch.id)
    batches.take_turn(batch.id)
    assert cancel(batch) is True
    assert cancel(batch) is False
    api.work_off(batch.id)
    found = ended(batch)
    counts = found.counts["outcomes"]
    assert sum(counts.values()) == found.rows_read == 5
    assert counts["cancelled"] == 3
    assert len(world.written) == counts.get("certified", 0)
    assert len(outcomes(found)) == 5
    assert found.cancelled_by_name == "uploader"
    assert [(summary.state, dict(summary.outcomes)) for _, summary in world.finished] == [("cancelled", counts)]
    assert cancel(batch) is False


def test_a_cancelled_row_says_who_and_what_it_was(submit, cancel):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    batches.read(batch.id)
    cancel(batch)
    api.work_off(batch.id)
    [row] = api.rows(api.SYSTEM, ended(batch))
    assert (row.username, row.short_name, row.id_number, row.outcome) == ("a00", "Forklift", "F1", "cancelled")


def test_rows_of_a_plan_that_were_never_to_be_written_keep_their_outcome(world, submit, cancel):
    batch = submit(
        *rows_of(2), "a00,Forklift,F1,2025-06-01,", "nobody,Forklift,,2025-06-01,", commit_policy="all_or_nothing"
    )
    batches.read(batch.id)
    for portion in Portion.objects.all():
        batches.work(portion.pk)
    cancel(batch)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "cancelled", 3: "cancelled", 4: "duplicate", 5: "rejected"}
    assert world.written == ()


@pytest.mark.parametrize("planned", [0, 2, 4])
def test_while_it_is_being_planned(world, submit, cancel, planned):
    batch = submit(*rows_of(4), commit_policy="all_or_nothing")
    batches.read(batch.id)
    for _ in range(planned):
        batches.take_turn(batch.id)
    cancel(batch)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == dict.fromkeys(range(2, 6), "cancelled")
    assert world.written == ()


def test_all_or_nothing_takes_back_what_was_written(world, submit, cancel):
    batch = submit(*rows_of(4), commit_policy="all_or_nothing")
    batches.read(batch.id)
    while len(world.written) < 2:
        batches.take_turn(batch.id)
    cancel(batch)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == dict.fromkeys(range(2, 6), "cancelled")
    assert all(world.held(f"a{number:02}", "Forklift").current is None for number in range(4))


@pytest.mark.parametrize("world", [MemoryHost], ids=["own-store"], indirect=True)
def test_a_host_with_its_own_store_is_asked_once_more_what_became_of_a_portion_that_was_begun(
    world, submit, cancel, monkeypatch
):
    batch = submit(*rows_of(2))
    batches.read(batch.id)
    write = Recorder.write

    def its_answer_is_lost(recorder, decisions):
        write(recorder, decisions)
        raise HostUnavailable("the line is dead")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", its_answer_is_lost)
        batches.take_turn(batch.id)
    cancel(batch)
    let_time_pass()
    api.work_off(batch.id)
    found = ended(batch)
    assert sorted(outcomes(found).values()) == ["cancelled", "certified"]
    assert len(world.written) == 1


def test_a_portion_that_is_being_written_is_finished(world, submit, cancel, monkeypatch):
    batch = submit(*rows_of(2))
    batches.read(batch.id)
    write = Recorder.write

    def meanwhile_somebody_cancels(recorder, decisions):
        cancel(batch)
        return write(recorder, decisions)

    monkeypatch.setattr(Recorder, "write", meanwhile_somebody_cancels)
    api.work_off(batch.id)
    assert sorted(outcomes(ended(batch)).values()) == ["cancelled", "certified"]


def test_after_the_last_portion_but_before_the_end_nothing_is_left_out(submit, cancel):
    batch = submit(*rows_of(2))
    batches.read(batch.id)
    for portion in Portion.objects.all():
        batches.work(portion.pk)
    assert cancel(batch) is True
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "certified", 3: "certified"}


def test_an_import_that_has_ended_stays_as_it_is(submit, cancel):
    batch = submit(*rows_of(1))
    api.work_off(batch.id)
    assert cancel(batch) is False
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_a_cancelled_portion_that_cannot_be_kept_fails(submit, cancel, monkeypatch):
    batch = submit(*rows_of(1))
    batches.read(batch.id)
    cancel(batch)
    Portion.objects.update(attempts=5)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "failed"}


@pytest.mark.parametrize("policy", ["valid_rows", "all_or_nothing"])
def test_every_row_has_an_outcome_even_if_no_attempt_is_left(submit, cancel, policy):
    batch = submit(*rows_of(3), commit_policy=policy)
    batches.read(batch.id)
    batches.take_turn(batch.id)
    cancel(batch)
    Portion.objects.update(attempts=50)
    api.work_off(batch.id)
    assert set(outcomes(ended(batch))) == {2, 3, 4}


def test_before_it_was_read_it_ends_at_once(world, submit, cancel):
    batch = submit(*rows_of(3))
    assert cancel(batch) is True
    now = api.find(api.SYSTEM, batch.reference)
    assert (now.state, now.rows_read, now.is_told) == ("cancelled", 0, False)
    api.work_off(batch.id)
    assert ended(batch).counts == {}
    assert batches.read(batch.id) is False
    assert [(summary.state, summary.rows) for _, summary in world.finished] == [("cancelled", 0)]


def test_a_reader_that_is_at_it_stops_and_leaves_no_rows(submit, cancel, monkeypatch):
    batch = submit(*["a00,Forklift,,2026-01-01,"] * 12_000)
    read_slices = tabular.read_slices

    def cancelled_in_the_second_chunk(*args, **kwargs):
        for number, chunk in enumerate(read_slices(*args, **kwargs)):
            if number == 1:
                cancel(batch)
            yield chunk

    monkeypatch.setattr(tabular, "read_slices", cancelled_in_the_second_chunk)
    assert batches.read(batch.id) is False
    assert ImportRow.objects.exists()
    api.work_off(batch.id)
    assert not ImportRow.objects.exists()
    assert ended(batch).rows_read == 0


def test_while_it_asks_for_its_date_format(submit, cancel):
    batch = submit("a00,Forklift,,03/04/2025,")
    api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == "needs_answer"
    assert cancel(batch) is True
    asking = api.find(api.SYSTEM, batch.reference)
    assert asking is not None
    assert api.answer(api.SYSTEM, asking, date_format="DD/MM/YYYY") is False
    api.work_off(batch.id)
    assert not ImportRow.objects.exists()
    assert ended(batch).rows_read == 0


def test_what_is_left_to_do_is_sent_to_the_workers(submit, cancel, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: sent.append((task.name, ids)) or True)
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    with django_capture_on_commit_callbacks(execute=True):
        cancel(batch)
        cancel(batch)
    assert sent == [("cert_completion_plugin.work_on_batch", (batch.id,))] * 3
    early = submit(*rows_of(3))
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        cancel(early)
    assert sent == [("cert_completion_plugin.work_on_batch", (early.id,))]


def test_a_plan_that_becomes_complete_meanwhile_is_not_written(world, submit, cancel, monkeypatch):
    batch = submit(*rows_of(2), commit_policy="all_or_nothing")
    batches.read(batch.id)
    batches.take_turn(batch.id)
    blocking = "cert_completion_plugin.store.portions.blocking"

    def meanwhile_somebody_cancels(seen):
        cancel(batch)

    with monkeypatch.context() as patch:
        patch.setattr(blocking, meanwhile_somebody_cancels)
        batches.take_turn(batch.id)
    assert ImportBatch.objects.get().state == "planning"
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "cancelled", 3: "cancelled"}
    assert world.written == ()


def test_a_cancelled_row_is_written_when_the_file_is_uploaded_again(world, submit, cancel):
    batch = submit(*rows_of(2))
    batches.read(batch.id)
    batches.take_turn(batch.id)
    cancel(batch)
    api.work_off(batch.id)
    again = submit(*rows_of(2))
    api.work_off(again.id)
    assert sorted(outcomes(again).values()) == ["already_held", "certified"]


def test_every_cancelled_row_has_one_entry(submit, cancel):
    batch = submit(*rows_of(3))
    batches.read(batch.id)
    batches.take_turn(batch.id)
    cancel(batch)
    for portion in Portion.objects.all():
        batches.work(portion.pk)
        batches.work(portion.pk)
    api.work_off(batch.id)
    assert LedgerEntry.objects.filter(batch_id=batch.id, phase="written").count() == 3
