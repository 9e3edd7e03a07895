from dataclasses import replace

import pytest
from cert_completion_hooks import CompletionChange, CompletionState, StateKey, WriteStatus
from cert_completion_records import host, keys, states, writing
from cert_completion_records.models import Certification, ImportSource, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


def write(batch, *changes):
    return {result.key: result.status for result in host.record_completions(batch, changes)}


def test_a_first_completion_becomes_current(batch, change, record, key, state_of):
    first = record("2026-01-01", "2027-01-01", "2026-12-01", "batch-1:2")
    assert write(batch(), change(key, current=first, assign=True, announce=True)) == {"batch-1:2": WriteStatus.WRITTEN}
    state = state_of(key)
    assert (state.current, state.history, state.assigned, state.changed_by) == (first, (), True, "admin")
    row = LearnerCertification.objects.get()
    assert row.announce
    assert row.assigned_at is not None
    assert row.source is not None
    assert (row.came_from, row.source.report_path) == ("batch-1.csv, line 2", "/imports/batch-1/")


def test_a_history_record_does_not_certify_or_assign(batch, change, record, key, state_of):
    past = record("2020-01-01", "2021-01-01", "2020-12-01", "batch-1:2")
    assert write(batch(), change(key, history=(past,))) == {"batch-1:2": WriteStatus.WRITTEN}
    assert (state_of(key).current, state_of(key).history, state_of(key).assigned) == (None, (past,), False)


def test_a_renewal_moves_the_former_record_to_history_as_it_is(batch, change, record, key, hold, state_of):
    former, past = record("2025-02-01", "2026-02-01", "2026-01-01"), record("2024-01-01", "2025-01-01")
    row = hold(former, (past,))
    row.announce, row.changed_by = True, "eve"
    row.save()
    newer, older = (
        record("2026-01-01", "2027-01-01", row_key="batch-1:2"),
        record("2023-01-01", "2024-01-01", row_key="batch-1:3"),
    )
    write(batch(), change(key, current=newer, former=former, history=(older,)))
    state = state_of(key)
    assert state.current == newer
    assert set(state.history) == {former, past, older}
    moved = PastCompletion.objects.get(moved_by__isnull=False)
    assert (moved.announce, moved.changed_by, moved.source) == (True, "eve", None)


def test_a_record_keeps_where_it_came_from_when_it_is_moved(batch, change, record, key, state_of):
    first = record("2025-01-01", "2026-01-01", row_key="batch-1:7")
    write(batch(), change(key, current=first))
    second = record("2026-01-01", "2027-01-01", row_key="batch-2:7")
    write(batch("batch-2"), change(key, current=second, former=first))
    assert (state_of(key).current, state_of(key).history) == (second, (first,))


def test_a_former_record_is_moved_as_asked_whatever_the_history_holds(
    batch, change, record, key, hold, dates, state_of
):
    former = record("2025-02-01", "2026-02-01", "2026-01-01")
    hold(former, (replace(former, window_opens=None),))
    newer = record("2026-01-01", "2027-01-01", row_key="batch-1:2")
    assert write(batch(), change(key, current=newer, former=former)) == {"batch-1:2": WriteStatus.WRITTEN}
    assert dates(state_of(key)).history == [("2025-02-01", "2026-02-01")] * 2


def test_a_former_record_that_history_stands_in_for_is_overwritten(batch, change, record, key, hold, dates, state_of):
    hold(record("2025-02-01", "2026-02-01"), (record("2025-02-01", "2026-01-01"),))
    write(batch(), change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2")))
    assert dates(state_of(key)).current == ("2026-01-01", "2027-01-01")
    assert dates(state_of(key)).history == [("2025-02-01", "2026-01-01")]


def test_a_held_assignment_keeps_its_origin(batch, change, record, key, hold):
    hold(assigned=True)
    write(batch(), change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), assign=True))
    assert LearnerCertification.objects.get().assigned_source is None


def test_history_with_assignment_assigns(batch, change, record, key, hold, state_of):
    hold(assigned=False)
    write(batch(), change(key, history=(record("2020-01-01", "2021-01-01", row_key="batch-1:2"),), assign=True))
    assert state_of(key).assigned


def test_a_record_without_expiry_is_written(batch, change, record, key, state_of):
    forever = record("2026-01-01", row_key="batch-1:2")
    write(batch(), change(key, current=forever))
    assert state_of(key).current == forever


def test_a_change_that_was_applied_is_repeated(batch, change, record, key, state_of):
    asked = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), assign=True)
    write(batch(), asked)
    before = state_of(key)
    assert write(batch(), asked) == {"batch-1:2": WriteStatus.REPEATED}
    renewed = change(key, current=record("2026-02-01", "2027-02-01", row_key="batch-2:2"), former=before.current)
    write(batch("batch-2"), renewed)
    assert write(batch(), asked) == {"batch-1:2": WriteStatus.REPEATED}
    assert write(batch("batch-2"), renewed) == {"batch-2:2": WriteStatus.REPEATED}
    assert (LearnerCertification.objects.count(), PastCompletion.objects.count()) == (1, 1)


def test_the_same_line_of_another_import_is_no_repetition(batch, change, record, key):
    write(batch(), change(key, history=(record("2020-01-01", "2021-01-01", row_key="batch-1:2"),)))
    other = change(key, history=(record("2019-01-01", "2020-01-01", row_key="batch-2:2"),))
    assert write(batch("batch-2"), other) == {"batch-2:2": WriteStatus.WRITTEN}


