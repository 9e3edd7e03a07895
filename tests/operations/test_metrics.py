"""The numbers for Prometheus: what they are, who gets them, and that nothing needs the library but they."""

import subprocess
import sys

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from cert_completion_plugin import broker
from cert_completion_plugin.models import SiteState
from cert_completion_plugin.store import workers
from tests.operations.conftest import BAD, GOOD, UNCLEAR

METRICS = "/cert-completions/metrics/"
TOKEN = "7c1f0c1f4f6b4b0e9d0a"


@pytest.fixture
def scrape(stage, client, settings, monkeypatch):
    """Asks for the metrics: (name, labels) -> value."""
    monkeypatch.setattr(broker, "broker_answers", lambda: True)
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "METRICS_TOKEN": TOKEN}

    def scrape():
        response = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(response.content.decode())
        return {
            (sample.name.removeprefix("cert_completion_"), tuple(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }

    return scrape


def test_a_site_where_nothing_has_happened_has_every_number(scrape):
    found = scrape()
    assert found["rows_total", ("certified",)] == 0
    assert found["imports", ("writing",)] == 0
    assert found["imports_ended_total", ("failed",)] == 0
    assert found["portion_seconds_count", ()] == 0
    assert found["waiting_seconds", ()] == 0


def test_rows_and_imports_are_counted(scrape, stage):
    stage.worked_off(GOOD, BAD)
    stage.worked_off(UNCLEAR)
    found = scrape()
    assert found["rows_total", ("certified",)] == found["rows_total", ("rejected",)] == 1
    assert found["imports_ended_total", ("finished",)] == 1
    assert found["imports", ("needs_answer",)] == 1
    assert found["asking_seconds", ()] > 0


def test_an_undo_is_counted(scrape, stage):
    stage.undone()
    assert scrape()["undone_rows_total", ("undone",)] == 1


def test_messages_are_counted(scrape, stage):
    stage.worked_off(messages="send")
    found = scrape()
    assert found["messages_total", ("sent",)] == 1
    assert found["open_messages", ("waiting",)] == found["messages_held_imports", ()] == 0
    assert ("waiting_mails", ()) in found


def test_how_long_portions_took(scrape):
    numbers = '{"portions": {"0.1": 2, "1.0": 3, "slower": 1}, "seconds": {"sum": 320.5}}'
    SiteState.objects.create(pk=1, numbers=numbers)
    found = scrape()
    buckets = {labels[0]: value for (name, labels), value in found.items() if name == "portion_seconds_bucket"}
    assert (buckets["0.1"], buckets["0.5"], buckets["1.0"], buckets["300.0"], buckets["+Inf"]) == (2, 2, 5, 5, 6)
    assert found["portion_seconds_count", ()] == 6
    assert found["portion_seconds_sum", ()] == 320.5


def test_work_that_waits_and_stands_still(scrape, stage):
    stage.grow_old(stage.submit())
    found = scrape()
    assert 3590 < found["waiting_seconds", ()] < 3700
    assert found["stalled_imports", ()] == 1


def test_workers_and_broker(scrape, monkeypatch):
    now = timezone.now()
    workers.introduce("celery@lms", now, started_at=now, about={})
    monkeypatch.setattr(broker, "broker_answers", lambda: False)
    found = scrape()
    assert (found["workers", ("working",)], found["workers", ("lost",)], found["broker_up", ()]) == (1, 0, 0)


def test_versions_are_labels(scrape, client):
    text = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    [line] = [line for line in text.splitlines() if line.startswith("cert_completion_build{")]
    assert 'cert_completion_plugin="' in line
    assert 'django="' in line


def test_nobody_is_named(scrape, stage, client):
    stage.worked_off(GOOD, BAD)
    text = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    for secret in ("harry", "sally", "olga", "secret names", "Forklift"):
        assert secret not in text


def test_prometheus_may_ask_for_openmetrics(scrape, client):
    accept = "application/openmetrics-text; version=1.0.0"
    response = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}", "Accept": accept})
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.decode().endswith("# EOF\n")


def test_strangers_get_nothing(scrape, client):
    assert client.get(METRICS).status_code == 401


def test_the_documented_metrics_are_those_that_there_are(scrape):
    from tests.operations.test_lines import OPERATORS

    text = (OPERATORS / "monitoring.md").read_text(encoding="utf-8")
    names = {name for name, _ in scrape()}
    histogram = {f"portion_seconds_{end}" for end in ("bucket", "count", "sum")}
    names = (names - histogram) | {"portion_seconds"}
    assert [name for name in names if f"| `cert_completion_{name}` |" not in text] == []
    assert text.count("| `cert_completion_") - text.count("| `cert_completion_records") - text.count(
        "| `cert_completion_plugin"
    ) == len(names)


def test_without_the_library_there_is_a_word_of_it_and_everything_else_works(scrape, client, monkeypatch):
    monkeypatch.setitem(sys.modules, "cert_completion_plugin.metrics", None)
    monkeypatch.delattr("cert_completion_plugin.metrics", raising=False)
    response = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 501
    assert b"pip install cert-completion-plugin[metrics]" in response.content


def test_no_module_but_one_needs_the_library():
    code = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "import django; django.setup()\n"
        "from django.urls import reverse; reverse('cert_completion_plugin:metrics')\n"
        "from django.core.management import call_command; call_command('check')"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": ":".join(sys.path), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
