"""Undo of an import: previewed, confirmed, done in portions, asked again (import-rules.md §6.6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cert_completion_hooks import Capability, CompletionRecord, HostRefused, HostUnavailable
from cert_completion_hooks.memory import MemoryHost
from django.db import OperationalError
from django.utils import timezone

from cert_completion_plugin import api, batches, gateway, tasks
from cert_completion_plugin.batches import undo_portions
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.models import ImportBatch, ImportUndo, LedgerEntry, Portion, UndoPortion, UndoRow
from cert_completion_plugin.store import undos
from tests import doubles, people
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

HELD = CompletionRecord(
    completed=date(2025, 4, 1),
    expires=date(2026, 4, 1),
    window_opens=date(2026, 3, 1),
    baseline_expires=date(2026, 3, 31),
)
PAST = CompletionRecord(completed=date(2023, 1, 1), expires=date(2024, 1, 1))
UNDO = "cert_completion_plugin.gateway.facade.Gateway.undo_changes"
LEARNERS = [f"a{number:02}" for number in range(20)]
EVERY_OUTCOME = (
    "a00,Forklift,F1,2025-06-01,",
    "a01,Forklift,F1,2025-06-01,",
    "a02,Forklift,F1,2024-06-01,",
    "a03,Boat,,2025-06-01,2025-07-01",
    "a04,Forklift,F1,2025-04-01,",
    "a00,Forklift,F1,2025-06-01,",
    "nobody,Forklift,F1,2025-06-01,",
    "a00,Forklift,F1,2023-06-01,",
)


@pytest.fixture(autouse=True)
def _one_learner_a_portion(settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}


@pytest.fixture
def imported(submit):
    """Imports these rows to the end."""

    def imported(*rows, **options):
        return drained(submit(*rows, **options))

    return imported


def drained(batch):
    """The import, once all work on it is done, however often that has to wait."""
    for _ in range(60):
        try:
            api.work_off(batch.id)
        except api.TryAgain:
            let_time_pass()
        else:
            break
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


@pytest.fixture
def previewed(uploader):
    """Has told what an undo would do."""

    def previewed(batch):
        api.preview_undo(uploader, batch)
        return state(drained(batch))

    return previewed


@pytest.fixture
def undone(uploader, previewed):
    """Undoes an import: its undo, and line -> what became of the row."""

    def undone(batch, reason="It was the wrong file."):
        preview = previewed(batch)
        assert api.undo(uploader, batch, reason, preview=preview.number)
        undo = state(drained(batch))
        assert undo.state == "done"
        return undo, rows(batch)

    return undone


def state(batch):
    undo = api.undo_state(batch)
    assert undo is not None
    return undo


def rows(batch, undo=None, step=None):
    """Line -> what the undo says of it."""
    undo = undo or state(batch)
    return {
        row.decision.line: str(status)
        for status in api.UndoStatus
        for row in api.undo_rows(api.SYSTEM, batch, undo, status, step=step, limit=10_000)
    }


def digest(world):
    """All that is held of anybody, with what the digest of the contract leaves out, and all evidence."""
    held = {
        (name, short): replace(world.held(name, short), changed_by="", changed_at=None)
        for name in LEARNERS
        for short in ("Forklift", "Crane")
        if any(learner.username == name for learner in world._learners.values())
    }
    return {key: (state.digest(), state) for key, state in held.items()}, world.evidence


def hold_all(world):
    world.hold("a01", "Forklift", current=HELD, history=[PAST])
    world.hold("a02", "Forklift", current=HELD)
    world.hold("a04", "Forklift", current=HELD, assigned=False)


def test_every_outcome_is_undone_and_all_is_as_it_was(world, imported, undone):
    hold_all(world)
    before = digest(world)
    batch = imported(*EVERY_OUTCOME, unknown_certification="create_evidence", assign="always")
    expected = ["certified", "renewed", "history", "evidence", "already_held", "duplicate", "rejected", "history"]
    assert list(outcomes(batch).values()) == expected
    assert digest(world) != before
    undo, found = undone(batch)
    assert found == dict.fromkeys([2, 3, 4, 5, 9], "undone")
    assert digest(world) == before
    assert (undo.preview, undo.result) == ({"undone": 5}, {"undone": 5})
    assert (undo.confirmed_by_name, undo.reason) == ("uploader", "It was the wrong file.")
    assert outcomes(batch) == dict(zip(range(2, 10), expected, strict=True))


def test_the_preview_says_what_the_undo_does_and_writes_nothing(world, imported, previewed):
    hold_all(world)
    batch = imported(*EVERY_OUTCOME, unknown_certification="create_evidence")
    before = digest(world)
    undo = previewed(batch)
    assert undo.state == "previewed"
    assert digest(world) == before
    assert undo.preview == {"undone": 5}
    assert not LedgerEntry.objects.filter(phase="undone").exists()


def test_an_undone_row_has_an_entry_of_its_own(imported, undone):
    batch = imported("a00,Forklift,F1,2025-06-01,", "nobody,Forklift,F1,2025-06-01,")
    undone(batch)
    [entry] = LedgerEntry.objects.filter(batch_id=batch.id, phase="undone")
    assert (entry.line, entry.outcome, entry.username, entry.revision) == (2, "certified", "a00", 1)
    assert entry.completed == date(2025, 6, 1)
    [(undo, row)] = api.undo_of_row(api.SYSTEM, batch, 2)
    assert (undo.number, row.status) == (1, "undone")
    assert api.undo_of_row(api.SYSTEM, batch, 3) == []


def test_what_somebody_changed_is_kept_and_says_by_whom(world, imported, undone):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    corrected = replace(world.held("a00", "Forklift").current, expires=date(2030, 1, 1))
    at = datetime(2026, 3, 14, 9, tzinfo=UTC)
    world.hold("a00", "Forklift", current=corrected, changed_by="eve", changed_at=at)
    undo, found = undone(batch)
    assert found == {2: "changed_since", 3: "undone"}
    [kept] = api.undo_rows(api.SYSTEM, batch, undo, api.UndoStatus.CHANGED_SINCE)
    assert (kept.undo.changed_by, kept.undo.changed_at, kept.decision.username) == ("eve", at, "a00")
    assert world.held("a00", "Forklift").current == corrected
    assert undo.result == {"undone": 1, "changed_since": 1}


def test_what_was_changed_after_the_preview_is_kept_too(world, imported, previewed, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    undo = previewed(batch)
    assert undo.preview == {"undone": 2}
    corrected = replace(world.held("a00", "Forklift").current, expires=date(2030, 1, 1))
    world.hold("a00", "Forklift", current=corrected, changed_by="eve")
    assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
    drained(batch)
    assert rows(batch) == {2: "changed_since", 3: "undone"}
    assert rows(batch, step=api.UndoStep.PREVIEW) == {2: "undone", 3: "undone"}
    assert world.held("a00", "Forklift").current == corrected


def test_nothing_is_undone_that_the_preview_said_would_be_kept(world, imported, previewed, undone, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    written = world.held("a00", "Forklift").current
    world.hold("a00", "Forklift", current=replace(written, expires=date(2030, 1, 1)))
    undo = previewed(batch)
    world.hold("a00", "Forklift", current=written)
    assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
    drained(batch)
    assert rows(batch) == {2: "changed_since"}
    assert world.held("a00", "Forklift").current == written
    assert undone(batch)[1] == {2: "undone"}


def test_rows_of_a_learner_who_is_gone_cannot_be_undone(world, imported, undone):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    world.remove_learner("a00")
    undo, found = undone(batch)
    assert found == {2: "cannot", 3: "undone"}
    [row] = api.undo_rows(api.SYSTEM, batch, undo, api.UndoStatus.CANNOT)
    assert row.undo.reason == "The learner is gone."


def test_asked_again_it_takes_only_what_is_left(world, imported, undone):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,", "a02,Forklift,F1,2025-06-01,")
    written = world.held("a00", "Forklift").current
    world.hold("a00", "Forklift", current=replace(written, expires=date(2030, 1, 1)))
    undone(batch)
    world.hold("a00", "Forklift", current=written)
    undo, found = undone(batch)
    assert (undo.number, found) == (2, {2: "undone"})
    assert undone(batch)[1] == {}
    assert [(each.number, dict(each.result)) for each in api.undos_of(batch)] == [
        (3, {}),
        (2, {"undone": 1}),
        (1, {"changed_since": 1, "undone": 2}),
    ]
    entries = LedgerEntry.objects.filter(phase="undone").order_by("line").values_list("line", "revision")
    assert list(entries) == [(2, 2), (3, 1), (4, 1)]


@pytest.mark.parametrize("first", [0, 1])
def test_two_imports_on_the_same_learners_in_either_order(world, imported, undone, first):
    hold_all(world)
    before = digest(world)
    older = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,", "a02,Forklift,F1,2022-06-01,")
    newer = imported("a00,Forklift,F1,2025-09-01,", "a01,Forklift,F1,2025-09-01,", "a02,Forklift,F1,2021-06-01,")
    assert set(outcomes(newer).values()) == {"renewed", "history"}
    if first == 0:
        # The records of the older one are in the history by now; what stands on them is not pulled away.
        assert undone(older)[1] == {2: "changed_since", 3: "changed_since", 4: "undone"}
        assert undone(newer)[1] == dict.fromkeys([2, 3, 4], "undone")
        assert undone(older)[1] == dict.fromkeys([2, 3], "undone")
    else:
        assert undone(newer)[1] == dict.fromkeys([2, 3, 4], "undone")
        assert undone(older)[1] == dict.fromkeys([2, 3, 4], "undone")
    assert digest(world) == before


def test_an_assignment_that_had_to_stay_goes_when_it_is_asked_again(world, imported, undone):
    before = digest(world)
    older = imported("a00,Forklift,F1,2023-06-01,", import_action="save_to_history", assign="always")
    newer = imported("a00,Forklift,F1,2025-06-01,")
    undo, found = undone(older)
    assert found == {2: "undone"}
    [row] = api.undo_rows(api.SYSTEM, older, undo, api.UndoStatus.UNDONE)
    assert row.undo.assignment_kept
    assert world.held("a00", "Forklift").assigned
    assert undone(older)[1] == {}
    undone(newer)
    assert world.held("a00", "Forklift").assigned
    assert undone(older)[1] == {2: "undone"}
    assert digest(world) == before
    assert undone(older)[1] == {}


def test_an_import_that_was_cancelled_half_way_is_undone(world, submit, uploader, undone):
    before = digest(world)
    batch = submit(*[f"{name},Forklift,F1,2025-06-01," for name in LEARNERS[:6]])
    batches.read(batch.id)
    for _ in range(3):
        batches.take_turn(batch.id)
    assert api.cancel(uploader, batch)
    batch = drained(batch)
    assert (batch.state, batch.counts["outcomes"]) == ("cancelled", {"certified": 3, "cancelled": 3})
    undo, found = undone(batch)
    assert list(found.values()) == ["undone"] * 3
    assert UndoPortion.objects.filter(undo_id=undo.id).count() == 3
    assert digest(world) == before


@pytest.mark.parametrize("kept", ["current", "history"])
def test_what_all_or_nothing_could_not_take_back_is_undone_later(world, submit, undone, kept):
    """Also where the row that is left is not the one that carries what was there before."""
    rows_of_file = ["a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2024-06-01,", "a01,Forklift,F1,2025-06-01,"]
    batch = submit(*rows_of_file, commit_policy="all_or_nothing")
    batches.read(batch.id)
    for _ in range(2):
        for portion in Portion.objects.filter(batch_id=batch.id):
            batches.work(portion.pk)
        batches.advance(batch.id)
    # Both portions are written; the last step has not been taken, since somebody finds that a row of his cannot be.
    ImportBatch.objects.update(state="writing", held_back='{"phase":"written","rows":1,"line":4}', finished_at=None)
    written = world.held("a00", "Forklift")
    current, [past] = written.current, written.history
    if kept == "current":
        world.hold("a00", "Forklift", current=replace(current, expires=date(2030, 1, 1)), history=[past])
    else:
        world.hold("a00", "Forklift", current=current, history=[replace(past, expires=date(2030, 1, 1))])
    batch = drained(batch)
    left = {"current": 2, "history": 3}[kept]
    assert {line for line, outcome in outcomes(batch).items() if outcome != "cancelled"} == {left}
    if kept == "current":
        world.hold("a00", "Forklift", current=current)
    else:
        world.hold("a00", "Forklift", history=[past])
    assert undone(batch)[1] == {left: "undone"}
    assert (world.held("a00", "Forklift").current, world.held("a00", "Forklift").history) == (None, ())
    assert world.held("a01", "Forklift").current is None


OWN_STORE = pytest.mark.parametrize("world", [MemoryHost], ids=["own-store"], indirect=True)


@OWN_STORE
def test_what_a_host_wrote_before_its_rows_failed_is_undone_too(world, submit, undone, monkeypatch):
    """Its answer got lost until the portion was given up, so that the report says that the row failed."""
    before = digest(world)
    batch = submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    write = Recorder.write

    def lost(recorder, decisions):
        write(recorder, decisions)
        raise HostUnavailable("the answer got lost")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", lost)
        batch = drained(batch)
    assert batch.counts["outcomes"] == {"failed": 2}
    assert digest(world) != before
    written = world.held("a01", "Forklift").current
    world.hold("a01", "Forklift", current=replace(written, expires=date(2030, 1, 1)))
    assert undone(batch)[1] == {3: "changed_since"}
    assert world.held("a00", "Forklift").current is None


def down(*args, **kwargs):
    raise HostUnavailable("the LMS is being upgraded")


def test_a_host_that_is_away_is_waited_for_and_told_of(world, imported, previewed, uploader, monkeypatch):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    undo = previewed(batch)
    api.undo(uploader, batch, "Wrong.", preview=undo.number)
    with monkeypatch.context() as patch:
        patch.setattr(UNDO, down)
        for _ in range(12):
            with pytest.raises(api.TryAgain):
                api.work_off(batch.id)
            assert api.undo_waits_until(state(batch)) is not None
            let_time_pass()
    undo = state(batch)
    assert undo.state == "undoing"
    assert undo.trouble is not None
    assert undo.trouble["kind"] == api.HOST_AWAY
    drained(batch)
    assert rows(batch) == {2: "undone"}
    assert state(batch).trouble is None


def test_a_host_that_is_away_makes_a_preview_wait_as_well(imported, uploader, monkeypatch):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    api.preview_undo(uploader, batch)
    with monkeypatch.context() as patch:
        patch.setattr(UNDO, down)
        with pytest.raises(api.TryAgain):
            api.work_off(batch.id)
    assert state(batch).state == "previewing"
    let_time_pass()
    drained(batch)
    assert state(batch).preview == {"undone": 1}


@pytest.mark.parametrize("error", [HostRefused("The audit has locked this learner."), ValueError("poison")])
def test_one_change_that_cannot_be_undone_keeps_no_other(world, imported, undone, settings, monkeypatch, error):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000}
    batch = imported(*[f"{name},Forklift,F1,2025-06-01," for name in LEARNERS[:8]])
    guilty = world.find_learners(None, ["a03"])["a03"][0].key
    undo_changes = world.undo_changes

    def poisoned(gateway, info, changes, items, *, preview):
        if any(asked.change.learner_key == guilty for asked in changes):
            raise error
        return {result.key: result for result in undo_changes(info, changes, items, preview)}

    monkeypatch.setattr(UNDO, poisoned)
    undo, found = undone(batch)
    assert found == {line: "cannot" if line == 5 else "undone" for line in range(2, 10)}
    [row] = api.undo_rows(api.SYSTEM, batch, undo, api.UndoStatus.CANNOT)
    assert bool(row.undo.reference) is isinstance(error, ValueError)
    assert row.undo.reason == (str(error) if isinstance(error, HostRefused) else "")


@pytest.mark.parametrize("step", ["preview", "undo"])
def test_a_portion_that_fails_for_good_is_listed_as_such(world, imported, previewed, uploader, monkeypatch, step):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    undo_changes = world.undo_changes
    guilty = world.find_learners(None, ["a00"])["a00"][0].key

    def broken(gateway, info, changes, items, *, preview):
        if preview is (step == "preview") and any(asked.change.learner_key == guilty for asked in changes):
            raise ZeroDivisionError
        return {result.key: result for result in undo_changes(info, changes, items, preview)}

    monkeypatch.setattr(UNDO, broken)
    undo = previewed(batch)
    api.undo(uploader, batch, "Wrong.", preview=undo.number)
    drained(batch)
    undo = state(batch)
    assert undo.state == "done"
    assert rows(batch) == {2: "cannot", 3: "undone"}
    [row] = api.undo_rows(api.SYSTEM, batch, undo, api.UndoStatus.CANNOT)
    assert row.undo.reference
    assert world.held("a00", "Forklift").current is not None


def test_a_reason_has_to_be_given(imported, previewed, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    undo = previewed(batch)
    for reason in ("", " \r\n\t "):
        with pytest.raises(api.ReasonMissing):
            api.undo(uploader, batch, reason, preview=undo.number)
    assert state(batch).state == "previewed"
    assert api.undo(uploader, batch, "The wrong\r\nfile \x00😀", preview=undo.number)
    assert state(batch).reason == "The wrong\nfile \ufffd\ufffd"


def test_only_the_preview_that_was_seen_can_be_confirmed_and_only_once(imported, previewed, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    first = api.preview_undo(uploader, batch)
    assert not api.undo(uploader, batch, "Wrong.", preview=first.number)
    drained(batch)
    second = previewed(batch)
    assert second.number == 2
    assert api.undo_state(batch, 1).state == "abandoned"
    assert not api.undo(uploader, batch, "Wrong.", preview=first.number)
    assert api.undo(uploader, batch, "Wrong.", preview=second.number)
    assert not api.undo(uploader, batch, "Wrong.", preview=second.number)
    assert api.preview_undo(uploader, batch).number == 2


def test_two_who_ask_at_once_get_the_same_preview(imported, uploader, monkeypatch):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    last, faster = undos.last, []

    def another_is_faster(batch_id):
        found = last(batch_id)
        if not faster:
            faster.append(True)
            api.preview_undo(uploader, batch)
        return found

    monkeypatch.setattr(undos, "last", another_is_faster)
    assert api.preview_undo(uploader, batch).number == 1
    assert ImportUndo.objects.count() == 1
    assert UndoPortion.objects.count() == 1


def test_a_preview_can_be_given_up_and_what_is_confirmed_cannot(world, imported, previewed, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    undo = previewed(batch)
    assert api.abandon_undo(api.SYSTEM, batch, preview=undo.number)
    assert not api.abandon_undo(api.SYSTEM, batch, preview=undo.number)
    assert not api.undo(uploader, batch, "Wrong.", preview=undo.number)
    undo = previewed(batch)
    api.undo(uploader, batch, "Wrong.", preview=undo.number)
    assert not api.abandon_undo(api.SYSTEM, batch, preview=undo.number)
    drained(batch)
    assert rows(batch) == {2: "undone"}
    assert world.held("a00", "Forklift").current is None


def test_a_preview_that_is_given_up_half_way_is_not_worked_on(imported, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    undo = api.preview_undo(uploader, batch)
    batches.take_turn(batch.id)
    api.abandon_undo(api.SYSTEM, batch, preview=undo.number)
    assert batches.take_turn(batch.id) == batches.Turn(False, None)
    assert UndoRow.objects.count() == 1
    assert batches.unfinished() == []


def test_what_stands_in_the_way_of_an_undo(world, submit, imported, uploader, monkeypatch):
    waiting = submit("a00,Forklift,F1,2025-06-01,")
    empty = imported("nobody,Forklift,F1,2025-06-01,")
    done = imported("a01,Forklift,F1,2025-06-01,")
    assert api.undo_obstacle(waiting) is api.Obstacle.NOT_ENDED
    assert api.undo_obstacle(empty) is api.Obstacle.NOTHING_RECORDED
    assert api.undo_obstacle(done) is None
    with pytest.raises(api.NotUndoable):
        api.preview_undo(uploader, empty)
    can = frozenset(Capability) - {Capability.UNDO}
    monkeypatch.setattr(gateway.Gateway, "capabilities", can)
    assert api.undo_obstacle(done) is api.Obstacle.NOT_OFFERED
    assert ImportUndo.objects.count() == 0


def test_failed_rows_were_written_by_a_host_with_a_store_of_its_own_at_most(world, submit, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", down)
        failed = drained(submit("a00,Forklift,F1,2025-06-01,"))
    assert failed.counts["outcomes"] == {"failed": 1}
    obstacle = api.Obstacle.NOTHING_RECORDED if isinstance(world, doubles.SharedHost) else None
    assert api.undo_obstacle(failed) is obstacle


def test_an_undo_leaves_out_portions_of_which_nothing_can_have_been_written(world, submit, previewed, monkeypatch):
    write = Recorder.write

    def fails_for_one(recorder, decisions):
        return down() if decisions[0].username == "a00" else write(recorder, decisions)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "write", fails_for_one)
        batch = drained(submit("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,"))
    assert batch.counts["outcomes"] == {"failed": 1, "certified": 1}
    assert previewed(batch).preview == {"undone": 1}
    assert UndoPortion.objects.count() == (1 if isinstance(world, doubles.SharedHost) else 2)


def test_the_host_hears_who_undoes(imported, monkeypatch, world):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    asks, confirms = map(people.person, ("asks", "confirms"))
    undo_changes, heard = world.undo_changes, []

    def hears(gateway, info, changes, items, *, preview):
        heard.append((preview, info.actor.username, info.actor.key, info.uploaded_by.username))
        return {result.key: result for result in undo_changes(info, changes, items, preview)}

    monkeypatch.setattr(UNDO, hears)
    undo = api.preview_undo(asks, batch)
    drained(batch)
    api.undo(confirms, batch, "Wrong.", preview=undo.number)
    drained(batch)
    assert heard == [
        (True, "asks", str(asks.pk), "uploader"),
        (False, "confirms", str(confirms.pk), "uploader"),
    ]


@pytest.fixture
def queue(monkeypatch):
    """A broker's queue: (task, batch id, countdown), the oldest first."""
    queue = []

    def send(task, *ids, countdown=0):
        queue.append((task, *ids, countdown))
        return True

    monkeypatch.setattr(tasks, "_send", send)
    return queue


