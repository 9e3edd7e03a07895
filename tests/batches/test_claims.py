"""The compare-and-set steps that two workers meet at, one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from cert_completion_hooks import HostRefused
from django.contrib.auth import get_user_model
from django.utils import timezone

from cert_completion_plugin import api, batches, tabular, tasks
from cert_completion_plugin.batches import clock
from cert_completion_plugin.models import ImportBatch, ImportRow, Portion
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import portions
from cert_completion_plugin.store.values import column_text
from tests.batches.conftest import let_time_pass, outcomes
from tests.doubles import SharedHost, install, yearly

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def portion(world, submit):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    batches.read(batch.id)
    return portions.get(Portion.objects.get().pk)


def test_a_portion_is_claimed_once(portion):
    assert portions.claim(portion, portions.WRITTEN, NOW) is True
    assert portions.claim(portion, portions.WRITTEN, NOW) is False


def test_a_portion_that_another_has_taken_since_is_not_taken_again(portion):
    assert portions.count_attempt(portion, NOW) is True
    assert portions.count_attempt(portion, NOW + timedelta(seconds=1)) is False
    assert Portion.objects.get().attempts == 1


def test_no_attempt_is_counted_on_a_portion_that_moved_on(portion):
    Portion.objects.update(state=portions.PLANNED)
    assert portions.count_attempt(portion, NOW) is False
    assert Portion.objects.get().attempts == 0


def test_a_place_in_the_file_is_claimed_once(world, submit):
    batch = submit("a00,Forklift,F1,2025-06-01,")
    ImportBatch.objects.update(state="reading")
    assert stored.claim_reading(batch.id, 0) is True
    assert stored.claim_reading(batch.id, 0) is False
    assert stored.claim_reading(batch.id, 1) is True


def test_a_batch_is_read_again_five_times_at_most_and_each_chunk_counts_anew(world, submit, monkeypatch):
    batch = submit(*[f"a00,Forklift,F1,2025-06-{number % 28 + 1:02}," for number in range(6_000)])
    read_slices = tabular.read_slices

    def stops_after_the_first_chunk(*args, **kwargs):
        yield next(iter(read_slices(*args, **kwargs)))
        raise OSError("the disk is gone")

    ImportBatch.objects.update(attempts=3)
    with monkeypatch.context() as patch:
        patch.setattr(tabular, "read_slices", stops_after_the_first_chunk)
        with pytest.raises(api.TryAgain):
            batches.read(batch.id)
    assert ImportBatch.objects.get().attempts == 0
    ImportBatch.objects.update(attempts=5)
    let_time_pass()
    assert batches.read(batch.id) is False
    ImportBatch.objects.update(progressed_at=timezone.now() - timedelta(hours=1))
    assert batches.read(batch.id) is True
    assert api.find(api.SYSTEM, batch.reference).state == "failed"
    assert not ImportRow.objects.exists()


def test_work_that_was_just_done_counts_as_progress(portion):
    ImportBatch.objects.update(progressed_at=NOW, sent_at=None)
    Portion.objects.update(claimed_at=None, done_at=timezone.now())
    assert tasks.resend_stalled() == []


def test_a_broker_that_does_not_answer_is_asked_once_and_not_for_every_turn(world, submit, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*[f"a{number:02},Forklift,F1,2025-06-01," for number in range(9)])
    batches.read(batch.id)
    tried = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: tried.append(ids))
    tasks.send_next(batch.id)
    assert len(tried) == 1


class WritesUsers(SharedHost):
    """A host on our connection, without transactions of its own, that refuses one learner in the middle of writing."""

    def begin(self, changes):
        for change in changes:
            get_user_model().objects.create(username=change.learner_key)
            if change.learner_key == "learner-8":
                raise HostRefused("learner-8 is locked")


def test_what_a_host_wrote_before_it_refused_is_rolled_back(settings, submit, monkeypatch):
    host = WritesUsers()
    install(settings, host)
    for number in range(16):
        host.add_learner(f"a{number:02}")

    host.add_certification(yearly("Forklift", "F1"))

    def record(gateway, info, changes):
        host.begin(changes)
        return {result.key: result for result in host.record_completions(info, changes)}

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.record_completions", record)
    batch = submit(*[f"a{number:02},Forklift,F1,2025-06-01," for number in range(16)])
    api.work_off(batch.id)
    assert [line for line, outcome in outcomes(batch).items() if outcome == "failed"] == [9]
    assert get_user_model().objects.filter(username__startswith="learner-").count() == 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana", "ana"),
        ("a\x00na\n", "a\ufffdna\ufffd"),
        ("a\ud800", "a\ufffd"),
        ("josé 😀", "josé \ufffd"),
        ("x" * 9, "xxxxx"),
    ],
)
def test_texts_of_columns_are_such_as_every_database_takes(text, expected):
    assert column_text(text, 5 if text.startswith("x") else 50) == expected


def test_today_is_the_sites_day_whatever_a_viewer_has_chosen(settings, monkeypatch):
    settings.TIME_ZONE = "Pacific/Auckland"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with timezone.override("America/New_York"):
        assert clock.today() == (NOW + timedelta(days=1)).date()
