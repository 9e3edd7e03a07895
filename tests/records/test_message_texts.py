"""What messages say: shipped or written here, in which language, with which dates."""

from datetime import date

import pytest
from cert_completion_records import conf
from cert_completion_records.messaging.mails import html_of, mail_of, paragraphs_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.texts import Text, Texts, filled_in, shipped, shipped_with_placeholders
from cert_completion_records.models import Certification, MessageText, Trigger
from django.core.exceptions import ImproperlyConfigured, ValidationError

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(learner, certification):
    def note(trigger=Trigger.EXPIRES_SOON, **changes):
        values = {
            "key": "k",
            "trigger": trigger,
            "learner": learner,
            "certification": certification,
            "day": date(2026, 3, 15),
            "completed": date(2025, 4, 1),
            "expires": date(2026, 4, 1),
            "window_opens": date(2026, 3, 1),
        }
        return Note(**{**values, **changes})

    return note


def write(language="", trigger=Trigger.EXPIRES_SOON, certification=None, subject="S", body="B"):
    text = MessageText(trigger=trigger, language=language, certification=certification, subject=subject, body=body)
    text.full_clean()
    text.save()
    return text


@pytest.mark.parametrize("trigger", list(Trigger))
def test_every_message_has_a_text_that_leaves_nothing_open(note, trigger, settings):
    settings.CERT_COMPLETION_RECORDS = {"SITE_URL": "https://lms.example.org"}
    text = Texts().of(note(trigger))
    assert "Fire Safety" in text.subject
    assert "Hello Ana Lima," in text.body
    assert "https://lms.example.org/record-of-learning/" in text.body
    assert not set("{}") & set(text.subject + text.body)
    assert "\n\n\n" not in text.body


@pytest.mark.parametrize("trigger", list(Trigger))
def test_an_administrator_goes_on_from_the_shipped_text(note, trigger, settings):
    for site in ("", "https://lms.example.org"):
        settings.CERT_COMPLETION_RECORDS = {"SITE_URL": site}
        begun = shipped_with_placeholders(trigger, "en")
        write(trigger=trigger, subject=begun.subject, body=begun.body)
        assert Texts().of(note(trigger)) == shipped(note(trigger), "en")
        MessageText.objects.all().delete()


def test_a_record_that_never_expires_is_told_of_without_dates(note):
    never = {"expires": None, "window_opens": None}
    body = Texts().of(note(Trigger.CERTIFIED, **never)).body
    assert "The certification does not expire." in body
    assert "renew" not in body
    write(trigger=Trigger.CERTIFIED, body="{expires} {window_opens} {days_left} {completed}")
    assert Texts().of(note(Trigger.CERTIFIED, **never)).body == "never never unlimited April 1, 2025"


def test_the_closest_text_is_taken(note, certification):
    other = Certification.objects.create(short_name="o", full_name="Other")
    written = {
        ("", None): write(subject="any").subject,
        ("de", None): write("de", subject="German").subject,
        ("de-at", None): write("de-at", subject="Austrian").subject,
        ("", certification): write(certification=certification, subject="of Fire").subject,
        ("de", certification): write("de", certification=certification, subject="German of Fire").subject,
    }
    assert len(written) == 5
    of_fire = {language: Texts().of(note(), language).subject for language in ("en", "de", "de-at")}
    assert of_fire == {"en": "of Fire", "de": "German of Fire", "de-at": "German of Fire"}
    of_other = {language: Texts().of(note(certification=other), language).subject for language in ("en", "de", "de-at")}
    assert of_other == {"en": "any", "de": "German", "de-at": "Austrian"}


def language_by_name(learner):
    return {"ana": "de", "bad": "xx"}.get(learner.username)


def test_a_learner_reads_dates_and_text_in_their_language(note, settings, learner):
    write("de", body="{expires}")
    write(body="{expires}")
    assert Texts().of(note()).body == "April 1, 2026"
    settings.CERT_COMPLETION_RECORDS = {"LEARNER_LANGUAGE": "tests.records.test_message_texts.language_by_name"}
    assert Texts().of(note()).body == "1. April 2026"
    settings.CERT_COMPLETION_RECORDS = {"LEARNER_LANGUAGE": language_by_name}
    for username in ("bad", "other"):
        learner.username = username
        assert Texts().of(note()).language == "en"
    settings.LANGUAGE_CODE = "fr-ca"
    assert Texts().of(note()).language == "fr"


