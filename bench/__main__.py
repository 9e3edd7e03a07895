"""Measure: python -m bench [postgresql|mariadb|sqlite] [--rows N] [--repeat N] [--scaling]. Writes build/bench.json."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

BUILD = Path("build")
FOLDER = BUILD / "bench"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("engine", nargs="?", default="postgresql", choices=("postgresql", "mariadb", "sqlite"))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3, help="how often each contender runs; the median counts")
    parser.add_argument("--only", action="append", default=[], help="leave the other contenders out")
    return parser.parse_args()


CONTENDERS = {
    "floor": ("-m", "bench.floor", "{clean}"),
    "cert_completion_plugin": ("-m", "bench.ours", "{whole}", "1"),
    "import-export, bulk": ("-m", "bench.import_export", "bulk", "{clean}"),
    "import-export, admin": ("-m", "bench.import_export", "admin", "{clean}"),
}


def main() -> None:
    chosen = arguments()
    os.environ.update(BENCH_ENGINE=chosen.engine, BENCH_FOLDER=str(FOLDER), DJANGO_SETTINGS_MODULE="bench.settings")
    FOLDER.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from bench import table, world

    files = {"whole": FOLDER / "whole.csv", "clean": FOLDER / "clean.csv"}
    table.write_file(files["whole"], chosen.rows, with_problems=True)
    table.write_file(files["clean"], chosen.rows, with_problems=False)
    world.make(chosen.rows)
    runs: dict[str, list[dict[str, Any]]] = {}
    for name, command in CONTENDERS.items():
        if chosen.only and name not in chosen.only:
            continue
        for _ in range(chosen.repeat):
            world.reset(chosen.rows)
            done = subprocess.run(
                [sys.executable, *(part.format_map(files) for part in command)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found = json.loads(done.stdout.strip().splitlines()[-1])
            runs.setdefault(name, []).append(found)
            print(
                name,
                {k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()},
                round(found["rows"] / found["seconds"]),
                flush=True,
            )
    for name, found in runs.items():
        print(name, round(median(each["rows"] / each["seconds"] for each in found)))


if __name__ == "__main__":
    main()
