"""The worker tests' driver, with more to ask: the books of an import, and what was interrupted."""

import hashlib
import os
import pickle
import random
import sys
import time
from datetime import datetime
from pathlib import Path

import django

django.setup()

from cert_completion_records.models import Certification, Evidence, LearnerCertification, PastCompletion  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import OperationalError, connection, transaction  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.utils import timezone  # noqa: E402

from cert_completion_plugin import api, batches  # noqa: E402
from cert_completion_plugin.batches import writing  # noqa: E402
from cert_completion_plugin.models import ImportBatch, LedgerEntry, Portion, RowIssue  # noqa: E402
from tests.worker import driver  # noqa: E402
from tests.worker.driver import records, state, submit  # noqa: E402, F401

DAYS = ("completed", "expires", "window_opens", "baseline_expires")


def enrol(learners, prefix="learner"):
    """Create so many learners with numbered names."""
    model = get_user_model()
    names = (f"{prefix}-{number:04}" for number in range(int(learners)))
    model.objects.bulk_create([model(username=name, password="!") for name in names])


def work_off(reference):
    """Do all of the work here, without a worker."""
    while (batch := _batch(reference)).finished_at is None:
        try:
            api.work_off(batch.pk)
        except api.TryAgain as again:
            time.sleep(min(again.seconds, 1))


def _batch(reference):
    return ImportBatch.objects.get(reference=reference)


def brief(reference):
    """The state of an import, how many portions it has, and how many of them are done."""
    batch = _batch(reference)
    portions = Portion.objects.filter(batch=batch).values_list("state", flat=True)
    done = sum(state == Portion.State.WRITTEN for state in portions)
    return {"state": batch.state, "portions": len(portions), "done": done}


def now():
    return timezone.now().isoformat()


def is_working(reference, since, on_portions):
    """Whether a portion was taken up since then; or, if that is enough, the reading of the file."""
    moment = datetime.fromisoformat(since)
    begun = Q(claimed_at__gte=moment) | Q(done_at__gte=moment)
    if Portion.objects.filter(begun, batch__reference=reference).exists():
        return True
    return on_portions != "True" and _is_read(reference, moment)


def interrupted(reference, since):
    """How many portions were taken up since then and are not done; the reading of the file counts as one."""
    moment = datetime.fromisoformat(since)
    begun = Portion.objects.filter(batch__reference=reference, claimed_at__gte=moment)
    return begun.exclude(state=Portion.State.WRITTEN).count() + _is_read(reference, moment)


def _is_read(reference, moment):
    return ImportBatch.objects.filter(reference=reference, state="reading", progressed_at__gte=moment).exists()


def books(reference):
    """The counts of an import, and a digest of what its ledger says of every row."""
    batch = _batch(reference)
    entries = LedgerEntry.objects.filter(batch=batch, phase="written")
    told = entries.order_by("line", "revision").values_list(
        "line", "outcome", "username", "completed", "expires", "window_opens"
    )
    issues = RowIssue.objects.filter(batch=batch).order_by("line", "code").values_list("line", "code")
    lines = [line for line, *_ in told]
    return {
        "state": batch.state,
        "rows": batch.rows_read,
        "counts": state(reference)["counts"],
        "entries": len(lines),
        "lines": len(set(lines)),
        "not_done": Portion.objects.filter(batch=batch).exclude(state=Portion.State.WRITTEN).count(),
        "told": hashlib.sha256(repr(list(told)).encode()).hexdigest(),
        "issues": hashlib.sha256(repr(list(issues)).encode()).hexdigest(),
        "number_of_issues": len(issues),
    }


def read(reference):
    """Read the file here, so that portions are there to work on."""
    batches.read(_batch(reference).pk)


def _note_what_is_kept(path):
    """Have every outcome of a portion that this process wants to keep noted, before the database has its say."""
    keep = writing.keep

    def noted(batch, portion, *arguments):
        with path.open("a") as notes:
            notes.write(f"{batch.reference}/{portion.number}\n")
        keep(batch, portion, *arguments)

    writing.keep = noted


def work_with_others(reference, folder, number):
    """Work on every portion, in order, and begin each at the moment when so many processes are ready for theirs."""
    ids = list(Portion.objects.filter(batch__reference=reference).order_by("number").values_list("pk", flat=True))
    _note_what_is_kept(Path(folder) / "kept")
    for step, portion_id in enumerate(ids):
        _meet(Path(folder), step, number)
        try:
            batches.work(portion_id)
        except batches.TryAgain:
            continue
    batches.advance(_batch(reference).pk)


def _meet(folder, step, number):
    """Wait for the others, unless they have come to their end already."""
    (folder / f"{step}-{os.getpid()}").touch()
    patience = time.monotonic() + (60 if step == 0 else 2)
    while len(list(folder.glob(f"{step}-*"))) < number and time.monotonic() < patience:
        time.sleep(0.001)


