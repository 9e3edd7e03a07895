"""Every page, by every permission: default deny. A page that is missing in the table fails the tests."""

from dataclasses import dataclass, field

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import URLPattern, reverse

from cert_completion_plugin.models import ImportBatch, ImportUndo
from cert_completion_plugin.urls import urlpatterns
from tests import people
from tests.permissions.conftest import SECRET

pytestmark = pytest.mark.django_db

UPLOAD, VIEW, PERSONAL, APPROVE, UNDO, OPTIONS, FORGET, STATUS = (
    "upload_completions",
    "view_import_report",
    "view_personal_data",
    "approve_imports",
    "undo_imports",
    "manage_options",
    "forget_learners",
    "view_status",
)
SEE = (UPLOAD, VIEW)
MISSING = "0" * 32


@dataclass(frozen=True)
class Page:
    """`opened_by`: any of these, before anything is looked up. `to_post`: what posting takes beside that.

    `about`: in which state the import is that the address names; "" if it names none. `takes`: what a GET is answered
    with where all is well; None where there is no GET.
    """

    opened_by: tuple[str, ...]
    about: str = ""
    arguments: dict[str, object] = field(default_factory=dict)
    to_post: tuple[str, ...] | None = None
    posted: dict[str, object] = field(default_factory=dict)
    takes: int = 200


PAGES = {
    "batches": Page(SEE),
    "upload": Page((UPLOAD,), to_post=(UPLOAD,)),
    "known": Page((UPLOAD,)),
    "template": Page((UPLOAD,), arguments={"kind": "xlsx"}),
    "options": Page((OPTIONS,), to_post=(OPTIONS,)),
    "batch": Page(SEE, "asking", to_post=(UPLOAD,), posted={"date_format": "DD/MM/YYYY"}),
    "cancel": Page((UPLOAD, APPROVE), "waiting", to_post=()),
    "plan": Page(SEE, "waiting", {"plan": 1}),
    "approve": Page((APPROVE,), "waiting", to_post=(), posted={"plan": 1}, takes=302),
    "discard": Page((APPROVE,), "waiting", to_post=()),
    "plan-anew": Page((APPROVE,), "waiting", to_post=(), posted={"plan": 1}, takes=302),
    "row": Page((PERSONAL,), "finished", {"line": 2}),
    "messages": Page((PERSONAL,), "finished"),
    "download": Page((PERSONAL,), "finished", {"what": "all", "kind": "csv"}),
    "progress": Page(SEE, "asking"),
    "undo": Page(SEE, "finished", to_post=(UNDO,), posted={"do": "preview"}),
    "undo-progress": Page(SEE, "finished"),
    "status": Page((STATUS,), to_post=(STATUS,)),
    "health": Page((STATUS,), takes=503),  # no worker runs here
    "metrics": Page((STATUS,)),
}
FOR_MACHINES = {"health", "metrics"}
"""They are not led to a log-in page."""
HELD = [
    (),
    *((name,) for name in people.EVERY_PERMISSION),
    *(tuple(one for one in people.EVERY_PERMISSION if one != name) for name in people.EVERY_PERMISSION),
    (UPLOAD, PERSONAL),
    (UPLOAD, APPROVE),
    (UPLOAD, UNDO),
    (VIEW, APPROVE),
    people.EVERY_PERMISSION,
]


def test_every_page_is_in_the_table():
    assert {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)} == set(PAGES)


def address(name, imports):
    page = PAGES[name]
    about = {"reference": imports[page.about].reference} if page.about else {}
    return reverse(f"cert_completion_plugin:{name}", kwargs={**about, **page.arguments})


def expected(name, held, *, is_own, is_post):
    page = PAGES[name]
    if not set(page.opened_by) & set(held):
        return {403}
    if page.about and not (VIEW in held or (is_own and UPLOAD in held)):
        return {404}
    if name == "cancel" and not (APPROVE in held or (is_own and UPLOAD in held)):
        return {403}  # a plan that waits is withdrawn by its uploader, or discarded by those who approve
    if not is_post:
        return {page.takes}
    return {200, 302} if set(page.to_post or ()) <= set(held) else {403}