def run(queue):
    done = []
    while queue:
        task, batch_id, _ = queue.pop(0)
        task(batch_id)
        done.append(batch_id)
    return done


def test_an_undo_goes_by_turns_beside_imports(
    imported, submit, uploader, queue, settings, django_capture_on_commit_callbacks
):
    large = imported(*[f"{name},Forklift,F1,2025-06-01," for name in LEARNERS])
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PARALLEL_PORTIONS": 3}
    with django_capture_on_commit_callbacks(execute=True):
        api.preview_undo(uploader, large)
    small = submit("a00,Crane,C1,2025-06-01,")
    queue.append((tasks.read_batch, small.id, 0))
    assert len(queue) == 4
    done = run(queue)
    assert state(large).state == "previewed"
    assert api.find(api.SYSTEM, small.reference).state == "finished"
    assert max(place for place, batch_id in enumerate(done) if batch_id == small.id) < 9
    with django_capture_on_commit_callbacks(execute=True):
        api.undo(uploader, large, "Wrong.", preview=1)
    assert len(queue) == 3
    # Messages too many find nothing to do in the end, and are not sent on.
    queue *= 3
    run(queue)
    assert state(large).result == {"undone": 20}
    assert UndoRow.objects.filter(step="undo").count() == 20
    assert LedgerEntry.objects.filter(phase="undone").count() == 20


