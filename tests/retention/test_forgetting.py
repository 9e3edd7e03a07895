"""A learner is forgotten: nothing personal is left of them anywhere, and the sums stay."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from cert_completion_hooks import EvidenceItem, HostUnavailable
from cert_completion_hooks.types import UndoStatus
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api, gateway, tasks
from cert_completion_plugin.core.slices import slice_of_name
from cert_completion_plugin.models import (
    FilePiece,
    ImportBatch,
    ImportRow,
    ImportUndo,
    KeptFile,
    LateForgetting,
    LedgerEntry,
    Message,
    RowIssue,
    UndoRow,
    UserChoice,
)
from cert_completion_plugin.store import forgetting
from cert_completion_plugin.store.values import dumps
from tests import people
from tests.retention.conftest import BOTH_HOSTS, HEADINGS, now

pytestmark = [pytest.mark.django_db, BOTH_HOSTS]

NAME = "zoe.canary"
ROWS = (
    f"{NAME},Forklift,,31/05/2025,",
    f"\u00a0{NAME} ,Forklift,,14/03/2024,",
    f"{NAME},Crane,,30/02/2025,",
    f"{NAME},Canary Boat,CB-1,31/05/2025,",
    f"{NAME},only,three",
    "ana,Forklift,,31/05/2025,",
    "nobody,Forklift,,31/05/2025,",
    f"{NAME}2,Forklift,,31/05/2025,",
)


@pytest.fixture(autouse=True)
def zoe(world):
    return world.add_learner(NAME)


@pytest.fixture
def done(imported):
    """An import with rows of Zoe of many kinds."""

    def done(*rows, **options):
        return imported(*(rows or ROWS), unknown_certification="create_evidence", **options)

    return done


def everything():
    """All that the plugin's tables hold, as text."""
    models: set[Any] = {*apps.get_app_config("cert_completion_plugin").get_models(), LogEntry}
    rows = [row for model in models for row in model._default_manager.values()]
    return "\n".join(
        f"{name}={bytes(value).decode() if isinstance(value, (bytes, memoryview)) else value}"
        for row in rows
        for name, value in row.items()
    )


def is_named(text, name=NAME):
    return name in text.replace(f"{name}2", "")


def test_nothing_is_left_and_the_sums_stay(done, operator, world, zoe):
    batch = done()
    assert is_named(everything())
    forgotten = api.forget_learner(operator, NAME)
    text = everything()
    assert not is_named(text)
    assert zoe.key not in text
    phases = LedgerEntry.objects.filter(line=2).count()
    assert (forgotten.imports, forgotten.masked.rows, forgotten.masked.entries) == (1, 5, 5 * phases)
    assert forgotten.files == 1
    assert set(forgotten.hosts) == {"tests.doubles:host"}
    after = now(batch)
    assert after.counts == batch.counts
    assert after.rows_read == sum(after.counts["outcomes"].values()) == 8
    assert [row.username for row in api.rows(operator, after)] == ["", "", "", "", "", "ana", "nobody", f"{NAME}2"]
    assert [str(row.outcome) for row in api.rows(operator, after)] == [
        str(outcome)
        for outcome in ("certified", "history", "rejected", "evidence", "rejected", "certified", "rejected", "rejected")
    ]
    assert api.rows(operator, after)[0].certification_key == "c-Forklift"


def test_nothing_is_left_of_what_rows_called_a_certification(done, operator):
    done("zoe.canary,Zoe C.,,30/02/2025,31/02/2025", "zoe.canary,Forklift,,31/05/2025,", "ana,x,y,Zoe C.,")
    api.forget_learner(operator, NAME)
    details = dict(LedgerEntry.objects.filter(phase="written").values_list("line", "detail"))
    assert details[2] == '{"username":"","forgotten":1}'
    assert details[3] == '{"username":"","short_name":"Forklift","id_number":"F1","forgotten":1}'
    assert LedgerEntry.objects.filter(completed__isnull=False).count() == 0


