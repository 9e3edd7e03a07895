"""What hosts do by themselves after an import stands on its report."""

import pytest
from cert_completion_hooks import FollowUp, FollowUpFailure, HostUnavailable, hookimpl
from cert_completion_hooks.memory import MemoryHost
from django.urls import reverse

from cert_completion_plugin import api
from tests import doubles, people
from tests.web.conftest import form

pytestmark = pytest.mark.django_db


class Printing(MemoryHost):
    """A host that prints cards for what it recorded; `told` is what it says of them."""

    told: object = ()

    @hookimpl
    def follow_ups(self, actor, batch_id):
        self.asked = actor.username, batch_id
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


@pytest.fixture
def printing(settings):
    world = doubles.install(settings, Printing())
    world.add_learner("ana")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    return world


@pytest.fixture
def batch(operator, client, printing, django_capture_on_commit_callbacks):
    client.post(reverse("cert_completion_plugin:upload"), form())
    (batch,) = api.newest(operator)
    api.work_off(batch.id)
    return api.find(operator, batch.reference)


def report(client, batch):
    return client.get(reverse("cert_completion_plugin:batch", args=[batch.reference])).content.decode()


def test_the_report_says_how_it_stands_and_why(client, batch, printing, operator):
    failures = (FollowUpFailure(line=2, reason="The printer has no paper."),)
    printing.told = [
        FollowUp(
            label="Cards",
            done=1200,
            waiting=2,
            failed=3,
            waiting_reason="The printer is busy.",
            failures=failures,
            path="/cards/",
        )
    ]
    page = " ".join(report(client, batch).split())
    assert printing.asked == (operator.username, batch.reference)
    assert "1,200 done, 2 waiting, 3 failed" in page
    assert "The printer is busy." in page
    row = reverse("cert_completion_plugin:row", args=[batch.reference, 2])
    assert f'<a href="{row}">Line 2</a>: The printer has no paper.' in page
    assert "and 2 more" in page
    assert '<a href="/cards/">Look at them</a>' in page


def test_who_may_not_see_rows_is_not_led_to_one_and_no_foreign_address_is_linked(client, batch, printing, user_with):
    failures = (FollowUpFailure(line=2, reason="No paper."),)
    printing.told = [FollowUp(label="Cards", failed=1, failures=failures, path="//elsewhere.example")]
    client.force_login(user_with("view_import_report", username="reader"))
    page = report(client, batch)
    assert "Line 2: No paper." in page
    assert "elsewhere.example" not in page


def test_nothing_is_said_where_nothing_follows(client, batch):
    assert "ccp-follow-up" not in report(client, batch)


@pytest.mark.parametrize(
    "told", [HostUnavailable("away"), [FollowUp(label="Cards", done=-1)], [FollowUp(label="")], "Cards"]
)
def test_a_host_that_cannot_tell_or_tells_nonsense_spoils_no_report(client, batch, printing, told):
    printing.told = told
    page = report(client, batch)
    assert "cannot be told just now" in page
    assert "away" not in page.partition("ccp-follow-up-1")[2].partition("</p>")[0]


def test_more_failures_than_there_are_is_no_answer(client, batch, printing):
    printing.told = [FollowUp(label="Cards", failed=0, failures=(FollowUpFailure(reason="Why?"),))]
    assert "cannot be told just now" in report(client, batch)


def test_other_code_asks_for_itself(batch, printing, operator, user_with):
    printing.told = [FollowUp(label="Cards", done=1)]
    (told,) = api.follow_ups(operator, batch)
    assert (told.host, told.told[0].done, told.cannot_tell) == ("tests.doubles:host", 1, "")
    with pytest.raises(api.Denied):
        api.follow_ups(people.holding(user_with(username="stranger"), "upload_completions"), batch)
