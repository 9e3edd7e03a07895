"""`manage.py cert_completion_import`: exit codes, documents, dry runs, answers, approvals."""

import io
import sys
from typing import Any

import pytest
from cert_completion_hooks import HostUnavailable, hookimpl
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.management.commands.cert_completion_import import Command
from cert_completion_plugin.models import ImportBatch, LedgerEntry
from tests import doubles
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db

FINE = "ana,Forklift,,31/05/2025,"
WRONG = "nobody,Forklift,,31/05/2025,"
UNCLEAR = ("ana,Forklift,,03/04/2025,", "ben,Forklift,,05/06/2025,")
AT_ONCE = ("--work", "--no-review")


def last():
    batch = api.newest(api.SYSTEM, limit=1)
    return batch[0] if batch else None


@pytest.mark.parametrize(
    ("rows", "flags", "code", "state"),
    [
        ([FINE], AT_ONCE, 0, "finished"),
        ([FINE, FINE], AT_ONCE, 0, "finished"),
        ([], AT_ONCE, 0, "finished"),
        ([FINE, WRONG], AT_ONCE, 2, "finished"),
        ([FINE, WRONG], (*AT_ONCE, "--commit-policy", "all_or_nothing"), 5, "finished"),
        (UNCLEAR, AT_ONCE, 4, "needs_answer"),
        (UNCLEAR, (*AT_ONCE, "--answer", "DD/MM/YYYY"), 0, "finished"),
        ([FINE], ("--work",), 4, "awaiting_approval"),
        ([FINE], ("--work", "--approve"), 0, "finished"),
        ([FINE, WRONG], ("--work", "--approve"), 2, "finished"),
        ([FINE], ("--no-wait",), 0, "received"),
        ([FINE], ("--timeout", "0.1"), 7, "received"),
    ],
)
def test_exit_codes(run, file, rows, flags, code, state):
    ended = run("import", file(*rows), *flags)
    assert (ended.code, last().state) == (code, state), ended


def test_a_file_that_is_refused(run, file):
    ended = run("import", file(headings="username,what\n"), *AT_ONCE)
    assert ended.code == 3
    assert "The heading “duedate” is missing." in ended.out


