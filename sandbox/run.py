"""`make run`: prepares the database, then runs the site and a Celery worker until Ctrl-C."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
# There is one worker: nobody else to look for or to gossip with.
_WORKER_OPTIONS = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")

Processes = Mapping[str, "subprocess.Popen[bytes]"]


class Stop(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


class ProcessEnded(Exception):
    """The text says which process ended by itself, and how."""


def main() -> int:
    """Run the sandbox; returns the exit code: 0 after Ctrl-C or SIGTERM, 1 if something is wrong."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    _on_signals(_stop)
    port = os.environ.get("PORT") or "8000"
    if problem := _problem_of(port):
        print(problem, file=sys.stderr)
        return 1
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _prepare()
        processes["site"] = _start("django", "runserver", "--noreload", f"{HOST}:{port}")
        processes["worker"] = _start("celery", "--quiet", "--app", "sandbox", "worker", *_WORKER_OPTIONS)
        _watch(processes, int(port))
    except Stop:
        print("\nStopping the site and the worker ...", flush=True)
        return 0
    except ProcessEnded as error:
        print(f"{error} Everything is stopped.", file=sys.stderr)
        return 1
    finally:
        _end(processes)


def _stop(number: int, frame: FrameType | None) -> None:
    # A second signal must not interrupt the stopping that the first one asked for.
    _on_signals(signal.SIG_IGN)
    raise Stop


def _on_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _problem_of(port: str) -> str:
    """Why the site cannot be served on this port, and what to do about it; "" if it can."""
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        return f"PORT is {port!r}, but a port is a number from 1 to 65535."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(port)))
        except OSError as error:
            return f"Port {port} cannot be used ({error.strerror}). Choose another one: PORT=8001 make run"
    return ""


def _prepare() -> None:
    """Bring the database up to date, and fill it if it is new."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo_data", "--if-new")


def _start(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start a Python module as a process of its own group, so that Ctrl-C reaches this process alone."""
    environment: dict[str, Any] = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=environment, start_new_session=True)


def _watch(processes: Processes, port: int) -> NoReturn:
    """Say when the site is there, then wait. Raises ProcessEnded, or Stop from the signal's handler."""
    started, announced = time.monotonic(), False
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                raise ProcessEnded(f"The {name} ended by itself (exit code {process.returncode}).")
        if not announced and _answers(port):
            announced = True
            print(_welcome(port, processes), flush=True)
        elif not announced and time.monotonic() - started > SECONDS_TO_START:
            raise ProcessEnded(f"The site did not answer within {SECONDS_TO_START} seconds.")
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _welcome(port: int, processes: Processes) -> str:
    from sandbox.demo_data import LOG_INS
    from sandbox.settings import DATA, INCOMING

    log_ins = "\n".join(f"    {f'{user} / {password}':25}{purpose}" for user, password, purpose in LOG_INS)
    names = ", ".join(f"{name} {process.pid}" for name, process in processes.items())
    return f"""
The sandbox is running:  http://{HOST}:{port}/

  Log in as
{log_ins}

  Files to upload are in sandbox/samples/; README.md there says what each shows. Files that
  you lay into {_shown(INCOMING)} are imported, too. Processes: {names}.
  Mails are files in {_shown(DATA / "mail")}. Learners are sent what is due by
      {_shown(Path(sys.executable))} sandbox/manage.py cert_completion_messages
  Ctrl-C stops them; the data stays. `make reset` deletes it.
"""


def _shown(path: Path) -> Path:
    """The path as somebody types it who stands in the project's folder."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _end(processes: Processes) -> None:
    """Ask all processes to end, the worker after what it is working on; end those that do not listen."""
    _on_signals(signal.SIG_IGN)
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0, deadline - time.monotonic()))
        # The whole group: where a worker was killed, its pool may still be there.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
