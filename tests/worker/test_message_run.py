"""The scheduled run of messages as a process of its own, killed with `kill -9`, and twice at once."""

import os
import signal
import subprocess

import pytest

from tests.sink import Sink
from tests.worker.conftest import PATIENCE

pytestmark = pytest.mark.worker
COMMAND = ("-m", "django", "cert_completion_messages")


@pytest.fixture
def sink():
    sink = Sink()
    sink.start()
    yield sink
    sink.stop()


class Killer:
    """Kills the process that it is told to, when it is called for the so-manyth time, and never again."""

    def __init__(self, number):
        self.process, self.left = None, number

    def __call__(self, address):
        self.left -= 1
        if self.left == 0:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start_and_be_killed(site, killer):
    killer.process = site.start(*COMMAND)
    assert killer.process.wait(PATIENCE) == -signal.SIGKILL


def addresses(sink):
    return sorted(address for address, _ in sink.told)


def test_a_killed_run_loses_at_most_the_message_that_it_was_at(make_site, sink):
    site = make_site("mail", WORKER_SITE_MAIL=str(sink.port))
    learners = site.driver("let_expire", 12)
    sink.on_recipient = lost = Killer(3)
    start_and_be_killed(site, lost)
    sink.on_recipient, sink.on_mail = Sink().on_recipient, (arrived := Killer(4))
    start_and_be_killed(site, arrived)
    assert "expired: 5 sent" in site.run(*COMMAND)
    assert "expired: none" in site.run(*COMMAND)
    assert addresses(sink) == sorted(set(learners) - {learners[2]})
    assert site.driver("outcomes") == ["sending"] * 2 + ["sent"] * 10


def test_two_runs_at_once_tell_each_learner_once(make_site, sink):
    site = make_site("mail", WORKER_SITE_MAIL=str(sink.port))
    learners = site.driver("let_expire", 30)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    for run in [site.start(*COMMAND, **streams) for _ in range(2)]:
        _, errors = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, errors
    assert addresses(sink) == sorted(learners)
