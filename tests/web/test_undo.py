"""The page of an import's undo, and what the report says of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from cert_completion_hooks import Capability, HostUnavailable
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api, batches, gateway
from cert_completion_plugin.models import ImportUndo, UndoPortion, UndoRow
from tests.web.test_batch import html_of, text_of

pytestmark = pytest.mark.django_db

ROWS = ("ana,Forklift,,2025-06-01,", "ben,Forklift,,2025-06-01,", "nobody,Forklift,,2025-06-01,")


@pytest.fixture
def undoer(user_with, client):
    """Logged in, who may look at imports and undo them."""
    user = user_with("view_import_report", "view_personal_data", "undo_imports", username="undoer")
    client.force_login(user)
    return user


@pytest.fixture
def batch(imported, undoer):
    return imported(*ROWS)


def address(batch):
    return reverse("cert_completion_plugin:undo", args=[batch.reference])


def page(client, batch, **query):
    response = client.get(address(batch), query)
    assert response.status_code == 200
    return response.content.decode()


def plain(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def post(client, batch, **given):
    response = client.post(address(batch), given, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def previewed(client, batch):
    """The import, with its preview made."""
    post(client, batch, do="preview")
    api.work_off(batch.id)
    return batch


@pytest.fixture
def undone(client, previewed):
    """The import, undone."""
    post(client, previewed, do="undo", preview=1, reason="It was the wrong file.")
    api.work_off(previewed.id)
    return previewed


def corrected(world, username, by="eve"):
    """Somebody corrects what the import wrote."""
    record = replace(world.held(username, "Forklift").current, expires=date(2030, 1, 1))
    at = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    world.hold(username, "Forklift", current=record, changed_by=by, changed_at=at)


def test_the_report_offers_it_and_the_page_says_what_it_does(client, batch):
    assert f'href="{address(batch)}"' in html_of(client, batch)
    asked = page(client, batch)
    assert "every row that nobody has changed since" in asked
    assert "See what would be undone" in asked
    assert not ImportUndo.objects.exists()


def test_while_it_is_looked_at_the_page_refreshes_itself_and_says_how_far_it_is(client, batch, settings):
    working = post(client, batch, do="preview")
    assert '<meta http-equiv="refresh"' in working
    assert "0 of 3 rows are looked at." in plain(working)
    assert "Do not undo" in working
    api.work_off(batch.id)
    assert '<meta http-equiv="refresh"' not in page(client, batch)


def test_a_script_can_ask_how_far_it_is(client, batch, user_with):
    where = reverse("cert_completion_plugin:undo-progress", args=[batch.reference])
    assert client.get(where).json() == {"page": ""}
    shown = re.search('data-ccp-page="([^"]+)"', post(client, batch, do="preview"))
    now = client.get(where)
    assert now.headers["Cache-Control"] == "no-store"
    assert now.json() == {
        "page": shown[1],
        "percent": 0,
        "texts": {"rows": "0 of 3 rows are looked at.", "trouble": "", "stalled": ""},
        "aloud": "0 percent are done.",
    }
    api.work_off(batch.id)
    assert client.get(where).json() == {"page": "1 previewed"}
    client.force_login(user_with("undo_imports"))
    assert client.get(where).status_code == 403


def test_the_preview_shows_three_groups_with_numbers_and_rows(client, world, batch):
    corrected(world, "ana")
    post(client, batch, do="preview")
    api.work_off(batch.id)
    text = plain(page(client, batch))
    assert "1 row will be taken back. 1 row was changed since and will be kept. Nothing was changed yet." in text
    assert "1 Will be taken back 1 Kept: changed since 0 Cannot be undone" in text
    assert (
        "3 ben Forklift June 1, 2025 Certified The record is taken away; the learner had none before. "
        "The assignment that the import made goes with it."
    ) in text
    kept = plain(page(client, batch, group="changed_since"))
    assert re.search(
        r"2 ana Forklift June 1, 2025 Certified Changed since by eve \(March 14, 2026, 9:30 a.m.\)\.", kept
    )
    assert " ben " not in kept
    assert "There are no such rows." in page(client, batch, group="cannot")
    explained = reverse("cert_completion_plugin:row", args=[batch.reference, 3])
    assert f'href="{explained}"' in page(client, batch)


def test_the_button_says_how_many_rows(client, previewed):
    assert ">Undo 2 rows</button>" in page(client, previewed)


def test_without_a_reason_nothing_is_undone_and_the_page_says_what_to_do(client, previewed, world):
    asked = post(client, previewed, do="undo", preview=1, reason="  ")
    assert "Nothing was undone yet" in asked
    assert 'href="#id_reason"' in asked
    assert "Say why, in a few words." in asked
    assert 'aria-invalid="true"' in asked
    api.work_off(previewed.id)
    assert world.held("ana", "Forklift").current is not None


def test_the_result_is_told_on_its_page_and_on_the_report(client, undone, world):
    text = plain(page(client, undone))
    assert "This import was undone. 2 rows were taken back. (By undoer, " in text
    assert "Reason: It was the wrong file." in text
    assert "The record was taken away" in text
    assert world.held("ana", "Forklift").current is None
    report = text_of(client, undone)
    assert "This import was undone. 2 rows were taken back. (By undoer, " in report
    assert "Undo what is left" not in report
    assert "Reason: It was the wrong file." in report
    assert "2 Certified became" in report
    assert f'href="{address(undone)}?number=1"' in html_of(client, undone)


def test_the_list_of_imports_marks_those_of_which_rows_were_undone(client, undone, imported):
    other = imported("ana,Boat,,2025-06-01,")
    listed = client.get(reverse("cert_completion_plugin:batches")).content.decode()
    assert plain(listed).count("Rows of it were undone") == 1
    assert f'href="{address(undone)}">Rows of it were undone' in listed
    assert f'href="{address(other)}"' not in listed


def test_the_history_in_the_admin_says_who_undid_it_and_why(client, undone, undoer):
    [entry] = LogEntry.objects.filter(user_id=undoer.pk)
    assert (entry.object_id, entry.change_message) == (str(undone.id), "Undid the import. It was the wrong file.")


def test_a_reason_of_several_lines_stands_so_in_the_history(client, previewed, undoer):
    post(client, previewed, do="undo", preview=1, reason="Wrong file.\r\nThe right one follows.")
    [entry] = LogEntry.objects.filter(user_id=undoer.pk)
    assert entry.change_message == "Undid the import. Wrong file.\nThe right one follows."


def test_while_it_is_undone_page_and_report_say_so(client, previewed):
    working = post(client, previewed, do="undo", preview=1, reason="Wrong.")
    assert "0 of 3 rows are done." in plain(working)
    assert "Do not undo" not in working
    assert "This import is being undone. (By undoer" in text_of(client, previewed)


def test_the_first_undo_keeps_its_address_when_it_is_asked_again(client, world, batch):
    written = world.held("ana", "Forklift").current
    corrected(world, "ana")
    post(client, batch, do="preview")
    api.work_off(batch.id)
    post(client, batch, do="undo", preview=1, reason="First.")
    api.work_off(batch.id)
    assert "See what is left to undo" in page(client, batch)
    assert "Undo what is left of this import" in text_of(client, batch)
    world.hold("ana", "Forklift", current=written)
    post(client, batch, do="preview")
    api.work_off(batch.id)
    assert ">Undo 1 row</button>" in page(client, batch)
    first = page(client, batch, number=1)
    assert "Reason: First." in plain(first)
    assert "<textarea" not in first
    post(client, batch, do="undo", preview=2, reason="Second.")
    api.work_off(batch.id)
    both = plain(page(client, batch))
    assert "Reason: Second." in both
    assert "Other undos of this import" in both
    assert client.get(address(batch), {"number": 3}).status_code == 404


def test_a_preview_can_be_given_up_and_made_anew(client, previewed):
    assert "See what would be undone" in post(client, previewed, do="abandon", preview=1)
    post(client, previewed, do="preview")
    api.work_off(previewed.id)
    post(client, previewed, do="preview")
    api.work_off(previewed.id)
    assert list(ImportUndo.objects.order_by("number").values_list("state", flat=True)) == [
        "abandoned",
        "abandoned",
        "previewed",
    ]
    late = post(client, previewed, do="undo", preview=2, reason="Wrong.")
    assert "no longer the preview that you saw" in late
    assert "It was too late" in post(client, previewed, do="abandon", preview=2)
    assert "It was too late" in post(client, previewed, do="abandon", preview="x")


def test_an_old_preview_says_so(client, previewed):
    assert "has grown old" not in page(client, previewed)
    ImportUndo.objects.update(previewed_at=timezone.now() - timedelta(hours=2))
    assert "has grown old" in page(client, previewed)


def test_where_nothing_is_left_there_is_no_form(client, undone):
    post(client, undone, do="preview")
    api.work_off(undone.id)
    asked = page(client, undone)
    assert "Nothing of this import is left to undo." in asked
    assert "<textarea" not in asked


def test_who_may_only_look_is_offered_nothing(client, previewed, user_with):
    client.force_login(user_with("view_import_report", "upload_completions"))
    asked = page(client, previewed)
    assert "2 Will be taken back" in plain(asked)
    assert "<form" not in asked.partition('id="content-main"')[2]
    assert f'href="{address(previewed)}"' not in html_of(client, previewed)
    for do in ("preview", "undo", "abandon"):
        assert client.post(address(previewed), {"do": do, "preview": 1, "reason": "x"}).status_code == 403
    assert ImportUndo.objects.get().state == "previewed"


def test_the_report_is_needed_to_look(client, batch, user_with):
    client.force_login(user_with("undo_imports"))
    assert client.get(address(batch)).status_code == 403
    assert client.post(address(batch), {"do": "preview"}).status_code == 403
    client.force_login(user_with("undo_imports", "upload_completions", username="another"))
    assert client.get(address(batch)).status_code == 404
    assert client.post(address(batch), {"do": "preview"}).status_code == 404
    assert not ImportUndo.objects.exists()


def test_an_import_that_does_not_exist(client, undoer):
    nowhere = reverse("cert_completion_plugin:undo", args=["0" * 32])
    assert client.get(nowhere).status_code == 404
    assert client.post(nowhere, {"do": "preview"}).status_code == 404


def test_what_stands_in_the_way_is_said_in_words(client, imported, undoer, monkeypatch):
    empty = imported("nobody,Forklift,,2025-06-01,")
    assert "This import recorded nothing, so there is nothing to undo." in page(client, empty)
    assert "This import recorded nothing" in post(client, empty, do="preview")
    done = imported(*ROWS)
    monkeypatch.setattr(gateway.Gateway, "capabilities", frozenset(Capability) - {Capability.UNDO})
    assert "Imports of this site cannot be undone" in page(client, done)


def test_a_host_that_is_away_is_told_of(client, batch, monkeypatch, user_with):
    def down(*args, **kwargs):
        raise HostUnavailable("the LMS is being upgraded")

    post(client, batch, do="preview")
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.undo_changes", down)
    batches.take_turn(batch.id)
    text = plain(page(client, batch))
    assert re.search(r"cannot answer just now \(since .*; next try at .*\)\. Nothing is lost: the undo goes on", text)


def test_work_that_nobody_picks_up_is_told_of(client, batch):
    post(client, batch, do="preview")
    ImportUndo.objects.update(asked_at=timezone.now() - timedelta(minutes=10))
    assert "No worker has picked this up for 10 minutes. Nothing is lost" in page(client, batch)
    UndoPortion.objects.update(claimed_at=timezone.now())
    assert "No worker" not in page(client, batch)


def test_rows_are_paged_by_line(client, previewed, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 1}
    first = page(client, previewed)
    assert 'id="line-2"' in first
    assert 'href="?number=1&amp;group=undone&amp;after=2#ccp-undo-rows"' in first
    second = page(client, previewed, group="undone", after=2)
    assert 'id="line-3"' in second
    assert 'href="?number=1&amp;group=undone&amp;before=3#ccp-undo-rows"' in second
    assert "after=3" not in second
    assert 'id="line-2"' in page(client, previewed, group="undone", before=3)


def test_the_queries_of_a_page_do_not_grow_with_its_rows(client, imported, undoer, world):
    for number in range(30):
        world.add_learner(f"c{number}")
    counts = []
    for rows in (3, 30):
        done = imported(*[f"c{number},Forklift,,2025-06-{rows - 2:02}," for number in range(rows)])
        post(client, done, do="preview")
        api.work_off(done.id)
        with CaptureQueriesContext(connection) as captured:
            assert page(client, done).count('id="line-') == rows
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_what_a_learner_or_an_administrator_wrote_is_shown_as_text(client, previewed):
    post(client, previewed, do="undo", preview=1, reason="<script>alert(1)</script>")
    api.work_off(previewed.id)
    assert "<script>alert(1)" not in page(client, previewed)
    assert "&lt;script&gt;alert(1)" in html_of(client, previewed)


@pytest.mark.parametrize(
    ("undo", "text"),
    [
        ({"changed_by": "eve"}, "Changed since by eve."),
        ({"changed_at": datetime(2026, 3, 14, 9, 30, tzinfo=UTC)}, "Changed since (March 14, 2026, 9:30 a.m.)."),
        ({}, "the site does not know by whom."),
        ({"status": "cannot", "reason": "The learner is gone."}, "The learner is gone."),
        ({"status": "cannot", "reference": "abc123"}, "Tell the site's operator the reference abc123."),
        ({"status": "cannot"}, "gave no reason."),
        ({"status": "undone", "assignment_kept": True}, "The learner stays assigned"),
    ],
)
def test_every_reason_has_its_words(client, previewed, undo, text):
    UndoRow.objects.filter(line=2).update(**{"status": "changed_since", **undo})
    assert text in plain(page(client, previewed, group=undo.get("status", "changed_since")))


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("ana,Forklift,,2026-02-01,", "Renewed The record is taken away, and the former one becomes current again."),
        ("ana,Forklift,,2024-06-01,", "History The completion is taken out of the learner's history."),
        ("ana,Boat,,2025-06-01,", "Evidence The evidence item is taken away."),
    ],
)
def test_every_outcome_says_what_taking_it_back_means(client, imported, undoer, row, text):
    imported("ana,Forklift,,2025-06-01,")
    done = imported(row, unknown_certification="create_evidence")
    post(client, done, do="preview")
    api.work_off(done.id)
    told = plain(page(client, done))
    assert text in told
    assert "The assignment" not in told
