"""Run as a process of its own on the worker tests' site: answers calls, one JSON line for each.

A call is a function's name and its arguments, such as: submit FILE [POLICY], state REFERENCE, records.
"""

import hashlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from cert_completion_records.models import (  # noqa: E402
    Certification,
    Evidence,
    LearnerCertification,
    LearnerMessage,
    PastCompletion,
    SentMessage,
)
from django.contrib.auth import get_user_model  # noqa: E402
from django.utils import timezone  # noqa: E402

from cert_completion_plugin import api  # noqa: E402
from cert_completion_plugin.models import WatchedFile  # noqa: E402
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
    batch = api.find(api.SYSTEM, reference)
    assert batch is not None
    done = progress(batch)
    rows = len(api.rows(api.SYSTEM, batch, limit=1_000_000)) if batch.finished_at else None
    told = {"state": batch.state, "counts": batch.counts, "done": done.portions_done, "rows": rows}
    return {**told, "held_back": batch.held_back}


def references():
    """Of all imports, the newest first."""
    return [batch.reference for batch in api.newest(api.SYSTEM)]


def let_expire(number):
    """Have so many learners' certifications expire today, and the site tell them."""
    users = get_user_model().objects.filter(is_active=True).exclude(email="").order_by("pk")
    # Django 6 refuses other letters before the @.
    learners = [user for user in users if user.email.isascii()][: int(number)]
    certification = Certification.objects.create(short_name="tide", full_name="Tide Tables")
    for learner in learners:
        day = timezone.localdate()
        row = LearnerCertification.objects.create(
            learner=learner, certification=certification, completed=day - timedelta(days=365), expires=day
        )
        LearnerCertification.objects.filter(pk=row.pk).update(recorded_on=day - timedelta(days=365))
    LearnerMessage.objects.update(is_on=False)
    LearnerMessage.objects.filter(trigger="expired").update(is_on=True, since=None)
    return [learner.email for learner in learners]


def outcomes():
    """What became of messages, in order."""
    return sorted(SentMessage.objects.values_list("outcome", flat=True))


def end_watch_leases():
    """As if the time were over for which others leave a watched file to whoever puts it away."""
    WatchedFile.objects.update(leased_until=None)


def add_learners(number):
    """Learners w000, w001 and so on, who have addresses, and one for the uploader."""
    users = get_user_model()
    users.objects.filter(username="uploader").update(email="uploader@example.org")
    names = [f"w{each:03}" for each in range(int(number))]
    users.objects.bulk_create([users(username=name, email=f"{name}@example.org") for name in names])


def told(reference):
    """How the messages of an import stand, and to whom there are mails, in the files of the site's folder."""
    files = Path(os.environ["SANDBOX_DATA"]).glob("mail/*")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    counts = {str(state): number for state, number in api.message_counts(_found(reference)).items()}
    return {"counts": counts, "to": sorted(line for line in lines if line.startswith("To: "))}


def preview_undo(reference):
    """Have told what an undo of the import would do; the number of the undo."""
    return api.preview_undo(get_user_model().objects.get(username="uploader"), _found(reference)).number


def undo(reference, number):
    """Have the import undone as it was previewed; says whether that was still so."""
    uploader = get_user_model().objects.get(username="uploader")
    return api.undo(uploader, _found(reference), "A test.", preview=int(number))


def undo_state(reference):
    """Where the last undo of an import is."""
    undo = api.undo_state(_found(reference))
    assert undo is not None
    done = api.undo_progress(undo)
    counts = {"preview": dict(undo.preview), "result": dict(undo.result)}
    return {"state": undo.state, "rows": done.rows, "done": done.rows_done, **counts}


def _found(reference):
    batch = api.find(api.SYSTEM, reference)
    assert batch is not None
    return batch


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
