"""A whole import through the public API, with real workers. Usage: python -m bench.ours processes|threads NUMBER FILE

So many worker processes, or one worker process with so many threads. From the call that uploads to the last ledger
entry.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

from bench.celery import app  # noqa: E402
from bench.measuring import own_peak, peak_of  # noqa: E402
from cert_completion_plugin import api  # noqa: E402
from cert_completion_plugin.models import ImportBatch, LedgerEntry  # noqa: E402

LOOK_SECONDS = 0.1
PATIENCE = 1800
OPTIONS = {"review": False, "import_action": "certify_if_newer", "date_format": "auto"}


@contextmanager
def workers(kind: str, number: int) -> Iterator[list[int]]:
    """The ids of the processes that work on tasks: as many as `number` says, or one with as many threads."""
    with app.connection_for_write() as connection:
        connection.default_channel.queue_declare(app.conf.task_default_queue, durable=True)
        connection.default_channel.queue_purge(app.conf.task_default_queue)
    pool, count = (("prefork", "1"), number) if kind == "processes" else (("threads", str(number)), 1)
    command = [sys.executable, "-m", "celery", "-A", "bench", "worker", "--loglevel", "WARNING"]
    command += ["--pool", pool[0], "--concurrency", pool[1]]
    running = [
        subprocess.Popen([*command, "-n", f"bench{index}@localhost"], start_new_session=True) for index in range(count)
    ]
    try:
        while len(app.control.ping(timeout=LOOK_SECONDS)) < count:
            sleep(LOOK_SECONDS)
        sleep(3)
        yield [pid for worker in running for pid in children(worker.pid) or [worker.pid]]
    finally:
        for worker in running:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def children(pid: int) -> list[int]:
    """The processes of a worker's pool; a pool of threads has none."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in listed]


def pieces(path: Path) -> Iterator[bytes]:
    """As Django hands over what is uploaded."""
    with path.open("rb") as stream:
        while piece := stream.read(64 * 1024):
            yield piece


def run(path: Path, kind: str, number: int) -> dict[str, Any]:
    uploader = get_user_model()._default_manager.get(username="uploader")
    options = api.Options.from_mapping(OPTIONS)
    with workers(kind, number) as running:
        began = perf_counter()
        batch = api.submit(uploader, pieces(path), file_name=path.name, options=options)
        answered = perf_counter()
        states = ImportBatch.objects.filter(pk=batch.id).values_list("state", flat=True)
        read = None
        while (state := states[0]) != api.BatchState.FINISHED:
            assert state in ("received", "reading", "writing"), state
            assert perf_counter() - began < PATIENCE, f"the import stands still: {state}"
            if read is None and state == "writing":
                read = perf_counter()
            sleep(LOOK_SECONDS)
        ended = perf_counter()
        peaks = [peak_of(pid) for pid in running]
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    entries = LedgerEntry.objects.filter(batch_id=batch.id).count()
    assert entries == found.rows_read == sum(found.counts["outcomes"].values()), (entries, found.rows_read)
    return {
        "seconds": ended - began,
        "rows": entries,
        "peak_rss_mb": max(peaks),
        "upload_seconds": answered - began,
        "upload_rss_mb": own_peak(),
        "reading_seconds": (read or ended) - answered,
        "portions_seconds": ended - (read or began),
        "outcomes": found.counts["outcomes"],
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[3]), sys.argv[1], int(sys.argv[2]))))
