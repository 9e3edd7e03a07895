import sys
from pathlib import Path

import pytest

from tools import matrix
from tools.matrix import Ended, Run

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def stand_in(folder: Path, script: str) -> Path:
    """An executable `python<RUNNING>` with this shell script."""
    folder.mkdir(parents=True)
    path = folder / f"python{RUNNING}"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))


def test_a_stand_in_that_does_not_run_is_passed_over(monkeypatch, nothing_installed, tmp_path) -> None:
    shim = stand_in(tmp_path / "shims", "exit 127")
    real = stand_in(tmp_path / "bin", f"echo {RUNNING}")
    monkeypatch.setenv("PATH", f"{shim.parent}:{real.parent}")
    assert matrix.interpreter(RUNNING) == real


def test_an_interpreter_must_be_of_the_version_that_its_name_says(monkeypatch, nothing_installed, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin", "echo 3.9").parent))
    assert matrix.interpreter(RUNNING) is None


def test_pyenv_is_looked_into(nothing_installed, tmp_path) -> None:
    real = stand_in(tmp_path / "pyenv" / "versions" / f"{RUNNING}.1" / "bin", f"echo {RUNNING}")
    named_python = real.rename(real.with_name("python"))
    assert matrix.interpreter(RUNNING) == named_python


def test_where_nothing_can_run_it_fails_and_says_what_is_absent(nothing_installed, capsys) -> None:
    assert matrix.main() == 1
    told = capsys.readouterr().out
    assert "Nothing was run." in told
    assert "Not found here, so not tested: Python 3.11, 3.12" in told


@pytest.mark.parametrize(("passed", "status"), [(True, 0), (False, 1)])
def test_one_failure_fails_the_whole(monkeypatch, passed: bool, status: int) -> None:
    monkeypatch.setattr(matrix, "interpreter", lambda python: Path(python) if python != "3.15" else None)
    monkeypatch.setattr(matrix, "carried_out", lambda run, found: Ended(run, passed or run != matrix.RUNS[0], "", ""))
    assert matrix.main() == status


def test_the_table_shows_every_run_and_what_failed() -> None:
    ended = [
        Ended(Run("3.11", "floors"), True, "Django 4.2", "12 passed, 1 xfailed in 3.40s"),
        Ended(Run("3.12", "newest"), False, "Django 6.1.3", "1 failed, 11 passed in 3.40s"),
    ]
    assert matrix.table(ended, ["3.15"]).splitlines() == [
        "Python  versions  with          result",
        "3.11    floors    Django 4.2    12 passed, 1 xfailed in 3.40s",
        "3.12    newest    Django 6.1.3  FAILED: 1 failed, 11 passed in 3.40s",
        "Not found here, so not tested: Python 3.15.",
    ]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("===== 12 passed, 1 xfailed in 3.40s =====\n", "12 passed, 1 xfailed in 3.40s"),
        ("===== 1 failed, 1115 passed in 179.72s (0:02:59) =====\n", "1 failed, 1115 passed in 179.72s"),
        ("ERROR: usage: pytest [options]\n", ""),
    ],
)
def test_the_counts_are_those_of_pytests_last_line(line: str, counts: str) -> None:
    assert matrix.counts(line) == counts
