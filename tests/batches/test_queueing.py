"""One import at a time in each scope; the others wait in a fair line, whatever ends, dies or gives way."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError

from cert_completion_plugin import api, batches, conf, tasks
from cert_completion_plugin.batches import queueing
from cert_completion_plugin.models import ImportBatch, Scope
from cert_completion_plugin.store import scopes
from cert_completion_plugin.telling.undoing import working as undo_working
from cert_completion_plugin.telling.working import working
from tests import people
from tests.batches.conftest import HEADINGS, let_time_pass

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 15, tzinfo=UTC)
ROWS = [f"a{number:02},Forklift,F1,2025-06-01," for number in range(4)]


@pytest.fixture
def queue(monkeypatch):
    """A broker's queue: (task, import), the oldest first."""
    queue = []
    monkeypatch.setattr(tasks, "_send", lambda task, *ids, **options: queue.append((task, *ids)) or True)
    return queue


@pytest.fixture(autouse=True)
def _one_at_a_time(settings, world, queue, monkeypatch):
    """Whatever is worked on holds its scope."""
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "site", "PORTION_ROWS": 2}

    def watched(work):
        def called(batch_id, **given):
            is_held = Scope.objects.filter(holder=batch_id).exists()
            assert is_held or not conf.settings().scope or not scopes.is_at_work(batch_id)
            return work(batch_id, **given)

        return called

    for name in ("read", "take_turn"):
        monkeypatch.setattr(batches, name, watched(getattr(batches, name)))


@pytest.fixture
def by(uploader):
    """Submits a file for a user."""

    def by(user, *rows, **options):
        chosen = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", **options})
        content = (HEADINGS + "".join(f"{row}\n" for row in rows or ROWS)).encode()
        return api.submit(user, [content], file_name="records.csv", options=chosen)

    return by


@pytest.fixture
def ana(db):
    return people.person("ana")


@pytest.fixture
def ben(db):
    return people.person("ben")


def step(queue):
    task, *ids = queue.pop(0)
    let_time_pass()
    task(*ids)


def drain(queue, most=500):
    """Does the work of all messages, and says in which order imports began and ended."""
    events = []
    seen = {}
    for _ in range(most):
        if not queue:
            return events
        step(queue)
        note(events, seen)
    raise AssertionError("It never ends.")


def note(events, seen):
    for row in ImportBatch.objects.order_by("pk"):
        if seen.get(row.pk) != row.state:
            seen[row.pk] = row.state
            events.append((row.pk, row.state))


def ended(events):
    return [pk for pk, state in events if state in ("finished", "cancelled", "refused", "awaiting_approval")]