def test_hosts_forget_too(done, operator, world, zoe):
    done()
    world.add_evidence(
        EvidenceItem(
            key="x", line=1, learner_key=zoe.key, name="n", short_name="n", id_number="", completed=date(2025, 1, 1)
        )
    )
    forgotten = api.forget_learner(operator, NAME)
    assert sum(forgotten.hosts.values()) > 2
    assert world.held(NAME, "Forklift").current is None
    assert world.held("ana", "Forklift").current is not None
    assert [item for item in world.evidence if item.learner_key == zoe.key] == []


def test_it_may_be_asked_again(done, operator):
    done()
    api.forget_learner(operator, NAME)
    again = api.forget_learner(operator, NAME)
    assert {name: value for name, value in api.numbers_of(again).items() if value and name != "hosts"} == {}
    assert set(again.hosts.values()) == {0}


def test_somebody_whom_nobody_knows_is_no_error(world, operator):
    forgotten = api.forget_learner(operator, "who?")
    assert api.numbers_of(forgotten) == {
        **dict.fromkeys(("rows", "entries", "undo_rows", "messages", "imports", "files", "texts", "later"), 0),
        "hosts": {},
    }


def test_every_plan_and_phase_is_masked(done, operator, world):
    batch = done(review=True)
    api.plan_anew(operator, batch)
    api.work_off(batch.id)
    batch = now(batch)
    assert api.approve(operator, batch, plan=2).is_given
    api.work_off(batch.id)
    batch = now(batch)
    api.preview_undo(operator, batch)
    api.work_off(batch.id)
    api.undo(operator, batch, f"for {NAME}", preview=1)
    api.work_off(batch.id)
    UndoRow.objects.filter(line__lt=7).update(reason=f"{NAME} left", changed_by=NAME)
    forgotten = api.forget_learner(operator, NAME)
    assert not is_named(everything())
    assert forgotten.masked.undo_rows > 0
    assert ImportUndo.objects.get().reason == "for —"


@pytest.mark.parametrize("state", ["waiting", "sending", "sent", "never", "interrupted"])
def test_messages_that_left_are_counted_still_and_others_never_leave(done, operator, state):
    batch = done()
    for line in (2, 7):
        times = dict.fromkeys(("made_at", "due_at", "moved_at"), timezone.now())
        about = {"line": line, "learner_key": "x", "certification_key": "y", "trigger": "assigned"}
        words = {"reason": f"{NAME} has no address", "reference": "5f2c"}
        Message.objects.create(key=f"{line}", batch_id=batch.id, state=state, attempts=0, **times, **about, **words)
    assert api.forget_learner(operator, NAME).masked.messages == 1
    mine = Message.objects.filter(line=2)
    kept = list(mine.values_list("state", "learner_key", "key", "reason", "reference"))
    assert kept == ([] if state == "waiting" else [(state, "", None, "", "")])
    assert Message.objects.get(line=7).learner_key == "x"
    assert api.forget_learner(operator, NAME).masked.messages == 0


def test_a_row_is_found_by_its_cells_where_there_is_no_ledger(done, operator):
    batch = done()
    LedgerEntry.objects.all().delete()
    assert api.forget_learner(operator, NAME).masked.rows == 5
    kept = ImportRow.objects.filter(batch_id=batch.id).exclude(cells="[]")
    assert [row.line for row in kept.order_by("line")] == [7, 8, 9]


def test_a_learner_who_was_renamed_is_found_by_key(done, operator, world, zoe):
    done()
    world._learners[zoe.key] = type(zoe)(key=zoe.key, username="zoe.married")
    done("zoe.married,Crane,,31/05/2025,")
    forgotten = api.forget_learner(operator, "zoe.married")
    assert forgotten.imports == 2
    assert not is_named(everything())
    assert "zoe.married" not in everything()


def named_in_ledger():
    """Username and certification of each entry, in order; of equal ones in both phases, one."""
    entries = LedgerEntry.objects.order_by("pk").values_list("username", "certification_key")
    return list(dict.fromkeys(entries))


