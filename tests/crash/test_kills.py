"""`kill -9` of workers and of processes of their pools at random moments of a large import."""

import random
import time

import pytest

pytestmark = pytest.mark.crash

KILLS, OF_THEM_WHILE_READING = 50, 5


def kill_at_random_moments(site, reference, kills, longest=0.4):
    """Kill workers in the middle of their work so many times, and processes of pools in between."""
    hits, deadline = 0, time.monotonic() + 400
    while hits < kills:
        begun = site.driver("now")
        site.start_worker()
        while not site.driver("is_working", reference, begun, hits >= OF_THEM_WHILE_READING):
            assert time.monotonic() < deadline, f"after {hits} kills nobody works: {site.driver('brief', reference)}"
            time.sleep(0.01)
        time.sleep(random.uniform(0, longest))
        if random.random() < 0.25:
            site.kill_one_of_its_processes()
            time.sleep(random.uniform(0, longest))
        site.kill_worker()
        found = site.driver("brief", reference)
        assert found["state"] in ("received", "reading", "writing"), f"over after {hits} kills in its midst: {found}"
        hits += bool(site.driver("interrupted", reference, begun))
    return hits


def test_fifty_kills_during_one_import(make_site, large):
    site = make_site("killed", large.learners, options={"PORTION_ROWS": 100})
    reference = site.driver("submit", large.file)
    assert kill_at_random_moments(site, reference, KILLS) == KILLS
    site.start_worker()
    site.wait_until_finished(reference)
    assert site.ended_like(reference) == large.ended


def test_a_portion_that_kills_its_worker_each_time_is_given_up_and_reported(make_site, small):
    site = make_site("given-up", small.learners, options={"PORTION_ROWS": 5000, "MAX_ATTEMPTS": 3})
    reference = site.driver("submit", small.file)
    site.driver("read", reference)
    kill_at_random_moments(site, reference, 3, longest=0)
    site.start_worker()
    site.wait_until_finished(reference)
    counts = site.driver("books", reference)["counts"]
    assert counts["outcomes"] == {"failed": small.rows}
    assert counts["issues"]["internal_error"] == small.rows
