"""Measures whole imports beside other ways: make bench [ENGINE=mariadb] [ARGS="--rows 100000 --repeat 3 --scaling"].

Writes build/bench.json, with --scaling build/bench-scaling.json, with --pages build/bench-pages-ENGINE.json.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BUILD = Path("build")
FOLDER = BUILD / "bench"
ENGINES = ("postgresql", "mariadb", "sqlite")


def main() -> None:
    chosen = _arguments()
    os.environ.update(BENCH_ENGINE=chosen.engine, BENCH_FOLDER=str(FOLDER), DJANGO_SETTINGS_MODULE="bench.settings")
    FOLDER.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from bench import world

    try:
        if chosen.pages:
            _pages(chosen)
        elif chosen.scaling:
            _scaling(chosen)
        else:
            _compare(chosen)
    finally:
        world.drop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("engine", nargs="?", default=ENGINES[0], choices=ENGINES)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the file, and learners (default 100000)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each contender; medians count (default 3)")
    parser.add_argument(
        "--scaling", action="store_true", help="instead: two workers, ten times the rows, and memory at a tenth"
    )
    parser.add_argument("--pages", action="store_true", help="instead: how long pages take, with ten times the rows")
    return parser.parse_args()


def _compare(chosen: argparse.Namespace) -> None:
    from bench.contenders import ALL, FLOOR, OURS
    from bench.running import Bench, summary

    bench = Bench(FOLDER, chosen.rows)
    runs = [summary(contender, bench.measure(contender, chosen.repeat)) for contender in ALL]
    by_name = {run["name"]: run for run in runs}
    floor, ours = by_name[FLOOR.name]["rows_per_s"], by_name[OURS.name]["rows_per_s"]
    for run in runs:
        run["ratio_to_floor"] = round(run["rows_per_s"] / floor, 3)
        run["ours_is_faster_by"] = round(ours / run["rows_per_s"], 2)
    _keep("bench.json", {"engine": chosen.engine, "rows": chosen.rows, "repeat": chosen.repeat, "runs": runs})
    _print(
        runs,
        (
            *("rows", "rows_per_s", "slowest_rows_per_s", "fastest_rows_per_s"),
            *("ratio_to_floor", "ours_is_faster_by", "peak_rss_mb"),
        ),
    )


def _scaling(chosen: argparse.Namespace) -> None:
    from bench.contenders import OURS, THREADS, TWO_WORKERS
    from bench.running import Bench, summary

    runs: list[dict[str, Any]] = []
    for rows, contenders in (
        (chosen.rows // 10, (OURS,)),
        (chosen.rows, (OURS, THREADS, TWO_WORKERS)),
        (chosen.rows * 10, (OURS,)),
    ):
        bench = Bench(FOLDER, rows)
        times = chosen.repeat if rows <= chosen.rows else 1
        runs += [summary(contender, bench.measure(contender, times)) for contender in contenders]
    _keep("bench-scaling.json", {"engine": chosen.engine, "runs": runs})
    _print(runs, ("rows", "rows_per_s", "reading_seconds", "portions_seconds", "upload_seconds", "peak_rss_mb"))


def _pages(chosen: argparse.Namespace) -> None:
    from bench import pages

    rows = chosen.rows * 10
    found = pages.measure(rows)
    _keep(
        f"bench-pages-{chosen.engine}.json",
        {"engine": chosen.engine, "rows": rows, "limit_ms": pages.LIMIT_MS, "pages": found},
    )
    slow = [f"{each['page']}, {each['filter']}" for each in found if each["median_ms"] > pages.LIMIT_MS]
    print(f"Over {pages.LIMIT_MS} ms: {'; '.join(slow) or 'none'}.")


def _keep(name: str, found: dict[str, Any]) -> None:
    (BUILD / name).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {BUILD / name}.")


def _print(runs: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    widths = [max(len(column), 10) for column in columns]
    print(" " * 36, *(column.rjust(width) for column, width in zip(columns, widths, strict=True)))
    for run in runs:
        cells = (f"{run[column]:,}".rjust(width) for column, width in zip(columns, widths, strict=True))
        print(run["name"].ljust(36), *cells)


if __name__ == "__main__":
    main()