class TestNamesThatSeveralHad:
    @pytest.fixture
    def heir(self, done, world, zoe):
        """Somebody who has the name today; an import is about each of the two."""
        done(f"{NAME},Forklift,,31/05/2025,")
        world._learners[zoe.key] = type(zoe)(key=zoe.key, username="zoe.married")
        heir = world.add_learner(NAME)
        done(f"{NAME},Crane,,31/05/2025,")
        return heir

    def test_the_one_of_today_is_forgotten_and_the_other_stays(self, heir, operator):
        api.forget_learner(operator, NAME)
        assert named_in_ledger() == [(NAME, "c-Forklift"), ("", "c-Crane")]
        assert ImportRow.objects.exclude(cells="[]").count() == 1

    def test_by_key_the_other_one(self, heir, operator, zoe):
        api.forget_learner(operator, learner_key=zoe.key)
        assert named_in_ledger() == [("", "c-Forklift"), (NAME, "c-Crane")]

    def test_where_nobody_has_the_name_today_it_has_to_be_said(self, heir, operator, world, zoe):
        world.remove_learner(NAME)
        with pytest.raises(api.LearnerUnclear) as unclear:
            api.forget_learner(operator, NAME)
        assert set(unclear.value.keys) == {zoe.key, heir.key}
        with pytest.raises(CommandError, match="say which one with --key"):
            call_command("cert_completion_forget", NAME, user="operator")
        api.forget_learner(operator, NAME, learner_key=heir.key)
        assert named_in_ledger() == [(NAME, "c-Forklift"), ("", "c-Crane")]


def test_one_who_is_gone_from_the_host_is_found_by_what_imports_know(done, operator, world, zoe):
    done()
    world.remove_learner(NAME)
    api.forget_learner(operator, NAME)
    assert not is_named(everything())
    assert zoe.key not in everything()


@pytest.mark.parametrize("name", ["Zoe.Canary", "zoe.can", "zoe", "%", "_oe.canary", "zoe.canary\u0301"])
def test_nobody_is_taken_for_another(done, operator, name):
    done()
    before = LedgerEntry.objects.filter(username=NAME).count()
    api.forget_learner(operator, name)
    assert LedgerEntry.objects.filter(username=NAME).count() == before


class TestImportsThatWorkOrWait:
    def test_they_are_masked_when_they_have_ended(self, submitted, operator):
        waiting, planned = submitted(*ROWS), submitted(*ROWS, review=True)
        api.work_off(planned.id)
        forgotten = api.forget_learner(operator, NAME)
        assert (forgotten.imports, forgotten.later) == (0, 2)
        assert not is_named("\n".join(map(str, LateForgetting.objects.values())))
        assert is_named(everything())
        api.work_off(waiting.id)
        api.discard(operator, now(planned))
        api.work_off(planned.id)
        tasks.resend_stalled()
        assert not is_named(everything())
        assert LateForgetting.objects.count() == 0
        tasks.resend_stalled()

    def test_a_file_that_is_refused_later_is_deleted(self, submitted, operator):
        batch = submitted(headings=f"{NAME},x\n")
        api.forget_learner(operator, NAME)
        api.work_off(batch.id)
        assert now(batch).state == "refused"
        tasks.resend_stalled()
        assert FilePiece.objects.count() == 0

    def test_one_that_is_being_undone_waits(self, done, operator):
        batch = done()
        api.preview_undo(operator, batch)
        assert api.forget_learner(operator, NAME).later == 1
        api.work_off(batch.id)
        tasks.resend_stalled()
        assert not is_named(everything())

    def test_and_so_does_one_of_which_the_undo_begins_meanwhile(self, done, operator):
        batch = done()
        ended = forgetting.ended()
        api.preview_undo(operator, batch)
        assert ended == [batch.id]
        assert forgetting.mask(batch.id, [2]) is None
        assert is_named(everything())

    def test_twice_is_once(self, submitted, operator):
        submitted(*ROWS)
        api.forget_learner(operator, NAME)
        api.forget_learner(operator, NAME)
        assert LateForgetting.objects.count() == 1