def test_texts_are_looked_up_once_and_remembered_in_bounds(note, django_assert_num_queries, monkeypatch):
    texts = Texts()
    with django_assert_num_queries(1):
        for _ in range(3):
            texts.of(note())
    monkeypatch.setattr("cert_completion_records.messaging.texts._REMEMBERED", 2)
    for language in ("en", "de", "fr", "es"):
        texts.of(note(), language)
    assert len(texts._written) <= 2


def test_values_stay_in_their_line_and_are_never_filled_in_themselves(note, learner, certification):
    learner.first_name, certification.full_name = "Ana\r\nBcc: x@y", "{username}\n<script>"
    write(subject="{learner}: {certification}", body="{certification}\n{learner}")
    text = Texts().of(note())
    assert text.subject == "Ana Bcc: x@y Lima: {username} <script>"
    mail = mail_of(text, Trigger.EXPIRES_SOON, "ana@example.org")
    assert "Bcc" not in mail.message()
    html = html_of(text, Trigger.EXPIRES_SOON)
    assert "{username} &lt;script&gt;<br>Ana Bcc: x@y Lima" in html


def test_paragraphs_lines_and_addresses_of_the_html():
    body = 'One\r\ntwo <b>\n\n \n\nSee https://x.example/?a=1&b="2". javascript:alert(1)'
    assert paragraphs_of(body) == [
        "One<br>two &lt;b&gt;",
        'See <a href="https://x.example/?a=1&amp;b=">https://x.example/?a=1&amp;b=</a>&quot;2&quot;. '
        "javascript:alert(1)",
    ]


def test_the_html_says_which_language_it_is_in():
    html = html_of(Text("ar", "موضوع", "نص"), Trigger.EXPIRED)
    assert '<html lang="ar" dir="rtl">' in html


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"subject": "{lerner}"}, "subject", "Did you mean {learner}?"),
        ({"body": "a {"}, "body", "stands alone"),
        ({"body": "{record_of_learning}"}, "body", "CERT_COMPLETION_RECORDS['SITE_URL']"),
        ({"trigger": "assigned", "body": "{expires}"}, "body", "there is no placeholder “{expires}”"),
        ({"trigger": "expired"}, "language", "There is a text of this message for this language"),
        ({"trigger": "unknown"}, "trigger", "is not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_text_is_told_by_field(changes, field, words):
    write(trigger=Trigger.EXPIRED)
    values = {"trigger": "renewed", "subject": "S", "body": "B", **changes}
    with pytest.raises(ValidationError) as error:
        MessageText(**values).full_clean()
    assert words in " ".join(error.value.message_dict[field])


def test_a_text_that_is_there_can_be_saved_again():
    text = write()
    text.full_clean()
    text.save()
    assert str(text) == "S"


def test_a_placeholder_that_came_past_the_form_is_an_error_and_not_a_mail(note):
    with pytest.raises(KeyError):
        filled_in(note(), "en", "{password}", "")


@pytest.mark.parametrize(
    ("setting", "read", "words"),
    [
        ({"MESSAGES_LOOK_BACK_DAYS": 0}, conf.look_back_days, "from 1 to 366, not 0"),
        ({"MESSAGES_LOOK_BACK_DAYS": "7"}, conf.look_back_days, "not '7'"),
        ({"MESSAGES_LOOK_BACK_DAYS": True}, conf.look_back_days, "not True"),
        ({"LEARNER_LANGUAGE": "no.such.thing"}, conf.learner_language, "cannot be imported"),
        ({"LEARNER_LANGUAGE": 7}, conf.learner_language, "not 7"),
        ({"SITE_URL": "lms.example.org"}, conf.site_url, "not 'lms.example.org'"),
        ({"SITE_URL": "ftp://lms.example.org"}, conf.site_url, "not 'ftp"),
        ({"SITE_URL": "https://lms.example.org/?x"}, conf.site_url, "not 'https"),
        ({"SITE_URL": "https://[lms"}, conf.site_url, "not 'https"),
        ({"SITE_URL": 7}, conf.site_url, "not 7"),
    ],
)
def test_wrong_settings_are_told(settings, setting, read, words):
    settings.CERT_COMPLETION_RECORDS = setting
    with pytest.raises(ImproperlyConfigured, match=r"CERT_COMPLETION_RECORDS") as error:
        read()
    assert words in str(error.value)


def test_right_settings(settings):
    settings.CERT_COMPLETION_RECORDS = {"SITE_URL": "http://localhost:8000/lms/", "MESSAGES_LOOK_BACK_DAYS": 30}
    assert (conf.site_url(), conf.look_back_days()) == ("http://localhost:8000/lms", 30)
    settings.CERT_COMPLETION_RECORDS = {}
    assert (conf.site_url(), conf.look_back_days(), conf.learner_language()) == ("", 7, None)
