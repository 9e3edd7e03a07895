"""What a queue does to tasks: it delivers them twice, and it loses them."""

import time
from urllib.parse import urlsplit

import pytest

from tests.crash.way import Way
from tests.worker import places

pytestmark = pytest.mark.crash


def test_every_task_delivered_twice(make_site, small):
    site = make_site("twice", small.learners, CRASH_SITE_TWICE="1")
    reference = site.driver("submit", small.file)
    site.start_worker()
    site.wait_until_finished(reference)
    # What still waits in the queue comes too late, and does nothing.
    time.sleep(3)
    assert site.ended_like(reference) == small.ended


def test_three_workers_on_the_same_portion(make_site, small, tmp_path):
    site = make_site("same-portion", small.learners)
    reference = site.driver("submit", small.file)
    site.driver("read", reference)
    site.work_at_once([reference] * 3, tmp_path / "ready")
    kept = (tmp_path / "ready" / "kept").read_text().split()
    assert len(kept) == len(set(kept)) == site.driver("brief", reference)["portions"]
    assert site.ended_like(reference) == small.ended


@pytest.fixture
def url():
    assert places.STACK.broker_url is not None
    return urlsplit(places.STACK.broker_url)


@pytest.fixture
def way(url):
    way = Way(url.hostname, url.port or {"redis": 6379, "amqp": 5672}[url.scheme])
    yield way
    way.end()


def test_a_broker_that_restarts_and_has_lost_its_queue(make_site, small, url, way):
    """Twice. The worker stays and finds its way back, but on Redis, where Celery's may connect again and stay deaf."""
    place = f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{way.port}".lstrip("@")
    broker = url._replace(netloc=place).geturl()
    site = make_site("lost-queue", small.learners, WORKER_SITE_BROKER=broker, CRASH_SITE_SHORT_TURNS="1")
    reference = site.driver("submit", small.file)
    site.start_worker()
    for done in (3, 15):
        while (found := site.driver("brief", reference))["done"] < done:
            time.sleep(0.02)
        assert way.close()
        places.lose_queue(site.name)
        assert found["state"] == "writing"
        time.sleep(1)
        places.lose_queue(site.name)
        way.reopen()
        if places.STACK.broker == "redis":
            # Celery's issues 8030 and 9054: still so if the connection breaks while a task is acknowledged.
            site.kill_worker()
            site.start_worker()
    site.wait_until_finished(reference)
    assert site.ended_like(reference) == small.ended
