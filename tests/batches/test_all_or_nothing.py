"""`commit_policy` all_or_nothing: decided on the complete plan, and taken back where writing fails (§6)."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks import Capability, CompletionRecord, HostInfo, HostRefused, HostUnavailable
from cert_completion_hooks.memory import MemoryHost
from django.db import OperationalError

from cert_completion_plugin import api, batches
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.models import ImportBatch, LedgerEntry, Portion, RowIssue
from cert_completion_plugin.store import rows
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

HELD = CompletionRecord(completed=date(2025, 1, 1), expires=date(2026, 1, 1), window_opens=date(2025, 12, 1))


@pytest.fixture(autouse=True)
def _one_learner_a_portion(settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}


@pytest.fixture
def submit_whole(submit):
    """Submits these rows, all of them or none; read already."""

    def submit_whole(*rows, **options):
        batch = submit(*rows, commit_policy="all_or_nothing", **options)
        batches.read(batch.id)
        return batch

    return submit_whole


@pytest.fixture
def refused(monkeypatch, world):
    """Has the host refuse every change of this learner."""
    record = world.record_completions

    def refused(username):
        guilty = world.find_learners(None, [username])[username][0].key

        def refuses(gateway, info, changes):
            if any(change.learner_key == guilty for change in changes):
                raise HostRefused("The audit has locked this learner.")
            return {result.key: result for result in record(info, changes)}

        monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", refuses)

    return refused


def rows_of(count):
    return [f"a{number:02},Forklift,F1,2025-06-01," for number in range(count)]


def portions(batch):
    return list(Portion.objects.filter(batch_id=batch.id).order_by("number").values_list("pk", flat=True))


def usernames(batch):
    """The learners of the portions, in the order in which they are worked on."""
    found = []
    for portion in Portion.objects.filter(batch_id=batch.id).order_by("number"):
        [row] = rows.in_slices(batch.id, portion.first_slice, portion.last_slice)
        found.append(row.cells[0])
    return found


def states(batch):
    return list(Portion.objects.filter(batch_id=batch.id).order_by("number").values_list("state", flat=True))


def ended(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found.state == "finished"
    return found


def test_nothing_is_written_before_every_row_was_decided(world, submit_whole):
    batch = submit_whole(*rows_of(3))
    assert api.find(api.SYSTEM, batch.reference).state == "planning"
    for portion in portions(batch):
        assert not batches.advance(batch.id)
        batches.work(portion)
    assert world.written == ()
    assert states(batch) == ["planned"] * 3
    assert batches.advance(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == "writing"
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "certified", 3: "certified", 4: "certified"}
    assert len(world.written) == 3


def test_progress_tells_how_many_rows_were_decided(world, submit_whole):
    batch = submit_whole(*rows_of(3))
    batches.work(portions(batch)[0])
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    progress = api.progress(found)
    assert (progress.portions_done, progress.portions, progress.rows_done) == (1, 3, 1)


def test_one_bad_row_of_the_plan_holds_everything_back(world, submit_whole):
    batch = submit_whole(
        *rows_of(3), "nobody,Forklift,,2025-06-01,", "a03,Boat,,2025-06-01,", unknown_certification="create_evidence"
    )
    api.work_off(batch.id)
    found = ended(batch)
    assert outcomes(found) == {2: "cancelled", 3: "cancelled", 4: "cancelled", 5: "rejected", 6: "cancelled"}
    assert found.held_back == {"phase": "planned", "rows": 1, "line": 5}
    assert found.counts == {"outcomes": {"cancelled": 4, "rejected": 1}, "issues": {"learner_not_found": 1}}
    assert (world.written, world.evidence) == ((), ())
    [(_, summary)] = world.finished
    assert dict(summary.outcomes) == {"cancelled": 4, "rejected": 1}


def test_a_row_that_was_to_be_ignored_holds_nothing_back(world, submit_whole):
    batch = submit_whole(*rows_of(2), "a03,Boat,,2025-06-01,")
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "certified", 3: "certified", 4: "rejected"}


def test_a_file_without_rows_ends(world, submit_whole):
    assert ended(submit_whole()).counts == {"outcomes": {}, "issues": {}}


def test_a_row_that_the_host_refuses_has_everything_taken_back(world, submit_whole, refused):
    world.hold("a00", "Forklift", current=HELD)
    before = world.held("a00", "Forklift"), world.held("a01", "Crane")
    batch = submit_whole(
        "a00,Forklift,F1,2025-06-01,",
        "a00,Forklift,F1,2024-06-01,",
        "a01,Crane,,2025-06-01,",
        "a02,Boat,,2025-06-01,",
        "a03,Forklift,F1,2025-06-01,",
        "a04,Forklift,F1,2025-06-01,",
        unknown_certification="create_evidence",
    )
    refused("a04")
    api.work_off(batch.id)
    found = ended(batch)
    assert outcomes(found) == dict.fromkeys(range(2, 7), "cancelled") | {7: "failed"}
    assert found.held_back == {"phase": "written", "rows": 1, "line": 7}
    assert found.counts["outcomes"] == {"cancelled": 5, "failed": 1}
    digests = [state.digest() for state in (world.held("a00", "Forklift"), world.held("a01", "Crane"))]
    assert digests == [state.digest() for state in before]
    assert world.evidence == ()


def test_rows_that_were_taken_back_are_shown_once_and_their_story_is_kept(world, submit_whole, refused):
    batch = submit_whole(*rows_of(8))
    refused("a05")
    api.work_off(batch.id)
    found = ended(batch)
    assert [row.line for row in api.rows(api.SYSTEM, found)] == list(range(2, 10))
    assert [row.line for row in api.page(api.SYSTEM, found, before=6, limit=3).rows] == [3, 4, 5]
    entries = LedgerEntry.objects.filter(batch_id=batch.id, phase="written", outcome="certified")
    assert 0 < entries.count() < 8


def test_what_somebody_changed_meanwhile_stays_and_is_reported_as_written(world, submit_whole, refused):
    batch = submit_whole(*rows_of(3))
    for portion in portions(batch):
        batches.work(portion)
    batches.advance(batch.id)
    first, second, last = usernames(batch)
    refused(last)
    for portion in portions(batch):
        batches.work(portion)
    written = world.held(first, "Forklift").current
    world.hold(first, "Forklift", current=replace(written, expires=date(2030, 1, 1)))
    api.work_off(batch.id)
    found = {row.username: str(row.outcome) for row in api.rows(api.SYSTEM, ended(batch))}
    assert found == {first: "certified", second: "cancelled", last: "failed"}
    assert world.held(first, "Forklift").current.expires == date(2030, 1, 1)


def test_a_portion_that_was_being_written_meanwhile_is_taken_back_too(world, submit_whole, refused, monkeypatch):
    batch = submit_whole(*rows_of(2))
    for portion in portions(batch):
        batches.work(portion)
    batches.advance(batch.id)
    write, refused_now = Recorder.write, []

    def slow(recorder, decisions):
        settled = write(recorder, decisions)
        if not refused_now:
            # While this portion is being written, another worker finds that its own cannot be.
            refused_now.append(True)
            ImportBatch.objects.update(held_back='{"phase":"written","rows":1,"line":3}')
        return settled

    monkeypatch.setattr(Recorder, "write", slow)
    assert batches.work(portions(batch)[0])
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "cancelled", 3: "cancelled"}
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a01"))


def test_a_conflict_while_writing_is_decided_again(world, submit_whole):
    batch = submit_whole(*rows_of(2))
    for portion in portions(batch):
        batches.work(portion)
    world.hold("a00", "Forklift", current=HELD)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "certified", 3: "certified"}
    assert [record.completed for record in world.held("a00", "Forklift").history] == [HELD.completed]


def test_a_learner_who_is_gone_since_the_plan_holds_everything_back(world, submit_whole):
    batch = submit_whole(*rows_of(3))
    for portion in portions(batch):
        batches.work(portion)
    world.remove_learner("a01")
    api.work_off(batch.id)
    assert sorted(outcomes(ended(batch)).values()) == ["cancelled", "cancelled", "rejected"]
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a02"))


def test_a_host_that_is_down_while_planning_holds_everything_back_in_the_end(world, submit_whole, monkeypatch):
    batch = submit_whole(*rows_of(2))
    first, second = portions(batch)
    batches.work(first)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.batches.deciding.decide", down)
        for _ in range(4):
            with pytest.raises(api.TryAgain):
                batches.work(second)
            let_time_pass()
        batches.work(second)
    api.work_off(batch.id)
    assert sorted(outcomes(ended(batch)).values()) == ["cancelled", "failed"]
    assert world.written == ()


def test_a_host_that_is_down_while_writing_has_everything_taken_back_in_the_end(world, submit_whole, monkeypatch):
    batch = submit_whole(*rows_of(2))
    first, second = portions(batch)
    for portion in (first, second):
        batches.work(portion)
    batches.advance(batch.id)
    assert not batches.work(first)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", down)
        for _ in range(4):
            with pytest.raises(api.TryAgain):
                batches.work(second)
            let_time_pass()
        assert batches.work(second)
    api.work_off(batch.id)
    found = {row.username: str(row.outcome) for row in api.rows(api.SYSTEM, ended(batch))}
    assert found == dict(zip(usernames(batch), ("cancelled", "failed"), strict=True))
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a01"))


@pytest.mark.usefixtures("world")
def test_rows_that_were_never_to_be_written_do_not_fail_with_their_portion(submit_whole, monkeypatch):
    batch = submit_whole("a00,Boat,,2025-06-01,", "a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2025-06-01,")
    [portion] = portions(batch)
    batches.work(portion)
    batches.advance(batch.id)

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    monkeypatch.setattr(Recorder, "write", down)
    Portion.objects.update(attempts=4)
    batches.work(portion)
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "rejected", 3: "failed", 4: "duplicate"}


def test_taking_back_is_repeated_after_a_crash(world, submit_whole, refused, monkeypatch):
    batch = submit_whole(*rows_of(4))
    refused("a03")
    take_back = Recorder.take_back

    def crashes(recorder, decisions):
        take_back(recorder, decisions)
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "take_back", crashes)
        with pytest.raises(api.TryAgain):
            api.work_off(batch.id)
    assert api.find(api.SYSTEM, batch.reference).state == "writing"
    let_time_pass()
    api.work_off(batch.id)
    assert outcomes(ended(batch)) == {2: "cancelled", 3: "cancelled", 4: "cancelled", 5: "failed"}
    assert all(world.held(f"a{number:02}", "Forklift").current is None for number in range(4))


def test_where_taking_back_fails_for_good_the_report_says_what_is_written(world, submit_whole, refused, monkeypatch):
    batch = submit_whole(*rows_of(2))
    refused("a01")

    def broken(recorder, decisions):
        raise OperationalError("gone")

    monkeypatch.setattr(Recorder, "take_back", broken)
    for _ in range(30):
        if api.find(api.SYSTEM, batch.reference).state == "finished":
            break
        try:
            api.work_off(batch.id)
        except api.TryAgain:
            let_time_pass()
    held = world.held("a00", "Forklift").current is not None
    assert outcomes(ended(batch)) == {2: "certified" if held else "cancelled", 3: "failed"}


OWN_STORE = pytest.mark.parametrize("world", [MemoryHost], ids=["own-store"], indirect=True)
"""What such a host has written stays when our transaction does not; the double that shares it cannot roll back."""


def drain(batch):
    """Work the import off to its end, however often it has to wait."""
    for _ in range(60):
        try:
            api.work_off(batch.id)
        except api.TryAgain:
            let_time_pass()
        if api.find(api.SYSTEM, batch.reference).state == "finished":
            return


def planned(batch):
    for portion in portions(batch):
        batches.work(portion)
    assert batches.advance(batch.id)
    return batch


@OWN_STORE
def test_what_was_written_beside_a_row_in_conflict_is_taken_back(world, submit_whole, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000}
    batch = planned(submit_whole(*rows_of(3)))
    world.remove_learner("a01")
    drain(batch)
    assert outcomes(ended(batch)) == {2: "cancelled", 3: "rejected", 4: "cancelled"}
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a02"))


@OWN_STORE
def test_what_a_worker_wrote_before_it_died_is_taken_back(world, submit_whole, monkeypatch):
    batch = planned(submit_whole(*rows_of(2)))
    write = Recorder.write

    def dies(recorder, decisions):
        write(recorder, decisions)
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", dies)
        with pytest.raises(api.TryAgain):
            batches.work(portions(batch)[0])
    first, second = usernames(batch)
    assert world.held(first, "Forklift").current is not None
    world.remove_learner(second)
    assert batches.work(portions(batch)[1])
    let_time_pass()
    drain(batch)
    assert {row.username: str(row.outcome) for row in api.rows(api.SYSTEM, ended(batch))} == {
        first: "cancelled",
        second: "rejected",
    }
    assert world.held(first, "Forklift").current is None


@OWN_STORE
def test_what_was_written_before_the_host_went_away_for_good_is_taken_back(world, submit_whole, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000}
    batch = planned(submit_whole(*rows_of(2), "a00,Boat,,2025-06-01,", unknown_certification="create_evidence"))

    def down(*args, **kwargs):
        raise HostUnavailable("gone")

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_evidence", down)
    drain(batch)
    assert outcomes(ended(batch)) == {2: "failed", 3: "failed", 4: "failed"}
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a01"))


def test_a_portion_that_used_up_its_attempts_still_reports_its_rows(submit_whole):
    batch = planned(submit_whole(*rows_of(2), "nobody,Forklift,,2025-06-01,"))
    Portion.objects.filter(pk=portions(batch)[0]).update(attempts=50)
    drain(batch)
    found = ended(batch)
    assert sorted(outcomes(found).values()) == ["cancelled", "cancelled", "rejected"]
    assert found.counts["outcomes"] == {"cancelled": 2, "rejected": 1}


def test_a_host_that_is_away_while_it_is_to_take_back_is_waited_for(world, submit_whole, refused, monkeypatch):
    batch = submit_whole(*rows_of(2))
    refused(usernames(batch)[1])
    undo, away = Recorder.take_back, [True] * 12

    def away_for_long(recorder, decisions):
        if away:
            away.pop()
            raise HostUnavailable("gone")
        return undo(recorder, decisions)

    monkeypatch.setattr(Recorder, "take_back", away_for_long)
    drain(batch)
    assert sorted(outcomes(ended(batch)).values()) == ["cancelled", "failed"]
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a01"))


def test_one_record_that_cannot_be_taken_back_keeps_no_other(world, submit_whole, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000}
    batch = planned(submit_whole(*rows_of(8)))
    guilty, locked = (world.find_learners(None, [name])[name][0].key for name in ("a05", "a07"))
    record, undo = world.record_completions, world.undo_changes

    def refuses(gateway, info, changes):
        if any(change.learner_key == locked for change in changes):
            raise HostRefused("The audit has locked this learner.")
        return {result.key: result for result in record(info, changes)}

    def refuses_to_undo(gateway, info, changes, items, *, preview):
        if any(asked.change.learner_key == guilty for asked in changes):
            raise HostRefused("The audit has begun.")
        return {result.key: result for result in undo(info, changes, items, preview)}

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", refuses)
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.undo_changes", refuses_to_undo)
    drain(batch)
    found = {row.username: str(row.outcome) for row in api.rows(api.SYSTEM, ended(batch))}
    assert (found.pop("a05"), found.pop("a07")) == ("certified", "failed")
    assert set(found.values()) == {"cancelled"}
    assert world.held("a05", "Forklift").current is not None


def test_filters_know_nothing_of_warnings_that_went_with_what_was_taken_back(world, submit_whole):
    batch = planned(submit_whole("a00,Forklift,F1,2020-06-01,", "a01,Forklift,F1,2020-06-01,"))
    batches.work(portions(batch)[0])
    world.remove_learner(usernames(batch)[1])
    drain(batch)
    written = RowIssue.objects.filter(batch_id=batch.id, phase="written")
    codes = Counter(written.values_list("code", flat=True))
    assert dict(codes) == ended(batch).counts["issues"] == {"learner_not_found": 1}


def test_it_is_offered_only_where_a_host_can_take_back(world, submit, monkeypatch):
    assert api.undo_is_offered()

    def host_info():
        return HostInfo(
            name="memory", version="1", contract_version=1, capabilities=frozenset(Capability) - {Capability.UNDO}
        )

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", host_info().capabilities)
    assert not api.undo_is_offered()
    with pytest.raises(api.OptionNotOffered, match="undo what was written"):
        submit("a00,Forklift,F1,2025-06-01,", commit_policy="all_or_nothing")
    assert not ImportBatch.objects.exists()
