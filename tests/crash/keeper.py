"""Keeps one Celery worker, and starts it again within moments: everything is imported before the fork.

Orders come as lines on standard input, answers go to standard output as JSON: start (its process id), kill (the whole
worker), kill_child (one process of its pool). All with signal 9.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import django

django.setup()

from sandbox.celery import app  # noqa: E402

OPTIONS = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


def start():
    app.finalize()
    app.loader.import_default_modules()
    if worker := os.fork():
        return worker
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        app.worker_main(["worker", *OPTIONS])
    finally:
        os._exit(0)


def kill(worker):
    os.killpg(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def kill_child(worker):
    """Kill a process of the pool, as soon as there is one."""
    children = Path(f"/proc/{worker}/task/{worker}/children")
    while not (pool := children.read_text().split()):
        time.sleep(0.01)
    os.kill(int(random.choice(pool)), signal.SIGKILL)


def main():
    worker = None
    for line in sys.stdin:
        order = line.strip()
        if order == "start":
            worker = start()
        elif order == "kill":
            kill(worker)
            worker = None
        else:
            kill_child(worker)
        print(json.dumps(worker), flush=True)
    if worker:
        kill(worker)


if __name__ == "__main__":
    main()
