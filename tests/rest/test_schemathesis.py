"""Every operation is as its description has it, for what it should take and for what it should not."""

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.contrib.sessions.models import Session
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode

from cert_completion_plugin import api
from tests.rest.conftest import ROOT

schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", app=get_wsgi_application())
numbers = count()
references = []
"""Of imports that there are; made anew for each test."""
COOKIES = {"sessionid": "s" * 32, "csrftoken": "c" * 32}
"""Known before there is a session, as cases are made with them."""


@pytest.fixture(autouse=True)
def one_connection():
    """Requests leave the connection of the test open, as those of Django's own test client do."""
    ends = request_started, request_finished
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def site(operator, planned, imported):
    """An import that has ended, one with a plan, one that asks; and the session of somebody who may do everything."""
    Session.objects.update(session_key=COOKIES["sessionid"])
    references[:] = [
        imported("ana,Forklift,,2025-06-01,").reference,
        planned("ben,Forklift,,2025-06-01,", "ana,Forklit,,2025-06-01,").reference,
        imported("ben,Crane,,01/02/2025,").reference,
    ]


@schema.auth(refresh_interval=None)
class LoggedIn:
    """The session, with the token that goes with it."""

    def get(self, case, context):
        return COOKIES

    def set(self, case, given, context):
        case.cookies = {**(case.cookies or {}), **given}
        case.headers = {**(case.headers or {}), "X-CSRFToken": given["csrftoken"]}


def about_what_there_is(case):
    """What names something is random, and all that is named so is answered alike: have it name what there is."""
    if case.query and "before" in case.query and case.operation.path == "/imports":
        case.query["before"] = references[0]
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(numbers)}"
    if isinstance(case.body, dict):
        if "corrects" in case.body:
            case.body["corrects"] = references[0]
        if isinstance(options := case.body.get("options"), dict):
            options.update({name: value for name, value in OFFERED.items() if name in options})


OFFERED = {"evidence_type": ""}
"""What this site offers of options that depend on the site."""


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_operations_are_as_they_are_described(case, site):
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        about_what_there_is(case)
        if "reference" in (case.path_parameters or {}) and (chosen := next(numbers) % 4):
            case.path_parameters["reference"] = references[chosen - 1]
    case.call_and_validate()


Machine: Any = schema.as_state_machine()


class Ways(Machine):  # type: ignore[misc]
    """Ways from an import that was made to what can be asked of it and done to it."""

    def setup(self):
        """Each way begins with what there was before the others."""
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def before_call(self, case):
        if case.meta.generation.mode is GenerationMode.POSITIVE:
            about_what_there_is(case)

    def after_call(self, response, case):
        """A worker has time for it."""
        for batch in api.unfinished():
            with suppress(api.TryAgain):
                api.work_off(batch)


@pytest.mark.django_db
def test_ways_through_the_api_are_as_they_are_described(site):
    few = settings(
        max_examples=10,
        stateful_step_count=6,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    Ways.run(settings=few)
