"""From the upload page to the Record of Learning, where requests are transactions and messages are JSON."""

import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

from cert_completion_records.models import LearnerCertification
from django.db import connection
from django.urls import reverse

from cert_completion_plugin import api
from tests.openedx.conftest import HEADINGS, form

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90
FILE = f"{HEADINGS}ana,Forklift,,31/05/2025,\nnobody,Forklift,,31/05/2025,\n"


def test_an_upload_by_page_ends_in_the_record_of_learning(client, registrar, world, django_user_model):
    assert connection.settings_dict["ATOMIC_REQUESTS"]
    response = client.post("/certification-imports/upload/", form(FILE))
    assert response.status_code == 302
    batch = api.newest(api.SYSTEM)[0]
    api.work_off(batch.id)
    report = client.get(response.url).content.decode()
    assert "external records.csv" in report
    assert "nobody" in report
    held = LearnerCertification.objects.get()
    assert (held.learner.username, held.certification, held.completed) == ("ana", world, date(2025, 5, 31))
    client.force_login(django_user_model.objects.get(username="ana"))
    assert "Forklift driver" in client.get(reverse("cert_completion_records:own_record_of_learning")).content.decode()


def run(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_worker_of_the_platforms_does_the_same(tmp_path):
    """Processes of their own: one that migrates, one that takes the upload, and the worker."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.openedx.settings",
        "LMS_DATA": str(tmp_path),
        "CERT_COMPLETION_STACK": "",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hooks")]),
    }
    run(environment, "-m", "django", "migrate", "--verbosity", "0")
    command = ("-m", "celery", "--app", "tests.openedx.lms.celery", "worker", "--loglevel", "WARNING", "--pool", "solo")
    with (tmp_path / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-W", "ignore", *command, "--queues", "edx.lms.core.default"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        told = run(environment, "-m", "tests.openedx.uploading")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    wanted = r"finished 1 certified 1 rejected\ncertificates: issued\n"
    assert re.fullmatch(wanted, told), (tmp_path / "worker.log").read_text("utf-8")