def cut_connections():
    """Cut all connections to the site's database but this one; returns how many there were."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return cursor.fetchone()[0]
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()")
        return sum([_cut(cursor, number) for (number,) in cursor.fetchall()])


def _cut(cursor, number):
    try:
        cursor.execute(f"KILL CONNECTION {number}")
    except OperationalError:  # it has ended meanwhile
        return False
    return True


DISK_IS_FULL = {
    "postgresql": (
        """CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$""",
        """CREATE TRIGGER disk_is_full BEFORE INSERT ON cert_completion_plugin_importrow
        FOR EACH ROW WHEN (NEW.line > {line}) EXECUTE FUNCTION disk_is_full()""",
    ),
    "mysql": (
        """CREATE TRIGGER disk_is_full BEFORE INSERT ON cert_completion_plugin_importrow FOR EACH ROW
        IF NEW.line > {line} THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021, MESSAGE_TEXT = 'Disk full'; END IF""",
    ),
}
ROOM_IS_MADE = {
    "postgresql": ("DROP FUNCTION disk_is_full() CASCADE",),
    "mysql": ("DROP TRIGGER disk_is_full",),
}


def fill_disk(line):
    """From now on the server answers as one whose disk is full, to every row after this line."""
    for statement in DISK_IS_FULL[connection.vendor]:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(line=int(line)))


def make_room():
    for statement in ROOM_IS_MADE[connection.vendor]:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def meet_all(prefix="learner"):
    """Let every learner have a row for every certification, as if once assigned: something to lock."""
    learners = get_user_model().objects.filter(username__startswith=f"{prefix}-")
    LearnerCertification.objects.bulk_create(
        [
            LearnerCertification(learner=learner, certification=certification, assigned=False)
            for learner in learners
            for certification in Certification.objects.all()
        ],
        batch_size=1000,
    )


LMS_BEGINS = "the LMS begins"


def be_the_lms(seconds):
    """Write learners as an LMS does: a few in one transaction, in any order; nothing is different afterwards.

    Prints what a deadlock or a lock that somebody held for too long undid.
    """
    learners = list(get_user_model().objects.filter(username__startswith="learner-").values_list("pk", flat=True))
    print(LMS_BEGINS, file=sys.stderr, flush=True)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        try:
            with transaction.atomic():
                _touch(random.sample(learners, 8))
                time.sleep(random.choice((0, 0, 0, 3)))
        except OperationalError as error:
            print(error, file=sys.stderr, flush=True)


def _touch(learners):
    ids = list(LearnerCertification.objects.filter(learner__in=learners).values_list("pk", flat=True))
    for number in random.sample(ids, len(ids)):
        LearnerCertification.objects.filter(pk=number).update(changed_at=timezone.now())
        PastCompletion.objects.filter(learner_certification=number).update(changed_at=timezone.now())


def deadlocks():
    """How many deadlocks the server has met: in this database, or (MySQL, MariaDB) in any."""
    counted = {
        "postgresql": "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
        "mysql": "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'",
    }
    with connection.cursor() as cursor:
        cursor.execute(counted[connection.vendor])
        return cursor.fetchone()[0]


def held_of(prefix):
    """All records of the learners of this prefix, named without it; each with the file that it came from."""
    of_current, of_past = "source__file_name", "learner_certification__"
    current = LearnerCertification.objects.filter(learner__username__startswith=f"{prefix}-").values_list(
        "learner__username", "certification__id_number", *DAYS, "line", of_current, "assigned"
    )
    past = PastCompletion.objects.filter(learner_certification__learner__username__startswith=f"{prefix}-").values_list(
        f"{of_past}learner__username", f"{of_past}certification__id_number", *DAYS, "line", of_current
    )
    evidence = Evidence.objects.filter(learner__username__startswith=f"{prefix}-").values_list(
        "learner__username", "name", "completed", "due", "line", of_current
    )
    items = [(learner, f"{name} {completed}", *rest) for learner, name, completed, *rest in evidence]
    return [(name.removeprefix(prefix), *record) for name, *record in (*current, *past, *items)]


def own_store():
    """All that the host with a store of its own holds, by names that are the same on every site."""
    from tests.crash.own_store_host import store

    names = {str(key): name for key, name in get_user_model().objects.values_list("pk", "username")}
    with store() as connection:
        pairs = connection.execute("SELECT learner, certification, held FROM pair").fetchall()
        items = [pickle.loads(item) for (item,) in connection.execute("SELECT item FROM evidence")]
    held = [
        repr((names[learner], certification, pair.assigned, _plain(pair.current), sorted(map(_plain, pair.history))))
        for learner, certification, pair in ((learner, of, pickle.loads(held)) for learner, of, held in pairs)
    ]
    return sorted(held + [repr((names[each.learner_key], each.name, each.completed, each.line)) for each in items])


def _plain(record):
    return record and repr((record.completed, record.expires, record.window_opens, record.line))


def written_by_the_host_alone(reference):
    """How many changes the host with a store of its own has written of which the ledger knows nothing yet."""
    from tests.crash.own_store_host import store

    lines = set(LedgerEntry.objects.filter(batch__reference=reference, phase="written").values_list("line", flat=True))
    with store() as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM applied")]
    return sum(int(key.rpartition(":")[2]) not in lines for key in keys)


if __name__ == "__main__":
    driver.serve(globals())