def grow_old():
    long_ago = timezone.now() - timedelta(hours=1)
    ImportBatch.objects.update(progressed_at=long_ago, sent_at=None)
    Portion.objects.update(claimed_at=None, done_at=None)
    UndoPortion.objects.update(claimed_at=None, done_at=None)


def test_an_undo_that_got_lost_is_found_by_the_sweep(imported, uploader, queue):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    grow_old()
    assert tasks.resend_stalled() == []
    api.preview_undo(uploader, batch)
    assert batches.unfinished() == [batch.id]
    assert tasks.resend_stalled() == [batch.id]
    assert tasks.resend_stalled() == []
    assert len(queue) == 2
    run(queue)
    assert state(batch).state == "previewed"
    assert batches.unfinished() == []
    grow_old()
    assert tasks.resend_stalled() == []
    api.undo(uploader, batch, "Wrong.", preview=1)
    assert tasks.resend_stalled() == [batch.id]


def test_an_undo_that_moves_or_waits_is_left_alone_by_the_sweep(imported, uploader, queue):
    batch = imported("a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    api.preview_undo(uploader, batch)
    grow_old()
    UndoPortion.objects.filter(number=1).update(claimed_at=timezone.now())
    assert tasks.resend_stalled() == []
    grow_old()
    UndoPortion.objects.update(due_at=timezone.now() + timedelta(minutes=15))
    assert tasks.resend_stalled() == []
    UndoPortion.objects.filter(number=1).update(due_at=None)
    assert tasks.resend_stalled() == [batch.id]


def test_the_last_step_is_taken_by_whoever_comes_next(imported, uploader):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    api.preview_undo(uploader, batch)
    UndoPortion.objects.update(state="previewed", counts="{}")
    assert batches.take_turn(batch.id) == batches.Turn(True, None)
    assert state(batch).state == "previewed"


def test_an_import_that_was_undone_can_be_imported_and_undone_again(world, imported, undone):
    before = digest(world)
    for _ in range(2):
        batch = imported("a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2024-06-01,")
        assert outcomes(batch) == {2: "certified", 3: "history"}
        undone(batch)
        assert digest(world) == before


def test_rows_are_paged_by_line(imported, undone):
    batch = imported(*[f"{name},Forklift,F1,2025-06-01," for name in LEARNERS[:5]])
    undo, _ = undone(batch)
    group = api.UndoStatus.UNDONE
    lines = [row.decision.line for row in api.undo_rows(api.SYSTEM, batch, undo, group, after=3, limit=2)]
    assert lines == [4, 5]
    lines = [row.decision.line for row in api.undo_rows_before(api.SYSTEM, batch, undo, group, before=5, limit=2)]
    assert lines == [3, 4]


@pytest.mark.parametrize("step", ["preview", "undo"])
def test_a_portion_that_two_hold_is_done_once(imported, previewed, uploader, step):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    undo = api.preview_undo(uploader, batch)
    if step == "undo":
        undo = previewed(batch)
        api.undo(uploader, batch, "Wrong.", preview=undo.number)
        undo = state(batch)
    portion = undos.take_next(undo, timezone.now())
    assert portion is not None
    for _ in range(2):
        undo_portions.work(batch, undo, portion)
    assert UndoRow.objects.filter(undo_id=undo.id, step=step).count() == 1


@OWN_STORE
def test_what_a_host_undid_before_the_word_of_it_was_lost_is_reported_all_the_same(
    world, imported, previewed, uploader, settings, monkeypatch
):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000}
    hold_all(world)
    before = digest(world)
    batch = imported(*EVERY_OUTCOME, unknown_certification="create_evidence", assign="always")
    undo = previewed(batch)
    api.undo(uploader, batch, "Wrong.", preview=undo.number)
    take_back = Recorder.take_back

    def dies(recorder, decisions, *, preview=False):
        take_back(recorder, decisions, preview=preview)
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "take_back", dies)
        with pytest.raises(api.TryAgain):
            api.work_off(batch.id)
    assert digest(world) == before
    assert state(batch).state == "undoing"
    let_time_pass()
    drained(batch)
    assert state(batch).result == {"undone": 5}
    assert digest(world) == before


def test_an_undo_that_cannot_be_kept_in_the_history_has_not_begun(imported, previewed, uploader, monkeypatch):
    batch = imported("a00,Forklift,F1,2025-06-01,")
    undo = previewed(batch)

    def broken(*args):
        raise OperationalError("gone")

    monkeypatch.setattr("cert_completion_plugin.store.log.add", broken)
    with pytest.raises(OperationalError):
        api.undo(uploader, batch, "Wrong.", preview=undo.number)
    assert state(batch).state == "previewed"
