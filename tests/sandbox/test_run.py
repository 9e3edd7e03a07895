"""`make run`, with its real processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from sandbox import run

pytestmark = pytest.mark.worker
PATIENCE = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((run.HOST, 0))
        return int(probe.getsockname()[1])


class Sandbox:
    """One `python -m sandbox` and what it printed."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.log = data.parent / f"{port}.log"
        environment = {**os.environ, "SANDBOX_DATA": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox"], cwd=run.ROOT, env=environment, stdout=output, stderr=output
            )

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_until_it_runs(self) -> "Sandbox":
        deadline = time.monotonic() + PATIENCE
        while "The sandbox is running" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)
        return self

    def children(self) -> dict[str, int]:
        """The process ids of site and worker, by name."""
        return {name: int(pid) for name, pid in re.findall(r"(site|worker) (\d+)", self.output)}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def sandboxes(tmp_path: Path) -> Iterator[list[Sandbox]]:
    started: list[Sandbox] = []
    yield started
    for sandbox in started:
        if sandbox.process.poll() is None:
            sandbox.process.terminate()
            sandbox.process.wait(PATIENCE)


def test_it_serves_a_page_ends_with_both_processes_and_keeps_its_data(sandboxes: list[Sandbox], tmp_path: Path) -> None:
    data = tmp_path / "data"
    for number, loads_data in enumerate((True, False)):
        sandboxes.append(Sandbox(data, free_port()))
        sandbox = sandboxes[number].wait_until_it_runs()
        assert ("The demo data is loaded." in sandbox.output) is loads_data
        with urlopen(f"http://{run.HOST}:{sandbox.port}/", timeout=PATIENCE) as answer:
            assert answer.status == 200
        children = sandbox.children()
        assert set(children) == {"site", "worker"}
        sandbox.process.send_signal(signal.SIGINT)
        assert sandbox.process.wait(PATIENCE) == 0, sandbox.output
        assert not any(map(is_alive, children.values()))


def test_a_worker_that_dies_is_named_and_takes_the_site_with_it(sandboxes: list[Sandbox], tmp_path: Path) -> None:
    sandboxes.append(Sandbox(tmp_path / "data", free_port()))
    sandbox = sandboxes[0].wait_until_it_runs()
    children = sandbox.children()
    os.kill(children["worker"], signal.SIGKILL)
    assert sandbox.process.wait(PATIENCE) == 1
    assert "The worker ended by itself (exit code -9)" in sandbox.output
    assert not is_alive(children["site"])


def test_a_port_in_use_is_told_before_anything_starts(sandboxes: list[Sandbox], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((run.HOST, 0))
        taken.listen()
        sandboxes.append(Sandbox(tmp_path / "data", int(taken.getsockname()[1])))
        assert sandboxes[0].process.wait(PATIENCE) == 1
    assert "PORT=8001 make run" in sandboxes[0].output
    assert not (tmp_path / "data").exists()