def test_the_rest_can_still_be_undone(done, operator, world):
    batch = done()
    api.forget_learner(operator, NAME)
    api.preview_undo(operator, batch)
    api.work_off(batch.id)
    undo = api.undo_state(batch)
    assert undo.preview == {UndoStatus.UNDONE: 1}
    api.undo(operator, batch, "It was wrong.", preview=1)
    api.work_off(batch.id)
    assert world.held("ana", "Forklift").current is None


class TestPages:
    @pytest.fixture
    def forgotten(self, done, operator, client):
        batch = done()
        api.forget_learner(operator, NAME)
        return now(batch)

    def get(self, client, batch, page="batch", *args):
        response = client.get(reverse(f"cert_completion_plugin:{page}", args=[batch.reference, *args]))
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code == 200
        assert not is_named(content.decode())
        return content.decode()

    def test_the_report_says_so(self, client, forgotten):
        text = self.get(client, forgotten)
        assert text.count("The learner of this row was forgotten") == 5
        assert "Of 8 rows" in text

    @pytest.mark.parametrize("line", range(2, 10))
    def test_the_page_of_a_row(self, client, forgotten, line):
        text = self.get(client, forgotten, "row", line)
        assert ("The learner of this row was forgotten" in text) == (line < 7)

    @pytest.mark.parametrize("what", ["all.csv", "recorded.csv", "problems.csv", "report.csv", "report.json"])
    def test_downloads(self, client, forgotten, what):
        text = self.get(client, forgotten, "download", *what.split("."))
        rows = text.count("\n") - 1
        assert {"all.csv": 8, "recorded.csv": 4, "problems.csv": 2}.get(what, rows) == rows

    def test_filters_find_no_forgotten_learner(self, client, forgotten):
        found = client.get(reverse("cert_completion_plugin:batch", args=[forgotten.reference]), {"learner": NAME})
        assert 'id="line-2"' not in found.content.decode()


class TestNamesElsewhere:
    def test_an_administrator_is_forgotten_as_well(self, world, done, submitted, django_user_model):
        admin = people.person("pat.admin")
        options = api.Options.from_mapping({"review": True})
        content = (HEADINGS + "ana,Forklift,,31/05/2025,\n").encode()
        batch = api.submit(admin, [content], file_name="from pat.admin.csv", options=options)
        api.work_off(batch.id)
        api.plan_anew(admin, now(batch))
        api.work_off(batch.id)
        api.approve(admin, now(batch), plan=2)
        api.work_off(batch.id)
        api.preview_undo(admin, now(batch))
        api.work_off(batch.id)
        api.undo(admin, now(batch), "pat.admin was wrong", preview=1)
        api.work_off(batch.id)
        api.remember_choice(admin, {"import_action": "certify_if_newer"})
        api.keep_file(admin, [b"x"], file_name="kept.csv")
        UndoRow.objects.update(changed_by="pat.admin")
        api.choose_defaults(admin, {"review": True})
        lost = {"kind": api.RIGHT_LOST, "loss": "gone", "name": "pat.admin", "permission": api.PERMISSION_UNDO}
        ImportBatch.objects.update(stopped=dumps(lost))
        ImportUndo.objects.update(trouble=dumps(lost))
        forgotten = api.forget_learner(people.person("other"), "pat.admin")
        assert forgotten.texts > 5
        assert "pat.admin" not in everything()
        assert (UserChoice.objects.count(), KeptFile.objects.count()) == (0, 0)
        after = now(batch)
        assert (after.uploaded_by_name, after.approved_by_name, after.file_name) == ("—", "—", "from —.csv")
        assert ImportUndo.objects.get().reason == "— was wrong"

    def test_the_history_says_that_it_was_done_and_not_to_whom(self, done, operator):
        done()
        api.forget_learner(operator, NAME)
        entry = LogEntry.objects.latest("pk")
        assert (entry.user_id, entry.object_repr) == (operator.pk, "a learner")
        assert entry.change_message == "Had a learner forgotten: 5 rows of 1 imports; 0 imports follow when they end."

    def test_others_whose_names_contain_it_keep_theirs(self, done, operator):
        batch = done()
        ImportBatch.objects.update(file_name=f"{NAME}2 and {NAME}.csv", uploaded_by_name=f"{NAME}2")
        api.forget_learner(operator, NAME)
        assert now(batch).file_name == f"{NAME}2 and —.csv"
        assert now(batch).uploaded_by_name == f"{NAME}2"


