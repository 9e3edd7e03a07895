"""The progress page: phase, rows done of rows, pace, time left; and in words what is the matter if nothing happens."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cert_completion_plugin import api, batches, broker, tasks
from cert_completion_plugin.batches import health
from cert_completion_plugin.models import ImportBatch, Portion, WorkerSign
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

ROWS = HEADINGS + "ana,Forklift,,31/05/2025,\nben,Forklift,,31/05/2025,\n"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """What this process remembers of other tests."""
    monkeypatch.setattr(health, "_last_sign", None)
    monkeypatch.setattr(broker, "_broker_asked", (float("-inf"), False))


@pytest.fixture
def submitted(operator):
    options = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer"})
    return api.submit(operator, [ROWS.encode()], file_name="records.csv", options=options)


def writing(batch, *, done=2, waiting=4, seconds=30, now=None, **fields):
    """The import with portions of 1,000 rows, of which `done` were done in the seconds since its phase began."""
    now = now or timezone.now()
    for number in range(done + waiting):
        is_done = number < done
        Portion.objects.create(
            batch_id=batch.id,
            plan=1,
            number=number,
            first_slice=number,
            last_slice=number,
            rows=1000,
            state="written" if is_done else "waiting",
            done_at=now if is_done else None,
        )
    began = now - timedelta(seconds=seconds)
    told = {"state": "writing", "rows_read": 1000 * (done + waiting), "progressed_at": began}
    ImportBatch.objects.update(**{**told, **fields})


def progress_of(client, batch):
    return client.get(f"/cert-completions/{batch.reference}/progress.json").json()


def ago(moment):
    """How long ago that was; the longest time there is for never."""
    return timedelta.max if moment is None else timezone.now() - moment


def grow_idle(minutes):
    moment = timezone.now() - timedelta(minutes=minutes, seconds=5)
    ImportBatch.objects.update(progressed_at=moment)
    Portion.objects.update(claimed_at=None, done_at=None)


def test_it_goes_from_waiting_over_reading_to_the_report(client, submitted):
    told = progress_of(client, submitted)
    assert told["page"] == "working"
    assert told["texts"]["phase"] == "The file was received and waits for a worker."
    assert (told["percent"], told["texts"]["rows"], told["texts"]["pace"]) == (None, "", "")
    batches.read(submitted.id)
    told = progress_of(client, submitted)
    assert told["texts"]["rows"] == "0 of 2 rows are done."
    assert told["percent"] == 0
    api.work_off(submitted.id)
    assert progress_of(client, submitted) == {"page": "finished"}


def test_the_page_shows_what_its_script_is_told(client, submitted):
    writing(submitted)
    page = client.get(f"/cert-completions/{submitted.reference}/").content.decode()
    told = progress_of(client, submitted)
    for name in ("phase", "rows"):
        assert f'data-ccp-show="{name}">{told["texts"][name]}<' in page
    assert f'data-ccp-page="{told["page"]}"' in page
    assert f'data-ccp-progress="/cert-completions/{submitted.reference}/progress.json"' in page
    assert 'value="33"' in page
    assert "You may leave it" in page


@pytest.mark.parametrize(
    ("done", "waiting", "seconds", "text"),
    [
        (2, 4, 30, "About 4,000 rows a minute; about 1 minute left."),
        (4, 1, 60, "About 4,000 rows a minute; less than a minute left."),
        (1, 300, 60, "About 1,000 rows a minute; about 5 hours left."),
        (2, 17, 100, "About 1,200 rows a minute; about 14 minutes left."),
        (2, 17, 3600, "About 1,000 rows a minute; about 17 minutes left."),
    ],
)
def test_how_fast_it_goes_and_how_long_it_takes(client, submitted, monkeypatch, done, waiting, seconds, text):
    now = timezone.now()
    monkeypatch.setattr("cert_completion_plugin.batches.clock.now", lambda: now)
    writing(submitted, done=done, waiting=waiting, seconds=seconds, now=now)
    assert progress_of(client, submitted)["texts"]["pace"] == text


def test_nothing_is_said_of_a_pace_of_long_ago(client, submitted):
    writing(submitted)
    Portion.objects.filter(state="written").update(done_at=timezone.now() - timedelta(minutes=3))
    assert progress_of(client, submitted)["texts"]["pace"] == ""


def test_how_far_the_reading_of_a_text_file_has_come(client, submitted):
    ImportBatch.objects.update(
        state="reading", rows_read=24000, reader_state='{"reader":{"dialect":{"kind":"text"},"offset":64}}'
    )
    told = progress_of(client, submitted)
    assert told["percent"] == 100 * 64 // len(ROWS)
    assert told["texts"]["rows"] == "24,000 rows so far."


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({}, ["received", "reading", "writing"]),
        ({"commit_policy": "all_or_nothing"}, ["received", "reading", "planning", "writing"]),
        ({"review": True}, ["received", "reading", "planning", "awaiting_approval", "writing"]),
    ],
)
def test_the_steps_are_those_of_the_import(client, operator, options, steps):
    chosen = api.Options.from_mapping({"review": False, **options})
    batch = api.submit(operator, [ROWS.encode()], file_name="records.csv", options=chosen)
    ImportBatch.objects.update(state="reading")
    marks = progress_of(client, batch)["marks"]
    assert list(marks) == [f"step-{step}" for step in steps]
    assert list(marks.values()) == ["done", "now", *["later"] * (len(steps) - 2)]


def test_what_is_read_aloud_changes_with_every_tenth_alone(client, submitted):
    writing(submitted, done=11, waiting=89)
    aloud = progress_of(client, submitted)["aloud"]
    assert aloud == "Recording the completions. About 10 per cent done."
    Portion.objects.filter(number__lt=19).update(state="written")
    assert progress_of(client, submitted)["aloud"] == aloud
    Portion.objects.filter(number__lt=20).update(state="written")
    assert progress_of(client, submitted)["aloud"] != aloud


def test_stalled_work_is_told_in_words_with_the_health_of_the_site(client, submitted, monkeypatch):
    monkeypatch.setattr(broker, "_broker_answers", lambda: True)
    assert progress_of(client, submitted)["texts"]["health"] == ""
    WorkerSign.objects.create(name="celery@lms", seen_at=timezone.now() - timedelta(hours=3))
    grow_idle(10)
    texts = progress_of(client, submitted)["texts"]
    assert texts["stalled"].startswith("No worker has picked this up for 10 minutes. Your file is safe;")
    assert texts["health"] == (
        "The message broker can be reached. A worker was last seen 3 hours ago. "
        "The oldest work has waited for 10 minutes."
    )


def test_a_broker_that_is_down_and_a_site_without_workers_are_named(client, submitted, monkeypatch):
    monkeypatch.setattr(broker, "_broker_answers", lambda: False)
    grow_idle(2)
    text = progress_of(client, submitted)["texts"]["health"]
    assert text.startswith("The message broker cannot be reached, so that no worker hears of new work. No worker was")


def test_the_broker_is_not_asked_by_every_look(client, submitted, monkeypatch):
    asked = []
    monkeypatch.setattr(broker, "_broker_answers", lambda: asked.append(1) or True)
    progress_of(client, submitted)
    assert asked == []
    grow_idle(2)
    for _ in range(3):
        progress_of(client, submitted)
    assert asked == [1]


def test_a_broker_that_nobody_listens_for_is_not_waited_for(settings, monkeypatch):
    from celery import current_app

    monkeypatch.setattr(current_app.conf, "broker_url", "amqp://guest@127.0.0.1:9//")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "amqp://guest@127.0.0.1:9//")
    assert broker.broker_answers() is False


def test_a_worker_at_work_is_seen(submitted):
    assert api.health().worker_seen is None
    tasks.read_batch(submitted.id)
    first = api.health().worker_seen
    assert ago(first) < timedelta(seconds=30)
    tasks.sweep()
    assert api.health().worker_seen == first


def test_an_idle_worker_is_seen_by_its_sweeps(db):
    WorkerSign.objects.create(name="celery@lms", seen_at=timezone.now() - timedelta(hours=3))
    tasks.sweep()
    assert ago(api.health().worker_seen) < timedelta(seconds=30)


def test_the_oldest_work_is_that_on_which_nothing_happened_longest(client, submitted, operator):
    grow_idle(30)
    api.submit(operator, [ROWS.encode()], file_name="records.csv", options=api.Options(review=False))
    assert timedelta(minutes=30) < ago(api.health().waiting_since) < timedelta(minutes=31)
    ImportBatch.objects.update(state="finished")
    assert api.health().waiting_since is None


def test_the_health_takes_as_many_queries_for_many_imports(client, submitted, operator):
    def queries():
        with CaptureQueriesContext(connection) as context:
            api.health()
        return len(context)

    few = queries()
    for _ in range(4):
        api.submit(operator, [ROWS.encode()], file_name="records.csv", options=api.Options(review=False))
    assert queries() == few


def test_a_cancelled_import_or_one_in_trouble_is_another_page(client, submitted):
    writing(submitted)
    assert progress_of(client, submitted)["page"] == "working"
    ImportBatch.objects.update(cancelled_at=timezone.now())
    assert progress_of(client, submitted)["page"] == "working cancelled"


def test_only_who_may_see_the_import_may_ask(client, submitted, user_with):
    client.force_login(user_with("upload_completions"))
    assert client.get(f"/cert-completions/{submitted.reference}/progress.json").status_code == 404
    client.force_login(user_with(username="another"))
    assert client.get(f"/cert-completions/{submitted.reference}/progress.json").status_code == 403


def test_a_reference_that_names_nothing_is_not_found(client, operator):
    assert client.get(f"/cert-completions/{'0' * 32}/progress.json").status_code == 404
