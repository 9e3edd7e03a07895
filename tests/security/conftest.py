"""A site on the record book where everything that somebody may name is called by what does harm where it is let."""

import csv
import io
from datetime import date
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from cert_completion_records.models import Certification
from django.contrib.auth import get_user_model

from cert_completion_plugin import api
from tests import people

EVIL = "evil.example"
ANSWERS = (200, 302, 404, 405, 503)
"""Of pages that are found, or not, and of the health of a site without workers."""
SCRIPT = f"\"'><script src=//{EVIL}/x></script><img src=x onerror=a()>{{{{7919*7907}}}}</textarea>"
FORMULA = f'=HYPERLINK("//{EVIL}")'
ESCAPES = "\x1b[31m\x1b]0;evil\x07"
HEADINGS = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate", SCRIPT)


def file_of(*rows, headings=HEADINGS):
    stream = io.StringIO()
    csv.writer(stream).writerows([headings, *rows])
    return stream.getvalue().encode()


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))


@pytest.fixture
def operator(db, client):
    """May do everything, and is called by a script as well."""
    user = people.person(SCRIPT[:100] + "operator")
    user.is_superuser = True
    user.save()
    client.force_login(user)
    return user


@pytest.fixture
def learner(db):
    return get_user_model().objects.create_user(SCRIPT[:140], first_name=SCRIPT[:100], email="x@example.org")


@pytest.fixture
def certification(db):
    return Certification.objects.create(short_name=SCRIPT, id_number=SCRIPT[:90], full_name=SCRIPT)


@pytest.fixture
def rows(learner, certification):
    """A row of each kind: written, held, with every cell wrong, too short, too long, close to another, evidence."""
    name, short, number = learner.username, certification.short_name, certification.id_number
    return [
        (name, short, number, "31/05/2025", "", SCRIPT),
        (name, short, "", "31/05/2025", "", SCRIPT),
        (name, short, "", "14/03/2024", "", SCRIPT),
        (SCRIPT, SCRIPT + "x", SCRIPT, SCRIPT, SCRIPT, SCRIPT),
        (name, SCRIPT, SCRIPT[:80], "30/02/2025", SCRIPT, SCRIPT),
        (name, short[:-1], "", "31/05/2025", "", SCRIPT),
        (name, "Other " + SCRIPT[:50], "", "31/05/2025", "", SCRIPT),
        (SCRIPT,),
        (*(SCRIPT for _ in range(9)),),
        (f"{SCRIPT}\n{ESCAPES}", SCRIPT, "", "31/05/2025", "", SCRIPT),
        (FORMULA, FORMULA, FORMULA, FORMULA, FORMULA, FORMULA),
    ]


@pytest.fixture
def imported(operator):
    """Imports a file to the end, or as far as it goes."""

    def imported(rows, *, headings=HEADINGS, name=f"{SCRIPT}.csv", **options):
        chosen = {"review": False, "import_action": "certify_if_newer", "unknown_certification": "create_evidence"}
        given = api.Options.from_mapping({**chosen, **options})
        batch = api.submit(operator, [file_of(*rows, headings=headings)], file_name=name, options=given)
        api.work_off(batch.id)
        return now(batch)

    return imported


@pytest.fixture
def imports(imported, rows, operator):
    """An import in each state that pages are about; the one that has ended was undone, with a reason."""
    name = rows[0][0]
    asking = [(name, "x", "", day, "", SCRIPT) for day in ("01/02/2025", "03/04/2025")]
    imports = {
        "undone": imported(rows, messages="send"),
        "finished": imported(rows),
        "waiting": imported(rows, review=True),
        "asking": imported(asking),
        "refused": imported(rows, headings=(SCRIPT, SCRIPT, f"{SCRIPT}2")),
    }
    api.preview_undo(operator, imports["undone"])
    api.work_off(imports["undone"].id)
    api.undo(operator, imports["undone"], SCRIPT, preview=1)
    api.work_off(imports["undone"].id)
    return {state: now(batch) for state, batch in imports.items()}


def now(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


_FETCHED = ("src", "href", "action", "data", "formaction", "srcset", "content")


class Harm(HTMLParser):
    """What a browser would do of a page: which addresses it fetches, and which scripts stand in attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name.startswith("on") or (name in _FETCHED and _leads_elsewhere(value or "")):
                self.found.append((tag, name, value))


def _leads_elsewhere(value):
    return value.strip().lower().startswith("javascript:") or urlsplit(value.strip()).hostname == EVIL


def harm_in(page):
    """What would be fetched from elsewhere or run of a page."""
    reader = Harm()
    reader.feed(page)
    return reader.found
