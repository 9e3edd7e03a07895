"""Commands as processes of a real site: workers that do the work, pipes that close, Ctrl-C, standard input."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.worker.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.worker

SAMPLES = ROOT / "sandbox" / "samples"


def command(site, name, *arguments, **given):
    """Runs a command for the sandbox's uploader to its end."""
    return subprocess.run(
        [sys.executable, "-m", "django", f"cert_completion_{name}", *map(str, arguments), "--user", "uploader"],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        timeout=PATIENCE,
        **given,
    )


def started(site, name, *arguments):
    return site.start(
        "-m",
        "django",
        f"cert_completion_{name}",
        *map(str, arguments),
        "--user",
        "uploader",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_workers_do_the_work_and_the_command_waits_for_them(make_site, file):
    site = make_site("waited-for")
    site.start_worker()
    ended = command(site, "import", file, "--approve", "--format", "json")
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["state"], found["rows_read"]) == (2, "finished", 4000), ended.stderr
    assert b"Traceback" not in ended.stderr
    report = command(site, "report", found["reference"], "--format", "json")
    assert sum(json.loads(report.stdout)["outcomes"].values()) == 4000


def test_one_process_does_it_all(make_site, file):
    site = make_site("alone")
    piped = command(site, "import", "-", "--work", "--no-review", input=(SAMPLES / "clean.csv").read_bytes())
    assert piped.returncode == 0, piped.stderr
    assert "Of 40 rows" in piped.stdout.decode()
    wrong = command(site, "import", "nowhere.csv", "--date-format", "never")
    assert (wrong.returncode, wrong.stdout) == (1, b"")
    ended = command(site, "import", file, "--work", "--no-review", "--format", "json")
    reference = json.loads(ended.stdout)["reference"]

    with started(site, "report", reference, "--format", "csv") as reading:
        assert reading.stdout.readline().decode("utf-8-sig").startswith("part,name")
        reading.stdout.close()
        assert reading.wait(PATIENCE) == 2
        assert reading.stderr.read() == b""


def test_ctrl_c_ends_the_waiting_and_not_the_import(make_site, file):
    site = make_site("interrupted")
    waiting = started(site, "import", file, "--no-review")
    while b"waits for a worker" not in waiting.stderr.readline():
        time.sleep(0.01)  # lines of the log
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=PATIENCE)
    assert (waiting.returncode, out) == (130, b"")
    assert b"The workers go on with it" in err
    assert b"Traceback" not in err

    working = started(site, "import", file, "--work", "--no-review", "--name", "again.csv")
    while b"Recording" not in working.stderr.readline():
        time.sleep(0.01)
    working.send_signal(signal.SIGINT)
    out, err = working.communicate(timeout=PATIENCE)
    assert (working.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    site.run("-m", "django", "cert_completion_sweep", "--work")
    references = site.driver("references")
    assert [site.state(reference)["state"] for reference in references] == ["finished", "finished"]
