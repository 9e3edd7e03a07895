"""What CI runs and in which order, with everything that it calls replaced by a script that notes down the call."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STACKS = [
    ("postgresql+redis", "database and not browser and not worker"),
    ("postgresql+redis", "worker"),
    ("postgresql+rabbitmq", "worker"),
    ("mariadb+rabbitmq", "database and not browser and not worker"),
    ("mariadb+redis", "worker"),
    ("mariadb+rabbitmq", "worker"),
]


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def ci(tmp_path):
    """Runs `.ci/run` where the ports and the log-ins to the servers are as told; gives what it said and had made."""

    def ci(ports: bool, log_in: bool) -> tuple[str, list[str]]:
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
        script(tmp_path / "bin" / "make", f'echo "$*" >>{tmp_path}/made')
        for name in ("chromium", "pkg-config"):
            script(tmp_path / "bin" / name, "exit 0")
        script(tmp_path / ".venv" / "bin" / "python", f"exit {int(not ports)}")
        script(tmp_path / ".venv-services" / "bin" / "python", f"exit {int(not log_in)}")
        done = run([str(tmp_path / ".ci" / "run")], tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout, (tmp_path / "made").read_text(encoding="utf-8").splitlines()

    return ci


def test_where_servers_answer_ci_ends_with_the_tests_on_them(ci) -> None:
    told, made = ci(ports=True, log_in=True)
    assert made == ["quality", "services", "test", "test-services"]
    assert told == ""


@pytest.mark.parametrize(("ports", "made"), [(False, ["quality", "test"]), (True, ["quality", "services", "test"])])
def test_where_servers_do_not_answer_ci_says_so_before_the_tests(ci, ports: bool, made: list[str]) -> None:
    told, really_made = ci(ports=ports, log_in=False)
    assert really_made == made
    assert "make test-services is left out" in told


@pytest.fixture
def on_servers(tmp_path):
    """Runs `tools/test-services` with a Python whose pytest fails on one stack."""

    def on_servers(failing: str = "", reachable: bool = True) -> tuple["subprocess.CompletedProcess[str]", list[str]]:
        ran = tmp_path / "ran"
        ran.touch()
        text = f"""
case "$*" in
*services_reachable*) exit {int(not reachable)} ;;
esac
echo "$CERT_COMPLETION_STACK|$4" >>{ran}
[ "$CERT_COMPLETION_STACK" != "{failing}" ]
"""
        python = script(tmp_path / "python", text)
        done = run(["sh", str(ROOT / "tools" / "test-services"), str(python)], tmp_path)
        return done, ran.read_text(encoding="utf-8").splitlines()

    return on_servers


def test_every_database_runs_once_and_every_broker_on_each(on_servers) -> None:
    done, ran = on_servers()
    assert done.returncode == 0
    assert sorted(ran) == sorted(f"{stack}|{marks}" for stack, marks in STACKS)


def test_all_stacks_run_whatever_fails(on_servers) -> None:
    done, ran = on_servers(failing="postgresql+rabbitmq")
    assert done.returncode == 1
    assert len(ran) == len(STACKS)
    assert "Failed: postgresql+rabbitmq (worker)" in done.stderr


def test_without_all_servers_nothing_runs(on_servers) -> None:
    done, ran = on_servers(reachable=False)
    assert done.returncode == 1
    assert ran == []
    assert "Nothing was run" in done.stderr
