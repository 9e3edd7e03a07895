"""Workers killed, brokers emptied, connections cut: minutes for each stack, so run by `make crash-test` alone."""

import csv
import json
import re
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from cert_completion_plugin.core.headings import REQUIRED
from tests.worker.conftest import PATIENCE, Site

HERE = Path(__file__).parent
COURSES = (
    ("health_and_safety", "hs1"),
    ("first_aid", "fa1"),
    ("fire_warden", "fw1"),
    ("data_protection", "dp1"),
    ("forklift_operator", "fl1"),
    ("site_induction", "si1"),
    ("abseiling", "ab1"),
    ("", ""),
)
"""The last but one is unknown, and becomes evidence; the last is a mistake."""


def pytest_collection_modifyitems(config, items):
    """Leave these tests out of every run that does not ask for them by their mark, and say so in its last line."""
    if "crash" in config.option.markexpr:
        return
    crashes = [item for item in items if HERE in item.path.parents]
    if crashes:
        config.hook.pytest_deselected(items=crashes)
        items[:] = [item for item in items if item not in crashes]


class CrashSite(Site):
    """A site that crashes: its workers are started within moments, by a process that has loaded everything already.

    Nothing is given up, however often it is interrupted.
    """

    settings = "tests.crash.site_settings"
    driver_file = HERE / "driver.py"

    def __init__(self, folder, options=None, **environment):
        patient = {"MAX_ATTEMPTS": 1000, "MAX_ROWS": 100_000, "MAX_BYTES": 100_000_000, "STALLED_AFTER_SECONDS": 1}
        super().__init__(folder, {**patient, "PORTION_ROWS": 50, **(options or {})}, **environment)
        self.log_file = folder.with_suffix(".log")
        self.log = self.log_file.open("a")
        self.keeper = None

    def start_worker(self):
        if self.keeper is None:
            streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.log, "text": True}
            self.keeper = self.start(str(HERE / "keeper.py"), **streams)
        self.worker = self.tell_keeper("start")

    def kill_worker(self):
        if self.worker:
            self.tell_keeper("kill")
            self.worker = None

    def kill_one_of_its_processes(self):
        """kill -9 of one process of the worker's pool; the worker replaces it."""
        self.tell_keeper("kill_child")

    def tell_keeper(self, order):
        print(order, file=self.keeper.stdin, flush=True)
        return json.loads(self.keeper.stdout.readline())

    def end(self):
        self.kill_worker()
        if self.keeper:
            self.keeper.communicate()
        super().end()
        self.log.close()

    def wait_until_finished(self, reference, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while (found := self.driver("brief", reference))["state"] != "finished":
            assert time.monotonic() < deadline, f"the import stands still at {found}"
            time.sleep(0.1)

    def wait_until_told(self, *patterns, patience=PATIENCE):
        """Wait until the log of the site's processes has all of these."""
        deadline = time.monotonic() + patience
        while not all(re.search(pattern, self.log_file.read_text()) for pattern in patterns):
            assert time.monotonic() < deadline, f"the log in {self.log_file} lacks one of {patterns}"
            time.sleep(0.05)

    def work_at_once(self, references, folder):
        """Have as many processes work at the same moment, each on all portions of one of the imports, in order."""
        folder.mkdir()
        there = f"{str(folder)!r}, {len(references)}"
        codes = [f"from tests.crash import driver; driver.work_with_others({each!r}, {there})" for each in references]
        processes = [self.start("-c", code, stderr=self.log) for code in codes]
        assert {process.wait(timeout=PATIENCE) for process in processes} == {0}
        for reference in set(references):
            self.driver("work_off", reference)

    def ended_like(self, reference):
        """What must be the same after every crash: the import's books, which must balance, and all records."""
        books = self.driver("books", reference)
        assert books["not_done"] == 0
        assert books["entries"] == books["lines"] == books["rows"] == sum(books["counts"]["outcomes"].values())
        return books, self.driver("records")


@pytest.fixture
def make_site(tmp_path):
    sites = []

    def make_site(name, learners=0, options=None, **environment):
        site = CrashSite(tmp_path / name, options, **environment)
        sites.append(site)
        site.prepare()
        if learners:
            site.driver("enrol", learners)
        return site

    yield make_site
    for site in sites:
        site.end()


USUAL_WEIGHTS = (*[20] * 6, 10, 1)
EVIDENCE_ALONE = (*[0] * 6, 1, 0)


def rows_of(learners, rows, seed, prefix="learner", weights=USUAL_WEIGHTS):
    """Rows with long histories, evidence, duplicates and a mistake here and there; the same for the same seed."""
    random = Random(seed)
    for _ in range(rows):
        learner = f"{prefix}-{random.randrange(learners):04}"
        short_name, id_number = random.choices(COURSES, weights)[0]
        completed = date(2012, 1, 2) + timedelta(days=7 * random.randrange(700))
        due = (completed + timedelta(days=random.randrange(60) - 20)).isoformat() if random.random() < 0.3 else ""
        yield learner, short_name, id_number, completed.isoformat(), due


def write_file(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([REQUIRED, *rows])
    return path


class Undisturbed:
    """A file with what becomes of it where nothing disturbs: done by one process, in larger portions."""

    def __init__(self, folder, learners, rows, seed):
        self.learners, self.rows = learners, rows
        self.file = write_file(folder / f"{seed}.csv", rows_of(learners, rows, seed))
        site = CrashSite(folder / seed, {"PORTION_ROWS": 500})
        try:
            site.prepare()
            site.driver("enrol", learners)
            reference = site.driver("submit", self.file)
            site.driver("work_off", reference)
            self.ended = site.ended_like(reference)
        finally:
            site.end()
        assert self.ended[0]["rows"] == rows


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """20,000 rows of 1,000 learners."""
    return Undisturbed(tmp_path_factory.mktemp("large"), 1000, 20_000, "large")


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """3,000 rows of 100 learners, who meet often."""
    return Undisturbed(tmp_path_factory.mktemp("small"), 100, 3000, "small")
