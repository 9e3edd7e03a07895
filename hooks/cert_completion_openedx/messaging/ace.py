"""The channel of the record book's messages on Open edX."""

import logging
import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

from cert_completion_records.messaging import refusals
from cert_completion_records.messaging.addresses import address_of, not_to_be_reached
from cert_completion_records.messaging.mails import paragraphs_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.refusals import Failure, Meaning
from cert_completion_records.messaging.texts import Text
from django.conf import settings
from django.utils.translation import gettext

from cert_completion_openedx import learners
from cert_completion_openedx.messaging.message_types import message_types

logger = logging.getLogger("cert_completion_openedx")

PATIENCE = timedelta(seconds=30)
"""How long ACE itself may try again; what takes longer comes back later."""


class AceChannel:
    """Sends by `ace.send`, so that the platform's channels, policies and templates hold for these messages as well."""

    def unreachable(self, learner: Any) -> str:
        return not_to_be_reached(learner) or (
            "" if learners.is_active(learner) else gettext("The learner is suspended.")
        )

    def write(self, note: Note, text: Text) -> Any:
        from edx_ace.recipient import Recipient

        learner = note.learner
        context = {
            "subject": text.subject,
            "body": text.body,
            "paragraphs": paragraphs_of(text.body),
            "platform_name": str(getattr(settings, "PLATFORM_NAME", "")) or note.site,
            "site": note.site,
            "trigger": note.trigger.value,
        }
        message_type = message_types()[note.trigger](
            context=context, expiration_time=datetime.now(UTC) + PATIENCE, options={"transactional": True}
        )
        return message_type.personalize(Recipient(learner.pk, address_of(learner)), text.language, {})

    def get_ready(self) -> None:
        """ACE opens its connections itself."""

    def send(self, letter: Any) -> None:
        from edx_ace import ace
        from edx_ace.errors import RecoverableChannelDeliveryError

        try:
            ace.send(letter)
        except Exception as error:
            if not letter.was_sent:
                # ACE fails on its own when it is to wait for a time that has passed, or has no time zone.
                if isinstance(error.__context__, RecoverableChannelDeliveryError):
                    raise _more_time() from error
                raise
            # Somebody who listens to ACE failed: the message has left.
            logger.warning("after the message %s had been sent: %s", letter.unique_name, type(error).__name__)
        if not letter.was_sent:
            raise _failure(letter)

    def meaning_of(self, error: Exception) -> Meaning:
        return refusals.meaning_of(error)

    def close(self) -> None:
        """Nothing is open."""


def _failure(letter: Any) -> Exception:
    """Why ACE has not sent it."""
    if letter.error is not None:
        cause = letter.error.__cause__
        if isinstance(cause, (smtplib.SMTPException, OSError)):
            return cause
        text = gettext("The platform's mail channel refused it: %(kind)s.")
        return Failure(Meaning.REFUSED, text % {"kind": type(letter.error).__name__})
    if letter.may_be_mail is False:
        return Failure(Meaning.REFUSED, gettext("A policy of the platform keeps it from being sent."))
    if letter.has_expired:
        return _more_time()
    if letter.lacks_template:
        return Failure(Meaning.LATER, gettext("A template of the message is missing."))
    return Failure(Meaning.DOWN, gettext("The platform has no channel for mail (ACE_ENABLED_CHANNELS)."))


def _more_time() -> Failure:
    return Failure(Meaning.LATER, gettext("The platform's mail channel asks for more time."))
