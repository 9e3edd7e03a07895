"""A watched directory: what is taken up, when, what becomes of it, and what is never touched."""

import os
import socket
import stat

import pytest

from cert_completion_plugin import api, watching
from cert_completion_plugin.models import ImportBatch
from tests import people
from tests.watching.conftest import (
    AT_ONCE,
    CONTENT,
    FINE,
    WRONG,
    imports,
    look,
    looked,
    lying,
    rows,
    taken_up,
    watch,
    work,
)
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db


def test_a_file_is_imported_and_put_away_with_its_reports(place):
    (place / "records.csv").write_text(CONTENT)
    assert looked() == [("taken", "records.csv", "")]
    assert lying(place) == ["taken/records.#.csv"]
    work()
    [(kind, name, where)] = looked()
    [batch] = imports()
    named = f"records.{batch.reference.hex[:12]}.csv"
    assert (kind, name, where) == ("done", "records.csv", f"done/{named}")
    assert sorted(path.name for path in (place / "done").iterdir()) == [
        named,
        f"{named}.report.csv",
        f"{named}.report.json",
    ]
    assert (place / "done" / named).read_text() == CONTENT
    assert (batch.state, batch.file_name, batch.uploaded_by_name) == ("finished", "records.csv", "operator")
    assert rows() == []
    assert look() == []


def test_its_reports_are_those_of_the_page_to_the_byte(place, operator, client):
    (place / "records.csv").write_text(CONTENT + WRONG)
    taken_up()
    [batch] = imports()
    client.force_login(operator)
    for kind in ("csv", "json"):
        response = client.get(f"/cert-completions/{batch.reference.hex}/download/report.{kind}")
        [written] = (place / "done").glob(f"*.report.{kind}")
        assert written.read_bytes() == b"".join(response.streaming_content)


def test_a_file_with_problem_rows_is_done_and_one_that_is_refused_is_not(place):
    (place / "a.csv").write_text(CONTENT + WRONG)
    (place / "b.csv").write_text("what,ever\n1,2\n")
    taken_up()
    assert [name for name in lying(place) if name.endswith(".csv") and "report" not in name] == [
        "done/a.#.csv",
        "failed/b.#.csv",
    ]
    assert lying(place)[-2:] == ["failed/b.#.csv.report.csv", "failed/b.#.csv.report.json"]
    [report] = (place / "failed").glob("*.report.json")
    assert "The heading “username” is missing." in report.read_text()


def test_an_import_that_waits_stays_taken_until_it_ends(place, settings, operator):
    watch(settings, {"directory": str(place), "user": "operator", "options": {"review": True}, "stable_seconds": 1})
    (place / "a.csv").write_text(CONTENT)
    (place / "b.csv").write_text(CONTENT + FINE.replace("ana", "ben"))
    taken_up()
    assert lying(place) == ["taken/a.#.csv", "taken/b.#.csv"]
    assert look() == []
    second, first = api.newest(api.SYSTEM)
    api.approve(operator, first, plan=1)
    api.discard(operator, second)
    work()
    assert [str(event.kind) for event in look()] == ["done", "failed"]
    assert [name for name in lying(place) if name.endswith("#.csv")] == ["done/a.#.csv", "failed/b.#.csv"]


def test_what_all_or_nothing_held_back_has_failed(place, settings):
    options = {**AT_ONCE, "commit_policy": "all_or_nothing"}
    watch(settings, {"directory": str(place), "user": "operator", "options": options, "stable_seconds": 1})
    (place / "a.csv").write_text(CONTENT + WRONG)
    taken_up()
    assert "failed/a.#.csv" in lying(place)


def test_the_profile_of_a_place_is_laid_over_the_defaults_of_the_site(place, settings, operator):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "always", "review": True}}
    api.remember_choice(operator, {"ignore_case": True})
    (place / "a.csv").write_text(CONTENT)
    look()
    [batch] = api.newest(api.SYSTEM)
    assert batch.options == api.Options.from_mapping({**AT_ONCE, "assign": "always"})


def test_only_names_that_fit_are_taken(place, settings):
    names = ["a.CSV", "b.Csv", "c.pdf", ".d.csv", "e.csv.part", "f.csv.report.csv", "g.csv.reason.txt", "h"]
    for name in names:
        (place / name).write_text(CONTENT)
    (place / "folder.csv").mkdir()
    assert [name for _, name, _ in looked()] == ["a.CSV", "b.Csv"]
    watch(settings, {"directory": str(place), "user": "operator", "pattern": ["h", "c.*"], "stable_seconds": 1})
    assert [name for _, name, _ in looked(watching.Kind.TAKEN)] == ["c.pdf", "h"]


