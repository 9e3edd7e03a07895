"""The site's options for new imports, chosen on a page of their own."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from cert_completion_plugin import api
from cert_completion_plugin.models import SiteOptions
from tests.web.conftest import form

pytestmark = pytest.mark.django_db

URL = "/cert-completions/options/"


@pytest.fixture
def manager(user_with, client):
    user = user_with("manage_options", username="manager")
    client.force_login(user)
    return user


def post(client, **values):
    return client.post(URL, form(**{"file": None, "sheet": None, **values}), follow=True).content.decode()


def test_what_is_chosen_counts_for_everybody_who_has_chosen_nothing(client, manager, user_with):
    assert "These are the options of the site" in client.get(URL).content.decode()
    page = post(client, import_action="certify_uncertified", separator=";")
    assert "New imports begin with these options from now on." in page
    assert "Chosen by manager" in page
    assert (str(api.defaults().import_action), api.defaults().separator) == ("certify_uncertified", ";")
    eva = user_with("upload_completions", username="eva")
    assert str(api.last_choice(eva).import_action) == "certify_uncertified"
    api.remember_choice(eva, {"import_action": "certify_if_newer"})
    assert str(api.last_choice(eva).import_action) == "certify_if_newer"


def test_it_goes_before_the_setting_which_counts_again_afterwards(client, manager, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "always", "ignore_case": True}}
    assert 'value="always" id="id_assign_1"' in client.get(URL).content.decode().replace(" checked", "")
    post(client, assign="never")
    assert str(api.defaults().assign) == "never"
    page = client.post(URL, {"do": "forget"}, follow=True).content.decode()
    assert "The options of the site" in page
    assert (str(api.defaults().assign), api.defaults().ignore_case) == ("always", True)
    assert not SiteOptions.objects.exists()


def test_who_changed_what_is_kept(client, manager):
    post(client, import_action="save_to_history", review="True", assign="always")
    post(client, import_action="save_to_history", review="True", assign="always", ignore_case="on")
    client.post(URL, {"do": "forget"})
    client.post(URL, {"do": "forget"})
    told = LogEntry.objects.order_by("pk").values_list("user__username", "object_repr", "change_message")
    assert list(told) == [
        ("manager", "options for new imports", "Changed: assign."),
        ("manager", "options for new imports", "Changed: ignore_case."),
        ("manager", "options for new imports", "Back to the options of the site's settings."),
    ]


def test_imports_that_are_there_keep_their_options(client, imported, user_with):
    batch = imported("ana,Forklift,,2025-05-31,", review=True)
    client.force_login(user_with("manage_options"))
    post(client, import_action="save_to_history")
    assert api.find(api.SYSTEM, batch.reference).options == batch.options


def test_what_the_site_cannot_do_is_not_offered_and_what_is_wrong_is_said(client, manager):
    page = post(client, import_action="everything")
    assert "“everything” is not offered" in page
    assert "Nothing was changed yet" in page
    assert not SiteOptions.objects.exists()
    assert 'name="sheet"' not in page
    assert 'name="file"' not in page


def test_a_review_that_is_off_by_default_stays_on_for_those_who_may_not_leave_it_out(client, manager, user_with):
    post(client, review="False")
    assert not api.defaults().review
    client.force_login(user_with("upload_completions"))
    page = client.get(reverse("cert_completion_plugin:upload")).content.decode()
    assert 'name="review" value="True" id="id_review_0" required checked' in " ".join(page.split())
    assert 'name="review" value="False"' not in page
    assert "takes the permission “Can approve, discard and plan anew certification imports”" in page
    page = client.post(reverse("cert_completion_plugin:upload"), form(review="False")).content.decode()
    assert "You cannot have rows recorded without a look at the plan first. Choose “Look at the plan first”." in page


def test_a_value_of_another_version_is_passed_over(client, manager):
    post(client)
    SiteOptions.objects.update(options='{"import_action": "something_new", "assign": "never", "more": 1}')
    assert (str(api.defaults().import_action), str(api.defaults().assign)) == ("save_to_history", "never")


def test_there_is_a_door_in_the_admin(client, manager):
    assert "Options for new imports" in client.get("/admin/").content.decode()
    door = reverse("admin:cert_completion_plugin_siteoptions_changelist")
    assert client.get(door).url == URL
    client.force_login(manager)


def test_it_is_offered_above_the_list_of_imports(client, user_with):
    client.force_login(user_with("view_import_report", "manage_options"))
    assert f'href="{URL}"' in client.get("/cert-completions/").content.decode()
    client.force_login(user_with("view_import_report", username="other"))
    assert f'href="{URL}"' not in client.get("/cert-completions/").content.decode()
