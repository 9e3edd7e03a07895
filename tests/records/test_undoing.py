from datetime import date

import pytest
from cert_completion_hooks import BeforeImage, ChangeToUndo, EvidenceItem, StateKey, UndoStatus
from cert_completion_records import host
from cert_completion_records.models import Certification, Evidence, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def apply(batch, change, key, state_of):
    """Writes a change as one import and gives back what its undo is asked with."""

    def write(batch_id, **given):
        state = state_of(key)
        asked = change(key, **given)
        host.record_completions(batch(batch_id), [asked])
        return ChangeToUndo(change=asked, before=BeforeImage(assigned=state.assigned, current=state.current))

    return write


@pytest.fixture
def undo(batch):
    def take_back(*changes, items=()):
        return host.undo_changes(batch(), list(changes), list(items), False)

    return take_back


@pytest.mark.parametrize("assigned", [False, True])
@pytest.mark.parametrize("held_current", [False, True])
def test_everything_is_as_it_was_before(apply, undo, hold, record, key, state_of, held_current, assigned):
    former = record("2025-02-01", "2026-02-01", "2026-01-01") if held_current else None
    if former or assigned:
        hold(former, (record("2020-01-01", "2021-01-01"),), assigned=assigned)
    before = state_of(key)
    written = apply(
        "batch-1",
        current=record("2026-01-01", "2027-01-01", "2026-12-01", "batch-1:2"),
        former=former,
        history=(record("2023-01-01", "2024-01-01", row_key="batch-1:3"),),
        assign=True,
    )
    assert state_of(key).digest() != before.digest()
    (result,) = undo(written)
    assert (result.key, result.status, result.kept) == ("batch-1:2", UndoStatus.UNDONE, ())
    assert state_of(key).digest() == before.digest()
    assert LearnerCertification.objects.exists() == bool(former or assigned)


def test_what_a_record_carried_comes_back_with_it(apply, undo, hold, record):
    former = record("2025-02-01", "2026-02-01")
    row = hold(former)
    LearnerCertification.objects.filter(pk=row.pk).update(announce=True)
    undo(apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), former=former))
    row.refresh_from_db()
    assert (row.announce, row.source, row.line, row.changed_by) == (True, None, None, "admin")


def test_undo_may_be_asked_again(apply, undo, hold, record, key, state_of):
    former = record("2025-02-01", "2026-02-01")
    hold(former, assigned=False)
    before = state_of(key)
    written = apply(
        "batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), former=former, assign=True
    )
    undo(written)
    assert [result.status for result in undo(written)] == [UndoStatus.UNDONE]
    assert state_of(key).digest() == before.digest()


def test_what_a_later_import_replaced_is_kept_until_that_one_is_undone(apply, undo, record, key, state_of):
    first = record("2025-04-01", "2026-04-01", row_key="batch-1:2")
    one = apply("batch-1", current=first, assign=True)
    second = record("2025-10-20", "2026-10-20", row_key="batch-2:2")
    two = apply("batch-2", current=second, former=first)
    before = state_of(key)
    (result,) = undo(one)
    assert (result.status, result.kept) == (UndoStatus.CHANGED_SINCE, ("batch-1:2",))
    assert result.changed_by == "admin"
    assert result.changed_at is not None
    assert state_of(key) == before
    assert undo(two)[0].status == UndoStatus.UNDONE
    assert state_of(key).current == first
    assert undo(one)[0].status == UndoStatus.UNDONE
    assert not LearnerCertification.objects.exists()


def test_a_record_that_was_corrected_since_is_kept(apply, undo, record, key, state_of):
    written = apply(
        "batch-1",
        current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"),
        history=(record("2023-01-01", "2024-01-01", row_key="batch-1:3"),),
        assign=True,
    )
    LearnerCertification.objects.update(expires=date(2027, 6, 1), changed_by="eve", changed_at=timezone.now())
    (result,) = undo(written)
    assert (result.status, result.kept, result.changed_by) == (UndoStatus.UNDONE, ("batch-1:2",), "eve")
    state = state_of(key)
    assert (state.current.expires, state.history, state.assigned) == (date(2027, 6, 1), (), True)
    assert undo(written)[0].status == UndoStatus.CHANGED_SINCE


def test_history_that_was_corrected_since_is_kept(apply, undo, record, key, state_of):
    written = apply("batch-1", history=(record("2023-01-01", "2024-01-01", row_key="batch-1:3"),), assign=True)
    PastCompletion.objects.update(expires=date(2024, 6, 1))
    (result,) = undo(written)
    assert (result.status, result.kept) == (UndoStatus.CHANGED_SINCE, ("batch-1:3",))
    assert state_of(key).history[0].expires == date(2024, 6, 1)
    assert state_of(key).assigned


def test_a_change_that_leaves_the_dates_alone_does_not_keep_a_record(apply, undo, hold, record, key, state_of):
    former = record("2025-02-01", "2026-02-01")
    hold(former, assigned=False)
    newer = record("2026-01-01", "2027-01-01", row_key="batch-1:2")
    written = apply("batch-1", current=newer, former=former, assign=True)
    LearnerCertification.objects.update(announce=True, changed_by="eve", changed_at=timezone.now())
    assert undo(written)[0].status == UndoStatus.UNDONE
    assert (state_of(key).current, state_of(key).assigned) == (former, False)


def test_an_assignment_stays_while_a_later_current_record_stands(apply, undo, record, key, state_of):
    one = apply("batch-1", history=(record("2023-01-01", "2024-01-01", row_key="batch-1:2"),), assign=True)
    two = apply("batch-2", current=record("2026-01-01", "2027-01-01", row_key="batch-2:2"), assign=True)
    (result,) = undo(one)
    assert (result.status, result.assignment_kept, state_of(key).assigned) == (UndoStatus.UNDONE, True, True)
    undo(two)
    (result,) = undo(one)
    assert (result.status, result.assignment_kept, state_of(key).assigned) == (UndoStatus.UNDONE, False, False)


