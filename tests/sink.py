"""A mail server that keeps what it takes, for tests: `Sink`."""

import asyncio
import email
import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any

import django
from aiosmtpd.controller import Controller


class Sink:
    """Listens on a free port while it is started. `refuse` holds what is answered to recipients, by address.

    `on_recipient` is called with the address before a message comes, `on_mail` when it has come and before it is kept;
    what that returns, unless it is None, is answered.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.on_recipient: Callable[[str], None] = lambda address: None
        self.on_mail: Callable[[str], str | None] = lambda address: None
        self._controller: Any = None
        self._sessions: set[Any] = set()
        self.port = 0

    def start(self) -> None:
        """Listen; again on the same port after `stop`."""
        self.port = self.port or _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def hang_up(self) -> None:
        """Close the connections that there are, without a word, and go on listening."""

        async def close() -> None:
            for session in self._sessions:
                session.transport.close()
            self._sessions.clear()

        asyncio.run_coroutine_threadsafe(close(), self._controller.loop).result(10)

    def stop(self) -> None:
        """End, and drop the connections that there are."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self._sessions.add(server)
        self.on_recipient(address)
        if refusal := self.refuse.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        [address] = envelope.rcpt_tos
        if answer := self.on_mail(address):
            return answer
        message: Any = email.message_from_bytes(envelope.content, policy=default)
        self.messages.append(message)
        return "250 OK"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Whom it was that messages came for, and their subjects, in order of these."""
        return sorted((str(message["To"]), str(message["Subject"])) for message in self.messages)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mail_settings(port: int) -> dict[str, Any]:
    """The settings with which a site's mail goes to this port; Django 6.1 has others."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": port}}}}
    return {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}


def parts_of(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a message."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()
