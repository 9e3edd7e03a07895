"""Credentials loads the same apps; in a process of its own, as a process is one service."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ASKED = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

call_command("check", fail_level="ERROR")
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
print(settings.CERT_COMPLETION["REQUEST_LIMIT_BYTES"])
print(reverse("cert_completion_plugin:upload"), reverse("cert_completion_records:own_record_of_learning"))

from django.contrib.auth import get_user_model
client = Client()
client.force_login(get_user_model().objects.create_superuser("root"))
print(client.get(reverse("cert_completion_plugin:upload")).status_code)
"""


def test_credentials_finds_migrates_and_shows_the_pages():
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.openedx.credentials.settings",
        "CERT_COMPLETION_STACK": "",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hooks")]),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKED],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == [
        "4000000",
        "/certification-imports/upload/ /certifications/record-of-learning/",
        "200",
    ]
