"""Rights that are lost while an import waits or is worked on: it ends between two portions, and nothing is lost."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cert_completion_plugin import api, batches
from cert_completion_plugin.batches.permissions import still_hold
from cert_completion_plugin.models import Portion
from cert_completion_plugin.telling.cancelling import cancelled_text
from cert_completion_plugin.telling.trouble import undo_trouble_text
from tests import people
from tests.batches.conftest import HEADINGS, let_time_pass, outcomes

pytestmark = pytest.mark.django_db(transaction=True)

UPLOAD, APPROVE, UNDO = (
    f"cert_completion_plugin.{name}" for name in ("upload_completions", "approve_imports", "undo_imports")
)
LEARNERS = [f"a{number:02}" for number in range(6)]
ROWS = [f"{name},Forklift,F1,2025-06-01," for name in LEARNERS]


@pytest.fixture(autouse=True)
def _small_portions(settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 2}


def all_but(*codenames):
    return [name for name in people.EVERY_PERMISSION if name not in codenames]


def take_permission(user, codename):
    people.holding(user, *all_but(codename))


def close_account(user, _):
    get_user_model()._default_manager.filter(pk=user.pk).update(is_active=False)


def delete_account(user, _):
    get_user_model()._default_manager.get(pk=user.pk).delete()


LOSSES = {
    take_permission: "{name} does not have the permission “{permission}” any more",
    close_account: "the account of {name} is not active any more",
    delete_account: "the account of {name} is not there any more",
}


def drained(batch):
    """Everything is done that can be, whatever had to wait."""
    for _ in range(20):
        let_time_pass()
        try:
            api.work_off(batch.id)
        except api.TryAgain:
            continue
        return present(batch)
    raise AssertionError("It never ended.")


def present(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def begun(batch):
    """Read, and its first portion written."""
    assert batches.read(batch.id)
    while not Portion.objects.filter(state=Portion.State.WRITTEN).exists():
        assert batches.take_turn(batch.id).seconds is not None
    return present(batch)


def held(world):
    """The learners of the file who hold the certification."""
    return [name for name in LEARNERS if world.held(name, "Forklift").current is not None]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("codename", ["upload_completions", "approve_imports"])
def test_what_was_begun_ends_between_two_portions(submit, uploader, world, lose, codename):
    batch = begun(submit(*ROWS))
    before = held(world)
    lose(uploader, codename)
    ended = drained(batch)
    assert ended.state == "cancelled"
    found = outcomes(ended)
    assert sorted(found.values()) == ["cancelled"] * (6 - len(before)) + ["certified"] * len(before)
    assert held(world) == before
    assert ended.counts["outcomes"] == {"cancelled": 6 - len(before), "certified": len(before)}
    permission = "Can upload certification completions"
    if lose is take_permission and codename == "approve_imports":
        permission = "Can approve, discard and plan anew certification imports"
    assert LOSSES[lose].format(name="uploader", permission=permission) in cancelled_text(ended)
    assert "Nothing more is recorded." in cancelled_text(ended)
    entries = LogEntry.objects.filter(change_message__startswith="The site cancelled the import")
    assert entries.count() == (0 if lose is delete_account else 1)


def test_what_was_written_until_then_can_be_undone(submit, uploader, world):
    batch = begun(submit(*ROWS))
    take_permission(uploader, "upload_completions")
    ended, written = drained(batch), len(held(world))
    preview = api.preview_undo(api.SYSTEM, ended)
    drained(batch)
    assert api.undo(api.SYSTEM, ended, "It was stopped.", preview=preview.number)
    drained(batch)
    assert api.undo_state(ended).result == {"undone": written}
    assert not held(world)


def test_before_anything_is_written_nothing_is(submit, uploader, world):
    batch = submit(*ROWS)
    take_permission(uploader, "upload_completions")
    assert drained(batch).counts["outcomes"] == {"cancelled": 6}
    assert not held(world)


def test_an_approved_plan_is_written_in_the_name_of_whoever_approved_it(submit, uploader, world):
    chief = people.person("chief")
    batch = drained(submit(*ROWS, review=True))
    assert api.approve(chief, batch, plan=1).is_given
    people.holding(uploader)
    assert drained(batch).counts["outcomes"] == {"certified": 6}


@pytest.mark.parametrize("lose", LOSSES)
def test_who_approved_and_lost_the_right_stops_it(submit, world, lose):
    chief = people.person("chief")
    batch = drained(submit(*ROWS, review=True))
    assert api.approve(chief, batch, plan=1).is_given
    batches.take_turn(batch.id)
    before = len(held(world))
    lose(chief, "approve_imports")
    ended = drained(batch)
    assert (ended.state, len(held(world))) == ("cancelled", before)
    assert ended.counts["outcomes"] == {"certified": before, "cancelled": 6 - before}
    assert "chief" in cancelled_text(ended)


def test_of_all_or_nothing_nothing_stays_and_the_site_takes_it_back(submit, uploader, world, monkeypatch):
    actors = []
    undo_changes = world.undo_changes

    def heard(gateway, info, changes, items, *, preview):
        actors.append(info.actor)
        return {result.key: result for result in undo_changes(info, changes, items, preview)}

    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.undo_changes", heard)
    batch = submit(*ROWS, commit_policy="all_or_nothing")
    assert batches.read(batch.id)
    while not held(world):
        batches.take_turn(batch.id)
    take_permission(uploader, "upload_completions")
    ended = drained(batch)
    assert (ended.state, ended.counts["outcomes"]) == ("cancelled", {"cancelled": 6})
    assert not held(world)
    assert {(actor.key, actor.username) for actor in actors} == {("", "")}


class TestUndo:
    @pytest.fixture
    def undoer(self, db):
        return people.person("undoer")

    @pytest.fixture
    def confirmed(self, submit, undoer):
        """An import whose undo is confirmed, and of which the first portion is undone."""
        batch = drained(submit(*ROWS))
        preview = api.preview_undo(undoer, batch)
        drained(batch)
        assert api.undo(undoer, batch, "Wrong.", preview=preview.number)
        batches.take_turn(batch.id)
        return present(batch)

    @pytest.mark.parametrize("lose", LOSSES)
    def test_what_is_left_stays_and_somebody_else_may_undo_it(self, confirmed, undoer, world, lose):
        left = len(held(world))
        lose(undoer, "undo_imports")
        drained(confirmed)
        undo = api.undo_state(confirmed)
        assert undo is not None
        assert undo.state == "done"
        assert len(held(world)) == left
        assert undo.result == {name: rows for name, rows in {"undone": 6 - left, "cannot": left}.items() if rows}
        if left:
            assert "The site ended this undo" in undo_trouble_text(undo, None, with_names=False)
            entries = LogEntry.objects.filter(change_message__startswith="The site ended the undo")
            assert entries.count() == (0 if lose is delete_account else 1)
            [row, *_] = api.undo_rows(api.SYSTEM, confirmed, undo, api.UndoStatus.CANNOT)
            assert row.undo.reason == api.RIGHT_LOST
        again = api.preview_undo(api.SYSTEM, confirmed)
        drained(confirmed)
        assert api.undo(api.SYSTEM, confirmed, "The rest.", preview=again.number)
        drained(confirmed)
        assert not held(world)


def test_the_site_itself_loses_no_right(submit, world):
    options = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer"})
    content = (HEADINGS + "\n".join(ROWS)).encode()
    batch = api.submit(api.SYSTEM, [content], file_name="records.csv", options=options)
    assert drained(batch).counts["outcomes"] == {"certified": 6}


class TestStillHold:
    def test_in_one_question(self, uploader, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert still_hold(uploader.pk, [UPLOAD, APPROVE])
        people.holding(uploader, "upload_completions")
        with django_assert_num_queries(1):
            assert not still_hold(uploader.pk, [UPLOAD, APPROVE])

    def test_by_a_group_and_as_a_superuser(self, uploader):
        people.holding(uploader, "approve_imports")
        group = Group.objects.create(name="uploaders")
        group.permissions.set(Permission.objects.filter(codename="upload_completions"))
        assert not still_hold(str(uploader.pk), [UPLOAD, APPROVE])
        uploader.groups.add(group)
        assert still_hold(str(uploader.pk), [UPLOAD, APPROVE])
        get_user_model().objects.filter(pk=uploader.pk).update(is_superuser=True)
        assert still_hold(uploader.pk, [UPLOAD, APPROVE, UNDO])
        get_user_model().objects.filter(pk=uploader.pk).update(is_active=False)
        assert not still_hold(uploader.pk, [UPLOAD])

    def test_nobody(self, db):
        assert not still_hold(None, [UPLOAD])
        assert not still_hold("4711", [UPLOAD])

    @pytest.mark.parametrize("is_granted", [True, False])
    def test_where_another_backend_tells_it_is_asked(self, uploader, settings, monkeypatch, is_granted):
        settings.AUTHENTICATION_BACKENDS = ["tests.batches.test_rights.Backend"]
        monkeypatch.setattr(Backend, "is_granted", is_granted)
        people.holding(uploader)
        assert still_hold(uploader.pk, [UPLOAD]) is is_granted
        assert not still_hold("4711", [UPLOAD])


class Backend(ModelBackend):
    """Grants everything to everybody, or nothing to anybody."""

    is_granted = True

    def has_perm(self, user_obj, perm, obj=None):
        return self.is_granted


def test_each_portion_asks_once(submit, uploader, world):
    batch = submit(*ROWS)
    assert batches.read(batch.id)
    with CaptureQueriesContext(connection) as queries:
        drained(batch)
    asked = [query["sql"] for query in queries if "auth_permission" in query["sql"]]
    assert len(asked) == Portion.objects.count()
