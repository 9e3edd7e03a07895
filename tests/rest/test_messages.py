"""Messages to learners: what a plan foresees, how they stand, and each."""

import pytest

from cert_completion_plugin import api
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = ("ana,Forklift,,2025-06-01,", "ben,Crane,,2025-06-01,", "nobody,Crane,,2025-06-01,")


def lines(response):
    assert response.status_code == 200, response.content
    return [message["line"] for message in response.json()["messages"]]


def test_a_plan_says_who_may_be_told_what(planned, call):
    batch = planned(*ROWS, messages="send")
    plan = call("get", f"/imports/{batch.reference}/plans/1").json()
    assert plan["messages"]["assigned"] == {"learners": 2, "messages": 2}
    assert call("get", f"/imports/{planned(*ROWS).reference}/plans/1").json()["messages"] == {}


def test_messages_are_told_with_what_became_of_them(imported, call, world):
    batch = imported(*ROWS, messages="send")
    assert len(world.sent) == 2
    assert call("get", f"/imports/{batch.reference}").json()["messages"] == {"sent": 2}
    [first, second] = call("get", f"/imports/{batch.reference}/messages").json()["messages"]
    assert (first["line"], first["username"], first["short_name"]) == (2, "ana", "Forklift")
    assert (first["trigger"], first["state"], first["silence"], first["attempts"]) == ("assigned", "sent", None, 1)
    assert first["text"]
    assert second["username"] == "ben"


def test_pages_lead_to_the_next_and_back(imported, call):
    batch = imported(*ROWS, messages="send")
    first = call("get", f"/imports/{batch.reference}/messages?limit=1")
    assert lines(first) == [2]
    second = call("get", first.json()["next"].removeprefix(ROOT))
    assert lines(second) == [3]
    assert second.json()["next"] is None
    assert lines(call("get", second.json()["previous"].removeprefix(ROOT))) == [2]


@pytest.mark.parametrize("state", [each for each in api.MessageState if each != "sent"])
def test_other_states_have_their_own(imported, call, state):
    batch = imported(*ROWS, messages="send")
    assert lines(call("get", f"/imports/{batch.reference}/messages?state={state}")) == []


def test_an_import_that_sends_none_has_none(imported, call):
    batch = imported(*ROWS)
    assert lines(call("get", f"/imports/{batch.reference}/messages")) == []
    assert call("get", f"/imports/{batch.reference}").json()["messages"] == {}


def test_a_state_that_there_is_not(imported, call):
    response = call("get", f"/imports/{imported(*ROWS).reference}/messages?state=lost")
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "state")
