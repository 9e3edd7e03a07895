"""What other code hears of imports: after the commit, as values, at least once; and nothing that it does harms any."""

import pytest
from cert_completion_hooks import BatchInfo, BatchSummary
from django.db import transaction

from cert_completion_plugin import api, signals, tasks
from cert_completion_plugin.batches import announcing
from tests.operations.conftest import BAD, GOOD, UNCLEAR


@pytest.fixture
def heard():
    """What was sent, as (name of the signal, what was given)."""
    heard, receivers = [], []
    for name in signals.__all__:

        def receiver(signal, sender, name=name, **given):
            assert sender is None
            assert not transaction.get_connection().in_atomic_block
            heard.append((name, given))

        getattr(signals, name).connect(receiver)
        receivers.append((getattr(signals, name), receiver))
    yield heard
    for signal, receiver in receivers:
        signal.disconnect(receiver)


def names(heard):
    return [name for name, _ in heard]


def test_an_import_without_review(stage, heard):
    batch = stage.worked_off(GOOD, BAD)
    assert names(heard) == ["batch_received", "batch_finished"]
    given = heard[-1][1]
    assert isinstance(given["batch"], BatchInfo)
    assert given["batch"].batch_id == batch.reference
    assert given["batch"].report_url == f"/cert-completions/{batch.reference}/"
    assert given["summary"] == BatchSummary(state="finished", rows=2, outcomes={"certified": 1, "rejected": 1})


def test_an_import_with_review(stage, heard):
    stage.approved(GOOD, BAD)
    assert names(heard) == ["batch_received", "batch_awaits_approval", "batch_approved", "batch_finished"]
    _, awaits, approved, finished = (given for _, given in heard)
    assert awaits["summary"] == BatchSummary(
        state="awaiting_approval", rows=2, outcomes={"certified": 1, "rejected": 1}
    )
    assert awaits["batch"].plan == 1
    assert approved["batch"].actor.username == "olga.operator"
    assert finished["summary"].state == "finished"


def test_an_import_that_asks(stage, heard):
    stage.worked_off(UNCLEAR)
    assert names(heard) == ["batch_received", "batch_needs_answer"]


def cancelled(stage):
    batch = stage.submit()
    api.cancel(stage.user, batch)
    stage.work_off(batch)


@pytest.mark.parametrize(
    ("scene", "state"),
    [
        (lambda stage: stage.worked_off(content=b""), "refused"),
        (lambda stage: stage.worked_off(content=b"who,what\n"), "refused"),
        (cancelled, "cancelled"),
        (lambda stage: stage.worked_off(BAD, GOOD, commit_policy="all_or_nothing"), "finished"),
    ],
)
def test_any_end_is_heard_once(stage, heard, scene, state):
    scene(stage)
    assert [given["summary"].state for name, given in heard if name == "batch_finished"] == [state]


def test_a_file_that_is_too_large_is_heard_of_in_order(stage, heard, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
    stage.submit()
    assert names(heard) == ["batch_received", "batch_finished"]


def test_a_reader_that_fails_for_good(stage, heard, monkeypatch):
    def fails(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr("cert_completion_plugin.batches.reading.read_headings", fails)
    stage.worked_off()
    assert [given["summary"].state for name, given in heard if name == "batch_finished"] == ["failed"]


def test_nothing_is_heard_of_what_was_rolled_back(stage, heard):
    with transaction.atomic():
        stage.submit()
        transaction.set_rollback(True)
    assert heard == []


def test_an_undo(stage, heard):
    stage.undone(GOOD)
    assert names(heard) == ["batch_received", "batch_finished", "batch_undone"]
    given = heard[-1][1]
    assert (given["number"], given["reason"], given["rows"]) == (1, "It was the wrong file.", {"undone": 1})
    assert given["batch"].actor.username == "olga.operator"


def test_who_receives_and_fails_harms_nobody(stage, heard):
    def fails(**given):
        raise ValueError("broken")

    signals.batch_finished.connect(fails)
    try:
        batch = stage.worked_off()
    finally:
        signals.batch_finished.disconnect(fails)
    assert names(heard) == ["batch_received", "batch_finished"]
    assert api.unfinished() == []
    assert batch.is_told


def test_the_end_is_heard_although_the_worker_died_before_it_could_tell(stage, heard, monkeypatch):
    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    batch = stage.submit()
    with monkeypatch.context() as patch:
        patch.setattr(announcing, "finished", dies)
        with pytest.raises(KeyboardInterrupt):
            api.work_off(batch.id)
    assert names(heard) == ["batch_received"]
    stage.grow_old(batch)
    assert tasks.resend_stalled() == [batch.id]
    stage.work_off(batch)
    assert names(heard) == ["batch_received", "batch_finished"]


def test_the_documented_signals_are_those_that_there_are():
    from tests.operations.test_lines import OPERATORS

    text = (OPERATORS / "signals.md").read_text(encoding="utf-8")
    assert [name for name in signals.__all__ if f"| `{name}` |" not in text] == []
