"""No mail is steered by what files and people are called: one subject, one recipient, text as text."""

import pytest
from cert_completion_hooks import Message, MessageTrigger
from cert_completion_records import host
from cert_completion_records.models import Certification
from django.core import mail

from cert_completion_plugin import api, batches
from tests.records.conftest import batch_info
from tests.security.conftest import SCRIPT, harm_in

pytestmark = pytest.mark.django_db

BREAKING = "a\r\nBcc: all@evil.example\r\n\r\n<b>"
NAMES = (SCRIPT, BREAKING, "x\nSubject: y", "x\u2028Bcc: z")


def is_harmless(sent, to):
    assert sent.to == [to]
    assert sent.cc == sent.bcc == []
    message = sent.message()
    assert len(sent.subject.splitlines()) == 1
    assert {name for name, _ in message.items()} <= {
        *("Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
        "Content-Transfer-Encoding",
    }
    for content, kind in getattr(sent, "alternatives", ()):
        assert kind == "text/html"
        assert harm_in(content) == []
        assert "<script src" not in content
    return True


@pytest.mark.parametrize("name", NAMES)
def test_to_the_uploader(operator, imported, settings, name):
    settings.CERT_COMPLETION = {"SITE_URL": "https://lms.example.org"}
    operator.email = "operator@example.org"
    operator.save()
    batch = imported([("x",)], name=f"{name}.csv")
    if batches.notice_waits(batch.id):
        batches.mail_notice(batch.id)
    [sent] = mail.outbox
    assert is_harmless(sent, "operator@example.org")
    assert f"https://lms.example.org/cert-completions/{batch.reference}/" in sent.body


@pytest.mark.parametrize("name", NAMES)
def test_to_learners(learner, name):
    learner.first_name = name[:150]
    learner.save()
    row = Certification.objects.create(short_name="x", full_name=name)
    keys = {"learner_key": str(learner.pk), "certification_key": str(row.pk)}
    host.send_messages(batch_info(), [Message(key="m", trigger=MessageTrigger.ASSIGNED, **keys)])
    [sent] = mail.outbox
    assert is_harmless(sent, "x@example.org")


def test_the_words_of_a_notice_on_a_page_are_text(operator, imported, client):
    imported([("x",)], name=f"{SCRIPT}.csv")
    page = client.get("/cert-completions/").content.decode()
    assert "Your import of “&quot;&#x27;&gt;&lt;script" in page
    assert harm_in(page) == []
    assert api.take_notices(operator) == []
