"""One import and its undo at the harbour, told as JSON. Run as a process of its own: `... undisturbed` or `... dying`.

With `dying`, whoever works ends (kill -9) as soon as the registry has committed something that they have not told yet;
somebody else goes on, until nobody has to die any more.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import django

django.setup()

from cert_completion_hooks import WriteStatus  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from cert_completion_plugin import api  # noqa: E402
from cert_completion_plugin.models import LedgerEntry, Portion, UndoPortion  # noqa: E402
from tests.foreign_lms import filling  # noqa: E402
from tests.foreign_lms.host import outside, undoing, writing  # noqa: E402
from tests.foreign_lms.people.models import Person  # noqa: E402
from tests.foreign_lms.registry import models  # noqa: E402

PEOPLE = 40
ROWS = 90
CODES = ("Crane", "Pilot", "Crane", "Welding")


def rows(random: Random) -> Iterator[str]:
    """Trainings of people, some of whom nobody knows; of licences, one of which there is not; some twice."""
    yield filling.HEADINGS
    for _ in range(ROWS):
        day = date(2023, 1, 1) + timedelta(days=30 * random.randrange(36))
        yield f"{random.randrange(100, 102 + PEOPLE):04},{random.choice(CODES)},,{day},"


def dying_after(request: Callable[..., Any]) -> Callable[..., Any]:
    """A request of the host, after which the process ends if it has written something."""

    def asked(*arguments: Any) -> Any:
        results = request(*arguments)
        if any(each.status is WriteStatus.WRITTEN for each in results):
            os.kill(os.getpid(), signal.SIGKILL)
        return results

    return asked


def die_at_every_commit() -> None:
    writing.write = dying_after(writing.write)
    outside.write = dying_after(outside.write)
    undoing.undo = dying_once_for_each(undoing.undo)


def dying_once_for_each(request: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what is answered alike when it is asked again: each process dies of what none has died of yet."""
    died_of = Path(os.environ["HARBOUR_DATA"]) / "died-of"

    def asked(batch: Any, changes: Any, items: Any, preview: bool) -> Any:
        results = request(batch, changes, items, preview)
        keys = " ".join(sorted(each.key for each in results))
        told = died_of.read_text() if died_of.exists() else ""
        if not preview and keys and keys not in told.splitlines():
            died_of.write_text(f"{told}{keys}\n")
            os.kill(os.getpid(), signal.SIGKILL)
        return results

    return asked


def work_off(batch: api.Batch, *, dying: bool) -> int:
    """Do all the work on an import; how many processes have died of it."""
    deaths = 0
    while True:
        connections.close_all()
        worker = os.fork()
        if worker == 0:
            if dying:
                die_at_every_commit()
            _work(batch)
            connections.close_all()
            os._exit(0)
        status = os.waitpid(worker, 0)[1]
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            return deaths
        deaths += 1


def _work(batch: api.Batch) -> None:
    """Work, whatever was told to wait since somebody has died of it."""
    Portion.objects.update(due_at=None, claimed_at=None)
    UndoPortion.objects.update(due_at=None, claimed_at=None)
    while True:
        try:
            return api.work_off(batch.id)
        except api.TryAgain as again:
            time.sleep(min(again.seconds, 0.2))


def registry() -> list[str]:
    """All that the registry holds, by what is the same on every site; with who entered it by which line."""
    numbers = dict(Person.objects.values_list("pk", "employee_number"))
    days = ("trained_on", "last_day", "renewal_from", "last_day_unextended", "entry_line", "stamped_by")
    held = [
        (model.__name__, numbers[person], code, *map(str, rest))
        for model in (models.ValidLicence, models.FormerLicence)
        for person, code, *rest in model._default_manager.values_list("person", "licence__code", *days)
    ]
    held += [("Duty", numbers[each.person], each.licence.code) for each in models.Duty.objects.all()]
    held += [
        ("OutsideTraining", numbers[each.person], each.code, str(each.trained_on), str(each.entry_line))
        for each in models.OutsideTraining.objects.all()
    ]
    held += [("Letter", numbers[each.person], each.licence.code) for each in models.Letter.objects.all()]
    return sorted(map(" ".join, held))


def found(batch: api.Batch) -> api.Batch:
    """The import as it is now."""
    now = api.find(api.SYSTEM, batch.reference)
    assert now is not None
    return now


def books(batch: api.Batch) -> dict[str, Any]:
    """What the plugin says of an import and its rows."""
    told = [f"{row.line} {row.outcome} {row.username} {row.expires}" for row in api.rows(api.SYSTEM, batch, limit=999)]
    entries = LedgerEntry.objects.filter(batch_id=batch.id, phase="written")
    return {"state": str(batch.state), "counts": batch.counts, "rows": told, "entries": entries.count()}


def undone(batch: api.Batch, officer: Any, *, dying: bool) -> dict[str, Any]:
    """The undo of an import: what it says of the rows, and how many processes have died of it."""
    batch = found(batch)
    preview = api.preview_undo(officer, batch)
    work_off(batch, dying=False)
    assert api.undo(officer, batch, "A test.", preview=preview.number)
    deaths = work_off(batch, dying=dying)
    undo = api.undo_state(batch)
    assert undo is not None
    return {"state": str(undo.state), "result": dict(undo.result), "deaths": deaths}


def main(*, dying: bool) -> dict[str, Any]:
    for database in ("default", "registry"):
        call_command("migrate", database=database, verbosity=0)
    filling.fill()
    Person.objects.bulk_create(
        Person(employee_number=f"{number:04}", email=f"{number}@harbour.example.org")
        for number in range(100, 100 + PEOPLE)
    )
    officer = filling.officer()
    before = registry()
    chosen = {"import_action": "certify_if_newer", "unknown_certification": "create_evidence", "messages": "send"}
    options = api.Options.from_mapping({**chosen, "review": False})
    content = "\n".join(rows(Random("harbour"))).encode()
    batch = api.submit(officer, [content], file_name="crew.csv", options=options)
    deaths = work_off(batch, dying=dying)
    ended = {"deaths": deaths, "books": books(found(batch)), "registry": registry()}
    taken = undone(batch, officer, dying=dying)
    letters = [line for line in registry() if line.startswith("Letter")]
    is_as_before = [line for line in registry() if line not in letters] == before
    return {**ended, "undo": taken, "is_as_before": is_as_before, "letters": len(letters)}


if __name__ == "__main__":
    print(json.dumps(main(dying=sys.argv[1] == "dying")))
