"""Letters to people: the key is kept before the letter leaves, so that none leaves twice."""

from collections.abc import Sequence

from cert_completion_hooks import Message, MessageResult, MessageStatus
from django.core.mail import EmailMessage

from tests.foreign_lms.host.desk import at_the_desk
from tests.foreign_lms.host.keys import number_of
from tests.foreign_lms.host.learners import at_work
from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import Letter, Licence


def send(messages: Sequence[Message]) -> Sequence[MessageResult]:
    people = at_work(number for each in messages if (number := number_of(each.learner_key)) is not None)
    return [_send(message, people.get(number_of(message.learner_key) or 0)) for message in messages]


def _send(message: Message, person: Person | None) -> MessageResult:
    if person is None or not person.is_active:
        reason = "They do not work here now."
        return MessageResult(key=message.key, status=MessageStatus.NEVER, reason=reason)
    licence = Licence.objects.filter(number=number_of(message.certification_key)).first()
    if licence is None:
        return MessageResult(key=message.key, status=MessageStatus.NEVER, reason="There is no such licence any more.")
    with at_the_desk():
        about = {"person": person.pk, "licence": licence, "trigger": str(message.trigger)}
        _, is_new = Letter.objects.get_or_create(key=message.key, defaults=about)
    if is_new and (trouble := _post(person, licence)):
        Letter.objects.filter(pk=message.key).delete()
        return MessageResult(key=message.key, status=MessageStatus.LATER, reason=trouble)
    return MessageResult(key=message.key, status=MessageStatus.SENT)


def _post(person: Person, licence: Licence) -> str:
    """Send a letter; why it has certainly not left, or "" if it has."""
    try:
        EmailMessage(f"You need the licence {licence}", "Please see the office.", to=[person.email]).send()
    except ConnectionError as error:
        return str(error)
    return ""