def test_a_file_that_is_too_large_is_refused_at_once(run, file, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
    assert run("import", file(FINE), "--no-wait").code == 3


def test_an_import_that_failed(run, file, monkeypatch, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_ATTEMPTS": 1}

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("cert_completion_plugin.tabular.read_head", broken)
    ended = run("import", file(FINE), *AT_ONCE)
    assert ended.code == 5
    assert last().failure in ended.out


@pytest.mark.parametrize(("name", "told"), [("nowhere.csv", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read(run, tmp_path, name, told):
    ended = run("import", tmp_path / name, *AT_ONCE)
    assert ended.code == 1
    assert told in ended.err
    assert not ImportBatch.objects.exists()


def test_without_permission_nothing_is_read(run, user_with, tmp_path):
    user_with("view_import_report", username="reader")
    ended = run("import", tmp_path / "nowhere.csv", *AT_ONCE, user="reader")
    assert ended.code == 6
    assert "reader may not do this: the permission cert_completion_plugin.upload_completions is missing." in ended.err


def test_users_that_do_not_exist_or_are_not_active(run, file, user_with):
    assert "There is no user 'nobody'." in run("import", file(FINE), user="nobody").err
    user = user_with("upload_completions", username="gone")
    user.is_active = False
    user.save()
    ended = run("import", file(FINE), user="gone")
    assert ended.code == 6
    assert "The user 'gone' is not active" in ended.err


def test_who_may_not_approve_is_told_before_the_file_is_taken_in(run, file, user_with):
    user_with("upload_completions", username="uploader")
    assert run("import", file(FINE), "--approve", "--work", user="uploader").code == 6
    assert not ImportBatch.objects.exists()


def test_where_others_have_to_approve_nobody_records_alone(run, file, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "APPROVE_OWN": False}
    for flags in (("--work", "--approve"), AT_ONCE):
        ended = run("import", file(FINE), *flags)
        assert ended.code == 6
        assert "imports are approved by others than their uploaders" in ended.err
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("flags", [("--user",), ("--date-format", "dd.mm"), ("--work", "--no-wait"), ()])
def test_wrong_arguments_are_no_import_with_problems(flags, capsys):
    command: Any = Command()
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as ended:
        command.create_parser("manage.py", "cert_completion_import").parse_args(["x.csv", *flags])
    assert ended.value.code == 1
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [("--dry-run", "--approve"), ("--dry-run", "--no-wait"), ("--approve", "--no-wait")])
def test_what_does_not_go_together(run, file, flags):
    ended = run("import", file(FINE), *flags)
    assert ended.code == 1
    assert flags[1] in ended.err


def test_every_option_is_a_flag_with_its_values():
    text = Command().create_parser("manage.py", "cert_completion_import").format_help()
    for name in Options().as_mapping():
        assert f"--{name.replace('_', '-')}" in text
    flat = " ".join(text.split())
    for value in ("certify_if_newer", "create_evidence", "all_or_nothing", "windows-1252", "semicolon", '"DD MM YYYY"'):
        assert value in flat
    assert "exit status:\n  0    done, and every row is fine" in text


def test_options_that_are_not_given_are_the_sites_never_those_chosen_last(run, file, operator, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "always"}}
    api.remember_choice(operator, {"assign": "never", "ignore_case": True})
    run(
        "import", file(FINE), "--no-wait", "--separator", "comma", "--quote", "none", "--ignore-case",
        "--import-action", "certify_uncertified", "--encoding", "UTF-8",
    )  # fmt: skip
    expected = Options.from_mapping(
        {
            "assign": "always",
            "separator": ",",
            "quote": "none",
            "ignore_case": True,
            "import_action": "certify_uncertified",
            "encoding": "UTF-8",
        }
    )
    assert last().options == expected


def test_a_dry_run_tells_the_plan_and_leaves_nothing(run, file, world):
    ended = run("import", file(FINE, WRONG), "--work", "--no-review", "--dry-run")
    assert ended.code == 2
    assert "Of 2 rows, 1 goes to history and 1 has problems." in ended.out
    assert "cert_completion_approve" not in ended.out
    assert "the import is discarded, and nothing was recorded" in ended.err
    assert last().state == "cancelled"
    assert not LedgerEntry.objects.filter(phase="written", outcome="history").exists()


@pytest.mark.parametrize(
    ("rows", "flags", "code"),
    [
        ([FINE], (), 0),
        ([FINE, WRONG], ("--commit-policy", "all_or_nothing"), 5),
        (UNCLEAR, (), 4),
        (UNCLEAR, ("--answer", "MM/DD/YYYY"), 0),
    ],
)
def test_a_dry_run_ends_as_the_import_would(run, file, rows, flags, code):
    ended = run("import", file(*rows), "--work", "--dry-run", "--format", "json", *flags)
    assert (ended.code, ended.document["exit_status"], ended.document["dry_run"]) == (code, code, True)
    assert last().state == "cancelled"


def test_the_document(run, file):
    found = run("import", file(FINE, WRONG), *AT_ONCE, "--format", "json").document
    assert (found["reference"], found["file_name"]) == (last().reference, "records.csv")
    assert (found["state"], found["exit_status"], found["rows_read"]) == ("finished", 2, 2)
    assert (found["outcomes"], found["codes"]) == ({"history": 1, "rejected": 1}, {"learner_not_found": 1})
    assert found["options"] == last().options.as_mapping()
    assert (found["plan"], found["question"], found["same_file_before"]) == (None, None, None)


def test_the_document_of_a_plan_and_of_a_question(run, file):
    plan = run("import", file("ana,Forklfit,,31/05/2025,"), "--work", "--format", "json").document
    assert plan["rows_are"] == "planned"
    assert plan["plan"] == {
        "number": 1,
        "as_of": "2026-03-15",
        "writes": 0,
        "exceeds": [],
        "close_matches": [
            {"value": "Forklfit", "nearest": "Forklift", "certification": "Forklift (F1)", "rows": 1, "line": 2}
        ],
    }
    asked = run("import", file(*UNCLEAR), "--work", "--format", "json").document["question"]
    assert asked["formats"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert asked["readings"][0] == {
        "line": 2,
        "text": "03/04/2025",
        "read": {"DD/MM/YYYY": "April 3, 2025", "MM/DD/YYYY": "March 4, 2025"},
    }


def test_a_plan_over_the_limits_of_the_site_is_not_approved_without_a_word(run, file, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "THRESHOLDS": {"problem_rows": 0.1}}
    ended = run("import", file(FINE, WRONG), "--work", "--approve")
    assert ended.code == 4
    assert "A limit of this site is exceeded: Rows with problems, 50 % of at most 10 % (1 rows)." in ended.out
    assert "--accept-limits approves it" in ended.err
    assert run("import", file(FINE, WRONG), "--work", "--approve", "--accept-limits").code == 2


def test_a_file_that_was_imported_before_is_told_beside_the_data(run, file):
    first = run("import", file(FINE), *AT_ONCE, "--format", "json").document
    again = run("import", file(FINE), *AT_ONCE, "--format", "json")
    assert "The same file was uploaded before, by operator" in again.err
    assert again.document["same_file_before"] == first["reference"]
    assert (again.code, again.document["outcomes"]) == (0, {"already_held": 1})


def test_how_to_go_on_is_said_with_commands_that_work(run, file):
    told = run("import", file(*UNCLEAR), *AT_ONCE).out
    reference = last().reference
    assert f'manage.py cert_completion_answer {reference} --user NAME --date-format "DD/MM/YYYY"' in told
    told = run("import", file(FINE), "--work").out
    assert f"manage.py cert_completion_approve {last().reference} --user NAME" in told


def test_standard_input_is_read_as_bytes(run, monkeypatch):
    content = (HEADINGS + "ana,Forklift,,31/05/2025,\n").encode("utf-16")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))
    ended = run("import", "-", *AT_ONCE)
    assert ended.code == 0
    assert last().file_name == "standard input"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), encoding="ascii"))
    assert run("import", "-", *AT_ONCE, "--name", "from the north.csv").code == 3
    assert last().file_name == "from the north.csv"


