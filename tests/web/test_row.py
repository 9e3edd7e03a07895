"""The page that explains a row."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks.types import Capability, CompletionRecord, HostUnavailable
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch, LedgerEntry
from tests import people
from tests.web.conftest import HEADINGS

pytestmark = pytest.mark.django_db
CERTIFIED = "ana,Forklift,,2025-05-31,"


def address(batch, line):
    return reverse("cert_completion_plugin:row", args=[batch.reference, line])


def html_of(client, batch, line, query=""):
    response = client.get(address(batch, line) + query)
    assert response.status_code == 200
    return response.content.decode()


def text_of(client, batch, line, query=""):
    """The page as a person reads it, without markup."""
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html_of(client, batch, line, query)))
    return page.replace("&#x27;", "'")


def test_the_story_stands_in_its_order(client, imported):
    text = text_of(client, imported("\u00a0ana,Forklift,,2024-02-29,"), 2)
    sentences = [
        "Line 2 of records.csv",
        "The row became the learner's current record.",
        "What the file said, and how it was read",
        "no-break space",
        "Whom we looked for",
        "We looked for the learner “ana” and found one.",
        "Which certification we looked for",
        "We found this one: “Forklift” with the ID number “F1”.",
        "The rule that decided",
        "Rule “Certify if newer”, branch “the learner has no valid record”.",
        "The dates",
        "completed Feb. 29, 2024 + 1 year = Feb. 28, 2025 (the last day of that month)",
        "What was written",
        "uploaded by operator, wrote:",
        "The learner was assigned to the certification.",
        "Is it still so today?",
        "Yes: the record is as it was written, and it is the learner's current one.",
        "Today, March 15, 2026, the learner's certification has expired.",
    ]
    places = [text.find(sentence) for sentence in sentences]
    assert -1 not in places, sentences[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.parametrize("line", [0, 1, 3, 10**9, 10**30])
def test_a_line_on_which_no_row_begins_is_not_found(client, imported, line):
    assert client.get(address(imported(CERTIFIED), line)).status_code == 404


def test_an_import_that_there_is_not_is_not_found(client, operator):
    assert client.get(reverse("cert_completion_plugin:row", args=["0" * 32, 2])).status_code == 404


def test_only_who_may_see_reports_sees_a_row(client, imported, user_with):
    batch = imported(CERTIFIED)
    client.force_login(user_with("upload_completions"))
    assert client.get(address(batch, 2)).status_code == 403
    assert client.get(address(batch, 99)).status_code == 403
    client.logout()
    assert client.get(address(batch, 2)).status_code == 302


def test_what_the_file_says_is_never_markup(client, imported):
    page = html_of(client, imported('<script>alert(1)</script>,"<b>Forklift</b>",,2025-05-31,'), 2)
    assert "<script>alert" not in page
    assert "<b>Forklift" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_table_of_rows_leads_to_the_story_and_back_to_its_place(client, imported, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 2}
    batch = imported(*[f"ana,Forklift,,2025-0{month}-01," for month in range(1, 6)])
    report = reverse("cert_completion_plugin:batch", args=[batch.reference])
    assert f'href="{address(batch, 5)}?after=3"' in client.get(report + "?after=3").content.decode()
    assert f'href="{report}?after=3#line-5"' in html_of(client, batch, 5, "?after=3")
    assert f'href="{report}?after=4#line-5"' in html_of(client, batch, 5)
    assert "javascript" not in html_of(client, batch, 5, "?next=javascript:alert(1)&after=3").split("<ol")[1]


def test_the_rows_beside_it_and_the_next_problems_are_linked(client, imported):
    batch = imported(CERTIFIED, "nobody,Forklift,,2025-05-31,", "\n", CERTIFIED, "ben,Forklift,,31 May,")
    page = html_of(client, batch, 6, "?after=1")
    links = {text: path for path, text in re.findall(r'href="([^"]+)">([^<]*\(line \d+\))', page)}
    assert links == {
        "Row before (line 3)": f"{address(batch, 3)}?after=1",
        "Row after (line 7)": f"{address(batch, 7)}?after=1",
        "Problem row before (line 3)": f"{address(batch, 3)}?after=1",
        "Problem row after (line 7)": f"{address(batch, 7)}?after=1",
    }
    assert "Row before" not in html_of(client, batch, 2)


def test_the_line_that_is_repeated_is_linked(client, imported):
    batch = imported(CERTIFIED, CERTIFIED)
    assert f'<a href="{address(batch, 2)}">Line 2</a>' in html_of(client, batch, 3)


class TestToday:
    def test_another_import_took_its_place(self, client, imported):
        first = imported("ana,Forklift,,2025-05-31,")
        second = imported("\n\nana,Forklift,,2025-12-31,")
        text = text_of(client, first, 2)
        assert "Not quite: the record is as it was written, but it is in the learner's history now." in text
        assert "The learner's current record: completed Dec. 31, 2025, expires Dec. 31, 2026." in text
        assert f'href="{address(second, 4)}"' in html_of(client, first, 2)
        assert "operator changed the learner's records of this certification last." in text

    def test_changed_since_by_hand(self, client, imported, world):
        batch = imported(CERTIFIED)
        (key,) = world._pairs
        pair = world._pairs[key]
        other = replace(pair.current, expires=date(2027, 1, 1))
        world._pairs[key] = replace(pair, current=other, changed_by="eva", changed_at=timezone.now())
        text = text_of(client, batch, 2)
        assert "No: what this row wrote has been changed since." in text
        assert "The record of this row now: completed May 31, 2025, expires Jan. 1, 2027." in text
        assert "eva changed the learner's records" in text

    def test_not_there_any_more(self, client, imported, world):
        batch = imported(CERTIFIED)
        world._pairs.clear()
        assert "No: what this row wrote is not there any more." in text_of(client, batch, 2)

    def undo(self, batch, operator):
        operator = people.holding(operator, *people.EVERY_PERMISSION)
        preview = api.preview_undo(operator, batch)
        api.work_off(batch.id)
        assert api.undo(operator, batch, "It was <last> year's file.", preview=preview.number)
        api.work_off(batch.id)

    def test_undone(self, client, imported, operator):
        batch = imported(CERTIFIED, CERTIFIED)
        self.undo(batch, operator)
        text = text_of(client, batch, 2)
        assert "(undone later)" in text
        assert "operator undid the import. What this row had written was taken back." in text
        assert "The reason given for the undo: “It was &lt;last&gt; year's file.”" in text
        assert "The import was undone: what this row wrote is not there any more." in text
        assert "undid the import" not in text_of(client, batch, 3)

    def test_kept_when_undone_since_it_was_changed(self, client, imported, operator, world):
        batch = imported(CERTIFIED, "ben,Forklift,,2025-05-31,")
        key = next(key for key in world._pairs if key.learner_key == "learner-1")
        pair = world._pairs[key]
        other = replace(pair.current, expires=date(2027, 1, 1))
        world._pairs[key] = replace(pair, current=other, changed_by="eva", changed_at=timezone.now())
        self.undo(batch, operator)
        text = text_of(client, batch, 2)
        assert "What this row had written was kept, since it had been changed meanwhile." in text
        assert "eva had changed it." in text
        assert "(undone later)" not in text
        assert "No: what this row wrote has been changed since." in text
        assert "What this row had written was taken back." in text_of(client, batch, 3)

    def test_a_learner_who_is_gone_cannot_be_undone(self, client, imported, operator, world):
        batch = imported(CERTIFIED, "ben,Forklift,,2025-05-31,")
        world._learners.pop("learner-1")
        self.undo(batch, operator)
        text = text_of(client, batch, 2)
        assert "What this row had written could not be taken back." in text
        assert "The LMS said: The learner is gone." in text

    def test_a_host_that_cannot_tell_spoils_nothing(self, client, imported, monkeypatch):
        batch = imported(CERTIFIED)

        def away(*args, **kwargs):
            raise HostUnavailable

        monkeypatch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_completion_states", away)
        text = text_of(client, batch, 2)
        assert "The LMS cannot tell just now." in text
        assert "We looked for the learner “ana” and found one." in text

    def test_a_host_whose_query_fails_spoils_nothing(self, client, imported, monkeypatch):
        batch = imported(CERTIFIED)

        def broken(*args, **kwargs):
            connection.cursor().execute("SELECT nonsense FROM nowhere")

        monkeypatch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_completion_states", broken)
        assert "The LMS cannot tell just now." in text_of(client, batch, 2)

    def test_a_host_that_keeps_no_history(self, client, imported, world, monkeypatch):
        batch = imported(CERTIFIED, import_action="save_to_history")
        assert "Yes: the record is as it was written, in the learner's history." in text_of(client, batch, 2)
        can = frozenset(Capability) - {Capability.HISTORY}
        monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", can)
        world._pairs.clear()
        assert "This site keeps no history of completions" in text_of(client, batch, 2)

    def test_a_completion_that_was_held_is_held_or_not(self, client, imported, world):
        imported(CERTIFIED)
        again = imported(CERTIFIED)
        assert "Yes: the completion is still on record." in text_of(client, again, 2)
        world._pairs.clear()
        assert "No: the completion is not on record any more." in text_of(client, again, 2)

    def test_evidence(self, client, imported, world):
        batch = imported("ana,Moon Walking,,2025-05-31,", unknown_certification="create_evidence")
        text = text_of(client, batch, 2)
        assert "An evidence item “Moon Walking”, completed May 31, 2025." in text
        assert "Yes: the evidence item is as it was written." in text
        world._evidence.clear()
        assert "No: what this row wrote is not there any more." in text_of(client, batch, 2)

    def test_who_asks_the_host_is_who_looks(self, client, imported, monkeypatch):
        batch, actors = imported(CERTIFIED), []
        from cert_completion_plugin.gateway.facade import Gateway

        acting_for = Gateway.acting_for
        monkeypatch.setattr(
            Gateway, "acting_for", lambda self, actor, **more: actors.append(actor) or acting_for(self, actor, **more)
        )
        html_of(client, batch, 2)
        assert [actor.username for actor in actors] == ["operator"]


class TestNotWritten:
    @pytest.fixture
    def planned(self, operator):
        def planned(*rows, **options):
            chosen = api.Options.from_mapping({"import_action": "certify_if_newer", **options})
            content = (HEADINGS + "".join(f"{row}\n" for row in rows)).encode()
            batch = api.submit(operator, [content], file_name="records.csv", options=chosen)
            api.work_off(batch.id)
            return api.find(api.SYSTEM, batch.reference)

        return planned

    def test_a_row_that_is_only_planned(self, client, planned):
        text = text_of(client, planned(CERTIFIED), 2)
        assert "Certified (planned)" in text
        assert "What is planned Nothing has been written for this row yet." in text
        assert "The import waits for somebody to approve its plan." in text
        assert "When it is written: The learner's current record" in text
        assert "The learner gets assigned to the certification." in text
        assert "nothing of it comes from this row yet" in text

    def test_a_row_that_was_approved_and_written(self, client, planned, operator, user_with):
        batch = planned(CERTIFIED)
        api.approve(user_with("view_import_report", "approve_imports", username="chief"), batch, plan=1)
        api.work_off(batch.id)
        text = text_of(client, api.find(api.SYSTEM, batch.reference), 2)
        assert "uploaded by operator and approved by chief, wrote:" in text

    def test_a_row_that_drifted_tells_who_changed_the_records(self, client, planned, imported, operator):
        batch = planned(CERTIFIED, CERTIFIED)
        imported("ana,Forklift,,2025-12-31,")
        api.approve(operator, batch, plan=1)
        api.work_off(batch.id)
        text = text_of(client, batch, 2)
        assert "changed between the plan and its writing, so the row was not written" in text
        assert "Rule “Certify if newer”, branch “the learner has no valid record”." in text
        assert "The learner's current record: completed Dec. 31, 2025" in text
        assert "operator changed the learner's records of this certification last" in text
        assert "Nothing was to be written for this one." in text_of(client, batch, 3)

    def test_what_an_older_plan_said_of_a_row(self, client, planned, operator):
        batch = planned("ana,Forklft,,2025-05-31,", unknown_certification="create_evidence")
        api.plan_anew(operator, batch, confirmed=["Forklft"])
        assert "Not decided yet" in text_of(client, batch, 2)
        api.work_off(batch.id)
        text = text_of(client, batch, 2)
        assert "Evidence (planned)" in text
        assert "Somebody confirmed that “Forklft” really is another certification" in text
        old = text_of(client, batch, 2, "?plan=1")
        assert "This is what plan 1 said. A newer plan has taken its place." in old
        assert "Rejected (planned)" in old
        assert "Somebody confirmed" not in old
        report = reverse("cert_completion_plugin:plan", args=[batch.reference, 1])
        assert f'href="{report}?after=1#line-2"' in html_of(client, batch, 2, "?plan=1")
        assert f'href="{address(batch, 2)}?plan=1"' in client.get(report).content.decode()

    def test_the_next_problem_is_that_of_the_plan(self, client, planned, operator):
        batch = planned(CERTIFIED, "ana,Forklft,,2025-05-31,", unknown_certification="create_evidence")
        assert "Problem row after (line 3)" in text_of(client, batch, 2)
        api.plan_anew(operator, batch, confirmed=["Forklft"])
        api.work_off(batch.id)
        present = api.find(api.SYSTEM, batch.reference)
        assert "Problem row after" not in text_of(client, present, 2)
        assert "Problem row after (line 3)" in text_of(client, present, 2, "?plan=1")

    def test_a_row_that_nobody_decided(self, client, imported):
        text = text_of(client, imported("ana,Forklift,,03/04/2025,"), 2)
        assert "Not decided yet" in text
        assert "Nobody has looked yet." in text
        assert "the import waits for an answer to its question about dates" in text

    @pytest.mark.parametrize("learner", [True, False])
    def test_a_row_that_was_cancelled(self, client, imported, learner):
        batch = imported(CERTIFIED)
        keys = {} if learner else {"learner_key": "", "certification_key": "", "detail": "{}"}
        LedgerEntry.objects.filter(batch_id=batch.id, phase="planned").delete()
        LedgerEntry.objects.filter(batch_id=batch.id).update(outcome="cancelled", expires=None, **keys)
        ImportBatch.objects.filter(pk=batch.id).update(
            state="cancelled", cancelled_at=timezone.now(), cancelled_by_name="eva"
        )
        text = text_of(client, batch, 2)
        assert "eva cancelled the import." in text
        assert ("Nothing was decided: the import was cancelled first." in text) is not learner
        assert ("The import was cancelled before anybody looked." in text) is not learner

    def test_a_row_that_all_or_nothing_held_back(self, client, imported):
        batch = imported(CERTIFIED, "nobody,Forklift,,2025-05-31,", commit_policy="all_or_nothing")
        assert "“all or nothing” was chosen, and line 3 could not be imported" in text_of(client, batch, 2)

    def test_a_row_of_an_older_version(self, client, imported):
        batch = imported(CERTIFIED)
        for entry in LedgerEntry.objects.filter(batch_id=batch.id):
            plain = json.loads(entry.detail)
            del plain["trace"]
            LedgerEntry.objects.filter(pk=entry.pk).update(detail=json.dumps(plain))
        text = text_of(client, batch, 2)
        assert "An older version of this site decided the row" in text
        assert "It was found." in text
        assert "Yes: the record is as it was written" in text


def test_the_number_of_queries_does_not_grow_with_the_file(client, imported):
    def queries(*rows):
        batch = imported(*rows, "nobody,Forklift,,2025-05-31,", date_format="YYYY-MM-DD")
        with CaptureQueriesContext(connection) as context:
            html_of(client, batch, 2)
        return len(context)

    queries("ben,Forklift,,2025-05-01,")
    few = queries("ana,Forklift,,2025-05-01,")
    assert queries(*[f"ana,Forklift,,2025-06-{day:02}," for day in range(28, 0, -1)]) == few


def test_a_record_without_dates_of_its_own_can_be_told():
    from cert_completion_plugin.telling.story.words import record_text

    assert record_text(CompletionRecord(completed=None)) == "no completion date, never expires"


def test_the_date_format_that_was_chosen_or_answered_is_told(client, imported):
    chosen = imported(CERTIFIED, date_format="YYYY-MM-DD")
    assert "read as YYYY-MM-DD, as was chosen at the upload" in text_of(client, chosen, 2)
    asking = imported("ana,Forklift,,03/04/2025,")
    api.answer(api.SYSTEM, asking, date_format="DD/MM/YYYY")
    api.work_off(asking.id)
    assert "read as DD/MM/YYYY, as was answered" in text_of(client, api.find(api.SYSTEM, asking.reference), 2)


def test_a_column_that_is_not_known_is_shown_all_the_same(client, operator):
    content = HEADINGS.replace("duedate", "duedate,Remark") + "ana,Forklift,,2025-05-31,,well done\n"
    batch = api.submit(operator, [content.encode()], file_name="records.csv", options=api.Options(review=False))
    api.work_off(batch.id)
    text = text_of(client, batch, 2)
    assert "Remark well done This column is not known" in text
