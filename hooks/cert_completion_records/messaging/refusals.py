"""What an error of a mail server means for the message that was being sent."""

import smtplib
import socket
from enum import Enum


class Meaning(Enum):
    """What is known of a message when sending it failed.

    `REFUSED`: the server will not take this one, ever. `LATER`: not now, others may go. `DOWN`: nothing can be sent
    now, and this one was not. `UNKNOWN`: the connection broke while it was being sent; it may have arrived.
    """

    REFUSED = "refused"
    LATER = "later"
    DOWN = "down"
    UNKNOWN = "unknown"


class Failure(Exception):
    """An error of a channel that says itself what it means. Its text is a sentence for people, and names nobody."""

    def __init__(self, meaning: Meaning, text: str) -> None:
        super().__init__(text)
        self.meaning = meaning


_CLOSING = 421
_PERMANENT = 500


def meaning_of(error: Exception) -> Meaning:
    """What an exception raised while a message was being sent over an open connection says of that message."""
    if isinstance(error, Failure):
        return error.meaning
    if isinstance(error, ValueError):  # an address or subject that no mail can have
        return Meaning.REFUSED
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _of_codes([code for code, _ in error.recipients.values()])
    if isinstance(error, smtplib.SMTPDataError):
        return _of_codes([error.smtp_code])
    if isinstance(error, (smtplib.SMTPServerDisconnected, TimeoutError)):
        return Meaning.UNKNOWN
    if _was_not_sent(error):
        return Meaning.DOWN
    # A connection that broke; what is no error of a connection was an answer, or never got that far.
    return Meaning.UNKNOWN if isinstance(error, OSError) else Meaning.DOWN


def _of_codes(codes: list[int]) -> Meaning:
    if _CLOSING in codes:
        return Meaning.DOWN
    return Meaning.REFUSED if codes and all(code >= _PERMANENT for code in codes) else Meaning.LATER


def _was_not_sent(error: Exception) -> bool:
    """The server answered otherwise, or was never reached."""
    return isinstance(error, (smtplib.SMTPException, ConnectionRefusedError, socket.gaierror))


def told(error: Exception) -> str:
    """The error as an operator may read it: what the server said, without the addresses it was said of."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(code, text) for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
