"""Run as a process of its own on the worker tests' site: answers calls, one JSON line for each.

A call is a function's name and its arguments: submit FILE [POLICY], state REFERENCE, records.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from cert_completion_records.models import Evidence, LearnerCertification, PastCompletion  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402

from cert_completion_plugin import api  # noqa: E402
from cert_completion_plugin.store.portions import progress  # noqa: E402

OPTIONS = {
    "review": False,
    "import_action": "certify_if_newer",
    "unknown_certification": "create_evidence",
    "commit_policy": "valid_rows",
}


def submit(file, commit_policy="valid_rows", **options):
    """Upload a file as the uploader, and return the import's reference."""
    uploader = get_user_model().objects.get(username="uploader")
    path = Path(file)
    chosen = api.Options.from_mapping({**OPTIONS, "commit_policy": commit_policy, **options})
    batch = api.submit(uploader, [path.read_bytes()], file_name=path.name, options=chosen)
    return batch.reference


def state(reference):
    """Where an import is; its rows are counted when it has ended."""
    batch = api.find(reference)
    assert batch is not None
    done = progress(batch)
    rows = len(api.rows(batch, limit=1_000_000)) if batch.finished_at else None
    told = {"state": batch.state, "counts": batch.counts, "done": done.portions_done, "rows": rows}
    return {**told, "held_back": batch.held_back}


def records():
    """A digest of everything that the record book holds, whoever wrote it and in whatever order."""
    held = held_records()
    return len(held), hashlib.sha256("\n".join(sorted(map(repr, held))).encode()).hexdigest()


def held_records() -> list[tuple[Any, ...]]:
    """Every record and evidence item: whose it is, of what, its dates and the line that it came from."""
    days = ("completed", "expires", "window_opens", "baseline_expires")
    pair = ("learner_certification__learner__username", "learner_certification__certification__id_number")
    own_pair = ("learner__username", "certification__id_number")
    return [
        *LearnerCertification.objects.values_list(*own_pair, *days, "line", "assigned"),
        *PastCompletion.objects.values_list(*pair, *days, "line"),
        *Evidence.objects.values_list("learner__username", "name", "completed", "due", "line"),
    ]


def serve(functions):
    """Answer calls from standard input until it ends."""
    for line in sys.stdin:
        name, arguments, options = json.loads(line)
        try:
            answer = {"returned": functions[name](*arguments, **options)}
        except Exception as error:
            answer = {"raised": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    serve(globals())
