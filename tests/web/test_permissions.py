import pytest
from django.urls import reverse

from cert_completion_plugin.models import ImportBatch

pytestmark = pytest.mark.django_db

GUESSED = "00000000000000000000000000000000"


def pages(reference):
    return {
        "upload": reverse("cert_completion_plugin:upload"),
        "batches": reverse("cert_completion_plugin:batches"),
        "batch": reverse("cert_completion_plugin:batch", args=[reference]),
        "guessed": reverse("cert_completion_plugin:batch", args=[GUESSED]),
        "garbage": reverse("cert_completion_plugin:batch", args=["'; drop table"]),
    }


PAGES = ("upload", "batches", "batch", "guessed", "garbage")
"""What each permission opens of an import of another's."""
OPENED = {
    (): {},
    ("upload_completions",): {"upload": 200, "batches": 200, "batch": 404, "guessed": 404, "garbage": 404},
    ("view_import_report",): {"batches": 200, "batch": 200, "guessed": 404, "garbage": 404},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("held", OPENED)
def test_each_page_needs_its_own_permission(client, imported, user_with, page, held):
    batch = imported("ana,Forklift,,2025-06-01,")
    client.force_login(user_with(*held))
    assert client.get(pages(batch.reference)[page]).status_code == OPENED[held].get(page, 403)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_log_in_every_page_leads_to_the_log_in(client, page):
    response = client.get(pages(GUESSED)[page])
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/?next=")


def test_a_site_without_a_log_in_page_of_its_own_uses_the_admins(client, settings):
    settings.LOGIN_URL = "/there-is-no-such-page/"
    response = client.get(pages(GUESSED)["upload"])
    assert response.url.startswith("/admin/login/?next=")


def test_posting_without_the_permission_stores_nothing(client, user_with):
    client.force_login(user_with("view_import_report"))
    response = client.post(pages(GUESSED)["upload"], {"file": "x"})
    assert response.status_code == 403
    assert not ImportBatch.objects.exists()


def test_posting_needs_the_csrf_token(user_with):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(user_with("upload_completions"))
    assert client.post(pages(GUESSED)["upload"], {}).status_code == 403


@pytest.mark.parametrize(
    ("held", "seen", "unseen"),
    [
        (("view_personal_data",), "permission to view or edit anything", "Certification import"),
        (("view_import_report",), "Certification import report", "Upload certification completions"),
    ],
)
def test_the_admin_index_has_a_door_for_each_permission(client, user_with, held, seen, unseen):
    client.force_login(user_with(*held))
    content = client.get("/admin/").content.decode()
    assert seen in content
    assert unseen not in content


@pytest.mark.parametrize(
    ("held", "door", "page"),
    [
        ("upload_completions", "completionupload", "upload"),
        ("view_import_report", "importreport", "batches"),
    ],
)
def test_the_doors_of_the_admin_index_lead_to_the_pages(client, user_with, held, door, page):
    client.force_login(user_with(held))
    response = client.get(reverse(f"admin:cert_completion_plugin_{door}_changelist"))
    assert response.url == pages(GUESSED)[page]


@pytest.mark.parametrize("is_staff", [True, False])
def test_who_may_not_see_a_page_is_told_what_to_do(client, imported, django_user_model, is_staff):
    batch = imported("ana,Forklift,,2025-05-31,")
    client.force_login(django_user_model.objects.create_user("somebody", is_staff=is_staff))
    for page in ("batches", "upload", "batch"):
        arguments = [batch.reference] if page == "batch" else []
        response = client.get(reverse(f"cert_completion_plugin:{page}", args=arguments))
        assert response.status_code == 403
        text = response.content.decode()
        assert "You may not see this page" in text
        assert "Ask somebody who looks after the users of this site" in text
        assert "records.csv" not in text
