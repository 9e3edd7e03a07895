import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import pytest

from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.core.slices import SLICES
from sandbox.demo_table import COURSES, HEIGHTS, PEOPLE

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("driver.py")
PATIENCE = 180


class Site:
    """A sandbox in a folder of its own, with a real Celery worker process on the filesystem broker."""

    def __init__(self, folder):
        python_path = os.pathsep.join([str(ROOT), str(ROOT / "hooks")])
        self.environment = {
            **os.environ,
            "SANDBOX_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.worker.site_settings",
            "PYTHONPATH": python_path,
            "PYTHONWARNINGS": "ignore",
        }
        self.worker = None
        self.run("-m", "django", "migrate", "--verbosity", "0")
        self.run("-m", "django", "load_demo_data", "--if-new")

    def run(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def driver(self, *arguments):
        return self.run(str(DRIVER), *map(str, arguments))

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start_worker(self):
        self.worker = self.start("-m", "celery", "--app", "sandbox", "worker", "--loglevel", "WARNING")

    def kill_worker(self):
        """kill -9, the worker with all processes of its pool."""
        if self.worker:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            self.worker = None

    def state(self, reference):
        return json.loads(self.driver("state", reference))

    def wait_for(self, reference, condition):
        """The state of an import as soon as the condition holds for it."""
        deadline = time.monotonic() + PATIENCE
        while not condition(state := self.state(reference)):
            assert time.monotonic() < deadline, f"the import stands still at {state}"
            time.sleep(0.2)
        return state


@pytest.fixture
def make_site(tmp_path):
    sites = []

    def make_site(name):
        sites.append(Site(tmp_path / name))
        return sites[-1]

    yield make_site
    for site in sites:
        site.kill_worker()


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    """The first 4,000 rows of the sandbox's large sample."""
    lines = (ROOT / "sandbox" / "samples" / "ten-thousand.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path_factory.mktemp("file") / "four-thousand.csv"
    path.write_text("".join(lines[:4001]), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def refused_in_the_end(tmp_path_factory):
    """A file without a mistake, of which the sandbox's host refuses one row, in the portion that comes last."""
    usernames = sorted((person.username for person in PEOPLE), key=lambda name: crc32(name.encode()) % SLICES)
    offered = [course for course in COURSES if course.offered]
    rows = [
        (username, course.short_name, course.id_number, date(2016, 1, 4) + timedelta(days=30 * number), "")
        for number in range(5)
        for username in usernames
        for course in offered
    ]
    rows.append((usernames[-1], HEIGHTS.short_name, HEIGHTS.id_number, date(2026, 1, 5), ""))
    path = tmp_path_factory.mktemp("file") / "refused-in-the-end.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([REQUIRED, *rows])
    return path
