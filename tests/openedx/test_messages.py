"""Messages to learners leave through the real ACE, once each."""

import json
import smtplib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cert_completion_openedx.learners import language_of
from cert_completion_openedx.messaging.ace import AceChannel
from cert_completion_openedx.messaging.message_types import message_types
from cert_completion_records.messaging.channels import open_channel
from cert_completion_records.messaging.delivery import Delivery, Fate, ServerDown
from cert_completion_records.messaging.notes import Note
from cert_completion_records.models import MessageText, SentMessage, Trigger
from django.contrib.sites.models import Site
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from edx_ace.channel import ChannelType
from edx_ace.errors import FatalChannelDeliveryError, RecoverableChannelDeliveryError
from edx_ace.policy import PolicyResult
from edx_ace.signals import ACE_MESSAGE_SENT

from cert_completion_plugin import api
from tests.openedx.conftest import HEADINGS, form
from tests.openedx.platform.student.models import UserStanding
from tests.openedx.platform.user_api.models import UserPreference, UserRetirementStatus


@pytest.fixture
def ana(world, django_user_model):
    return django_user_model.objects.get(username="ana")


@pytest.fixture
def note(ana, world):
    def note(trigger=Trigger.CERTIFIED, learner=ana, **more):
        days: dict[str, Any] = {
            "completed": date(2026, 1, 31),
            "expires": date(2027, 1, 31),
            "window_opens": date(2026, 12, 31),
        }
        about: dict[str, Any] = {
            "trigger": trigger,
            "learner": learner,
            "certification": world,
            "day": date(2026, 2, 1),
        }
        return Note(key=f"{trigger}:{learner.pk}:{world.pk}", **about, **days, **more)

    world.full_name = "Forklift <b>driver</b> & more"
    world.save()
    return note


@pytest.fixture
def deliver(db):
    def deliver(note):
        with open_channel() as channel:
            assert isinstance(channel, AceChannel)
            return Delivery(channel).deliver(note)

    return deliver


def alternatives(sent: Any) -> list[tuple[str, str]]:
    return [tuple(each) for each in sent.alternatives]


@pytest.mark.parametrize("trigger", Trigger)
def test_each_message_arrives_once_in_text_and_html(trigger, note, deliver):
    assert deliver(note(trigger)).fate is Fate.SENT
    assert deliver(note(trigger)).fate is Fate.SETTLED_BEFORE
    [sent] = mail.outbox
    assert sent.to == ["ana@example.org"]
    assert sent.from_email == "registration@example.com"
    assert "Forklift <b>driver</b> & more" in sent.subject
    assert "Forklift <b>driver</b> & more" in sent.body
    [(html, kind)] = alternatives(sent)
    assert kind == "text/html"
    assert "Forklift &lt;b&gt;driver&lt;/b&gt; &amp; more" in html
    assert "<b>" not in html


def test_each_trigger_is_a_message_type_of_its_own():
    names = {trigger: kind(context={}).name for trigger, kind in message_types().items()}
    assert names == {trigger: trigger.value for trigger in Trigger}
    assert {kind.__name__ for kind in message_types().values()} >= {"Certified", "WindowOpens"}
    assert {kind(context={}).app_label for kind in message_types().values()} == {"cert_completion_openedx"}


def test_what_administrators_wrote_is_what_arrives(note, deliver):
    MessageText.objects.create(trigger=Trigger.CERTIFIED, subject="Well done, {username}", body="A\n\nB <i>{days_left}")
    deliver(note())
    assert mail.outbox[0].subject == "Well done, ana"
    assert "<p" in alternatives(mail.outbox[0])[0][0]
    assert "B &lt;i&gt;364" in alternatives(mail.outbox[0])[0][0]