@pytest.mark.parametrize("first", [0, 1])
def test_two_imports_into_history_are_undone_in_either_order(apply, undo, record, key, state_of, first):
    imports = [
        apply("batch-1", history=(record("2023-01-01", "2024-01-01", row_key="batch-1:2"),), assign=True),
        apply("batch-2", history=(record("2022-01-01", "2023-01-01", row_key="batch-2:2"),), assign=True),
    ]
    undo(imports[first])
    undo(imports[1 - first])
    assert (state_of(key).assigned, state_of(key).history) == (False, ())


def test_a_preview_answers_the_same_and_writes_nothing(batch, apply, undo, record, key, state_of):
    written = apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), assign=True)
    before = state_of(key)
    foretold = host.undo_changes(batch(), [written], [], True)
    assert state_of(key) == before
    assert undo(written) == foretold
    assert state_of(key).current is None


def test_a_record_whose_former_one_was_corrected_since_is_kept(apply, undo, hold, record, key, state_of):
    former = record("2025-02-01", "2026-02-01")
    hold(former)
    written = apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), former=former)
    PastCompletion.objects.update(expires=date(2026, 3, 1))
    (result,) = undo(written)
    assert (result.status, result.kept) == (UndoStatus.CHANGED_SINCE, ("batch-1:2",))
    assert [past.expires for past in state_of(key).history] == [date(2026, 3, 1)]
    assert state_of(key).current.expires == date(2027, 1, 1)


def test_an_assignment_that_somebody_made_anew_stays(apply, undo, record, key, state_of):
    written = apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), assign=True)
    LearnerCertification.objects.update(assigned_source=None, assigned_at=timezone.now())
    undo(written)
    assert (state_of(key).assigned, state_of(key).current) == (True, None)


def test_an_assignment_goes_although_older_history_stands(apply, undo, hold, record, key, state_of):
    hold(None, (record("2020-01-01", "2021-01-01"),), assigned=False)
    undo(apply("batch-1", history=(record("2023-01-01", "2024-01-01", row_key="batch-1:2"),), assign=True))
    assert (state_of(key).assigned, len(state_of(key).history)) == (False, 1)


def test_a_history_record_that_was_there_before_is_not_taken_for_the_moved_one(
    apply, undo, hold, record, key, state_of
):
    former = record("2025-02-01", "2026-02-01")
    hold(former, (former,))
    before = state_of(key)
    undo(apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"), former=former))
    assert state_of(key).digest() == before.digest()


def test_pairs_that_only_cross_those_asked_for_are_left_alone(apply, undo, hold, record, change, batch, learner):
    one = apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    ben = get_user_model().objects.create(username="ben")
    other = Certification.objects.create(short_name="o", full_name="O")
    crossing = hold(record("2025-01-01", "2026-01-01"), certification=other)
    gone = StateKey(str(ben.pk), str(other.pk))
    asked = change(gone, current=record("2026-01-01", "2027-01-01", row_key="batch-1:3"))
    results = undo(one, ChangeToUndo(change=asked, before=BeforeImage(assigned=False, current=None)))
    assert [result.status for result in results] == [UndoStatus.UNDONE, UndoStatus.UNDONE]
    assert list(LearnerCertification.objects.all()) == [crossing]


def test_what_was_written_for_a_learner_who_is_gone_cannot_be_taken_back(apply, undo, record, learner):
    written = apply("batch-1", current=record("2026-01-01", "2027-01-01", row_key="batch-1:2"))
    learner.delete()
    (result,) = undo(written)
    assert (result.status, result.reason) == (UndoStatus.CANNOT, "The learner is gone.")


def test_undo_of_an_import_that_wrote_nothing_here_touches_nothing(undo, hold, record, key, change, state_of):
    hold(record("2025-02-01", "2026-02-01"))
    before = state_of(key)
    asked = change(key, current=record("2025-02-01", "2026-02-01", row_key="unknown:2"), assign=True)
    (result,) = undo(ChangeToUndo(change=asked, before=BeforeImage(assigned=False, current=None)))
    assert result.status == UndoStatus.UNDONE
    assert state_of(key) == before


@pytest.fixture
def item(learner):
    return EvidenceItem(
        key="batch-1:9",
        line=9,
        learner_key=str(learner.pk),
        name="Canoe",
        short_name="Canoe",
        id_number="",
        completed=date(2025, 5, 5),
        fields={"licence": "x"},
    )


def test_evidence_is_taken_back_once(batch, undo, item):
    host.record_evidence(batch(), [item])
    assert [(one.key, one.status) for one in undo(items=[item])] == [("batch-1:9", UndoStatus.UNDONE)]
    assert not Evidence.objects.exists()
    assert [one.status for one in undo(items=[item])] == [UndoStatus.UNDONE]


@pytest.mark.parametrize("changed", [{"name": "Kayak"}, {"due": date(2026, 1, 1)}, {"completed": date(2025, 5, 6)}])
def test_evidence_that_was_changed_since_stays(batch, undo, item, changed):
    host.record_evidence(batch(), [item])
    row = Evidence.objects.get()
    for name, value in {**changed, "changed_by": "eve"}.items():
        setattr(row, name, value)
    row.save()
    (result,) = undo(items=[item])
    assert (result.status, result.kept, result.changed_by) == (UndoStatus.CHANGED_SINCE, ("batch-1:9",), "eve")
    assert Evidence.objects.exists()