def test_a_state_that_is_no_longer_the_expected_one_is_a_conflict(batch, change, record, key, hold, state_of):
    asked = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    hold(record("2025-02-01", "2026-02-01"))
    before = state_of(key)
    assert write(batch(), asked) == {"batch-1:2": WriteStatus.CONFLICT}
    assert state_of(key) == before


def test_a_pair_of_which_nothing_is_held_conflicts_with_another_expectation(batch, change, record, key):
    asked = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    expected = CompletionState(assigned=True).digest()
    assert write(batch(), replace(asked, expected=expected)) == {"batch-1:2": WriteStatus.CONFLICT}
    assert not LearnerCertification.objects.exists()


def test_a_conflict_does_not_keep_the_others_from_being_written(batch, change, record, key, certification):
    ben = StateKey(str(get_user_model().objects.create(username="ben").pk), str(certification.pk))
    good = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    bad = replace(change(ben, current=record("2026-01-01", "2027-01-01", row_key="batch-1:3")), expected="x")
    assert write(batch(), good, bad) == {"batch-1:2": WriteStatus.WRITTEN, "batch-1:3": WriteStatus.CONFLICT}


def test_a_learner_or_certification_that_is_gone_is_a_conflict(batch, change, record, key, learner, certification):
    current = record("2026-01-01", "2027-01-01", row_key="batch-1:2")
    asked = change(key, current=current)
    without_certification = replace(asked, certification_key="999999")
    assert write(batch(), without_certification) == {"batch-1:2": WriteStatus.CONFLICT}
    assert write(batch(), replace(asked, learner_key="nobody")) == {"batch-1:2": WriteStatus.CONFLICT}
    learner.delete()
    assert write(batch(), asked) == {"batch-1:2": WriteStatus.CONFLICT}


def test_a_record_that_the_database_refuses_takes_back_the_whole_call(batch, change, record, key, certification):
    ben = StateKey(str(get_user_model().objects.create(username="ben").pk), str(certification.pk))
    good = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    backwards = change(ben, current=record("2026-01-01", "2025-01-01", row_key="batch-1:3"))
    with pytest.raises(IntegrityError):
        host.record_completions(batch(), [good, backwards])
    assert not LearnerCertification.objects.exists()


def test_a_worker_that_was_faster_with_the_same_pair_is_seen(batch, change, record, key, hold, monkeypatch, state_of):
    """As if another import had committed between our look, which is the second thing loaded, and our insert."""
    looks = []

    def load_too_early(pairs, **options):
        looks.append(pairs)
        return {} if len(looks) == 2 else load(pairs, **options)

    load = states.load
    asked = change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    hold(record("2025-02-01", "2026-02-01"))
    monkeypatch.setattr(writing, "load", load_too_early)
    assert write(batch(), asked) == {"batch-1:2": WriteStatus.CONFLICT}
    assert state_of(key).current == record("2025-02-01", "2026-02-01")


def test_one_import_has_one_source(batch, change, record, key):
    write(batch(), change(key, current=record("2026-01-01", "2027-01-01", row_key="batch-1:2")))
    write(batch(), change(key, history=(record("2020-01-01", "2021-01-01", row_key="batch-1:3"),)))
    source = ImportSource.objects.get()
    assert (source.batch_id, source.file_name, source.uploaded_by) == ("batch-1", "batch-1.csv", "admin")


def queries_for(number, batch, record, certification, held):
    """How many queries it takes to write for so many learners at once, half of them with history."""
    users = get_user_model()
    users.objects.bulk_create([users(username=f"{batch.batch_id}-{n}") for n in range(number)])
    learners = list(users.objects.filter(username__startswith=f"{batch.batch_id}-"))
    if held:
        LearnerCertification.objects.bulk_create(
            [LearnerCertification(learner=one, certification=certification, assigned=True) for one in learners]
        )
    pairs = [StateKey(str(one.pk), str(certification.pk)) for one in learners]
    held_states = host.find_completion_states(pairs, batch.as_of)
    changes = [one_change(pair, line, batch, record, held_states) for line, pair in enumerate(pairs)]
    with CaptureQueriesContext(connection) as queries:
        results = host.record_completions(batch, changes)
    assert {result.status for result in results} == {WriteStatus.WRITTEN}
    return len(queries)


def one_change(pair, line, batch, record, held_states):
    return CompletionChange(
        key=f"{batch.batch_id}:{2 * line}",
        learner_key=pair.learner_key,
        certification_key=pair.certification_key,
        expected=held_states.get(pair, CompletionState()).digest(),
        current=record("2026-01-01", "2027-01-01", row_key=f"{batch.batch_id}:{2 * line}"),
        history=(record("2020-01-01", "2021-01-01", row_key=f"{batch.batch_id}:{2 * line + 1}"),),
        assign=True,
    )


@pytest.mark.parametrize("held", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_changes(batch, record, certification, held, monkeypatch):
    # SQLite takes few values in one statement, and Django then splits it; that is not what is counted here.
    monkeypatch.setattr(type(connection.ops), "bulk_batch_size", lambda self, fields, objs: len(objs))
    few, many = (queries_for(number, batch(f"b{number}"), record, certification, held) for number in (10, 200))
    assert few == many
    assert many < 16


def test_more_changes_than_one_query_can_carry_are_written(batch, record, certification, monkeypatch):
    monkeypatch.setattr(keys.chunks, "__defaults__", (7,))
    queries_for(20, batch(), record, certification, held=False)
    assert LearnerCertification.objects.count() == PastCompletion.objects.count() == 20
    assert Certification.objects.count() == 1
