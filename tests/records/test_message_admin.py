"""The admin pages of messages to learners."""

from datetime import date

import pytest
from cert_completion_records.messaging import switches
from cert_completion_records.models import (
    Certification,
    CertificationMessage,
    LearnerCertification,
    LearnerMessage,
    MessageText,
    PendingMessage,
    SentMessage,
    Trigger,
)
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
YESTERDAY, TODAY = date(2026, 3, 14), date(2026, 3, 15)
BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _site(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": BACKEND}}
    for module in ("message_admin", "message_forms", "message_preview"):
        monkeypatch.setattr(f"cert_completion_records.{module}.today", lambda: TODAY)


def url(page, *arguments):
    return reverse(f"admin:cert_completion_records_{page}", args=arguments)


def switch(admin_client, **is_on):
    """Save the list of messages with these switched on, and no others."""
    rows = list(LearnerMessage.objects.order_by("pk"))
    form = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, row in enumerate(rows):
        form[f"form-{number}-id"] = row.pk
        if is_on.get(row.trigger):
            form[f"form-{number}-is_on"] = "on"
    assert admin_client.post(url("learnermessage_changelist"), form).status_code == 302


def on_since(trigger):
    row = LearnerMessage.objects.get(trigger=trigger)
    return row.is_on, row.since


def test_assigned_alone_is_on_at_first():
    assert [switches.of_site(trigger).is_on for trigger in Trigger] == [True, False, False, False, False, False]
    LearnerMessage.objects.all().delete()
    assert [switches.of_site(trigger).is_on for trigger in Trigger] == [True, False, False, False, False, False]


def test_a_message_is_switched_on_from_that_day_on(admin_client):
    switch(admin_client, expired=True)
    assert (on_since("expired"), on_since("assigned")) == ((True, TODAY), (False, None))
    LearnerMessage.objects.update(since=YESTERDAY)
    switch(admin_client, expired=True, assigned=True)
    assert (on_since("expired"), on_since("assigned")) == ((True, YESTERDAY), (True, TODAY))


def test_the_days_before_an_expiry_are_a_field_of_that_message_alone(admin_client):
    soon, expired = (LearnerMessage.objects.get(trigger=name) for name in ("expires_soon", "expired"))
    page = url("learnermessage_change", soon.pk)
    assert admin_client.post(page, {"is_on": "on", "days_before": 30}).status_code == 302
    assert switches.of_site(Trigger.EXPIRES_SOON) == switches.Switch(True, TODAY, 30)
    assert "30 days before the expiry." in admin_client.get(url("learnermessage_changelist")).content.decode()
    answer = admin_client.post(page, {"is_on": "on", "days_before": 0})
    assert "greater than or equal to 1" in answer.content.decode()
    assert 'name="days_before"' not in admin_client.get(url("learnermessage_change", expired.pk)).content.decode()


def test_messages_cannot_be_added_or_deleted(admin_client):
    assert admin_client.get(url("learnermessage_add")).status_code == 403
    assert admin_client.post(url("learnermessage_delete", LearnerMessage.objects.first().pk)).status_code == 403


def certification_form(**changes):
    periods = {"active": 1, "window": 1, "minimum_active": 0}
    counts = {f"{name}_count": count for name, count in periods.items()}
    units = {f"{name}_unit": "month" for name in periods}
    common = {"full_name": "X", "short_name": "x", "rule": "completion_date", "is_active": "on"}
    return {**common, **counts, **units, **changes}


@pytest.fixture
def save(admin_client, certification):
    def save(**changes):
        form = certification_form(**changes)
        response = admin_client.post(url("certification_change", certification.pk), form)
        assert response.status_code == 302, response.context["errors"]

    return save


def of(certification, trigger):
    return switches.of_certifications(trigger, [certification.pk])[certification.pk]


def test_a_certification_says_otherwise_from_that_day_on(save, certification):
    save(message_expired="on", message_assigned="off", days_before=60)
    assert of(certification, Trigger.EXPIRED) == switches.Switch(True, TODAY)
    assert not of(certification, Trigger.ASSIGNED).is_on
    assert of(certification, Trigger.EXPIRES_SOON) == switches.Switch(False, TODAY, 60)
    assert CertificationMessage.objects.count() == 3
    CertificationMessage.objects.update(since=YESTERDAY)
    save(message_expired="on", message_assigned="", days_before=60)
    assert of(certification, Trigger.EXPIRED).since == YESTERDAY
    assert of(certification, Trigger.ASSIGNED) == switches.Switch(True, TODAY)


def test_a_certification_that_goes_with_the_site_again_does_so_from_that_day_on(save, certification):
    LearnerMessage.objects.update(is_on=True, since=date(2020, 1, 1))
    save(message_expired="off")
    save(message_expired="")
    assert of(certification, Trigger.EXPIRED) == switches.Switch(True, TODAY)


def test_a_certification_that_says_what_the_site_says_does_not_begin_anew(save, certification):
    LearnerMessage.objects.update(is_on=True, since=YESTERDAY)
    save(message_expired="on")
    assert of(certification, Trigger.EXPIRED) == switches.Switch(True, YESTERDAY)


def test_a_new_certification_goes_with_the_site(admin_client):
    assert admin_client.post(url("certification_add"), certification_form()).status_code == 302
    assert not CertificationMessage.objects.exists()
    form = certification_form(short_name="y", message_renewed="on")
    assert admin_client.post(url("certification_add"), form).status_code == 302
    assert of(Certification.objects.get(short_name="y"), Trigger.RENEWED) == switches.Switch(True, TODAY)


def test_the_page_of_a_certification_shows_what_it_says_and_what_the_site_does(admin_client, certification):
    CertificationMessage.objects.create(certification=certification, trigger="expired", choice="off")
    CertificationMessage.objects.create(certification=certification, trigger="expires_soon", days_before=60)
    page = admin_client.get(url("certification_change", certification.pk)).content.decode()
    assert "as on the whole site (switched on)" in page
    assert '<option value="off" selected>switched off</option>' in page
    assert 'name="days_before" value="60"' in page
    listed = admin_client.get(url("learnermessage_changelist")).content.decode()
    assert "1 certification" not in listed  # the site does not send it either
    LearnerMessage.objects.update(is_on=True)
    assert "1 certification" in admin_client.get(url("learnermessage_changelist")).content.decode()


@pytest.fixture
def viewer(client, django_user_model):
    def viewer(*codenames):
        user = django_user_model.objects.create_user("viewer", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return viewer


def test_who_may_not_change_a_certification_reads_which_messages_are_on(viewer, certification):
    page = viewer("view_certification").get(url("certification_change", certification.pk))
    assert page.status_code == 200
    assert '<div class="readonly">Assigned</div>' in page.content.decode()
    LearnerMessage.objects.update(is_on=False)
    again = page.client.get(url("certification_change", certification.pk)).content.decode()
    assert '<div class="readonly">none</div>' in again


def text_form(**changes):
    return {"trigger": "expired", "language": "", "subject": "S", "body": "B", **changes}


def test_a_text_is_written_from_the_shipped_one_and_used(admin_client):
    page = admin_client.get(url("messagetext_add"), {"trigger": "expired"}).content.decode()
    assert "Your certification “{certification}” expired on {expires}." in page
    assert admin_client.post(url("messagetext_add"), text_form(language="de")).status_code == 302
    text = MessageText.objects.get()
    page = admin_client.get(url("learnermessage_change", LearnerMessage.objects.get(trigger="expired").pk))
    assert url("messagetext_change", text.pk) in page.content.decode()
    assert "1 text" in admin_client.get(url("learnermessage_changelist")).content.decode()
    assert "German" in admin_client.get(url("messagetext_changelist")).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": "{lerner}"}, "Did you mean {learner}?"),
        ({"language": "tlh"}, "Select a valid choice"),
        ({"trigger": "renewed"}, "There is a text of this message for this language"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_in_words(admin_client, changes, words):
    MessageText.objects.create(trigger="renewed", subject="S", body="B")
    response = admin_client.post(url("messagetext_add"), text_form(**changes))
    assert words in response.content.decode()
    assert MessageText.objects.count() == 1


def test_a_language_that_the_site_gave_up_stays_with_its_text(admin_client):
    text = MessageText.objects.create(trigger="renewed", language="tlh", subject="S", body="B")
    assert admin_client.get(url("messagetext_changelist")).status_code == 200
    form = text_form(trigger="renewed", language="tlh", subject="New")
    assert admin_client.post(url("messagetext_change", text.pk), form).status_code == 302


def preview(client, **data):
    return client.get(url("messagetext_preview"), data)


@pytest.mark.parametrize("trigger", list(Trigger))
def test_what_is_sent_now_can_be_looked_at(admin_client, trigger):
    page = preview(admin_client, trigger=trigger.value).content.decode()
    assert "First Aid at Work" in page  # there is no certification yet
    certification = Certification.objects.create(short_name="s", full_name="<Site>", rule="never_expires")
    page = preview(admin_client, trigger=trigger.value, certification=certification.pk, language="de").content.decode()
    assert "&lt;Site&gt;" in page
    assert "German" in page


@pytest.mark.parametrize("data", [{}, {"trigger": "x"}, {"trigger": "expired", "certification": "999"}])
def test_what_cannot_be_looked_at_is_told(admin_client, data):
    response = preview(admin_client, **data)
    assert response.status_code == 200
    assert "This cannot be shown yet." in response.content.decode()


def look(client, **data):
    return client.post(url("messagetext_preview"), data).content.decode()


def test_a_text_is_looked_at_before_it_is_saved(admin_client):
    page = look(admin_client, **text_form(subject="<i>{learner}</i>", body="{expires}\n\n{days_left}"))
    assert "&lt;i&gt;admin&lt;/i&gt;" in page
    assert "<p>March 15, 2026</p><p>0</p>" in page
    assert "It is not saved yet." in page
    assert "This is empty." in look(admin_client, **text_form(subject=" "))
    assert "stands alone" in look(admin_client, **text_form(body="{"))
    assert not MessageText.objects.exists()


def test_one_sends_it_to_oneself(admin_client, monkeypatch):
    page = look(admin_client, trigger="expired", send="1")
    assert "It was sent to admin@example.com." in page
    assert "It was sent to" in look(admin_client, **text_form(subject="Mine", send="1"))
    assert [(one.to, one.subject[:10]) for one in mail.outbox] == [
        (["admin@example.com"], "Your certi"),
        (["admin@example.com"], "Mine"),
    ]
    assert not SentMessage.objects.exists()

    def refuse(*arguments):
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(f"{BACKEND}.open", refuse)
    assert "It could not be sent: ConnectionRefusedError: refused" in look(admin_client, trigger="expired", send="1")


def test_who_has_no_address_cannot_send_it(admin_client, admin_user):
    type(admin_user).objects.update(email="")
    assert "Your account has no e-mail address." in look(admin_client, trigger="expired", send="1")
    assert mail.outbox == []


def test_who_may_not_see_texts_may_not_look(viewer):
    assert preview(viewer("view_learnermessage"), trigger="expired").status_code == 403


@pytest.fixture
def elsewhere(learner):
    """A certification of another department, with a text, and a message that was sent."""
    crane = Certification.objects.create(short_name="c", full_name="Crane")
    crane.groups.add(Group.objects.create(name="port"))
    MessageText.objects.create(trigger="expired", certification=crane, subject="Of the port", body="B")
    SentMessage.objects.create(key_hash="x", learner=learner, certification=crane, trigger="expired")
    PendingMessage.objects.create(learner=learner, certification=crane, trigger="certified", since=TODAY)
    return crane


READERS = ("view_messagetext", "view_learnermessage", "view_sentmessage", "view_pendingmessage")


def test_what_is_about_certifications_out_of_reach_is_not_there(viewer, elsewhere, admin_client):
    client = viewer(*READERS)
    pages = [url(f"{name}_changelist") for name in ("messagetext", "sentmessage", "pendingmessage")]
    pages.append(url("learnermessage_change", LearnerMessage.objects.get(trigger="expired").pk))
    pages.append(f"{url('messagetext_preview')}?trigger=expired")
    for page in pages:
        for words in ("Crane", "Of the port"):
            assert words not in client.get(page).content.decode(), page
        assert "Crane" in admin_client.get(page).content.decode(), page
    asked = preview(client, trigger="expired", certification=elsewhere.pk).content.decode()
    assert "This cannot be shown yet." in asked


def test_texts_for_all_certifications_are_for_those_who_may_change_the_messages_of_the_site(viewer, certification):
    for_all = MessageText.objects.create(trigger="expired", subject="S", body="B")
    of_one = MessageText.objects.create(trigger="expired", certification=certification, subject="S", body="B")
    client = viewer(*(f"{verb}_messagetext" for verb in ("view", "add", "change", "delete")))
    assert 'name="_save"' not in client.get(url("messagetext_change", for_all.pk)).content.decode()
    assert client.post(url("messagetext_delete", for_all.pk), {"post": "yes"}).status_code == 403
    response = client.post(url("messagetext_add"), text_form(trigger="renewed"))
    assert "This field is required." in response.content.decode()
    form = text_form(trigger="renewed", certification=certification.pk)
    assert client.post(url("messagetext_add"), form).status_code == 302
    form = text_form(certification=certification.pk, subject="Changed")
    assert client.post(url("messagetext_change", of_one.pk), form).status_code == 302
    form = text_form(subject="For all")
    assert client.post(url("messagetext_change", of_one.pk), form).status_code == 200


def test_what_became_of_messages_is_there_to_read(admin_client, learner, certification):
    sent = SentMessage.objects.create(
        key_hash="x", learner=learner, certification=certification, trigger="expired", outcome="not_sent", reason="Why"
    )
    waits = PendingMessage.objects.create(
        learner=learner, certification=certification, trigger="certified", since=timezone.now()
    )
    for model, row, words in (("sentmessage", sent, "Not sent: Why"), ("pendingmessage", waits, "Certified")):
        listed = admin_client.get(url(f"{model}_changelist"), {"q": "ana"}).content.decode()
        assert words in listed
        assert admin_client.get(url(f"{model}_change", row.pk)).status_code == 200
        assert admin_client.post(url(f"{model}_change", row.pk), {}).status_code == 403
        assert admin_client.post(url(f"{model}_delete", row.pk)).status_code == 403
        assert admin_client.get(url(f"{model}_add")).status_code == 403


def test_who_is_certified_by_hand_is_told_unless_the_tick_is_taken_away(admin_client, learner, certification):
    page = admin_client.get(url("learnercertification_add")).content.decode()
    assert "checked" in page.partition('name="announce"')[2].partition(">")[0]
    form = {
        "learner": learner.pk,
        "certification": certification.pk,
        "assigned": "on",
        "completed": "2026-03-01",
        "expires": "2027-03-01",
        "announce": "on",
        "history-TOTAL_FORMS": 0,
        "history-INITIAL_FORMS": 0,
    }
    assert admin_client.post(url("learnercertification_add"), form).status_code == 302
    assert [one.trigger for one in PendingMessage.objects.all()] == ["certified"]
    assert LearnerCertification.objects.get().recorded_on is not None
