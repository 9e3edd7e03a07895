from datetime import date

import pytest
from cert_completion_hooks import CompletionRecord, HostRefused, HostUnavailable
from cert_completion_hooks.memory import MemoryHost
from django.db import IntegrityError, OperationalError

from cert_completion_plugin import api, batches
from cert_completion_plugin.batches import writing as working
from cert_completion_plugin.models import LedgerEntry, Portion
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

# Records in memory do not roll back with the database, as those of a host on our connection do.
OWN_STORE = pytest.mark.parametrize("world", [MemoryHost], ids=["own-store"], indirect=True)


def read(batch):
    """Read the file and return the ids of its portions."""
    batches.read(batch.id)
    return list(Portion.objects.filter(batch_id=batch.id).order_by("number").values_list("pk", flat=True))


def break_before_commit(patch, error):
    """From now on the host writes a portion, and then, before that is kept, this happens."""
    keep = working.keep

    def breaks(batch, portion, state, decisions):
        if state == Portion.State.WRITTEN:
            raise error
        keep(batch, portion, state, decisions)

    patch.setattr(working, "keep", breaks)


def issue_codes(batch):
    return {row.line: sorted(str(issue.code) for issue in row.issues) for row in api.rows(api.SYSTEM, batch)}


def expires_of(world, username, name="Forklift"):
    current = world.held(username, name).current
    return current and current.expires


def test_the_outcomes_add_up_and_the_host_holds_the_records(world, submit):
    batch = submit(
        "a00,Forklift,F1,2025-06-01,",
        "a00,Forklift,F1,2024-06-01,",
        "a00,Forklift,F1,2025-06-01,",
        "a01,Boat,,2025-06-01,",
        "nobody,Forklift,,2025-06-01,",
        unknown_certification="create_evidence",
    )
    api.work_off(batch.id)
    ended = api.find(api.SYSTEM, batch.reference)
    assert outcomes(ended) == {2: "certified", 3: "history", 4: "duplicate", 5: "evidence", 6: "rejected"}
    assert ended.state == "finished"
    assert sum(ended.counts["outcomes"].values()) == ended.rows_read == 5
    assert ended.counts["issues"] == {"learner_not_found": 1}
    assert expires_of(world, "a00") == date(2026, 6, 1)
    assert [item.name for item in world.evidence] == ["Boat"]


def test_a_host_hears_of_the_end_once(world, submit):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    api.work_off(batch.id)
    assert batches.advance(batch.id) is False
    [(info, summary)] = world.finished
    assert info.batch_id == batch.reference
    assert (summary.rows, dict(summary.outcomes)) == (1, {"certified": 1})


def test_a_portion_delivered_twice_is_worked_on_once(world, submit):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)
    batches.work(portion)
    batches.work(portion)
    batches.advance(batch.id)
    batches.work(portion)
    assert len(world.written) == 1
    assert LedgerEntry.objects.filter(batch_id=batch.id, phase="written").count() == 1