def test_in_the_language_that_the_learner_has_chosen(note, deliver, ana, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    MessageText.objects.create(trigger=Trigger.CERTIFIED, language="de", subject="Bescheinigt", body="Bescheinigt")
    UserPreference._default_manager.create(user=ana, key="pref-lang", value="de")
    UserPreference._default_manager.create(user=ana, key="time_zone", value="Europe/Berlin")
    deliver(note())
    assert mail.outbox[0].subject == "Bescheinigt"


def test_whoever_has_chosen_no_language_reads_the_sites(ana):
    assert language_of(ana) is None


def test_links_lead_to_the_site_of_the_import(note, deliver, settings):
    settings.CERT_COMPLETION_RECORDS = {**settings.CERT_COMPLETION_RECORDS, "SITE_URL": ""}
    deliver(note(site="academy.example.org"))
    assert "https://academy.example.org/certifications/record-of-learning/" in mail.outbox[0].body


def test_templates_know_platform_site_and_trigger(note, ana):
    with open_channel() as channel:
        from cert_completion_records.messaging.texts import Texts

        message = channel.write(note(site="academy.example.org"), Texts().of(note()))
    context = message.context
    assert (context["platform_name"], context["site"]) == ("Academy", "academy.example.org")
    assert context["trigger"] == "certified"
    assert message.recipient.lms_user_id == ana.pk
    assert message.options == {"transactional": True}


class TestWhoGetsNone:
    @pytest.fixture
    def refused(self, note, deliver):
        def refused(learner):
            delivered = deliver(note(learner=learner))
            assert mail.outbox == []
            assert delivered.fate is Fate.NOT_SENT
            return delivered.reason

        return refused

    def test_those_who_are_not_active(self, refused, ana):
        ana.is_active = False
        ana.save()
        assert refused(ana) == "The learner is suspended."

    def test_those_whom_support_disabled(self, refused, ana):
        UserStanding._default_manager.create(user=ana, account_status="disabled")
        assert refused(ana) == "The learner is suspended."

    def test_those_who_are_about_to_be_retired(self, refused, ana):
        UserRetirementStatus._default_manager.create(user=ana, original_username="ana")
        assert refused(ana) == "The learner is suspended."

    def test_those_whom_a_policy_of_the_platform_spares(self, refused, ana, monkeypatch):
        class NoMail:
            def check(self, message):
                return PolicyResult(deny={ChannelType.EMAIL})

        monkeypatch.setattr("edx_ace.policy.policies", lambda: [NoMail()])
        assert refused(ana) == "A policy of the platform keeps it from being sent."


class TestTrouble:
    """Nothing is lost, and nothing leaves twice."""

    @pytest.fixture
    def channel_raises(self, monkeypatch):
        def channel_raises(error):
            def deliver(self, message, rendered):
                raise error

            monkeypatch.setattr("edx_ace.channel.django_email.DjangoEmailChannel.deliver", deliver)

        return channel_raises

    @pytest.fixture
    def server_raises(self, monkeypatch):
        def server_raises(error):
            def send_messages(self, messages):
                raise error

            monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

        return server_raises

    @pytest.mark.parametrize("error", [ConnectionRefusedError("no"), smtplib.SMTPConnectError(421, b"closing")])
    def test_a_server_that_is_down_is_waited_for(self, error, note, deliver, server_raises, monkeypatch):
        with monkeypatch.context():
            server_raises(error)
            with pytest.raises(ServerDown):
                deliver(note())
            assert not SentMessage.objects.exists()
        monkeypatch.undo()
        assert deliver(note()).fate is Fate.SENT
        assert len(mail.outbox) == 1

    def test_an_address_that_is_refused_is_not_tried_again(self, note, deliver, server_raises):
        server_raises(smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"no such user")}))
        delivered = deliver(note())
        assert (delivered.fate, delivered.reason) == (Fate.NOT_SENT, "550 no such user")

    def test_a_connection_that_breaks_leaves_it_open_whether_it_arrived(self, note, deliver, server_raises):
        server_raises(smtplib.SMTPServerDisconnected("gone"))
        assert deliver(note()).fate is Fate.UNKNOWN
        assert deliver(note()).fate is Fate.SETTLED_BEFORE

    def test_a_channel_that_refuses(self, note, deliver, channel_raises):
        channel_raises(FatalChannelDeliveryError("ana@example.org is on a list"))
        delivered = deliver(note())
        assert delivered.fate is Fate.NOT_SENT
        assert delivered.reason == "The platform's mail channel refused it: FatalChannelDeliveryError."

    def test_a_channel_that_asks_for_patience(self, note, deliver, channel_raises):
        channel_raises(RecoverableChannelDeliveryError("later", datetime.now(UTC) + timedelta(hours=1)))
        assert deliver(note()).fate is Fate.LATER
        assert not SentMessage.objects.exists()

    @pytest.mark.parametrize("when", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)])
    def test_a_channel_that_asks_to_be_tried_again_at_a_time_that_ace_cannot_wait_for(
        self, when, note, deliver, channel_raises
    ):
        channel_raises(RecoverableChannelDeliveryError("later", when))
        delivered = deliver(note())
        assert delivered.fate is Fate.LATER
        assert delivered.reason == "The platform's mail channel asks for more time."
        assert not SentMessage.objects.exists()

    def test_a_site_without_a_channel_for_mail(self, note, deliver, monkeypatch):
        from edx_ace.channel import ChannelMap

        monkeypatch.setattr("edx_ace.channel.channels", lambda: ChannelMap([]))
        with pytest.raises(ServerDown, match="ACE_ENABLED_CHANNELS"):
            deliver(note())

    def test_a_template_that_is_missing(self, note, deliver, monkeypatch):
        monkeypatch.setattr("cert_completion_openedx.messaging.message_types.APP_LABEL", "nothing")
        message_types.cache_clear()
        try:
            delivered = deliver(note())
        finally:
            message_types.cache_clear()
        assert (delivered.fate, delivered.reason) == (Fate.LATER, "A template of the message is missing.")

    def test_whoever_listens_to_ace_and_fails_takes_nothing_back(self, note, deliver):
        def listen(sender, **kwargs):
            raise RuntimeError("listener")

        ACE_MESSAGE_SENT.connect(listen)
        try:
            assert deliver(note()).fate is Fate.SENT
        finally:
            ACE_MESSAGE_SENT.disconnect(listen)
        assert deliver(note()).fate is Fate.SETTLED_BEFORE
        assert len(mail.outbox) == 1


