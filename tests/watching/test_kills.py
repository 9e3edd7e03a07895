"""Killed at any step, or two at once: every file becomes one import, and lies with its reports in one place."""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from cert_completion_plugin import api, watching
from cert_completion_plugin.store import watched_files
from cert_completion_plugin.watching import looking, taking
from cert_completion_plugin.watching.directory import Directory
from cert_completion_plugin.watching.storage import Prefix
from tests.watching.conftest import CONTENT, PREFIX, imports, look, lying, rows, taken_up, without_digits, work


class Killed(BaseException):
    """The process ends here: nothing of ours runs after it."""


def before(owner, name):
    """Dies as this function is called."""

    def patch(monkeypatch):
        def killed(*args, **kwargs):
            raise Killed

        monkeypatch.setattr(owner, name, killed)

    return patch


def after(owner, name):
    """Dies as soon as it has returned."""

    def patch(monkeypatch):
        function = getattr(owner, name)

        def killed(*args, **kwargs):
            function(*args, **kwargs)
            raise Killed

        monkeypatch.setattr(owner, name, killed)

    return patch


def midway(owner, name):
    """Dies in the middle of what it yields."""

    def patch(monkeypatch):
        function = getattr(owner, name)

        def killed(*args, **kwargs):
            yield from function(*args, **kwargs)
            raise Killed

        monkeypatch.setattr(owner, name, killed)

    return patch


def steps(place):
    return {
        "claimed": after(watched_files, "claim"),
        "before it is moved": before(place, "take"),
        "moved, not kept": after(place, "take"),
        "taken": after(watched_files, "count_attempt"),
        "before the old one is gone": before(place, "clear"),
        "the old one is gone, not kept": after(place, "clear"),
        "while it is read": midway(place, "read"),
        "an import, not kept": after(api, "submit"),
        "an import": before(watched_files, "lease"),
        "no report yet": before(place, "write"),
        "one report": after(place, "write"),
        "not put away": before(place, "put_away"),
        "put away, not kept": after(place, "put_away"),
        "put away": after(watched_files, "forget"),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", steps(Directory))
def test_a_directory_after_a_kill(place, monkeypatch, name, later):
    (place / "a.csv").write_text(CONTENT)
    die(monkeypatch, steps(Directory)[name])
    taken_up()
    assert [batch.state for batch in imports()] == ["finished"]
    assert lying(place) == ["done/a.#.csv", "done/a.#.csv.report.csv", "done/a.#.csv.report.json"]
    assert rows() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", steps(Prefix))
def test_a_storage_after_a_kill(bucket, monkeypatch, name):
    put(bucket, "a.csv")
    die(monkeypatch, steps(Prefix)[name])
    taken_up()
    assert [batch.state for batch in imports()] == ["finished"]
    assert kept(bucket) == ["done/a.#.csv", "done/a.#.csv.report.csv", "done/a.#.csv.report.json"]
    assert rows() == []


def die(monkeypatch, step):
    """Look and work until the step kills, which it does."""
    with monkeypatch.context() as patch:
        step(patch)
        with pytest.raises(Killed):
            _go_on()
    assert not transaction.get_connection().in_atomic_block
    # The lease of whoever died is over.
    for row in rows():
        row.leased_until = None
        row.save()


def _go_on():
    for _ in range(3):
        look()
        work()


def put(bucket, name, content=CONTENT):
    for path, text in ((name, content), (f"{name}.done", "")):
        bucket.delete(f"{PREFIX}/{path}")
        bucket.save(f"{PREFIX}/{path}", ContentFile(text.encode()))


def kept(bucket):
    """The paths of all files below the prefix."""
    found = []
    for folder in ("", "taken/", "done/", "failed/"):
        if bucket.exists(f"{PREFIX}/{folder}".rstrip("/")):
            found += [without_digits(folder + name) for name in bucket.listdir(f"{PREFIX}/{folder}")[1]]
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_came_in_the_place_of_one_that_was_copied_is_another_file(bucket, monkeypatch):
    put(bucket, "a.csv")
    die(monkeypatch, after(Prefix, "take"))
    put(bucket, "a.csv", CONTENT + "ben,Forklift,,31/05/2025,\n")
    taken_up()
    die_again = steps(Prefix)["before the old one is gone"]
    put(bucket, "a.csv")
    die(monkeypatch, die_again)
    put(bucket, "a.csv", CONTENT + "ben,Forklift,,30/05/2025,\n")
    taken_up()
    taken_up()
    assert [batch.rows_read for batch in imports()] == [2, 1, 2]
    assert kept(bucket).count("done/a.#.csv") == 3


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["of_place", "hold"])
def test_two_that_look_at_once_take_a_file_once(place, monkeypatch, moment):
    """One has seen the file, and is overtaken by another before it does anything."""
    (place / "a.csv").write_text(CONTENT)
    function, overtaken = getattr(watched_files, moment), []

    def slow(*args):
        found = function(*args) if moment == "of_place" else None
        if not overtaken:
            overtaken.append(True)
            taken_up()
        return found if moment == "of_place" else function(*args)

    monkeypatch.setattr(watched_files, moment, slow)
    taken_up()
    assert [batch.state for batch in imports()] == ["finished"]
    assert lying(place) == ["done/a.#.csv", "done/a.#.csv.report.csv", "done/a.#.csv.report.json"]
    assert rows() == []


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["_take", "_clear", "_submit"])
def test_who_is_overtaken_before_a_step_leaves_it(place, monkeypatch, step):
    (place / "a.csv").write_text(CONTENT)
    function, overtaken = getattr(taking._Taking, step), []

    def slow(self):
        if not overtaken:
            overtaken.append(True)
            look()
        return function(self)

    monkeypatch.setattr(taking._Taking, step, slow)
    taken_up()
    assert [batch.state for batch in imports()] == ["finished"]
    assert lying(place) == ["done/a.#.csv", "done/a.#.csv.report.csv", "done/a.#.csv.report.json"]
    assert rows() == []


@pytest.mark.django_db
def test_a_file_is_put_away_by_one_at_a_time(place, monkeypatch):
    (place / "a.csv").write_text(CONTENT)
    look()
    work()
    write, inner = Directory.write, []

    def slow(self, folder, name, pieces):
        if not inner:
            inner.append(watching.look_once())
        write(self, folder, name, pieces)

    monkeypatch.setattr(Directory, "write", slow)
    assert [str(event.kind) for event in look()] == ["done"]
    assert inner == [[]]


@pytest.mark.django_db
def test_what_fails_while_it_is_put_away_is_told_and_done_the_next_time(place, monkeypatch):
    (place / "a.csv").write_text(CONTENT)
    look()
    work()

    def full(self, folder, name, pieces):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Directory, "write", full)
        [event] = look()
        assert (event.kind, event.text) == ("trouble", "It could not be put away (OSError).")
    assert lying(place) == ["taken/a.#.csv"]
    assert [str(event.kind) for event in look()] == ["done"]


@pytest.mark.django_db
def test_what_nobody_foresaw_is_told_of_its_place(place, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr(looking, "take_up", broken)
    assert [event.text for event in look()] == ["Something went wrong (RuntimeError)."]
