"""What waits for the scheduled run: what imports wrote and what people changed by hand."""

from datetime import date, timedelta

import pytest
from cert_completion_hooks import BatchInfo, CompletionRecord
from cert_completion_records import host
from cert_completion_records.models import LearnerCertification, PendingMessage

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("writing", "models.records"):
        monkeypatch.setattr(f"cert_completion_records.{module}.today", lambda: DAY)


def waiting():
    return [(str(one.trigger), str(one.completed), str(one.since)) for one in PendingMessage.objects.order_by("pk")]


@pytest.fixture
def write(batch, change, key):
    """Imports one record that becomes current, with what was held going to the history."""
    numbers = iter(range(1, 9))

    def write(completed, expires, *, announce=True, as_of=DAY, former=None):
        name = f"batch-{next(numbers)}"
        info: BatchInfo = batch(name, as_of=as_of)
        record = CompletionRecord(
            completed=date.fromisoformat(completed), expires=date.fromisoformat(expires), row_key=f"{name}:2", line=2
        )
        made = change(key, current=record, former=former, announce=announce)
        assert [result.status for result in host.record_completions(info, [made])] == ["written"]
        return record

    return write


def test_an_import_tells_of_a_learner_who_held_nothing_as_certified(write):
    write("2026-03-01", "2027-03-01")
    assert waiting() == [("certified", "2026-03-01", "2026-03-15")]


def test_an_import_that_may_not_announce_tells_nobody(write):
    write("2026-03-01", "2027-03-01", announce=False)
    assert waiting() == []
    assert LearnerCertification.objects.get().recorded_on == DAY


def test_an_import_that_renews_says_since_when_the_record_has_its_dates(write):
    former = write("2025-03-01", "2026-03-16", announce=False)
    LearnerCertification.objects.update(recorded_on=date(2025, 3, 2))
    write("2026-03-01", "2027-03-01", announce=False, former=former)
    assert LearnerCertification.objects.get().recorded_on == DAY


@pytest.mark.parametrize(("expires", "news"), [("2026-03-16", "renewed"), ("2026-03-15", "certified")])
def test_what_replaces_a_record_is_a_renewal_unless_that_had_expired(write, expires, news):
    former = write("2025-03-01", expires, announce=False)
    write("2026-03-01", "2027-03-01", former=former)
    assert waiting() == [(news, "2026-03-01", "2026-03-15")]


def test_the_imports_own_day_decides_what_had_expired(write):
    former = write("2025-03-01", "2026-03-15", announce=False)
    write("2026-03-01", "2027-03-01", former=former, as_of=DAY - timedelta(days=1))
    assert [news for news, _, _ in waiting()] == ["renewed"]


def save(row, **changes):
    for name, value in changes.items():
        setattr(row, name, date.fromisoformat(value) if isinstance(value, str) else value)
    row.save()
    return row


@pytest.fixture
def held(hold, record):
    """A record entered by hand, of which nobody was told."""
    row = hold(record("2025-06-01", "2026-06-01"))
    LearnerCertification.objects.update(recorded_on=date(2025, 6, 2))
    row.refresh_from_db()
    return row


def test_a_record_entered_by_hand_is_told_of_if_it_may_be_announced(learner, certification):
    row = LearnerCertification(learner=learner, certification=certification)
    save(row, completed="2026-03-01", expires="2027-03-01", announce=True)
    assert waiting() == [("certified", "2026-03-01", "2026-03-15")]
    assert row.recorded_on == DAY


def test_a_record_entered_by_hand_that_may_not_be_announced_is_not(held):
    save(held, completed="2026-03-01", expires="2027-03-01")
    assert waiting() == []
    assert held.recorded_on == DAY


def test_a_later_completion_entered_by_hand_is_a_renewal_and_an_earlier_one_a_correction(held):
    save(held, announce=True, completed="2025-05-01")
    assert waiting() == []
    save(held, completed="2026-03-01")
    assert waiting() == [("renewed", "2026-03-01", "2026-03-15")]


def test_whoever_may_be_told_after_all_is_told(held):
    save(held, announce=True)
    assert [news for news, _, _ in waiting()] == ["certified"]
    assert held.recorded_on == date(2025, 6, 2)


def test_what_is_corrected_before_anybody_was_told_stays_what_it_was(learner, certification):
    row = LearnerCertification(learner=learner, certification=certification)
    save(row, completed="2026-03-01", expires="2027-03-01", announce=True)
    save(row, completed="2026-03-02")
    save(row, completed="2026-02-28")
    assert waiting() == [("certified", "2026-02-28", "2026-03-15")]


def test_an_assignment_by_hand_is_told_of_unless_a_record_is(learner, certification, hold):
    row = LearnerCertification.objects.create(learner=learner, certification=certification, announce=True)
    assert waiting() == [("assigned", "None", "2026-03-15")]
    PendingMessage.objects.all().delete()
    save(row, assigned=False)
    save(row, assigned=True, completed="2026-03-01", expires="2027-03-01")
    assert [news for news, _, _ in waiting()] == ["certified"]


def test_saving_what_is_not_told_of_tells_nothing(held):
    held.completed, held.announce = date(2026, 3, 1), True
    held.save(update_fields=["changed_by"])
    assert waiting() == []
    held.save(update_fields=["completed"])
    held.refresh_from_db()
    assert held.recorded_on == DAY
