"""A host with a database of its own: its commits are not ours, and a kill may come between the two."""

import random
import time

import pytest

pytestmark = pytest.mark.crash

OPTIONS = {"HOSTS": ["tests.crash.own_store_host"]}
KILLS, BETWEEN = 15, 3


def ended_like(site, reference):
    books, _ = site.ended_like(reference)
    return books, site.driver("own_store")


def test_kills_between_the_commit_of_the_host_and_ours(make_site, small):
    calm = make_site("calm", small.learners, options=OPTIONS)
    undisturbed = calm.driver("submit", small.file)
    calm.driver("work_off", undisturbed)
    expected = ended_like(calm, undisturbed)
    assert len(expected[1]) > 500

    site = make_site("killed", small.learners, options=OPTIONS)
    reference = site.driver("submit", small.file)
    site.driver("read", reference)
    between = kills = 0
    while kills < KILLS or between < BETWEEN:
        begun = site.driver("now")
        site.start_worker()
        while not site.driver("is_working", reference, begun, True):
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))
        site.kill_worker()
        assert site.driver("brief", reference)["state"] == "writing"
        kills += 1
        between += bool(site.driver("written_by_the_host_alone", reference))
    site.start_worker()
    site.wait_until_finished(reference)
    assert ended_like(site, reference) == expected