@pytest.mark.parametrize("is_own", [False, True], ids=["anothers", "own"])
@pytest.mark.parametrize("held", HELD, ids=lambda held: "+".join(held) or "none")
def test_each_page_by_each_permission(client, imports, somebody, held, is_own):
    user = people.holding(somebody, *held)
    if is_own:
        ImportBatch.objects.update(uploaded_by=user)
    client.force_login(user)
    for name in PAGES:
        found = client.get(address(name, imports)).status_code
        assert {found} == expected(name, held, is_own=is_own, is_post=False), name


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.to_post is not None])
@pytest.mark.parametrize("is_own", [False, True], ids=["anothers", "own"])
def test_posting_by_each_permission(client, imports, somebody, name, is_own):
    """By those who may not, nothing is changed."""
    for held in HELD:
        user = people.holding(somebody, *held)
        if is_own:
            ImportBatch.objects.update(uploaded_by=user)
        before = all_there_is()
        client.force_login(user)
        wanted = expected(name, held, is_own=is_own, is_post=True)
        with transaction.atomic():
            assert client.post(address(name, imports), PAGES[name].posted).status_code in wanted, held
            assert wanted & {200, 302} or all_there_is() == before
            transaction.set_rollback(True)


def all_there_is():
    undos = ImportUndo.objects.order_by("pk").values_list("pk", "state")
    return list(ImportBatch.objects.order_by("pk").values_list("pk", "state", "plan", "cancelled_at")), list(undos)


@pytest.mark.parametrize("name", PAGES)
def test_nobody_who_is_not_logged_in_sees_anything(client, imports, name):
    refused = 401 if name in FOR_MACHINES else 302
    assert client.get(address(name, imports)).status_code == refused
    assert client.post(address(name, imports), PAGES[name].posted).status_code == refused


@pytest.mark.parametrize("name", PAGES)
def test_an_inactive_user_sees_nothing_even_where_they_can_log_in(client, imports, uploader, settings, name):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
    get_user_model()._default_manager.filter(pk=uploader.pk).update(is_active=False, is_superuser=True)
    client.force_login(uploader)
    assert client.get(address(name, imports)).status_code == 403
    assert client.post(address(name, imports), PAGES[name].posted).status_code == 403


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.about])
def test_a_guessed_reference_of_anothers_import_is_answered_as_one_that_does_not_exist(client, imports, somebody, name):
    client.force_login(people.holding(somebody, UPLOAD, PERSONAL, APPROVE, UNDO, OPTIONS))
    there = address(name, imports)
    nowhere = there.replace(imports[PAGES[name].about].reference, MISSING)
    for ask in (client.get, client.post) if PAGES[name].to_post is not None else (client.get,):
        answers = [ask(where, PAGES[name].posted) for where in (nowhere, there)]
        assert [answer.status_code for answer in answers] == [404, 404]
        missing, hidden = (answer.content.decode() for answer in answers)
        assert hidden.replace(imports[PAGES[name].about].reference, MISSING) == missing


STATES = ("finished", "waiting", "asking", "refused")


@pytest.mark.parametrize("held", [(UPLOAD, VIEW, APPROVE, UNDO, OPTIONS), (VIEW,)], ids=["all-but-one", "view"])
def test_without_the_permission_no_page_has_a_name_or_a_cell(client, imports, somebody, held):
    client.force_login(people.holding(somebody, *held))
    for name, page in PAGES.items():
        for state in STATES if page.about else ("",):
            there = reverse(
                f"cert_completion_plugin:{name}",
                kwargs={**({"reference": imports[state].reference} if state else {}), **page.arguments},
            )
            for query in ("", "?learner=zz-ana", "?outcome=rejected"):
                response = client.get(there + query)
                assert SECRET not in told(response).replace("?learner=zz-ana", ""), (name, state, query)


def test_with_the_permission_they_are_there(client, imports, somebody):
    client.force_login(people.holding(somebody, VIEW, PERSONAL))
    for state in STATES:
        assert SECRET in told(client.get(reverse("cert_completion_plugin:batch", args=[imports[state].reference])))


def told(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode(errors="replace")


def test_whoever_is_denied_is_told_which_permission_and_whom_to_ask(client, imports, somebody):
    client.force_login(people.holding(somebody, VIEW))
    page = client.get(address("upload", imports)).content.decode()
    assert "“Can upload certification completions”" in page
    assert "Ask somebody who looks after the users of this site" in page
    page = client.post(address("undo", imports), {"do": "preview"}).content.decode()
    assert "You may not do this" in page
    assert "“Can undo imports”" in page
    client.force_login(people.holding(somebody))
    page = client.get(address("batches", imports)).content.decode()
    assert "“Can upload certification completions” or “Can view the certification imports of others”" in page
