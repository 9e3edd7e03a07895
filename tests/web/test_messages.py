"""Messages to learners on the pages: the option, what a plan foresees, how they stand, what became of each, and why."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from cert_completion_hooks import MessageTrigger
from django.urls import reverse
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import Delivery, Message
from cert_completion_plugin.telling.messages import fate_text, trouble_text
from tests import people
from tests.post import Post, present
from tests.web.conftest import HEADINGS, form

pytestmark = pytest.mark.django_db

ANA, BEN = "ana,Forklift,,2025-06-01,", "ben,Forklift,,2025-06-01,"


@pytest.fixture
def post(world, monkeypatch):
    return Post(world, monkeypatch)


@pytest.fixture
def sent(imported):
    def sent(*rows, **options):
        return imported(*(rows or (ANA, BEN)), **{"messages": "send", **options})

    return sent


def text_of(client, batch, name="batch", *args, query=""):
    """A page as a person reads it, without markup."""
    response = client.get(reverse(f"cert_completion_plugin:{name}", args=[batch.reference, *args]) + query)
    assert response.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_the_option_is_on_the_page_with_its_consequences_and_is_off_at_first(client, operator):
    page = client.get("/cert-completions/upload/").content.decode()
    assert "Messages to learners" in page
    assert "Nobody is told of what is recorded" in page
    assert "checked" in re.search(r'<input[^>]*name="messages" value="none"[^>]*>', page)[0]
    client.post("/cert-completions/upload/", form(messages="send"))
    [batch] = api.newest(api.SYSTEM)
    assert batch.options.messages == "send"
    assert "Messages to learners Send" in text_of(client, batch)


def test_where_no_host_can_send_there_is_no_option(client, operator, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", frozenset())
    assert "Messages to learners" not in client.get("/cert-completions/upload/").content.decode()
    assert client.post("/cert-completions/upload/", form(messages=None, commit_policy=None)).status_code == 302


@pytest.mark.parametrize(
    ("options", "expected", "unexpected"),
    [
        ({"messages": "none"}, ["No messages are sent to learners."], ["told"]),
        (
            {"messages": "send"},
            [
                "2 learners are told at once of having been assigned (2 messages).",
                "2 learners may be told of being certified, by the LMS's own scheduled messages.",
            ],
            ["No messages are sent", "renewed, by"],
        ),
        (
            {"messages": "send", "assign": "never"},
            ["2 learners may be told of being certified"],
            ["told at once"],
        ),
        (
            {"messages": "send", "import_action": "save_to_history"},
            ["Messages were chosen, but no learner gets one: nobody is newly assigned, certified or renewed."],
            ["told at once"],
        ),
    ],
)
def test_the_plan_says_who_will_be_told(client, sent, options, expected, unexpected):
    batch = sent(review=True, **options)
    text = text_of(client, batch).partition("What changes for learners")[2].partition("Every row of the file")[0]
    for each in expected:
        assert each in text
    for each in unexpected:
        assert each not in text
    assert expected[0] in text_of(client, batch, "plan", 1)


def test_a_plan_of_which_nothing_is_recorded_tells_nobody(client, sent):
    batch = sent(ANA, "nobody,Forklift,,2025-06-01,", review=True, commit_policy="all_or_nothing")
    assert "No messages are sent to learners, because nothing is recorded." in text_of(client, batch)


def test_the_report_says_how_they_stand_and_leads_to_the_list(client, sent, post):
    post.moods = {"learner-2": "later"}
    batch = sent()
    text = text_of(client, batch)
    assert "1 Sent the LMS has taken them" in text
    assert "1 Waiting will be sent, or tried again" in text
    page = client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    address = reverse("cert_completion_plugin:messages", args=[batch.reference])
    assert f'href="{address}?state=waiting"' in page
    listed = text_of(client, batch, "messages", query="?state=waiting")
    assert "ben" in listed
    assert "It could not be sent yet; on" in listed
    assert "The LMS said: Connection refused" in listed
    assert "it was sent." in text_of(client, batch, "messages", query="?state=sent")


def test_without_messages_the_report_is_silent_and_the_list_says_why(client, imported):
    batch = imported(ANA)
    assert 'id="ccp-messages"' not in client.get(f"/cert-completions/{batch.reference}/").content.decode()
    assert "This import was to send no messages to learners." in text_of(client, batch, "messages")


def test_where_nobody_was_assigned_the_report_says_so(client, sent):
    assert "None: no learner was newly assigned" in text_of(client, sent(import_action="save_to_history"))


def test_the_list_begins_with_what_somebody_has_to_look_after(client, sent, post):
    batch = sent()
    Message.objects.filter(line=3).update(state="interrupted", reference="5f2c9a31b7de")
    text = text_of(client, batch, "messages")
    assert "It may have left or not; it is not sent again." in text
    assert "5f2c9a31b7de" in text
    assert "1 Interrupted may have been sent or not; they are not sent again" in text


def test_the_list_goes_on_page_by_page(client, sent, settings, world):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PAGE_ROWS": 2}
    for number in range(3):
        world.add_learner(f"c{number}")
    batch = sent(*[f"{name},Forklift,,2025-06-01," for name in ("ana", "ben", "c0", "c1", "c2")])

    def lines(query):
        page = client.get(reverse("cert_completion_plugin:messages", args=[batch.reference]) + query).content.decode()
        links = re.findall(r'<a rel="(\w+)" href="([^"#]+)#', page)
        found = [int(line) for line in re.findall(r'<tr id="line-(\d+)">', page)]
        return found, {rel: unescape(href) for rel, href in links}

    first, links = lines("?state=sent")
    assert (first, links.keys()) == ([2, 3], {"next"})
    second, links = lines(links["next"])
    assert (second, links.keys()) == ([4, 5], {"prev", "next"})
    last, there = lines(links["next"])
    assert (last, there.keys()) == ([6], {"prev"})
    assert lines(links["prev"])[0] == [2, 3]


@pytest.mark.parametrize("query", ["", "?state=nonsense", "?state=never&after=x&before=-1", "?before=99999999999"])
def test_whatever_stands_in_the_address_there_is_a_page(client, sent, query):
    assert "Messages to learners" in text_of(client, sent(), "messages", query=query)


def test_who_may_not_see_names_sees_numbers_and_no_list(client, sent, user_with):
    batch = sent()
    client.force_login(user_with("view_import_report", username="auditor"))
    text = text_of(client, batch)
    assert "Messages to learners: 2 sent." in text
    address = reverse("cert_completion_plugin:messages", args=[batch.reference])
    assert address not in client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()
    denied = client.get(address)
    assert denied.status_code == 403
    assert "ana" not in denied.content.decode()


def test_other_peoples_messages_are_not_there(client, sent, user_with):
    batch = sent()
    client.force_login(user_with("upload_completions", "view_personal_data", username="stranger"))
    assert client.get(reverse("cert_completion_plugin:messages", args=[batch.reference])).status_code == 404


def test_the_progress_page_counts_them(client, operator, post):
    content = (HEADINGS + ANA).encode()
    options = api.Options.from_mapping({"review": False, "import_action": "certify_if_newer", "messages": "send"})
    batch = api.submit(operator, [content], file_name="a.csv", options=options)
    address = reverse("cert_completion_plugin:progress", args=[batch.reference])
    assert client.get(address).json()["texts"]["messages"] == ""
    about = {"learner_key": "x", "certification_key": "y", "trigger": "assigned", "attempts": 0, "line": 2}
    now = timezone.now()
    Message.objects.create(batch_id=batch.id, state="waiting", made_at=now, due_at=now, moved_at=now, **about)
    assert client.get(address).json()["texts"]["messages"] == "Messages to learners: 1 waiting."


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (
            {"kind": "host_away", "host": "h", "hook": "send_messages", "reference": "ab12"},
            "cannot send messages just now",
        ),
        ({"kind": "mail_refused", "host": "", "hook": "", "reference": "", "reason": "R"}, "cannot be sent just now"),
        ({"kind": "not_offered", "host": "", "hook": "", "reference": ""}, "No host of this site can send messages"),
        ({"kind": "host_raised", "host": "", "hook": "", "reference": "ab12"}, "Something went wrong"),
        (
            {"kind": "host_answers_nonsense", "host": "h", "hook": "send_messages", "reference": "ab12"},
            "an answer that cannot be right",
        ),
    ],
)
def test_what_keeps_them_waiting_is_told_with_more_for_staff(trouble, expected):
    told = {"since": timezone.now().isoformat(), "tries": 2, **trouble}
    delivery = api.Delivery(batch_id=1, due_at=timezone.now() + timedelta(hours=1), trouble=told)
    text = trouble_text(delivery, with_names=False)
    assert expected in text
    assert "they are tried again." in text
    assert "ab12" not in text
    more = trouble_text(delivery, with_names=True)
    assert more.startswith(text)
    for name in ("reference", "reason"):
        assert str(trouble.get(name, "")) in more


def test_trouble_stands_on_the_report(client, sent, post):
    post.mood = "away"
    batch = sent()
    assert "The LMS cannot send messages just now" in text_of(client, batch)
    assert "hook “send_messages”" in text_of(client, batch)
    Delivery.objects.update(trouble="null", due_at=None)
    assert "The LMS cannot send messages just now" not in text_of(client, batch)


def message(state, **values):
    now = timezone.now()
    given: dict[str, Any] = {"attempts": 1, "silence": None, "reason": "", "reference": "", **values}
    about: dict[str, Any] = {"id": 1, "key": "k", "line": 2, "learner_key": "l", "certification_key": "c"}
    about["trigger"] = MessageTrigger.ASSIGNED
    return api.LearnerMessage(state=api.MessageState(state), made_at=now, due_at=now, moved_at=now, **about, **given)


@pytest.mark.parametrize(
    ("state", "values", "expected"),
    [
        ("waiting", {"attempts": 0}, "It waits to be sent."),
        ("waiting", {"reason": "busy"}, "it is tried again."),
        ("waiting", {"reason": "busy"}, "The LMS said: busy"),
        ("sending", {}, "It is being sent (since"),
        ("sent", {}, "it was sent."),
        ("interrupted", {}, "it is not sent again"),
        ("interrupted", {"reference": "ab12"}, "under the reference ab12"),
        ("never", {"silence": "host", "reason": "suspended"}, "The LMS does not send it. The LMS said: suspended"),
        ("never", {"silence": "undone"}, "because the row was undone"),
        ("never", {"silence": "held_back"}, "“all or nothing” held the import back"),
        ("never", {"silence": "asked_before"}, "An earlier import has asked for the same message"),
        ("never", {"silence": "given_up", "reason": "busy"}, "could not be sent for 7 days, and was given up."),
    ],
)
def test_the_fate_of_a_message_in_words(state, values, expected):
    if values.get("silence"):
        values = {**values, "silence": api.Silence(values["silence"])}
    assert expected in fate_text(message(state, **values))


@pytest.mark.parametrize(
    ("row", "options", "expected"),
    [
        (ANA, {}, "The learner's message about being assigned: On"),
        (ANA, {}, "The LMS's own scheduled messages may tell the learner of this record."),
        (ANA, {"messages": "none"}, "Nobody is told: the import was to send no messages."),
        (ANA, {"review": True}, "When it is written, the learner is told of being assigned."),
        (ANA, {"assign": "never"}, "The learner does not get assigned by this row"),
        (ANA, {"import_action": "save_to_history"}, "A completion in the history causes no message."),
        ("ana,Forklift,,2020-06-01,", {}, "The record has expired already, so nobody is told of it."),
        ("ana,Moon,,2025-06-01,", {"unknown_certification": "create_evidence"}, "An evidence item causes no message."),
    ],
)
def test_the_page_of_a_row_says_who_is_told(client, sent, row, options, expected):
    batch = sent(row, **options)
    text = text_of(client, batch, "row", 2)
    assert expected in text.partition("Who is told")[2].partition("Is it still so today?")[0]


def test_the_page_of_a_row_of_somebody_who_was_assigned_before_says_so(client, sent, world):
    world.hold("ana", "Forklift", assigned=True)
    assert "The learner was assigned before, so the import itself sends no message." in text_of(
        client, sent(), "row", 2
    )


def test_the_page_of_a_row_that_wrote_nothing_does_not_speak_of_messages(client, sent):
    assert "Who is told" not in text_of(client, sent("nobody,Forklift,,2025-06-01,"), "row", 2)


def test_the_page_of_a_row_that_was_undone_before_its_message_left_says_so(client, sent, post, operator):
    post.mood = "later"
    batch = sent(ANA)
    approver = people.holding(operator, *people.EVERY_PERMISSION)
    preview = api.preview_undo(approver, batch)
    api.work_off(batch.id)
    assert api.undo(approver, present(batch), "Wrong.", preview=preview.number)
    api.work_off(batch.id)
    assert "It was dropped before it left, because the row was undone." in text_of(client, batch, "row", 2)


def test_the_preview_of_an_undo_says_what_is_dropped(client, sent, post, operator):
    post.mood = "later"
    batch = sent()
    api.preview_undo(people.holding(operator, *people.EVERY_PERMISSION), batch)
    api.work_off(batch.id)
    assert "2 messages to learners have not left yet" in text_of(client, batch, "undo")
    Message.objects.filter(line=2).update(state="sent")
    assert "1 message to a learner has not left yet" in text_of(client, batch, "undo")
    Message.objects.update(state="sent")
    assert "not left yet" not in text_of(client, batch, "undo")
