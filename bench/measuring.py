"""Seconds and peak memory of the work of a process."""

import json
import resource
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any


def measured(work: Callable[[], int]) -> None:
    """Do the work, which returns how many rows it wrote; print seconds, rows and peak memory as JSON."""
    began = perf_counter()
    rows = work()
    seconds = perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_rss_mb": own_peak()}))


def own_peak() -> float:
    """The most memory that this process ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / 1024 if sys.platform == "darwin" else peak / 1024


def peak_of(pid: int) -> float:
    """The most memory that another process ever held, in MB (Linux)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        values = dict(line.split(":", 1) for line in status)
    return int(values["VmHWM"].split()[0]) / 1024


def last_line(output: str) -> dict[str, Any]:
    """What `measured` printed, whatever stands before it."""
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found
