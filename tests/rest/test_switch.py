"""A site without Django REST framework lacks the API and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import django
from django.conf import settings
from tests import settings as site
site.INSTALLED_APPS = [name for name in site.INSTALLED_APPS if name not in {left_out!r}]
django.setup()
from django.core import checks
from django.urls import NoReverseMatch, get_resolver, reverse
lacking = ("cert_completion.W001", "cert_completion.W019")
assert [each.id for each in checks.run_checks() if each.id not in lacking] == []
get_resolver().url_patterns
print(reverse("cert_completion_plugin:upload"))
try:
    print(reverse("cert_completion_plugin:rest:imports"))
except NoReverseMatch:
    print("no api")
print([name for name in sys.modules if name.startswith(("rest_framework", "cert_completion_plugin.rest.", "drf_"))])
"""


def run(absent, left_out):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": f"{ROOT}:{ROOT / 'hooks'}"}
    script = SCRIPT.format(absent=absent, left_out=left_out)
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "absent", [("rest_framework", "drf_spectacular"), ()], ids=["not installed", "installed, and not switched on"]
)
def test_a_site_without_it_has_its_pages(absent):
    assert run(absent, ("rest_framework",)) == ["/cert-completions/upload/", "no api", "[]"]


def test_a_site_with_it_needs_nothing_of_what_describes_it():
    lines = run(("drf_spectacular", "schemathesis"), ())
    assert lines[:2] == ["/cert-completions/upload/", "/cert-completions/api/v1/imports"]
    assert "drf_" not in lines[2]
