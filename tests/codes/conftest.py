"""The sandbox in the tests' database: its settings, its demo data, and every sample imported, one after the other."""

import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings

from cert_completion_plugin import api
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.forms import UploadForm
from cert_completion_plugin.models import Portion
from cert_completion_plugin.telling.story import Step, steps_of
from sandbox import demo_data
from sandbox.make_samples import FOLDER
from sandbox.sample_table import SAMPLES, Sample
from tests.listening import heard

PATIENCE = 10
COUNTED_UP = tuple(sample for sample in SAMPLES if sample.shows or sample.state is not api.BatchState.FINISHED)


@dataclass(frozen=True)
class Imported:
    """An import of a sample that has ended, or asks."""

    batch: api.Batch
    rows: tuple[api.Decision, ...]
    stories: Mapping[int, Sequence[Step]]

    @property
    def shown(self) -> set[Code | Outcome]:
        """All codes and outcomes that it brought."""
        issues = [*self.batch.file_issues, *(issue for row in self.rows for issue in row.issues)]
        return {issue.code for issue in issues} | {row.outcome for row in self.rows}


@pytest.fixture(scope="session")
def sandbox_settings(tmp_path_factory):
    """The sandbox's settings, its data in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_DATA", str(tmp_path_factory.mktemp("sandbox")))
        return runpy.run_module("sandbox.settings")


@pytest.fixture(scope="package")
def imported(sandbox_settings, django_db_setup, django_db_blocker) -> dict[str, Imported]:
    """Every sample of which the table says what it shows, by name, in the table's order and in one sandbox."""
    names = ("CERT_COMPLETION", "CERT_COMPLETION_RECORDS")
    settings = override_settings(**{name: sandbox_settings[name] for name in names})
    with django_db_blocker.unblock(), settings, transaction.atomic(), heard() as lines:
        demo_data.load()
        uploader = User.objects.get(username="uploader")
        found = {sample.name: _imported(sample, uploader) for sample in COUNTED_UP}
        transaction.set_rollback(True)
    _LOGGED.extend(lines)
    return found


_LOGGED: list[str] = []


@pytest.fixture
def logged(imported) -> list[str]:
    """All that any logger said meanwhile."""
    return _LOGGED


def _imported(sample: Sample, uploader: User) -> Imported:
    content = (FOLDER / sample.name).read_bytes()
    batch = api.submit(uploader, [content], file_name=sample.name, options=_options(sample, content, uploader))
    waiting = worked_off(batch)
    if waiting.state is api.BatchState.AWAITING_APPROVAL:
        assert api.approve(uploader, waiting, plan=waiting.plan).is_given
    present = worked_off(batch)
    rows = tuple(api.rows(api.SYSTEM, present, limit=100))
    return Imported(present, rows, {row.line: _story(present, row.line, uploader) for row in rows})


def worked_off(batch: api.Batch) -> api.Batch:
    """The import as it stands when all is done that can be, however often it has to wait."""
    for _ in range(PATIENCE):
        try:
            api.work_off(batch.id)
            break
        except api.TryAgain:
            Portion.objects.update(due_at=None)
    present = api.find(api.SYSTEM, batch.reference)
    assert present is not None
    return present


def _story(batch: api.Batch, line: int, user: User) -> Sequence[Step]:
    account = api.account(user, batch, line)
    assert account is not None
    return steps_of(user, batch, account)


def _options(sample: Sample, content: bytes, uploader: User) -> api.Options:
    """What the upload page makes of the sample's options and of what it offers first."""
    offered = UploadForm(user=uploader)
    first = {name: offered[name].initial for name in offered.fields if offered[name].initial not in (None, False)}
    form = UploadForm({**first, **sample.options}, {"file": SimpleUploadedFile(sample.name, content)}, user=uploader)
    assert form.is_valid(), form.errors
    options = form.options()
    assert {name: options.as_mapping()[name] for name in sample.options} == dict(sample.options)
    return options
