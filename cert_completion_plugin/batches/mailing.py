"""The site's mail, in every version of Django, and what a mail server's errors mean."""

import smtplib
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives


class NotSent(Exception):
    """The mail has certainly not left; it may be tried again later."""


def send(message: EmailMultiAlternatives) -> None:
    """Send one mail.

    Raises NotSent where the mail server cannot be reached, or says that it does not take the mail. Any other error
    tells nothing of whether it has left.
    """
    connection = _connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's own errors are some, too
        raise NotSent(str(error)) from error
    try:
        connection.send_messages([message])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise NotSent(str(error)) from error
    finally:
        _close(connection)


def _connection() -> Any:
    """Django 6.1 has `mailers` in place of `get_connection`."""
    mailers: Any = getattr(mail, "mailers", None)
    return mail.get_connection() if mailers is None else mailers.default


def _close(connection: Any) -> None:
    """A server that says good-bye badly has taken the mail all the same."""
    try:
        connection.close()
    except OSError:
        return
