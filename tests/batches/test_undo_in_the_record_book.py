"""Undo in the record book: exactly what was there before, also where workers die in the middle or meet."""

from datetime import date, timedelta
from threading import Thread

import pytest
from cert_completion_records.models import Certification, Evidence, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cert_completion_plugin import api, batches, gateway
from cert_completion_plugin.models import ImportUndo, LedgerEntry, UndoPortion, UndoRow
from tests.batches.conftest import HEADINGS, let_time_pass

LEARNERS = 12
DATES = ("completed", "expires", "window_opens", "baseline_expires", "announce", "source_id", "line")


@pytest.fixture
def record_book(db, settings, monkeypatch):
    """The record book with learners who hold nothing, a current record, history, or both; on 2026-03-15."""
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_records.host"], "PORTION_ROWS": 4}
    gateway.reset()
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    monkeypatch.setattr("cert_completion_plugin.api.working.WORTH_WAITING_SECONDS", 0)
    day, year = date(2025, 4, 1), timedelta(days=365)
    rule = {"rule": "completion_date", "active_count": 1, "active_unit": "year", "window_count": 1}
    fire = Certification.objects.create(short_name="Fire", full_name="Fire", window_unit="month", **rule)
    for number in range(LEARNERS):
        user = get_user_model().objects.create(username=f"a{number:02}")
        if number % 4 in (1, 2):
            days = {"completed": day, "expires": day + year, "baseline_expires": day + year - timedelta(days=3)}
            row = LearnerCertification.objects.create(
                learner=user, certification=fire, assigned=number % 4 == 1, announce=True, **days
            )
            PastCompletion.objects.create(learner_certification=row, completed=day - year, expires=day)
        if number % 4 == 3:
            LearnerCertification.objects.create(learner=user, certification=fire, assigned=False)
    yield
    gateway.reset()


@pytest.fixture
def imported(record_book, uploader):
    def imported(month, **options):
        """Imports a newer and an older completion of each learner, and evidence of some."""
        lines = [f"a{number:02},Fire,,2025-{month}-0{number % 9 + 1}," for number in range(LEARNERS)]
        lines += [f"a{number:02},Fire,,2020-{month}-0{number % 9 + 1}," for number in range(0, LEARNERS, 2)]
        lines += [f"a{number:02},Boat,,2025-{month}-01," for number in range(0, LEARNERS, 3)]
        chosen = {"review": False, "import_action": "certify_if_newer", "unknown_certification": "create_evidence"}
        batch = api.submit(
            uploader,
            [(HEADINGS + "\n".join(lines)).encode()],
            file_name="records.csv",
            options=api.Options.from_mapping({**chosen, **options}),
        )
        return drained(batch)

    return imported


def drained(batch):
    for _ in range(60):
        try:
            api.work_off(batch.id)
        except api.TryAgain:
            let_time_pass()
        else:
            break
    return api.find(api.SYSTEM, batch.reference)


def books():
    """All that the record book holds, save who changed it last and when; a row that says nothing is none."""
    says_nothing = Q(assigned=False, completed__isnull=True, history__isnull=True)
    current = LearnerCertification.objects.exclude(says_nothing).distinct()
    current = current.order_by("learner__username", "certification__short_name")
    named = ("learner__username", "certification__short_name", "assigned", "assigned_at", "assigned_source_id", *DATES)
    past = PastCompletion.objects.order_by("learner_certification__learner__username", "completed", "expires")
    evidence = Evidence.objects.order_by("learner__username", "identity")
    return (
        list(current.values_list(*named)),
        list(past.values_list("learner_certification__learner__username", "moved_by_id", *DATES)),
        list(evidence.values_list("learner__username", "name", "completed", "due", "fields_text", "source_id", "line")),
    )


def state(batch):
    undo = api.undo_state(batch)
    assert undo is not None
    return undo


def previewed(batch, user):
    undo = api.preview_undo(user, batch)
    drained(batch)
    return undo


def undone(batch, user):
    undo = previewed(batch, user)
    assert api.undo(user, batch, "Wrong.", preview=undo.number)
    drained(batch)
    undo = state(batch)
    assert undo.state == "done"
    return dict(undo.result)


@pytest.mark.django_db
@pytest.mark.parametrize("assign", ["when_certifying", "always", "never"])
def test_the_record_book_is_as_it_was(imported, uploader, assign):
    before = books()
    batch = imported("06", assign=assign)
    written = sum(batch.counts["outcomes"].values())
    assert batch.counts["outcomes"].keys() == {"certified", "renewed", "history", "evidence"}
    assert books() != before
    assert undone(batch, uploader) == {"undone": written}
    assert books() == before


@pytest.mark.django_db
@pytest.mark.parametrize("first", [0, 1])
def test_two_imports_are_undone_in_either_order(imported, uploader, first):
    before = books()
    older, newer = imported("06"), imported("09")
    if first == 0:
        result = undone(older, uploader)
        # Each of the twelve records has become a past one by the newer import; history and evidence go at once.
        assert result == {"changed_since": 12, "undone": 10}
        [kept, *_] = api.undo_rows(api.SYSTEM, older, state(older), api.UndoStatus.CHANGED_SINCE)
        assert (kept.undo.changed_by, kept.undo.changed_at is None) == ("uploader", False)
        assert undone(newer, uploader) == {"undone": 22}
        assert undone(older, uploader) == {"undone": 12}
    else:
        assert undone(newer, uploader) == {"undone": 22}
        assert undone(older, uploader) == {"undone": 22}
    assert books() == before


