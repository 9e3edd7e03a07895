"""Commands as a script meets them: what they print, and how they end."""

import io
import json
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from cert_completion_plugin import api
from tests.web.conftest import HEADINGS, imported, operator, user_with, world

__all__ = ["imported", "operator", "user_with", "world"]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, its standard output as bytes, its standard error."""

    code: int
    data: bytes
    err: str

    @property
    def out(self):
        return self.data.decode()

    @property
    def document(self):
        return json.loads(self.data)


def called(name, *arguments):
    """What a script sees of a command."""
    data, err = io.BytesIO(), io.StringIO()
    stdout = io.TextIOWrapper(data, encoding="utf-8", write_through=True)
    code = 0
    try:
        call_command(f"cert_completion_{name}", *map(str, arguments), stdout=stdout, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    stdout.flush()
    return Ended(code, data.getvalue(), err.getvalue())


@pytest.fixture
def run(operator):
    """Calls a command for the operator; `user=None` names nobody."""

    def run(name, *arguments, user="operator"):
        return called(name, *arguments, *(("--user", user) if user else ()))

    return run


@pytest.fixture
def file(tmp_path):
    """Makes a file of these rows."""

    def file(*rows, name="records.csv", headings=HEADINGS):
        path = tmp_path / name
        path.write_text(headings + "".join(f"{row}\n" for row in rows))
        return path

    return file


def present(batch):
    return api.find(api.SYSTEM, batch.reference)