def test_a_file_is_taken_once_nothing_has_changed_for_a_while(place, monkeypatch, settings):
    watch(settings, {"directory": str(place), "user": "operator", "options": AT_ONCE, "stable_seconds": 90})
    (place / "a.csv").write_text(CONTENT)
    os.utime(place / "a.csv", (1, 1))
    assert look() == []
    watch(settings, {"directory": str(place), "user": "operator", "options": AT_ONCE, "stable_seconds": 50})
    assert looked() == [("taken", "a.csv", "")]


def test_with_a_marker_it_is_taken_once_that_is_there_and_the_marker_goes(place, settings):
    watch(settings, {"directory": str(place), "user": "operator", "options": AT_ONCE, "marker": ".done"})
    (place / "a.csv").write_text(CONTENT)
    (place / "a.csv.done").mkdir()
    (place / "b.csv").write_text(CONTENT)
    (place / "c.csv.done").touch()
    assert look() == []
    (place / "b.csv.done").touch()
    assert looked() == [("taken", "b.csv", "")]
    assert not (place / "b.csv.done").exists()
    (place / "b.csv").write_text(CONTENT)
    assert look() == []


def test_a_file_that_is_written_while_it_is_read_is_left_for_later(place, monkeypatch):
    """Its writer has it open, wherever it was moved."""
    (place / "a.csv").write_text(CONTENT)
    read, changes = os.read, [True]
    writer = (place / "a.csv").open("a")

    def meanwhile(descriptor, size):
        if changes:
            changes.pop()
            writer.write(WRONG)
            writer.flush()
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", meanwhile)
    assert look() == []
    assert imports() == []
    assert lying(place) == ["taken/a.#.csv"]
    writer.close()
    assert looked() == [("taken", "a.csv", "")]
    work()
    assert imports()[0].rows_read == 2


def test_a_taken_file_that_somebody_goes_on_writing_is_waited_for(place, monkeypatch):
    (place / "a.csv").write_text(CONTENT)
    monkeypatch.setattr("cert_completion_plugin.watching.directory._version", lambda found: object())
    assert look() == []
    monkeypatch.undo()
    os.utime(place / "taken" / os.listdir(place / "taken")[0])
    assert look() == []
    assert rows()[0].attempts == 0


def test_the_same_name_and_the_same_file_again(place):
    (place / "a.csv").write_text(CONTENT)
    taken_up()
    (place / "a.csv").write_text(CONTENT)
    [event] = [event for event in look() if event.kind == "taken"]
    assert event.text.startswith("The same file was uploaded before, by operator")
    (place / "a.csv").write_text(CONTENT + FINE)
    work()
    taken_up()
    assert [batch.state for batch in imports()] == ["finished"] * 3
    assert [batch.file_name for batch in imports()] == ["a.csv"] * 3
    assert lying(place).count("done/a.#.csv") == 3


HARD_NAMES = [
    "a\nb.csv",
    "ä ö.csv",
    "名前.csv",
    "-rf.csv",
    "a b\\c.csv",
    "'; drop table.csv",
    "%s%n.csv",
    "..csv",
    "\x1b[2J.csv",
    "a" * 251 + ".csv",
    "名" * 83 + ".csv",
    os.fsdecode(b"\xff\xfe.csv"),
    "x." + "y" * 100 + ".csv",
]


@pytest.mark.parametrize("name", HARD_NAMES, ids=range(len(HARD_NAMES)))
def test_hard_names(place, settings, name):
    watch(
        settings,
        {"directory": str(place), "user": "operator", "options": AT_ONCE, "stable_seconds": 1, "pattern": "*"},
    )
    if not name.startswith("."):
        (place / name).write_text(CONTENT)
        kinds = [str(event.kind) for event in taken_up()]
        assert kinds == ["taken", "done"]
        assert len(os.listdir(place / "done")) == 3
        assert all(len(os.fsencode(found)) <= 255 for found in os.listdir(place / "done"))
        assert [found for found in os.listdir(place) if os.path.isfile(place / found)] == []
        assert len(imports()) == 1


