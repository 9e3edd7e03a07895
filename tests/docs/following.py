"""Running what a page of the documents says, as somebody would who has only the package."""

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT

# pytest finds our packages, and no plugins or settings of this repository.
_WITHOUT = "-p no:django -p no:hypothesispytest -p no:cacheprovider"


def run(command: str, folder: Path) -> str:
    """What a command prints that begins with `$ python`; skipped tests are listed with their reasons."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "hooks"), "PYTEST_ADDOPTS": f"-rs {_WITHOUT}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        f"{sys.executable}{command.removeprefix('$ python')}",
        cwd=folder,
        shell=True,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def reasons(printed: str) -> set[str]:
    """Why tests were skipped."""
    return {line.split(": ", 1)[1] for line in printed.splitlines() if line.startswith("SKIPPED")}
