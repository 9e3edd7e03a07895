"""Nothing that somebody may name becomes markup: stored in cells, names and reasons, or reflected from an address."""

from collections.abc import Iterator, Mapping

import pytest
from django.contrib import admin
from django.urls import URLPattern, reverse

from cert_completion_plugin import api
from cert_completion_plugin.urls import urlpatterns
from tests.security.conftest import ANSWERS, EVIL, SCRIPT, harm_in

pytestmark = pytest.mark.django_db

OF_IMPORTS: Mapping[str, Mapping[str, object]] = {
    "batch": {},
    "cancel": {},
    "plan": {"plan": 1},
    "approve": {},
    "discard": {},
    "plan-anew": {},
    "row": {},
    "messages": {},
    "download": {"what": "all", "kind": "json"},
    "progress": {},
    "undo": {},
    "undo-progress": {},
}
OTHERS: Mapping[str, Mapping[str, object]] = {
    "batches": {},
    "upload": {},
    "options": {},
    "status": {},
    "health": {},
    "metrics": {},
    "known": {},
    "template": {"kind": "csv"},
}


def test_every_page_is_looked_at():
    assert {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)} == {*OF_IMPORTS, *OTHERS}


def addresses(imports: Mapping[str, api.Batch]) -> Iterator[str]:
    for name, arguments in OTHERS.items():
        yield reverse(f"cert_completion_plugin:{name}", kwargs=dict(arguments))
    for batch in imports.values():
        for name, arguments in OF_IMPORTS.items():
            for line in range(2, 16) if name == "row" else [0]:
                given = {**arguments, **({"line": line} if line else {})}
                yield reverse(f"cert_completion_plugin:{name}", kwargs={"reference": batch.reference, **given})


def is_harmless(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode()
    kind = response["Content-Type"].partition(";")[0]
    if kind != "text/html":
        assert kind in ("application/json", "text/csv", "text/plain") or "officedocument" in kind
        return True
    assert str(7919 * 7907) not in text
    return harm_in(text) == [] and f"<script src=//{EVIL}" not in text


def test_a_page_that_does_harm_is_seen():
    for harmful in (
        f'<p title="{SCRIPT}">',
        f"<a href=' https://{EVIL}/'>",
        "<a href=' JavaScript:x'>",
        "<p onclick=x>",
    ):
        assert harm_in(harmful)
    assert harm_in(f'<a href="?learner=//{EVIL}" title="javascript:">') == []


def test_what_is_stored_is_shown_as_text(client, imports):
    seen = {200: 0}
    for address in addresses(imports):
        response = client.get(address)
        assert response.status_code in ANSWERS, address
        seen[response.status_code] = seen.get(response.status_code, 0) + 1
        assert is_harmless(response), address
    assert seen[200] > 50


def test_it_is_there_as_text(client, imports):
    page = client.get(reverse("cert_completion_plugin:batch", args=[imports["finished"].reference])).content.decode()
    assert "&lt;script src=//evil.example/x&gt;" in page


QUERIES = ("learner", "certification", "line", "outcome", "problem", "before", "after", "plan", "group", "number")
OF_LIST = ("uploader", "since", "until", "state", "corrects", "next", "sha256", "group")


@pytest.mark.parametrize("value", [SCRIPT, f"javascript:{SCRIPT}", f"//{EVIL}", f"1\0{SCRIPT}"])
def test_what_is_reflected_is_text(client, imports, value):
    for address in addresses({"finished": imports["finished"], "waiting": imports["waiting"]}):
        for name in (*QUERIES, *OF_LIST):
            response = client.get(address, {name: value})
            assert response.status_code in ANSWERS, (address, name)
            assert is_harmless(response), (address, name)


def test_a_form_that_is_shown_again_has_what_was_sent_as_text(client, imports):
    for address in addresses({"waiting": imports["waiting"], "asking": imports["asking"]}):
        names = ("date_format", "reason", "preview", "plan", "confirmed", "do", "import_action", "sheet", "separator")
        response = client.post(address, dict.fromkeys(names, SCRIPT))
        assert response.status_code in ANSWERS, address
        assert is_harmless(response), address


def test_in_the_admin(client, imports, operator):
    apps = ("cert_completion_plugin", "cert_completion_records")
    models = [model for model in admin.site._registry if model._meta.app_label in apps]
    assert len(models) > 8
    for model in models:
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert is_harmless(client.get(reverse(f"{place}_changelist")))
        assert is_harmless(client.get(reverse(f"{place}_changelist"), {"q": SCRIPT}))
        for row in model._default_manager.all()[:5]:
            for page in ("change", "history", "delete"):
                response = client.get(reverse(f"{place}_{page}", args=[row.pk]))
                assert response.status_code in (200, 302, 403), page
                assert is_harmless(response), page
    assert is_harmless(client.get(reverse("admin:index")))


def test_in_the_record_of_learning(client, imports, learner):
    for address in (f"/record-of-learning/{learner.pk}/", "/record-of-learning/"):
        client.force_login(learner) if address.endswith("g/") else None
        response = client.get(address)
        assert response.status_code == 200
        assert is_harmless(response)
    assert "&lt;script" in response.content.decode()
