"""What one portion asks of the database and of the hosts does not grow with its rows."""

import re
from collections import Counter
from datetime import date

import pytest
from cert_completion_records.models import Certification, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cert_completion_plugin import api, batches
from cert_completion_plugin.gateway.registry import Registry
from cert_completion_plugin.models import Portion
from tests import people
from tests.batches.conftest import HEADINGS

HELD = {"completed": date(2025, 1, 10), "expires": date(2026, 1, 10), "window_opens": date(2025, 12, 10)}
PAST = {"completed": date(2024, 1, 10), "expires": date(2025, 1, 10), "window_opens": date(2024, 12, 10)}


@pytest.fixture
def cost(db, settings, monkeypatch):
    """Statements and hook calls of the one portion of an import into the record book, of so many learners."""
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_records.host"], "PORTION_ROWS": 100_000}
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2025, 12, 20))
    uploader = people.person("uploader")
    for name in ("Fire", "Crane"):
        Certification.objects.create(short_name=name, full_name=name)
    calls: Counter[str] = Counter()
    call = Registry.call

    def counted(self, hook, host, **given):
        calls[hook] += 1
        return call(self, hook, host, **given)

    monkeypatch.setattr(Registry, "call", counted)

    def cost(prefix, learners):
        """Of each six learners one holds a record and renews it; one row repeats another, one has a problem."""
        lines = [line for number in range(learners) for line in lines_of(f"{prefix}{number:04}", number)]
        chosen = api.Options.from_mapping(
            {"review": False, "import_action": "certify_if_newer", "unknown_certification": "create_evidence"}
        )
        batch = api.submit(uploader, [(HEADINGS + "\n".join(lines)).encode()], file_name="a.csv", options=chosen)
        assert batches.read(batch.id)
        portion = Portion.objects.get(batch_id=batch.id)
        calls.clear()
        with CaptureQueriesContext(connection) as queries:
            batches.work(portion.pk)
        outcomes = Counter(
            str(row.outcome)
            for row in api.rows(api.SYSTEM, api.find(api.SYSTEM, batch.reference) or batch, limit=100_000)
        )
        assert set(outcomes) >= {"certified", "renewed", "history", "evidence", "duplicate", "rejected"}
        assert outcomes.total() == len(lines)
        return Counter(kind_of(query["sql"]) for query in queries), dict(calls)

    return cost


def kind_of(sql):
    """The verb of a statement; many rows given to one statement are logged as `20 times: INSERT ...`."""
    return sql.partition(" times: ")[2].split(None, 1)[0] if re.match(r"\d+ times: ", sql) else sql.split(None, 1)[0]


def lines_of(username, number):
    if number % 6 == 5:
        return [f"nobody-{username},Fire,,2025-12-01,"]
    user = get_user_model().objects.create(username=username)
    match number % 6:
        case 0:
            fire = Certification.objects.get(short_name="Fire")
            held = LearnerCertification.objects.create(learner=user, certification=fire, **HELD)
            PastCompletion.objects.create(learner_certification=held, **PAST)
            return [f"{username},Fire,,2025-12-15,"]
        case 1:
            return [f"{username},Fire,,2025-12-01,", f"{username},Fire,,2024-12-01,"]
        case 2:
            return [f"{username},Moon Walking,,2025-12-01,"]
        case 3:
            return [f"{username},Crane,,2025-12-01,", f"{username},Crane,,2025-12-01,"]
        case _:
            return [f"{username},Crane,,2025-12-01,2025-12-31"]


def test_ten_times_the_rows_take_the_same_statements_and_calls(cost):
    cost("w", 12)  # what is done once for each import or process is done
    few, many = cost("a", 12), cost("b", 120)
    assert many == few
    assert few[1] == {
        "find_learners": 1,
        "find_certifications": 1,
        "list_certifications": 1,
        "find_completion_states": 1,
        "find_evidence": 1,
        "record_completions": 1,
        "record_evidence": 1,
    }
