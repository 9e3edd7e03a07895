"""Processes on the harbour's site, whose data is in a folder."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HARBOUR_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.foreign_lms.site_settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hooks")]),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
    }


def run(folder: Path, *arguments: str) -> str:
    """What a Python process prints that ends by itself."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(folder: Path, *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
    """A Python process of its own group."""
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment(folder), start_new_session=True, **streams)
