"""The floor: parse, look up in chunks, write the completion rows, nothing else. Usage: python -m bench.floor FILE"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import django

django.setup()

from cert_completion_records.models import Certification, LearnerCertification  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402

from bench.completions import completion, upsert  # noqa: E402
from bench.measuring import measured  # noqa: E402

CHUNK = 1000


def chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def run(path: Path) -> int:
    written = 0
    with path.open(encoding="utf-8", newline="") as stream, transaction.atomic():
        for chunk in chunks(enumerate(csv.DictReader(stream), start=2)):
            written += write(chunk)
    return written


def write(rows: list[tuple[int, dict[str, str]]]) -> int:
    names = {row["username"] for _, row in rows}
    learners = dict(get_user_model()._default_manager.filter(username__in=names).values_list("username", "pk"))
    short_names = {row["certificationshortname"] for _, row in rows}
    certifications = dict(Certification.objects.filter(short_name__in=short_names).values_list("short_name", "pk"))
    completions = [
        completion(
            learners[row["username"]],
            certifications[row["certificationshortname"]],
            date.fromisoformat(row["completiondate"]),
            date.fromisoformat(row["duedate"]) if row["duedate"] else None,
            line,
        )
        for line, row in rows
    ]
    LearnerCertification.objects.bulk_create(completions, **upsert())
    return len(completions)


if __name__ == "__main__":
    measured(lambda: run(Path(sys.argv[1])))
