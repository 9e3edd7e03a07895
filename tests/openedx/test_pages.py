"""The pages in the LMS: at home in its admin, open to whoever holds the permission."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from tests.openedx.conftest import HEADINGS, form

UPLOAD = "/certification-imports/upload/"


def test_pages_extend_the_templates_of_the_admin(client, registrar):
    response = client.get(UPLOAD)
    assert response.status_code == 200
    assert {"admin/base_site.html", "admin/base.html"} <= {template.name for template in response.templates}


def test_who_is_not_logged_in_is_sent_to_a_page_where_they_can(client, transactional_db):
    """The platform's `/login`; this project has none, so that it is the admin's."""
    response = client.get(UPLOAD)
    assert response.status_code == 302
    assert response.url == f"/admin/login/?next={UPLOAD}"


def test_who_lacks_the_permission_is_told_so(client, person):
    client.force_login(person("teacher"))
    response = client.get(UPLOAD)
    assert response.status_code == 403
    assert "Your account does not have the permission for this" in response.content.decode()
    assert client.post(UPLOAD, form(HEADINGS)).status_code == 403


def test_a_group_gives_the_permission(client, person):
    user, group = person("teacher"), Group.objects.create(name="Registrars")
    group.permissions.set(Permission.objects.filter(codename="upload_completions"))
    user.groups.add(group)
    client.force_login(user)
    assert client.get(UPLOAD).status_code == 200


def test_the_index_of_the_admin_has_the_entries(client, django_user_model, transactional_db):
    client.force_login(django_user_model.objects.create_superuser("root"))
    content = client.get(reverse("admin:index")).content.decode()
    assert "Certification completion imports" in content
    assert "Certification records" in content


def test_the_upload_page_tells_of_the_four_megabytes(client, registrar):
    content = client.get(UPLOAD).content.decode()
    assert "Sent from this page it can have at most 3.8\xa0MB" in content
    assert "watched folder" in content


@pytest.mark.parametrize("name", ["cert_completion_plugin:batches", "cert_completion_plugin:options"])
def test_other_pages_open_with_the_middleware_of_the_platform(client, person, name):
    client.force_login(person("registrar", "upload_completions", "manage_options"))
    assert client.get(reverse(name)).status_code == 200


def test_learners_see_their_records(client, world, django_user_model):
    client.force_login(django_user_model.objects.get(username="ana"))
    assert client.get(reverse("cert_completion_records:own_record_of_learning")).status_code == 200
