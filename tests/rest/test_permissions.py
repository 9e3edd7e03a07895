"""Who may do what by the API: as on the pages, default deny; and what may not be seen is as what does not exist."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from cert_completion_plugin import api
from cert_completion_plugin.rest.urls import urlpatterns
from tests import people
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db

UPLOAD, VIEW, PERSONAL, APPROVE, UNDO, *_ = people.EVERY_PERMISSION
SEE = {UPLOAD, VIEW}
NOTHING = "0" * 32


@dataclass(frozen=True)
class Operation:
    """What it takes: to be let in, one of `opened_by`; to be done, `needs`; and the import that it is about."""

    opened_by: set
    needs: str = ""
    about: str = ""
    arguments: tuple = ()
    body: dict | None = None


OPERATIONS = {
    ("get", "limits"): Operation(SEE),
    ("get", "options"): Operation(SEE, UPLOAD),
    ("get", "evidence-types"): Operation(SEE, UPLOAD),
    ("get", "health"): Operation(SEE),
    ("get", "imports"): Operation(SEE),
    ("post", "imports"): Operation(SEE, UPLOAD, body={"rows": []}),
    ("get", "import"): Operation(SEE, about="finished"),
    ("post", "answer"): Operation(SEE, UPLOAD, "asking", body={"date_format": "DD/MM/YYYY"}),
    ("post", "cancel"): Operation(SEE, about="planned", body={}),
    ("post", "approve"): Operation(SEE, APPROVE, "planned", body={"plan": 1}),
    ("post", "discard"): Operation(SEE, APPROVE, "planned", body={}),
    ("post", "plan-anew"): Operation(SEE, APPROVE, "planned", body={"plan": 1}),
    ("get", "plans"): Operation(SEE, about="planned"),
    ("get", "plan"): Operation(SEE, about="planned", arguments=(1,)),
    ("get", "plan-rows"): Operation({PERSONAL}, about="planned", arguments=(1,)),
    ("get", "plan-lines"): Operation(SEE, about="planned", arguments=(1,)),
    ("get", "rows"): Operation({PERSONAL}, about="finished"),
    ("get", "lines"): Operation(SEE, about="finished"),
    ("get", "row"): Operation({PERSONAL}, about="finished", arguments=(2,)),
    ("get", "report"): Operation({PERSONAL}, about="finished", arguments=("csv",)),
    ("get", "file"): Operation({PERSONAL}, about="finished", arguments=("all", "csv")),
    ("get", "messages"): Operation({PERSONAL}, about="finished"),
    ("get", "undos"): Operation(SEE, about="finished"),
    ("post", "undos"): Operation(SEE, UNDO, "finished", body={}),
    ("get", "undo"): Operation(SEE, about="finished", arguments=(1,)),
    ("get", "undo-rows"): Operation({PERSONAL}, about="finished", arguments=(1,)),
    ("post", "confirm-undo"): Operation(SEE, UNDO, "finished", (1,), {"reason": "x"}),
    ("post", "abandon-undo"): Operation(SEE, UNDO, "finished", (1,), {}),
}
OPEN = {"openapi", "problems", "problem", "nothing"}
HELD = [
    (),
    *((name,) for name in people.EVERY_PERMISSION),
    *(tuple(one for one in people.EVERY_PERMISSION if one != name) for name in people.EVERY_PERMISSION),
    (UPLOAD, PERSONAL),
    (UPLOAD, APPROVE),
    (UPLOAD, UNDO),
    (VIEW, APPROVE),
    (VIEW, PERSONAL),
    people.EVERY_PERMISSION,
]


@pytest.fixture
def uploader(db):
    return people.person("uploader", UPLOAD, APPROVE)


@pytest.fixture
def made(imported, planned, uploader, operator):
    """Imports of the uploader: one that has ended, with an undo that was previewed; one planned; one that asks."""

    def made():
        finished = imported("ana,Forklift,,2025-06-01,", user=uploader)
        api.preview_undo(operator, finished)
        api.work_off(finished.id)
        return {
            "finished": finished.reference,
            "planned": planned("ben,Forklift,,2025-06-01,", user=uploader).reference,
            "asking": imported("ben,Crane,,01/02/2025,", user=uploader).reference,
        }

    return made


def asked(call, operation, reference):
    method, name = operation
    found = OPERATIONS[operation]
    arguments = (*([reference] if found.about else []), *found.arguments)
    path = reverse(f"cert_completion_plugin:rest:{name}", args=arguments).removeprefix(ROOT)
    return call(method, path, found.body)


def expected(operation, held, *, is_own):
    found = OPERATIONS[operation]
    if not found.opened_by & set(held):
        return {403}
    is_seen = VIEW in held or (is_own and UPLOAD in held)
    if operation[1] == "cancel":
        if not is_seen:
            return {404}
        return {200} if APPROVE in held or (is_own and UPLOAD in held) else {403}
    if found.needs and found.needs not in held:
        return {403}
    if found.about and not is_seen:
        return {404}
    return {200, 201, 202}


def test_every_operation_is_in_the_table():
    names = {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    assert {name for _, name in OPERATIONS} | OPEN == names
    for pattern in urlpatterns:
        if pattern.name not in OPEN:
            view: Any = pattern.callback
            methods = {method for method in ("get", "post") if hasattr(view.cls, method)}
            assert {method for method, name in OPERATIONS if name == pattern.name} == methods


@pytest.mark.parametrize("held", HELD, ids=lambda held: "+".join(held) or "nothing")
@pytest.mark.parametrize("is_own", [True, False], ids=["own", "others"])
def test_permissions(made, client, call, uploader, held, is_own):
    user, imports = uploader if is_own else people.person("somebody"), made()
    client.force_login(people.holding(user, *held))
    for operation in OPERATIONS:
        with transaction.atomic():
            response = asked(call, operation, imports.get(OPERATIONS[operation].about))
            transaction.set_rollback(True)
        assert response.status_code in expected(operation, held, is_own=is_own), (operation, response.status_code)
        if response.status_code == 403:
            assert response.json()["permission"].removeprefix("cert_completion_plugin.") not in held


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if OPERATIONS[each].about])
def test_anothers_import_is_as_one_that_there_is_not(made, client, call, user_with, operation):
    """In what is said and in what is looked up for it."""
    imports = made()
    client.force_login(user_with(UPLOAD, PERSONAL, APPROVE, UNDO))
    answers = []
    for reference in (imports[OPERATIONS[operation].about], NOTHING, "not even one"):
        with CaptureQueriesContext(connection) as queries:
            response = asked(call, operation, reference)
        assert response.status_code == 404
        said = response.content.decode().replace(reference, "").replace("not%20even%20one", "")
        names = {reference, str(UUID(reference))} if len(reference) == 32 else set()
        asked_for = [query["sql"] for query in queries if "importbatch" in query["sql"]]
        looked_up = [re.sub("|".join(names), "", sql) if names else sql for sql in asked_for]
        answers.append((said, dict(response.headers, **{"Content-Length": ""}), looked_up))
    assert answers[0] == answers[1]
    assert answers[2][:2] == answers[1][:2]


def test_without_a_log_in_nothing_is_told(made, client, call):
    imports = made()
    client.logout()
    for operation in OPERATIONS:
        answers = []
        for reference in (imports.get(OPERATIONS[operation].about), NOTHING):
            response = asked(call, operation, reference)
            assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
            assert response["WWW-Authenticate"] == "Session"
            answers.append(response.content.decode().replace(reference or "", ""))
        assert answers[0] == answers[1]


def test_who_may_see_imports_but_no_personal_data_is_told_no_names(planned, imported, client, call, user_with):
    planned("ana,Forklft,,2025-06-01,", "secretperson,Secretthing,,31/12/2025,")
    imported("secretperson,Secretthing,,01/02/2025,")
    client.force_login(user_with(UPLOAD, VIEW, APPROVE, UNDO))
    listed = call("get", "/imports")
    told = [listed.content.decode()]
    for batch in listed.json()["imports"]:
        path = batch["url"].removeprefix(ROOT)
        for what in ("", "/plans", "/plans/1", "/plans/1/lines", "/lines", "/undos"):
            told.append(call("get", path + what).content.decode())
        for what in (
            "/rows",
            "/rows/2",
            "/plans/1/rows",
            "/report.csv",
            "/files/all.csv",
            "/undos/1/rows",
            "/messages",
        ):
            response = call("get", path + what)
            assert response.status_code == 403
            told.append(response.content.decode())
    assert not [text for text in told if "secret" in text.lower() or "forklft" in text.lower()]
    assert call("get", "/imports?learner=ana").status_code == 403


class TestNoOracle:
    """Whether the site has a learner is told to those alone who push rows, and in their own imports."""

    def test_the_answer_to_a_push_is_the_same_for_learners_that_there_are(self, operator, call):
        answers = []
        for username in ("ana", "zoe"):
            row = {"username": username, "certificationshortname": "Forklift", "completiondate": "2025-06-01"}
            document = call("post", "/imports", {"rows": [row]}).json()
            answers.append({name: value for name, value in document.items() if name not in UNIQUE})
        assert answers[0] == answers[1]

    @pytest.mark.parametrize("path", ["/imports?learner={}", "/imports?uploader={}", "/imports?certification={}"])
    def test_filters_know_what_stands_in_ones_own_imports(self, operator, client, call, user_with, path):
        client.force_login(user_with(UPLOAD, PERSONAL))
        answers = [call("get", path.format(name)) for name in ("ana", "zoe")]
        assert [answer.json() for answer in answers] == [{"imports": [], "next": None}] * 2

    def test_nobody_is_asked_for_a_learner(self, imported, client, call, world, user_with, monkeypatch):
        """Nothing but the work on an import asks the host who exists."""
        batch = imported("zoe,Forklift,,2025-06-01,")
        asked_for = []
        monkeypatch.setattr(
            "cert_completion_plugin.gateway.asking.ActorHost.find_learners",
            lambda *args, **given: asked_for.append(args),
        )
        for what in ("", "/rows", "/rows?learner=ana", "/rows/2", "/lines", "/undos"):
            assert call("get", f"/imports/{batch.reference}{what}").status_code == 200
        assert call("get", "/imports?learner=ana").status_code == 200
        assert asked_for == []


UNIQUE = {"reference", "url", "uploaded_at", "file_sha256", "progress"}