@OWN_STORE
def test_a_worker_that_dies_before_its_commit_leaves_nothing_behind(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    [portion] = read(batch)

    with monkeypatch.context() as patch:
        break_before_commit(patch, KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            batches.work(portion)
    assert not LedgerEntry.objects.filter(batch_id=batch.id, phase="written").exists()
    let_time_pass()
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified", 3: "certified"}
    assert len(world.written) == 2


def test_attempts_are_counted_even_when_the_work_is_rolled_back(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)

    def unreachable(*args, **kwargs):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(world, "find_learners", unreachable)
    monkeypatch.setattr("cert_completion_plugin.batches.deciding.decide", unreachable)
    pauses = []
    for _ in range(4):
        with pytest.raises(api.TryAgain) as again:
            batches.work(portion)
        pauses.append(again.value.seconds)
        let_time_pass()
    assert pauses == sorted(set(pauses))
    batches.work(portion)
    batches.advance(batch.id)
    assert outcomes(batch) == {2: "failed"}
    assert issue_codes(batch) == {2: ["internal_error"]}
    assert api.find(api.SYSTEM, batch.reference).state == "finished"


def test_a_portion_whose_workers_were_all_killed_is_given_up(world, submit):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)
    Portion.objects.update(attempts=5)
    batches.work(portion)
    [row] = api.rows(api.SYSTEM, batch)
    assert (row.outcome, row.username, row.short_name) == ("failed", "a00", "Forklift")
    assert len(str(row.issues[0].details["reference"])) == 12


def test_a_host_that_is_down_is_asked_again_later(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)

    def down(*args, **kwargs):
        raise HostUnavailable("the LMS is being upgraded")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", down)
        with pytest.raises(api.TryAgain) as first:
            batches.work(portion)
        let_time_pass()
        with pytest.raises(api.TryAgain) as second:
            batches.work(portion)
    assert first.value.seconds < second.value.seconds
    let_time_pass()
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified"}


def test_a_host_that_stays_down_fails_the_rows_with_its_own_code(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", down)
    for _ in range(4):
        with pytest.raises(api.TryAgain):
            batches.work(portion)
        let_time_pass()
    batches.work(portion)
    assert issue_codes(batch) == {2: ["host_unavailable"]}


def test_copies_of_a_task_do_not_use_up_the_attempts_while_a_portion_waits(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", down)
        with pytest.raises(api.TryAgain):
            batches.work(portion)
        for _ in range(9):
            batches.work(portion)
        assert batches.take_turn(batch.id).seconds == 10
    assert Portion.objects.get().attempts == 1
    let_time_pass()
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified"}


@OWN_STORE
def test_the_attempts_of_the_second_phase_are_counted_anew(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)
    Portion.objects.update(attempts=4)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", down)
        with pytest.raises(api.TryAgain):
            batches.work(portion)
    assert (Portion.objects.get().state, Portion.objects.get().attempts) == ("planned", 1)


@pytest.mark.parametrize("error", [HostRefused("locked by audit"), IntegrityError("unique"), ValueError("bad")])
def test_only_the_change_that_is_refused_fails(world, submit, monkeypatch, error):
    batch = submit(*[f"a{number:02},Forklift,F1,2025-06-01," for number in range(16)])
    portions = read(batch)
    record = world.record_completions
    guilty = world.find_learners(None, ["a07"])["a07"][0].key
    calls = []

    def refuses(gateway, info, changes):
        calls.append(len(changes))
        if any(change.learner_key == guilty for change in changes):
            raise error
        return {result.key: result for result in record(info, changes)}

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", refuses)
    for portion in portions:
        batches.work(portion)
    found = outcomes(batch)
    assert found.pop(9) == "failed"
    assert set(found.values()) == {"certified"}
    assert issue_codes(batch)[9] == ["host_refused" if isinstance(error, HostRefused) else "internal_error"]
    assert len(calls) < 16
    assert world.held("a07", "Forklift").current is None


def test_a_database_error_that_names_no_data_is_not_halved(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    [portion] = read(batch)
    calls = []

    def deadlock(gateway, info, changes):
        calls.append(len(changes))
        raise OperationalError("deadlock")

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", deadlock)
    with pytest.raises(api.TryAgain):
        batches.work(portion)
    assert calls == [2, 2, 2]


def conflicting(world, monkeypatch, times):
    """Have somebody else change a00's record just before the host writes, this many times."""
    record, done = world.record_completions, []

    def changed_meanwhile(gateway, info, changes):
        if len(done) < times:
            done.append(True)
            day = date(2025, 1, len(done))
            world.hold("a00", "Forklift", current=CompletionRecord(completed=day, expires=date(2026, 1, len(done))))
        return {result.key: result for result in record(info, changes)}

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", changed_meanwhile)


@pytest.fixture
def one_learner_a_portion(settings, world):
    """Records in memory do not roll back with the database; so nobody shares a portion with the one in conflict."""
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}


@pytest.mark.usefixtures("one_learner_a_portion")
def test_a_conflict_is_decided_again(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    conflicting(world, monkeypatch, times=1)
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified", 3: "certified"}
    assert [record.completed for record in world.held("a00", "Forklift").history] == [date(2025, 1, 1)]
    assert len(world.written) == 2


@pytest.mark.usefixtures("one_learner_a_portion")
def test_what_still_conflicts_the_third_time_fails_and_nothing_else(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,", "a00,Boat,,2025-06-01,")
    conflicting(world, monkeypatch, times=9)
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "failed", 3: "certified", 4: "rejected"}
    assert issue_codes(batch)[2] == ["host_refused"]


@OWN_STORE
def test_the_same_decisions_are_sent_again_to_a_host_with_its_own_store(world, submit, monkeypatch):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    [portion] = read(batch)
    with monkeypatch.context() as patch:
        break_before_commit(patch, ZeroDivisionError)
        with pytest.raises(api.TryAgain):
            batches.work(portion)
    let_time_pass()
    world.hold("a00", "Forklift", current=CompletionRecord(completed=date(2026, 1, 1), expires=date(2027, 1, 1)))
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified"}
    assert len(world.written) == 1


@pytest.mark.parametrize("portion_rows", [1, 3, 1000])
def test_the_result_does_not_depend_on_the_size_of_portions(world, submit, settings, portion_rows):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": portion_rows}
    rows = [f"a{number % 7:02},{('Forklift', 'Crane')[number % 2]},,2025-0{number % 9 + 1}-01," for number in range(63)]
    batch = submit(*rows)
    api.work_off(batch.id)
    found = outcomes(batch)
    assert list(found) == list(range(2, 65))
    counts = api.find(api.SYSTEM, batch.reference).counts["outcomes"]
    assert counts == {"certified": 14, "history": 49}


def test_uploading_the_file_again_writes_nothing(world, submit):
    rows = ["a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2024-06-01,", "a01,Crane,,2025-01-01,2025-02-01"]
    for expected in ({"certified": 2, "history": 1}, {"already_held": 3}):
        batch = submit(*rows)
        api.work_off(batch.id)
        assert api.find(api.SYSTEM, batch.reference).counts["outcomes"] == expected


def test_a_cell_of_a_megabyte_is_reported_in_short(world, submit):
    batch = submit(f"{'x' * 1_000_000},Forklift\x00s,,2025-06-01,", "a00,Forklift,,2025-06-01,")
    api.work_off(batch.id)
    first, second = api.rows(api.SYSTEM, batch)
    assert [str(issue.code) for issue in first.issues] == ["value_too_long", "value_unprintable"]
    assert (len(first.username), first.issues[0].details["length"]) == (300, 1_000_000)
    assert second.outcome == "certified"
