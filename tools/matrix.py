"""Runs the tests with the oldest and the newest versions of what we depend on, on every Python that is found.

The oldest run on Python 3.11, the newest on each. Interpreters are looked for on the PATH and among pyenv's; those
that are not there are named, and leave out their runs. Environments are made in `.venv-matrix-*`, without a browser.
The exit status is 0 if something ran and nothing failed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = "3.11"
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
SHOWN = ("Django", "celery", "tablib", "pluggy")
COUNTS = re.compile(r"=* ?(\d+ \w+.* in .*?s)( \(.*\))? ?=*")

# What an environment is made with must be there too: Debian packs it apart.
_ASK_VERSION = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
_ASK_PACKAGES = f"from importlib.metadata import version; print(', '.join(f'{{n}} {{version(n)}}' for n in {SHOWN}))"


@dataclass(frozen=True)
class Run:
    """The tests with one set of versions (a file in `constraints/`) on one Python."""

    python: str
    constraints: str

    @property
    def environment(self) -> str:
        return f".venv-matrix-{self.python}-{self.constraints}"


@dataclass(frozen=True)
class Ended:
    """How a run went: whether it passed, what it ran with, and pytest's counts or what went wrong before them."""

    run: Run
    passed: bool
    versions: str
    told: str


RUNS = (Run(OLDEST_PYTHON, "floors"), *(Run(python, "newest") for python in PYTHONS))


def main() -> int:
    interpreters = {python: found for python in PYTHONS if (found := interpreter(python))}
    ended = []
    for run in RUNS:
        if found := interpreters.get(run.python):
            print(f"\nPython {run.python}, {run.constraints}", flush=True)
            ended.append(carried_out(run, found))
    absent = [python for python in PYTHONS if python not in interpreters]
    print(f"\n{table(ended, absent)}")
    return 0 if ended and all(each.passed for each in ended) else 1


def interpreter(python: str) -> Path | None:
    """An interpreter of this version that can make environments."""
    return next((path for path in _candidates(python) if _version_of(path) == python), None)


def _candidates(python: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        yield Path(folder) / f"python{python}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{python}.*/bin/python"), reverse=True)
    yield Path(sys.executable)


def _version_of(path: Path) -> str:
    """The version of an interpreter; nothing if it does not run, as pyenv's stand-ins do for versions not chosen."""
    if not path.is_file():
        return ""
    asked = subprocess.run([path, "-c", _ASK_VERSION], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def carried_out(run: Run, found: Path) -> Ended:
    """Make the environment of a run, unless it is there, and run the tests in it."""
    made = subprocess.run(
        ["tools/environment", run.environment, f"constraints/{run.constraints}.txt", "test"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": str(found)},
        check=False,
    )
    if made.returncode != 0:
        return Ended(run, False, "", "the environment could not be made")
    python = f"{run.environment}/bin/python"
    versions = subprocess.run([python, "-c", _ASK_PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    status, last = _shown_while_it_runs([python, "-m", "pytest", "-m", "not browser"])
    return Ended(run, status == 0, versions.stdout.strip(), counts(last) or f"pytest ended with status {status}")


def _shown_while_it_runs(command: list[str]) -> tuple[int, str]:
    """The exit status of a command and its last line."""
    last = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for last in process.stdout:
            print(last, end="", flush=True)
    return process.returncode, last


def counts(line: str) -> str:
    """The counts in pytest's last line, without its decoration."""
    found = COUNTS.fullmatch(line.strip())
    return found[1] if found else ""


def table(ended: list[Ended], absent: list[str]) -> str:
    """What ran and how it ended, then what was left out."""
    rows = [("Python", "versions", "with", "result")]
    for each in ended:
        result = each.told if each.passed else f"FAILED: {each.told}"
        rows.append((each.run.python, each.run.constraints, each.versions, result))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*map(str.ljust, row[:3], widths), row[3]]).rstrip() for row in rows]
    if not ended:
        lines = ["Nothing was run."]
    if absent:
        lines.append(f"Not found here, so not tested: Python {', '.join(absent)}.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