class Killed(BaseException):
    """What kills a worker; nothing catches it."""


def killed_after(statements):
    """A wrapper that kills whoever has executed so many statements."""
    left = [statements]

    def execute(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return result

    return execute


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["preview", "undo"])
def test_a_worker_that_is_killed_after_any_statement_changes_nothing_in_the_end(imported, uploader, settings, step):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1000, "MAX_ATTEMPTS": 1000}
    before = books()
    batch = imported("06")
    written = books()
    undo = api.preview_undo(uploader, batch)
    if step == "undo":
        drained(batch)
        assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
    kills = 0
    for statements in range(1, 200):
        with transaction.atomic():
            try:
                with connection.execute_wrapper(killed_after(statements)):
                    batches.take_turn(batch.id)
            except Killed:
                kills += 1
                was_done = UndoPortion.objects.exclude(state="waiting" if step == "preview" else "previewed").exists()
                expected = before if step == "undo" and was_done else written
                assert books() == expected
            else:
                break
            let_time_pass()
            drained(batch)
            assert UndoRow.objects.filter(step=step).count() == 22
            assert books() == (before if step == "undo" else written)
            assert LedgerEntry.objects.filter(phase="undone").count() == (22 if step == "undo" else 0)
            assert ImportUndo.objects.get().state == ("done" if step == "undo" else "previewed")
            transaction.set_rollback(True)
    assert kills > 15


@pytest.mark.django_db(transaction=True)
@pytest.mark.server
def test_workers_that_meet_undo_every_row_once(imported, uploader):
    before = books()
    batch = imported("06")
    undo = api.preview_undo(uploader, batch)
    beside_each_other(batch, 5)
    assert state(batch).preview == {"undone": 22}
    assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
    UndoPortion.objects.update(claimed_at=None)
    beside_each_other(batch, 5)
    drained(batch)
    assert state(batch).result == {"undone": 22}
    assert UndoRow.objects.filter(step="undo").count() == LedgerEntry.objects.filter(phase="undone").count() == 22
    assert books() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.server
def test_two_undos_on_the_same_learners_at_once(imported, uploader):
    """Two imports into the history of the same learners: whoever comes first, nothing of either is left."""
    before = books()
    both = [imported(month, import_action="save_to_history", assign="always") for month in ("06", "09")]
    for batch in both:
        undo = previewed(batch, uploader)
        assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
    threads = [Thread(target=working, args=(batch, [])) for batch in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for batch in both:
        drained(batch)
        assert sum(state(batch).result.values()) == 22
    for batch in both:
        undone(batch, uploader)
    assert books() == before


def beside_each_other(batch, workers):
    raised = []
    threads = [Thread(target=working, args=(batch, raised)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    let_time_pass()
    drained(batch)


def working(batch, raised):
    """Take turns until nothing is left that nobody else does."""
    try:
        for _ in range(50):
            turn = batches.take_turn(batch.id)
            if turn.seconds != 0:
                break
    except BaseException as error:
        raised.append(error)
    finally:
        connections.close_all()


@pytest.mark.django_db
def test_a_record_that_was_corrected_by_hand_says_by_whom_and_when(imported, uploader):
    batch = imported("06")
    at = timezone.now()
    row = LearnerCertification.objects.get(learner__username="a00", certification__short_name="Fire")
    LearnerCertification.objects.filter(pk=row.pk).update(expires=date(2027, 1, 1), changed_by="eve", changed_at=at)
    undone(batch, uploader)
    [kept] = api.undo_rows(api.SYSTEM, batch, state(batch), api.UndoStatus.CHANGED_SINCE)
    assert (kept.undo.changed_by, kept.undo.changed_at, kept.decision.username) == ("eve", at, "a00")


@pytest.mark.django_db
def test_ten_times_the_rows_take_the_same_statements(record_book, uploader, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 100_000}
    counts = []
    for prefix, learners in (("w", 12), ("x", 12), ("y", 120)):
        names = [f"{prefix}{number:03}" for number in range(learners)]
        get_user_model().objects.bulk_create([get_user_model()(username=name) for name in names])
        lines = [f"{name},{short_name},,2025-06-01," for name in names for short_name in ("Fire", "Boat")]
        options = {"review": False, "import_action": "certify_if_newer", "unknown_certification": "create_evidence"}
        content = (HEADINGS + "\n".join(lines)).encode()
        chosen = api.Options.from_mapping(options)
        batch = drained(api.submit(uploader, [content], file_name="records.csv", options=chosen))
        undo = api.preview_undo(uploader, batch)
        with CaptureQueriesContext(connection) as preview:
            batches.take_turn(batch.id)
        assert api.undo(uploader, batch, "Wrong.", preview=undo.number)
        with CaptureQueriesContext(connection) as undone:
            batches.take_turn(batch.id)
        assert state(batch).result == {"undone": 2 * learners}
        counts.append([statements(queries) for queries in (preview, undone)])
    assert counts[1] == counts[2]


def statements(queries):
    """How many there are, save that Django deletes a hundred rows at a time."""
    return sum(not query["sql"].startswith("DELETE") for query in queries)
