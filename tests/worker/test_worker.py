"""With a real Celery worker process: the way of a file, and what a `kill -9` in the middle leaves behind."""

import time
from datetime import date, timedelta

import pytest

from cert_completion_plugin.batches import delivering
from tests.worker.conftest import PATIENCE

pytestmark = pytest.mark.worker


def is_finished(state):
    return state["state"] == "finished"


def test_a_killed_worker_changes_nothing_in_the_end(make_site, file):
    undisturbed = make_site("undisturbed")
    undisturbed.start_worker()
    reference = undisturbed.driver("submit", file)
    expected = undisturbed.wait_for(reference, is_finished)
    assert expected["rows"] == sum(expected["counts"]["outcomes"].values()) == 4000

    site = make_site("killed")
    reference = site.driver("submit", file)
    for portions in (1, 6):
        site.start_worker()
        site.wait_for(reference, lambda state, portions=portions: state["done"] >= portions)
        site.kill_worker()
        assert not is_finished(site.state(reference))
    time.sleep(2)
    site.start_worker()
    assert site.wait_for(reference, is_finished) == expected
    assert site.driver("records") == undisturbed.driver("records")


def test_what_all_or_nothing_takes_back_is_taken_back_by_whoever_comes_next(make_site, refused_in_the_end):
    """Killed while it plans, while it writes, and while it takes back, unless it was faster; nothing of it stays."""
    site = make_site("all-or-nothing")
    before = site.driver("records")
    reference = site.driver("submit", refused_in_the_end, "all_or_nothing")
    for reached in (
        lambda state: state["done"] >= 2,
        lambda state: state["state"] == "writing" and state["done"] >= 2,
        lambda state: state["held_back"],
    ):
        site.start_worker()
        site.wait_for(reference, lambda state, reached=reached: reached(state) or is_finished(state))
        site.kill_worker()
    site.start_worker()
    ended = site.wait_for(reference, is_finished)
    assert ended["counts"]["outcomes"] == {"cancelled": ended["rows"] - 1, "failed": 1}
    assert ended["held_back"]["phase"] == "written"
    assert site.driver("records") == before


def test_threads_of_one_worker_do_what_its_processes_do(make_site, file):
    """Also after a kill of the process that they all are in."""
    expected_of = make_site("processes")
    reference = expected_of.driver("submit", file)
    expected_of.run("-m", "django", "cert_completion_sweep", "--work")
    expected = expected_of.state(reference)

    site = make_site("threads")
    threads = ("--pool", "threads", "--concurrency", "3")
    reference = site.driver("submit", file)
    site.start_worker(*threads)
    site.wait_for(reference, lambda state: state["done"] >= 2)
    site.kill_worker()
    time.sleep(2)
    site.start_worker(*threads)
    assert site.wait_for(reference, is_finished) == expected
    assert site.driver("records") == expected_of.driver("records")


def test_an_undo_goes_on_where_a_killed_worker_left_it(make_site, file):
    site = make_site("undone")
    before = site.driver("records")
    site.start_worker()
    reference = site.driver("submit", file)
    ended = site.wait_for(reference, is_finished)
    written = sum(ended["counts"]["outcomes"].get(each, 0) for each in ("certified", "renewed", "history", "evidence"))
    number = site.driver("preview_undo", reference)
    wait_for_undo(site, reference, lambda undo: undo["done"] > 0)
    site.kill_worker()
    site.start_worker()
    assert wait_for_undo(site, reference, lambda undo: undo["state"] == "previewed")["preview"] == {"undone": written}
    assert site.driver("undo", reference, number)
    wait_for_undo(site, reference, lambda undo: undo["done"] > 0)
    site.kill_worker()
    time.sleep(2)
    site.start_worker()
    assert wait_for_undo(site, reference, lambda undo: undo["state"] == "done")["result"] == {"undone": written}
    assert site.driver("records") == before


def wait_for_undo(site, reference, reached):
    deadline = time.monotonic() + PATIENCE
    while not reached(undo := site.driver("undo_state", reference)):
        assert time.monotonic() < deadline, f"the undo stands still at {undo}"
    return undo


def test_without_a_worker_the_command_does_the_work(make_site, file):
    site = make_site("no-worker")
    reference = site.driver("submit", file)
    site.run("-m", "django", "cert_completion_sweep", "--work")
    assert is_finished(site.state(reference))


def test_three_processes_that_do_all_of_the_work_at_once_do_it_once(make_site, file):
    alone, crowded = make_site("alone"), make_site("crowded")
    expected = alone.driver("submit", file)
    alone.run("-m", "django", "cert_completion_sweep", "--work")
    reference = crowded.driver("submit", file)
    processes = [crowded.start("-m", "django", "cert_completion_sweep", "--work") for _ in range(3)]
    assert [process.wait(timeout=PATIENCE) for process in processes] == [0, 0, 0]
    crowded.run("-m", "django", "cert_completion_sweep", "--work")
    assert crowded.state(reference) == alone.state(expected)
    assert crowded.driver("records") == alone.driver("records")


LEARNERS = 300


def test_messages_leave_once_though_the_worker_is_killed_again_and_again(make_site, tmp_path):
    """What was being sent at a kill is not sent again; everybody else gets one mail, and so does the uploader."""
    site = make_site("told")
    site.driver("add_learners", LEARNERS)
    day = date.today() - timedelta(days=30)
    rows = "".join(f"w{number:03},fire_warden,fw1,{day},\n" for number in range(LEARNERS))
    file = tmp_path / "recent.csv"
    file.write_text(f"username,certificationshortname,certificationidnumber,completiondate,duedate\n{rows}")
    reference = site.driver("submit", file, messages="send")
    for mails in (1, 100):
        site.start_worker()
        wait_for_mails(site, reference, lambda told, mails=mails: len(told["to"]) >= mails)
        site.kill_worker()
    site.start_worker()
    wait_for_mails(site, reference, lambda told: told["counts"].keys() <= {"sent", "sending"})
    site.wait_for(reference, is_finished)
    told = wait_for_mails(site, reference, lambda told: "To: uploader@example.org" in told["to"])
    to = [line for line in told["to"] if line.startswith("To: w")]
    assert len(to) == len(set(to))
    sent, lost = told["counts"]["sent"], told["counts"].get("sending", 0)
    assert sent + lost == LEARNERS
    assert sent <= len(to) <= LEARNERS
    assert lost <= 2 * 2 * delivering.AT_ONCE
    assert told["to"].count("To: uploader@example.org") == 1


def wait_for_mails(site, reference, reached):
    deadline = time.monotonic() + PATIENCE
    while not reached(told := site.driver("told", reference)):
        assert time.monotonic() < deadline, f"the messages stand still at {told['counts']}"
        time.sleep(0.05)
    return told
