"""Watched places with real processes: workers that look, processes that are killed, two at once."""

import os
import random
import re
import signal
import time

import pytest

from tests.worker.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.worker

SAMPLE = (ROOT / "sandbox" / "samples" / "clean.csv").read_text()
FILES = 6


@pytest.fixture
def watched_site(make_site, tmp_path):
    """A site that watches a directory, and that directory; its workers look every second."""

    def watched_site(name):
        place = tmp_path / name / "place"
        place.mkdir(parents=True)
        watched = {
            "directory": str(place),
            "user": "uploader",
            "options": {"review": False, "import_action": "certify_if_newer"},
            "marker": ".done",
        }
        return make_site(name, options={"WATCHED": [watched], "WATCH_SECONDS": 1}), place

    return watched_site


def lay(place):
    """Files that differ, with their markers."""
    for number in range(FILES):
        (place / f"{number}.csv").write_text(SAMPLE + "\n" * number)
        (place / f"{number}.csv.done").touch()


def names(place, folder):
    return sorted(re.sub(r"\.[0-9a-f]{12}\.", ".#.", path.name) for path in (place / folder).glob("*"))


PUT_AWAY = sorted(f"{number}.#.csv{rest}" for number in range(FILES) for rest in ("", ".report.csv", ".report.json"))


def test_a_worker_takes_up_what_is_laid_there(watched_site):
    site, place = watched_site("watched")
    site.start_worker()
    lay(place)
    deadline = time.monotonic() + PATIENCE
    while not (place / "done").exists() or names(place, "done") != PUT_AWAY:
        assert time.monotonic() < deadline, [names(place, folder) for folder in ("taken", "done", "failed")]
        time.sleep(0.2)
    assert len(site.driver("references")) == FILES


def test_whatever_is_killed_each_file_is_imported_once(watched_site):
    site, place = watched_site("killed")
    lay(place)
    chance = random.Random(20260315)
    for _ in range(8):
        running = [site.start("-m", "django", "cert_completion_watch", "--work") for _ in range(2)]
        time.sleep(chance.uniform(0.7, 2.5))
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    deadline = time.monotonic() + PATIENCE
    while names(place, "done") != PUT_AWAY:
        # A lease of somebody who was killed while putting a file away has to run out.
        site.driver("end_watch_leases")
        site.run("-m", "django", "cert_completion_watch", "--work")
        assert time.monotonic() < deadline, [names(place, folder) for folder in ("taken", "done", "failed")]
    references = site.driver("references")
    assert [site.state(reference)["state"] for reference in references] == ["finished"] * FILES
    assert (names(place, "taken"), names(place, "failed")) == ([], [])