class TestFailing:
    def test_a_host_that_cannot_forget_leaves_all_to_the_next_time(self, done, operator, monkeypatch, capsys):
        done()
        with monkeypatch.context() as away:
            away.setattr(gateway.facade.Gateway, "forget_learner", _away)
            with pytest.raises(api.HostsNotReached) as failed:
                api.forget_learner(operator, NAME)
            assert failed.value.hosts == ("tests.doubles:host",)
            with pytest.raises(CommandError, match="Run the command again"):
                call_command("cert_completion_forget", NAME, user="operator")
        assert is_named(everything())
        call_command("cert_completion_forget", NAME, user="operator")
        assert not is_named(everything())
        assert "5  rows whose cells were deleted" in capsys.readouterr().out

    def test_who_may_not_is_told(self, world, db):
        nobody = people.person("nobody", "view_personal_data")
        with pytest.raises(api.Denied):
            api.forget_learner(nobody, NAME)
        with pytest.raises(CommandError, match=r"permission cert_completion_plugin\.forget_learners is missing"):
            call_command("cert_completion_forget", NAME, user="nobody")
        with pytest.raises(CommandError, match="There is no user 'ghost'"):
            call_command("cert_completion_forget", NAME, user="ghost")

    def test_somebody_has_to_be_named(self, world, operator):
        with pytest.raises(ValueError, match="Say whom"):
            api.forget_learner(operator)
        with pytest.raises(CommandError, match="Say whom"):
            call_command("cert_completion_forget", user="operator")

    def test_the_numbers_for_programs(self, done, operator, capsys):
        done()
        call_command("cert_completion_forget", NAME, user="operator", format="json")
        numbers = json.loads(capsys.readouterr().out)
        assert (numbers["rows"], numbers["imports"], numbers["files"]) == (5, 1, 1)


def _away(self, host, actor, learner_keys):
    raise HostUnavailable(NAME)


def test_files_of_imports_without_rows_are_deleted_as_nobody_can_look_into_them(imported, done, operator):
    refused = imported(headings="who,what\n")
    other = imported("ana,Forklift,,31/05/2025,")
    forgotten = api.forget_learner(operator, NAME)
    assert forgotten.files == 1
    assert [now(each).file_deleted_at is None for each in (refused, other)] == [False, True]


def test_a_purge_that_was_killed_does_not_stand_in_the_way(done, operator):
    batch = done()
    ImportBatch.objects.update(purging="rows", rows_deleted_at=timezone.now() - timedelta(days=1))
    api.forget_learner(operator, NAME)
    assert not is_named(everything())
    assert now(batch).file_deleted_at is not None


def test_codes_stay_to_be_counted(done, operator):
    done()
    codes = sorted(RowIssue.objects.values_list("code", "line"))
    api.forget_learner(operator, NAME)
    assert sorted(RowIssue.objects.values_list("code", "line")) == codes


def test_rows_share_slices_with_others(world, operator, imported):
    """Somebody else in the same slice keeps what is theirs."""
    other = next(f"u{number}" for number in range(10**6) if slice_of_name(f"u{number}") == slice_of_name(NAME))
    batch = imported(f"{NAME},Forklift,,31/05/2025,", f"{other},Forklift,,31/05/2025,")
    api.forget_learner(operator, NAME)
    assert [row.username for row in api.rows(operator, now(batch))] == ["", other]
