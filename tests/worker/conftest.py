import csv
import json
import os
import secrets
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
from tests.worker import places

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


class Site:
    """A sandbox in a folder of its own, with a real Celery worker process; database and queue as the stack has them.

    `options` are more of the setting CERT_COMPLETION.
    """

    settings = "tests.worker.site_settings"
    driver_file = Path(__file__).with_name("driver.py")

    def __init__(self, folder, options=None, **environment):
        self.name = f"cert_completion_test_{secrets.token_hex(6)}"
        self.environment = {
            **os.environ,
            "SANDBOX_DATA": str(folder),
            "WORKER_SITE": self.name,
            "WORKER_SITE_OPTIONS": json.dumps(options or {}),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hooks")]),
            "PYTHONWARNINGS": "ignore",
            **environment,
        }
        self.worker = self.driving = None
        if places.HAS_SERVER:
            self.run("-m", "tests.worker.places", "create_database", self.name)

    def prepare(self):
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

    def driver(self, name, *arguments, **options):
        """Call a function of the site's driver, a process that runs until the site ends."""
        if self.driving is None:
            self.driving = self.start(
                str(self.driver_file), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, text=True
            )
        print(json.dumps([name, list(map(str, arguments)), options]), file=self.driving.stdin, flush=True)
        answer = json.loads(self.driving.stdout.readline())
        assert "returned" in answer, answer
        return answer["returned"]

    def start(self, *arguments, **streams):
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            **{**silence, **streams},
        )

    def start_worker(self, *options):
        alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        command = ("-m", "celery", "--app", "sandbox", "worker", "--loglevel", "WARNING", *alone, *options)
        self.worker = self.start(*command)

    def kill_worker(self):
        """kill -9, the worker with all processes of its pool."""
        if self.worker:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            self.worker = None

    def end(self):
        """Stop everything, and leave nothing on the servers."""
        self.kill_worker()
        if self.driving:
            self.driving.communicate()
        if places.HAS_SERVER:
            self.run("-m", "tests.worker.places", "drop_database", self.name)
        if places.HAS_BROKER:
            places.lose_queue(self.name)

    def state(self, reference):
        return self.driver("state", reference)

    def wait_for(self, reference, condition):
        """The state of an import as soon as the condition holds for it."""
        deadline = time.monotonic() + PATIENCE
        while not condition(state := self.state(reference)):
            assert time.monotonic() < deadline, f"the import stands still at {state}"
            time.sleep(0.05)
        return state


@pytest.fixture
def make_site(tmp_path):
    sites = []

    def make_site(name, **options):
        site = Site(tmp_path / name, **options)
        sites.append(site)
        site.prepare()
        return site

    yield make_site
    for site in sites:
        site.end()


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