def test_links_out_are_not_followed(place, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(CONTENT)
    (place / "link.csv").symlink_to(secret)
    (place / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (place / "to-folder.csv").symlink_to(tmp_path)
    (place / "linked.csv").hardlink_to(secret)
    taken_up()
    assert imports() == []
    assert secret.read_text() == CONTENT
    assert [name for name in lying(place) if name.endswith("reason.txt")] == [
        "failed/dangling.#.csv.reason.txt",
        "failed/link.#.csv.reason.txt",
        "failed/linked.#.csv.reason.txt",
        "failed/to-folder.#.csv.reason.txt",
    ]
    reasons = {path.name.split(".")[0]: path.read_text() for path in (place / "failed").glob("*.reason.txt")}
    assert "It is a link." in reasons["link"]
    assert "hard link" in reasons["linked"]


@pytest.mark.parametrize("folder", ["taken", "done", "failed"])
def test_a_folder_of_the_place_that_is_a_link_keeps_it_from_being_worked_in(place, tmp_path, folder):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (place / folder).symlink_to(elsewhere)
    (place / "a.csv").write_text(CONTENT)
    [event] = look()
    assert event.kind == "trouble"
    assert folder in event.text
    assert (place / "a.csv").exists()
    assert list(elsewhere.iterdir()) == []


def test_the_place_itself_may_be_a_link(place, settings, tmp_path):
    """Who wrote the settings may; who writes into the place may not."""
    (tmp_path / "link").symlink_to(place)
    watch(settings, {"directory": str(tmp_path / "link"), "user": "operator", "options": AT_ONCE, "stable_seconds": 1})
    (place / "a.csv").write_text(CONTENT)
    assert [str(event.kind) for event in taken_up()] == ["taken", "done"]


def test_pipes_sockets_and_devices_are_not_waited_for(place):
    os.mkfifo(place / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place / "socket.csv"))
        if os.geteuid() == 0:
            os.mknod(place / "null.csv", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        looked = taken_up()
    assert {str(event.kind) for event in looked} == {"failed"}
    assert imports() == []
    [reason] = (place / "failed").glob("pipe.*.reason.txt")
    assert "no plain file" in reason.read_text()


def test_what_lies_in_a_way_of_a_report_is_replaced_and_never_written_through(place, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (place / "a.csv").write_text(CONTENT)
    look()
    work()
    named = f"a.{imports()[0].reference.hex[:12]}.csv.report.csv"
    (place / "done" / named).symlink_to(victim)
    (place / "done" / f".{named}.part").hardlink_to(victim)
    look()
    assert victim.read_text() == "precious"
    assert (place / "done" / named).read_text().startswith("\ufeffpart")
    assert not (place / "done" / named).is_symlink()


def test_nothing_is_written_through_what_appears_in_the_last_moment(place, tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (place / "a.csv").write_text(CONTENT)
    look()
    work()
    part = place / "done" / f".a.{imports()[0].reference.hex[:12]}.csv.report.csv.part"
    unlink = os.unlink

    def meanwhile(name, **given):
        try:
            unlink(name, **given)
        finally:
            if str(name).endswith(".part") and not part.exists():
                part.hardlink_to(victim)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", meanwhile)
        assert look()[0].text == "It could not be put away (FileExistsError)."
    assert victim.read_text() == "precious"
    assert [str(event.kind) for event in look()] == ["done"]


def test_a_file_that_cannot_be_read_is_put_away_with_the_reason(place, monkeypatch):
    (place / "a.csv").write_text(CONTENT)
    (place / "b.csv").write_text(CONTENT)
    opening = os.open

    def denied(path, *args, **kwargs):
        if str(path).startswith("a."):
            raise PermissionError(13, "Permission denied")
        return opening(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", denied)
    monkeypatch.setattr(os, "supports_dir_fd", {denied})
    assert looked() == [("taken", "b.csv", "")]
    monkeypatch.undo()
    [event] = [event for event in look() if event.name == "a.csv"]
    assert event.kind == "failed"
    [reason] = (place / "failed").glob("a.*.reason.txt")
    assert "permissions do not allow" in reason.read_text()


def test_a_file_that_vanishes_is_forgotten(place, monkeypatch):
    (place / "a.csv").write_text(CONTENT)
    rename = os.rename

    def vanished(source, *args, **kwargs):
        os.unlink(place / "a.csv")
        return rename(source, *args, **kwargs)

    monkeypatch.setattr(os, "rename", vanished)
    assert look() == []
    assert (rows(), imports()) == ([], [])


def test_a_taken_file_that_somebody_took_away_is_told_and_given_up(place, settings, monkeypatch):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_ATTEMPTS": 2}
    (place / "a.csv").write_text(CONTENT)
    monkeypatch.setattr("cert_completion_plugin.watching.directory._version", lambda found: object())
    look()
    monkeypatch.undo()
    [name] = os.listdir(place / "taken")
    (place / "taken" / name).unlink()
    for _ in range(2):
        [event] = look()
        assert (event.kind, event.text) == ("trouble", "It could not be taken up (FileNotFoundError).")
    look()
    [event] = look()
    assert event.kind == "failed"
    assert lying(place) == ["failed/a.#.csv.reason.txt"]
    assert rows() == []


def test_a_report_whose_file_somebody_took_away_is_written_all_the_same(place):
    (place / "a.csv").write_text(CONTENT)
    look()
    work()
    [name] = os.listdir(place / "taken")
    (place / "taken" / name).unlink()
    assert [str(event.kind) for event in look()] == ["done"]
    assert lying(place) == ["done/a.#.csv.report.csv", "done/a.#.csv.report.json"]


def test_an_import_that_was_deleted_has_its_file_put_away(place):
    (place / "a.csv").write_text(CONTENT)
    look()
    ImportBatch.objects.all().delete()
    assert [str(event.kind) for event in look()] == ["failed"]
    [reason] = (place / "failed").glob("*.reason.txt")
    assert reason.read_text() == "Its import is no longer there.\n"


def test_places_and_files_keep_each_other_from_nothing(place, settings, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    watch(
        settings,
        {"directory": str(tmp_path / "gone"), "user": "operator"},
        {"directory": str(other), "user": "nobody"},
        {"storage": "nowhere", "prefix": "x", "user": "operator"},
        {"directory": str(place), "user": "operator", "options": AT_ONCE, "stable_seconds": 1},
    )
    (other / "a.csv").write_text(CONTENT)
    for name in ("a.csv", "b.csv", "c.csv"):
        (place / name).write_text(CONTENT)
    submit = api.submit

    def broken(user, chunks, *, file_name, **given):
        if file_name == "b.csv":
            raise RuntimeError("secret")
        return submit(user, chunks, file_name=file_name, **given)

    monkeypatch.setattr(api, "submit", broken)
    found = look()
    assert [(str(event.kind), event.name) for event in found] == [
        ("trouble", ""),
        ("trouble", ""),
        ("trouble", ""),
        ("taken", "a.csv"),
        ("trouble", "b.csv"),
        ("taken", "c.csv"),
    ]
    assert "No such file or directory" in found[0].text
    assert "There is no active user 'nobody'" in found[1].text
    assert "nowhere" in found[2].text
    assert "secret" not in str(found)
    assert (other / "a.csv").exists()


def test_who_may_not_import_so_keeps_the_files_where_they_are(place, settings, operator):
    (place / "a.csv").write_text(CONTENT)
    people.holding(operator, "upload_completions")
    [event] = look()
    assert event.kind == "trouble"
    assert "approve_imports" in event.text
    assert (imports(), rows()[0].attempts) == ([], 0)
    people.holding(operator)
    assert "upload_completions" in look()[0].text
    people.holding(operator, "upload_completions", "approve_imports")
    assert [str(event.kind) for event in look()] == ["taken"]


def test_options_that_the_site_does_not_offer_keep_the_files_where_they_are(place, settings):
    options = {**AT_ONCE, "evidence_type": "diploma"}
    watch(settings, {"directory": str(place), "user": "operator", "options": options, "stable_seconds": 1})
    (place / "a.csv").write_text(CONTENT)
    [event] = look()
    assert "You are not offered an evidence type 'diploma'." in event.text
    assert imports() == []


def test_a_file_over_the_limit_is_refused(place, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 10}
    (place / "a.csv").write_text(CONTENT)
    taken_up()
    assert "failed/a.#.csv" in lying(place)
    assert imports()[0].state == "refused"


def test_many_files_in_the_order_of_their_names(place):
    for number in (3, 1, 2):
        (place / f"{number}.csv").write_text(HEADINGS)
    look()
    assert [batch.file_name for batch in imports()] == ["1.csv", "2.csv", "3.csv"]


def test_where_the_system_cannot_hold_directories_nothing_is_done(place, monkeypatch):
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert "cannot open files relative to a directory" in look()[0].text