class TestSeveralSites:
    """An installation that is reached by the domains of its sites, and has no one address."""

    @pytest.fixture(autouse=True)
    def sites(self, settings, world, registrar):
        del settings.SITE_ID
        settings.CERT_COMPLETION_RECORDS = {**settings.CERT_COMPLETION_RECORDS, "SITE_URL": ""}
        Site.objects.create(domain="academy.example.org", name="The academy")

    @pytest.fixture
    def file(self):
        return form(f"{HEADINGS}ana,Forklift,,31/05/2026,\n", messages="send")

    def sent(self):
        [sent] = [each for each in mail.outbox if each.to == ["ana@example.org"]]
        assert SentMessage.objects.get().outcome == SentMessage.Outcome.SENT
        return sent.body

    @pytest.mark.parametrize("path", ["upload/", "api/v1/imports"])
    def test_the_site_of_the_upload_is_carried_to_the_message(self, path, client, file):
        if path != "upload/":
            options = {"messages": "send", "review": False, "import_action": "certify_if_newer"}
            file = {"file": file["file"], "options": json.dumps(options)}
        response = client.post(f"/certification-imports/{path}", file, headers={"host": "academy.example.org"})
        assert response.status_code < 400, response.content
        api.work_off(api.newest(api.SYSTEM)[0].id)
        assert "https://academy.example.org/certifications/record-of-learning/" in self.sent()
