"""Run as a process of its own on the worker tests' site: submit FILE [POLICY], state REFERENCE, records."""

import hashlib
import json
import sys
from pathlib import Path

import django

django.setup()

from cert_completion_records.models import Evidence, LearnerCertification, PastCompletion  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402

from cert_completion_plugin import api  # noqa: E402
from cert_completion_plugin.store.portions import progress  # noqa: E402


def submit(file, commit_policy="valid_rows"):
    """Upload a file as the uploader, and print the import's reference."""
    uploader = get_user_model().objects.get(username="uploader")
    options = {
        "review": False,
        "import_action": "certify_if_newer",
        "unknown_certification": "create_evidence",
        "commit_policy": commit_policy,
    }
    content = Path(file).read_bytes()
    batch = api.submit(uploader, [content], file_name="file.csv", options=api.Options.from_mapping(options))
    print(batch.reference)


def state(reference):
    batch = api.find(reference)
    assert batch is not None
    done = progress(batch)
    rows = len(api.rows(batch, limit=1_000_000))
    told = {"state": batch.state, "counts": batch.counts, "done": done.portions_done, "rows": rows}
    print(json.dumps({**told, "held_back": batch.held_back}))


def records():
    """A digest of everything that the record book holds, whoever wrote it and in whatever order."""
    days = ("completed", "expires", "window_opens", "baseline_expires")
    pair = ("learner_certification__learner__username", "learner_certification__certification__short_name")
    held = [
        *LearnerCertification.objects.values_list("learner__username", "certification__id_number", "assigned", *days),
        *PastCompletion.objects.values_list(*pair, *days, "line"),
        *Evidence.objects.values_list("learner__username", "name", "completed", "due", "line"),
    ]
    print(len(held), hashlib.sha256("\n".join(sorted(map(repr, held))).encode()).hexdigest())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
