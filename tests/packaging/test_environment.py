import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(python: str, directory: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "tools/environment", str(directory), "constraints/newest.txt", "dev"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_interpreter_is_refused_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    result = run(str(old), tmp_path / "environment")
    assert result.returncode == 1
    assert "is Python 3.9; 3.11 or newer is needed" in result.stderr
    assert "make PYTHON=" in result.stderr
    assert not (tmp_path / "environment").exists()


def test_a_missing_interpreter_is_named(tmp_path: Path) -> None:
    result = run("no-such-python", tmp_path / "environment")
    assert result.returncode == 1
    assert "There is no 'no-such-python' here" in result.stderr
