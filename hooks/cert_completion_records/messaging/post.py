"""The connection to the site's mail server, for many mails."""

import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Any

from django.core.mail import EmailMessage

from cert_completion_records.compat import mail_connection

MAILS_PER_CONNECTION = 100
"""Servers end connections that carry too many."""


class Post:
    """Sends mails; used with `with`, which closes the connection. The connection is opened when it is needed."""

    def __init__(self) -> None:
        self._connection: Any = mail_connection()
        self._left = 0

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._left = 0
        with suppress(OSError):
            self._connection.close()

    def get_ready(self) -> None:
        """Have an open connection that answers. Raises OSError, as the server or the network gives it."""
        if self._left and self._answers():
            return
        self.close()
        self._connection.open()
        self._left = MAILS_PER_CONNECTION

    def _answers(self) -> bool:
        """Whether an SMTP server is still at the other end; a connection that was dropped meanwhile costs no mail."""
        noop = getattr(getattr(self._connection, "connection", None), "noop", None)
        if noop is None:
            return True
        try:
            return bool(noop()[0] < 400)
        except (OSError, smtplib.SMTPException):
            return False

    def send(self, mail: EmailMessage) -> None:
        """Hand over one mail. Raises whatever the mail backend raises; then the next one gets a new connection."""
        self._left -= 1
        try:
            self._connection.send_messages([mail])
        except BaseException:
            self._left = 0
            raise