def test_a_file_of_corrected_rows_says_what_it_corrects(run, file):
    run("import", file(WRONG), *AT_ONCE)
    wrong = last()
    run("import", file(FINE), *AT_ONCE, "--corrects", wrong.reference[:8])
    assert api.corrected_by(api.SYSTEM, last()).id == wrong.id
    assert run("import", file(FINE), *AT_ONCE, "--corrects", "0" * 32).code == 1


def test_progress_goes_to_stderr_in_lines(run, file):
    ended = run("import", file(FINE), "--work", "--approve", "--format", "json")
    assert "Checking every row before anything is written. 0 of 1 rows are done." in ended.err
    assert "Recording the completions." in ended.err
    assert ended.document
    assert run("import", file(FINE, FINE), "--work", "-v0").err == ""


class Away(MemoryHost):
    """A host that cannot answer the first time."""

    asked = 0

    @hookimpl
    def find_learners(self, actor, usernames):
        self.asked += 1
        if self.asked == 1:
            raise HostUnavailable
        return super().find_learners(actor, usernames)


def test_a_host_that_is_away_is_told_and_waited_for(run, file, settings, monkeypatch):
    world = doubles.install(settings, Away())
    world.add_learner("ana")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    monkeypatch.setattr("cert_completion_plugin.batches.trouble._HOST_PAUSES", (3,))
    ended = run("import", file(FINE), *AT_ONCE)
    assert ended.code == 0
    assert "The LMS cannot answer just now" in ended.err


def test_names_and_cells_cannot_steer_a_terminal(run, file):
    path = file(headings="user\x1b[2Jname,\x9bwhat\n", name="evil\x1b]0;x.csv")
    ended = run("import", path, *AT_ONCE)
    assert ended.code == 3
    assert "\x1b" not in ended.out
    assert "\x9b" not in ended.out
    document = run("import", path, *AT_ONCE, "--format", "json")
    assert document.data.isascii()
    assert b"\x1b" not in document.data


def test_ctrl_c_leaves_the_import_to_others_and_says_so(run, file, monkeypatch):
    def pressed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("cert_completion_plugin.management.carrying.follow", pressed)
    ended = run("import", file(FINE), "--no-review")
    assert ended.code == 130
    assert "The workers go on with it" in ended.err
    assert f"cert_completion_cancel {last().reference}" in ended.err
    assert last().state == "received"
    assert "What is done stays done." in run("import", file(FINE), *AT_ONCE).err
    dry = run("import", file(FINE), "--work", "--dry-run")
    assert (dry.code, last().state) == (130, "cancelled")


def test_ctrl_c_while_the_file_is_taken_in_leaves_nothing(run, monkeypatch):
    class Typing(io.BytesIO):
        def read(self, size=-1):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Typing()))
    ended = run("import", "-", *AT_ONCE)
    assert (ended.code, ImportBatch.objects.count()) == (130, 0)
    assert "nothing was taken in" in ended.err
