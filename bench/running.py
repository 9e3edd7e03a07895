"""Running contenders, each run in a process of its own on a database as it was before."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench import table, world
from bench.contenders import Contender
from bench.measuring import last_line


class Bench:
    """A database of so many learners, and the files that are imported into it."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder = folder
        self.rows = rows
        print(f"Making a database with {rows:,} learners ...", flush=True)
        world.make(rows)

    def measure(self, contender: Contender, times: int) -> list[dict[str, Any]]:
        """What each of so many runs came to."""
        rows = max(round(self.rows * contender.share), 1)
        file = self.folder / "table.csv"
        table.write_file(file, rows, with_problems=contender.whole)
        return [self._run(contender, file) for _ in range(times)]

    def _run(self, contender: Contender, file: Path) -> dict[str, Any]:
        world.reset(self.rows)
        module, *arguments = contender.command
        command = [sys.executable, "-m", module, *arguments, str(file)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found = last_line(done.stdout)
        print(f"  {contender.name}: {found['rows']:,} rows in {found['seconds']:.1f} s", flush=True)
        return found


def summary(contender: Contender, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The medians of some runs, and how far the runs lie apart."""
    rates = sorted(run["rows"] / run["seconds"] for run in runs)
    return {
        "name": contender.name,
        "rows": runs[0]["rows"],
        "rows_per_s": round(median(rates), 1),
        "slowest_rows_per_s": round(rates[0], 1),
        "fastest_rows_per_s": round(rates[-1], 1),
        "peak_rss_mb": round(max(run["peak_rss_mb"] for run in runs), 1),
        **{
            name: round(median(run[name] for run in runs), 2)
            for name in ("upload_seconds", "upload_rss_mb", "reading_seconds", "portions_seconds")
            if name in runs[0]
        },
    }