def now(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def state(batch):
    return ImportBatch.objects.get(pk=batch.id).state


def holder():
    return Scope.objects.get().holder_id


def test_users_take_turns_and_each_users_own_come_as_they_were_sent(by, ana, ben, queue):
    first, second, third = by(ana), by(ana), by(ana)
    fourth, fifth = by(ben), by(ben)
    assert ended(drain(queue)) == [first.id, fourth.id, second.id, fifth.id, third.id]


def test_no_two_begin_whatever_the_order_of_the_messages(by, ana, ben, queue):
    sent = [by(user) for user in (ana, ben, ana, ben)]
    queue.reverse()
    assert sorted(ended(drain(queue))) == [batch.id for batch in sent]


def test_without_the_setting_none_waits(by, ana, ben, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": None}
    first, second = by(ana), by(ben)
    step(queue)
    step(queue)
    assert {state(first), state(second)} <= {"writing", "reading", "finished"}
    assert not Scope.objects.exists()


def test_of_each_user_one_with_a_line_for_each(by, ana, ben, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "user"}
    first, second, other = by(ana), by(ana), by(ben)
    sent, queue[:] = list(queue), []
    for task, *ids in sent:
        task(*ids)
    assert (state(first), state(second), state(other)) == ("writing", "received", "writing")
    drain(queue)
    assert (state(first), state(second), state(other)) == ("finished",) * 3


def test_the_sites_own_imports_have_a_line_of_their_own(by, ana, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "user"}
    sent = [by(api.SYSTEM), by(api.SYSTEM), by(ana)]
    drain(queue)
    assert [state(batch) for batch in sent] == ["finished"] * 3
    assert set(Scope.objects.values_list("name", flat=True)) == {"user:", f"user:{ana.pk}"}


def test_one_that_waits_for_somebody_gives_way_and_comes_again(by, ana, ben, queue):
    planned, asking, other = by(ana, review=True), by(ana, "a00,Forklift,,01/02/2025,"), by(ben)
    drain(queue)
    assert (state(planned), state(asking), state(other)) == ("awaiting_approval", "needs_answer", "finished")
    blocker = by(ben)
    step(queue)
    assert holder() == blocker.id
    assert api.approve(ana, now(planned), plan=1).is_given
    assert api.answer(ana, now(asking), date_format="DD/MM/YYYY")
    assert api.place(now(planned)).ahead == 0
    assert api.place(now(asking)).ahead == 1
    drain(queue)
    assert (state(planned), state(asking)) == ("finished", "finished")


@pytest.mark.parametrize("content", [b"who,what\n", b""])
def test_one_that_is_refused_gives_way(uploader, by, ben, queue, content):
    api.submit(uploader, [content], file_name="x.csv", options=api.Options())
    other = by(ben)
    drain(queue)
    assert state(other) == "finished"


def test_one_that_is_cancelled_gives_way_and_one_that_waits_ends_at_once(by, ana, ben, queue):
    first, waits, other = by(ana), by(ana), by(ben)
    step(queue)
    assert holder() == first.id
    api.cancel(ana, now(waits))
    assert state(waits) == "cancelled"
    api.cancel(ana, now(first))
    drain(queue)
    assert (state(first), state(other)) == ("cancelled", "finished")
    assert ImportBatch.objects.filter(told_at=None).count() == 0


def test_a_plan_that_is_discarded_waits_for_nobody(by, ana, ben, queue):
    planned = by(ana, review=True)
    drain(queue)
    blocker = by(ben)
    step(queue)
    assert api.discard(ana, now(planned))
    queue[:] = [message for message in queue if message[1] == planned.id]
    drain(queue)
    assert (state(planned), holder()) == ("cancelled", blocker.id)


def test_an_undo_waits_for_its_turn_as_well(by, ana, ben, queue):
    done = by(ana)
    drain(queue)
    blocker = by(ben)
    step(queue)
    assert holder() == blocker.id
    undo = api.preview_undo(ana, now(done))
    queue[:] = [message for message in queue if message[1] == done.id]
    drain(queue)
    assert api.undo_state(done).state == "previewing"
    assert "at another one now" in undo_working(undo, with_names=False)["texts"]["rows"]
    tasks.send_next(blocker.id)
    drain(queue)
    assert api.undo_state(done).state == "previewed"


def test_what_dies_before_it_says_who_comes_next_is_found_by_the_sweep(by, ana, ben, queue):
    first, second, third = by(ana), by(ana), by(ben)
    api.work_off(first.id)
    queue.clear()
    assert holder() == third.id
    make_old()
    assert tasks.resend_stalled() == [third.id]
    assert [ids for _, *ids in queue] == [[third.id]]
    drain(queue)
    assert (state(second), state(third)) == ("finished", "finished")


def test_a_scope_that_nobody_took_is_given_on_by_the_sweep(by, ana, ben, queue):
    second, first = by(ana), by(ben)
    ImportBatch.objects.filter(pk=second.id).update(admitted_at="2026-03-14T00:00Z")
    later = by(ana)
    queue.clear()
    make_old()
    tasks.resend_stalled()
    assert holder() == first.id
    queue[:] = [message for message in queue if message[1] == first.id]
    drain(queue)
    assert (state(first), state(second), state(later)) == ("finished",) * 3


def test_who_waits_for_their_turn_does_not_stand_still(by, ana, ben, queue, django_assert_num_queries):
    first, second, third = by(ana), by(ben), by(ana)
    every = [batch.id for batch in (third, second, first)]
    assert queueing.not_waiting(every) == [third.id]  # nobody has seen to any of them
    assert queueing.admit(first.id).may_work
    with django_assert_num_queries(2):
        assert queueing.not_waiting(every) == [first.id]
    api.cancel(ana, now(third))
    assert queueing.not_waiting(every) == [third.id, first.id]  # of one that is cancelled the end is told


def test_nor_where_each_user_has_a_line(by, ana, ben, queue, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "SCOPE": "user"}
    first, second, other, others = by(ana), by(ana), by(ben), by(ben)
    assert queueing.admit(second.id).next == first.id
    every = [batch.id for batch in (others, other, second, first)]
    assert queueing.not_waiting(every) == [others.id, first.id]


def make_old():
    ImportBatch.objects.update(progressed_at="2026-01-01T00:00Z", sent_at=None)


def test_nobody_takes_what_the_holder_has_just_gone_on_with(by, ana, ben):
    """Between looking and taking, an import that had given way is approved and begins again."""
    first, second = by(ana, review=True), by(ben)
    assert queueing.admit(first.id).may_work
    ImportBatch.objects.filter(pk=first.id).update(state="awaiting_approval")
    seen = scopes.held("site")
    assert not scopes.has_work(first.id)
    ImportBatch.objects.filter(pk=first.id).update(state="writing")
    assert queueing.admit(first.id).may_work
    assert not scopes.take(seen, second.id, NOW)
    assert holder() == first.id


def test_of_two_who_find_it_free_one_takes_it(by, ana, ben):
    first, second = by(ana), by(ben)
    seen = scopes.held("site")
    assert scopes.take(seen, first.id, NOW)
    assert not scopes.take(seen, second.id, NOW)
    assert not queueing.admit(second.id).may_work
    assert queueing.admit(first.id).may_work


def test_where_the_database_cannot_tell_it_is_asked_again(by, ana, queue, monkeypatch):
    batch = by(ana)
    sent, queue[:] = list(queue), []

    def locked(*args):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(scopes, "is_at_work", locked)
        for task, *ids in sent:
            task(*ids)
    assert state(batch) == "received"
    assert queue == sent
    drain(queue)
    assert state(batch) == "finished"


def test_the_page_says_what_it_waits_for_and_names_no_other(by, ana, ben, queue):
    first, second, third = by(ana), by(ben), by(ben)
    step(queue)
    phases = [working(now(batch))["texts"]["phase"] for batch in (first, second, third)]
    assert "Recording" in phases[0]
    assert phases[1] == (
        "This site works on one import at a time, and is at another one now. This one comes next. You need not do "
        "anything."
    )
    assert "1 other import waits before this one." in phases[2]
    ImportBatch.objects.update(progressed_at="2026-01-01T00:00Z")
    assert not working(now(third))["texts"]["stalled"]


def test_one_that_comes_next_and_that_no_worker_takes_up_is_told(by, ana):
    batch = by(ana)
    ImportBatch.objects.update(progressed_at="2026-01-01T00:00Z")
    texts = working(now(batch))["texts"]
    assert "This one comes next, as soon as a worker takes it up." in texts["phase"]
    assert "No worker has picked this up" in texts["stalled"]


def test_work_done_by_a_command_keeps_to_the_line(by, ana, ben, queue, capsys):
    sent = [by(user) for user in (ana, ana, ben)]
    with pytest.raises(api.NotItsTurn):
        api.work_off(sent[1].id)
    call_command("cert_completion_sweep", "--work")
    assert [state(batch) for batch in sent] == ["finished"] * 3
    assert "Worked on 3 import(s)." in capsys.readouterr().out


@pytest.mark.parametrize("value", ["everybody", "", 1, True])
def test_the_setting_takes_three_values(settings, value):
    settings.CERT_COMPLETION = {"SCOPE": value}
    with pytest.raises(ImproperlyConfigured, match="must be one of 'site', 'user', or None"):
        conf.settings()


class TestImportsPerUser:
    @pytest.fixture(autouse=True)
    def _two(self, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "IMPORTS_PER_USER": 2}

    def test_so_many_wait_or_work_at_a_time(self, by, ana, ben, queue):
        by(ana, review=True)
        by(ana)
        with pytest.raises(api.TooManyImports, match="2 import"):
            by(ana)
        assert ImportBatch.objects.count() == 2
        by(ben)
        drain(queue)
        by(ana)
        with pytest.raises(api.TooManyImports):
            by(ana)

    def test_one_that_is_refused_at_once_does_not_count(self, by, ana, settings, queue):
        by(ana)
        by(ana)
        drain(queue)
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
        assert [str(by(ana).state) for _ in range(3)] == ["refused"] * 3

    def test_of_several_at_once_the_last_ones_have_no_room(self, by, ana, monkeypatch):
        monkeypatch.setattr("cert_completion_plugin.batches.limits.check_room", lambda user_id: None)
        by(ana)
        by(ana)
        with pytest.raises(api.TooManyImports):
            by(ana)
        assert ImportBatch.objects.count() == 2

    def test_the_site_itself_has_no_limit(self, by):
        assert len({by(api.SYSTEM).id for _ in range(3)}) == 3

    @pytest.mark.parametrize("value", [0, -1, "2", True, 1.5])
    def test_the_setting_takes_a_number_or_none(self, settings, value):
        settings.CERT_COMPLETION = {"IMPORTS_PER_USER": value}
        with pytest.raises(ImproperlyConfigured, match="must be a whole number above zero, or None"):
            conf.settings()
