"""What a database does: it cuts connections, its disk is full, and others hold what a portion needs."""

import random
import time

import pytest

pytestmark = pytest.mark.crash

LMS_BEGINS = "the LMS begins"
LMS_PROCESSES = 4
LOCK_TIMEOUTS = ("code=55P03", "code=1205")
HURRY = {"CRASH_SITE_LOCK_WAIT": "1"}


def test_connections_cut_in_the_middle_of_portions(make_site, small):
    site = make_site("cut", small.learners)
    reference = site.driver("submit", small.file)
    site.start_worker()
    interrupted = 0
    while (found := site.driver("brief", reference))["state"] != "finished" and interrupted < 8:
        begun = site.driver("now")
        time.sleep(random.uniform(0.05, 0.5))
        if found["done"] and site.driver("cut_connections"):
            interrupted += site.driver("interrupted", reference, begun)
    assert interrupted >= 5
    site.wait_until_finished(reference)
    assert site.ended_like(reference) == small.ended


def test_a_disk_that_is_full_while_a_file_is_read(make_site, small):
    site = make_site("disk-full", small.learners)
    site.driver("fill_disk", 1500)
    reference = site.driver("submit", small.file)
    site.start_worker()
    site.wait_until_told("event=reading_interrupted")
    found = site.driver("brief", reference)
    assert (found["state"], found["portions"]) == ("reading", 0)
    site.driver("make_room")
    site.wait_until_finished(reference)
    assert site.ended_like(reference) == small.ended


def test_deadlocks_and_lock_waits_between_an_import_and_the_lms(make_site, small):
    site, calm = make_site("contended", small.learners, **HURRY), make_site("calm", small.learners)
    for each in (calm, site):
        each.driver("meet_all")
    undisturbed = calm.driver("submit", small.file)
    calm.driver("work_off", undisturbed)
    before = site.driver("deadlocks")
    reference = site.driver("submit", small.file)
    site.driver("read", reference)
    code = "from tests.crash import driver; driver.be_the_lms(300)"
    lms = [site.start("-c", code, stderr=site.log) for _ in range(LMS_PROCESSES)]
    try:
        site.wait_until_told(f"(?s)({LMS_BEGINS}.*){{{LMS_PROCESSES}}}")
        site.start_worker()
        while not (has_met(site) and site.driver("deadlocks") > before):
            assert site.driver("brief", reference)["state"] == "writing", "it was over before the LMS was in its way"
            time.sleep(0.1)
    finally:
        for process in lms:
            process.kill()
            process.wait()
    site.wait_until_finished(reference)
    assert site.ended_like(reference) == calm.ended_like(undisturbed)


def has_met(site):
    """Whether a portion had to be repeated, and one waited for a lock for too long: by the codes of the servers."""
    log = site.log_file.read_text()
    return "event=portion_repeated" in log and any(code in log for code in LOCK_TIMEOUTS)
