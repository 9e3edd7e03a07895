"""The admin's history of imports, and the imports in the admin."""

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.store import log
from cert_completion_plugin.store.log import Logged
from tests.web.conftest import HEADINGS, form

pytestmark = pytest.mark.django_db
LIST = "admin:cert_completion_plugin_importbatch_changelist"


@pytest.fixture
def waiting(operator):
    """An import that waits for approval."""
    content = (HEADINGS + "ana,Forklift,,2025-05-31,\n").encode()
    batch = api.submit(operator, [content], file_name="records.csv", options=api.Options())
    api.work_off(batch.id)
    return api.find(api.SYSTEM, batch.reference)


def logged():
    return [(entry.user.get_username(), entry.object_id, entry.change_message) for entry in LogEntry.objects.all()][
        ::-1
    ]


def page_of(client, page, batch):
    response = client.get(reverse(f"admin:cert_completion_plugin_importbatch_{page}", args=[batch.id]))
    assert response.status_code == 200
    return response.content.decode()


class TestHistory:
    def test_an_upload_on_the_page_is_kept(self, client, operator):
        client.post(reverse("cert_completion_plugin:upload"), form())
        (batch,) = ImportBatch.objects.all()
        assert logged() == [("operator", str(batch.pk), "Uploaded the file.")]
        entry = LogEntry.objects.get()
        assert (entry.action_flag, entry.object_repr) == (ADDITION, "external records.csv")
        assert entry.get_edited_object() == batch

    def test_approving_discarding_and_cancelling_are_kept(self, waiting, operator, user_with):
        chief = user_with("view_import_report", "approve_imports", username="chief")
        assert api.approve(chief, waiting, plan=1).is_given
        assert logged()[-1] == ("chief", str(waiting.id), "Approved the plan.")
        assert LogEntry.objects.first().action_flag == CHANGE
        assert api.cancel(chief, waiting)
        assert logged()[-1] == ("chief", str(waiting.id), "Cancelled the import.")

    def test_discarding_is_kept(self, waiting, operator):
        assert api.discard(operator, waiting)
        assert logged()[-1] == ("operator", str(waiting.id), "Discarded the plan; nothing is recorded.")

    def test_what_came_too_late_is_not_kept(self, imported, operator):
        batch = imported("ana,Forklift,,2025-05-31,")
        assert not api.cancel(operator, batch)
        assert not api.discard(operator, batch)
        assert not api.approve(operator, batch, plan=1).is_given
        assert len(logged()) == 1

    def test_what_somebody_said_to_it_is_kept_with_it(self, imported, operator):
        batch = imported("ana,Forklift,,2025-05-31,")
        log.add(batch, operator.pk, Logged.UNDONE, "wrong\nfile \U0001f600")
        assert logged()[-1][2] == "Undid the import. wrong\nfile \ufffd"

    def test_the_text_is_in_the_language_of_the_site(self, imported, operator):
        with translation.override("xx"):
            log.add(imported("ana,Forklift,,2025-05-31,"), operator.pk, Logged.CANCELLED)
        assert logged()[-1][2] == "Cancelled the import."

    @pytest.mark.parametrize("action", Logged)
    def test_every_action_has_a_text(self, imported, operator, action):
        log.add(imported("ana,Forklift,,2025-05-31,"), operator.pk, action)
        assert logged()[-1][2].endswith((".", ":"))  # with a colon where a note follows

    def test_without_the_admin_or_a_user_nothing_is_kept(self, imported, operator, settings):
        batch = imported("ana,Forklift,,2025-05-31,")
        before = LogEntry.objects.count()
        log.add(batch, None, Logged.CANCELLED)
        with override_settings(INSTALLED_APPS=[one for one in settings.INSTALLED_APPS if "admin" not in one]):
            log.add(batch, operator.pk, Logged.CANCELLED)
        assert LogEntry.objects.count() == before

    def test_the_history_of_an_import_shows_it(self, client, imported):
        batch = imported("ana,Forklift,,2025-05-31,")
        history = page_of(client, "history", batch)
        assert "Uploaded the file." in history
        assert "operator" in history


class TestImportsInTheAdmin:
    def test_the_list_tells_state_and_rows_in_words_and_links_the_page(self, client, imported):
        batch = imported("ana,Forklift,,2025-05-31,", "nobody,Forklift,,2025-05-31,")
        page = client.get(reverse(LIST)).content.decode()
        assert "Finished" in page
        assert "2 rows: Certified 1, Rejected 1" in page
        assert f'href="{reverse("cert_completion_plugin:batch", args=[batch.reference])}"' in page

    def test_the_page_of_an_import(self, client, waiting):
        page = page_of(client, "change", waiting)
        assert "Waiting for approval" in page
        assert "1 row" in page
        assert 'type="submit"' not in page.split('id="content"')[1]

    @pytest.mark.parametrize("page", ["change", "delete", "add"])
    def test_nothing_can_be_added_changed_or_deleted(self, client, waiting, page, admin_client):
        for one in (client, admin_client):
            arguments = [] if page == "add" else [waiting.id]
            address = reverse(f"admin:cert_completion_plugin_importbatch_{page}", args=arguments)
            assert one.post(address, {"file_name": "x", "post": "yes"}).status_code == 403
        assert ImportBatch.objects.get().file_name == "records.csv"

    def test_only_who_may_see_imports_sees_them(self, client, waiting, user_with):
        client.force_login(user_with("view_personal_data", "approve_imports", "undo_imports"))
        assert client.get(reverse(LIST)).status_code == 403
        assert "Imports" not in client.get(reverse("admin:index")).content.decode()
        client.force_login(user_with("view_import_report", username="viewer"))
        assert client.get(reverse(LIST)).status_code == 200
        assert client.get(reverse("admin:index")).status_code == 200

    @pytest.mark.parametrize("page", ["change", "history"])
    def test_who_may_see_their_own_alone_sees_no_others(self, client, waiting, user_with, page):
        user = user_with("upload_completions", username="eva")
        client.force_login(user)
        address = reverse(f"admin:cert_completion_plugin_importbatch_{page}", args=[waiting.id])
        missing = reverse(f"admin:cert_completion_plugin_importbatch_{page}", args=[waiting.id + 1])
        assert len(client.get(reverse(LIST)).context["cl"].result_list) == 0
        assert client.get(address).status_code == client.get(missing).status_code == 302
        ImportBatch.objects.update(uploaded_by=user)
        assert len(client.get(reverse(LIST)).context["cl"].result_list) == 1
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize(
        "reference", [lambda batch: batch.reference, lambda batch: f" {batch.reference[:8]}-" + ""]
    )
    def test_a_reference_is_found_whole(self, client, waiting, reference):
        found = client.get(reverse(LIST), {"q": reference(waiting)}).context["cl"].result_list
        assert len(found) == (1 if reference(waiting) == waiting.reference else 0)

    @pytest.mark.parametrize(("query", "found"), [("RECORDS", 1), ("operat", 1), ("other", 0)])
    def test_search_by_file_name_and_uploader(self, client, waiting, query, found):
        assert len(client.get(reverse(LIST), {"q": query}).context["cl"].result_list) == found

    @pytest.mark.parametrize(("state", "found"), [("awaiting_approval", 1), ("finished", 0), ("nonsense", 1)])
    def test_filtered_by_state(self, client, waiting, state, found):
        assert len(client.get(reverse(LIST), {"state": state}).context["cl"].result_list) == found
