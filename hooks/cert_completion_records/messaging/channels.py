"""How messages leave: by the site's mail, or by what the setting CHANNEL names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from cert_completion_records import conf
from cert_completion_records.messaging.addresses import address_of, not_to_be_reached
from cert_completion_records.messaging.mails import mail_of
from cert_completion_records.messaging.notes import Note
from cert_completion_records.messaging.post import Post
from cert_completion_records.messaging.refusals import Meaning, meaning_of
from cert_completion_records.messaging.texts import Text


class Channel(Protocol):
    """A way out for some messages, one after another. Made without arguments, and closed when they have left."""

    def unreachable(self, learner: Any) -> str:
        """Why this user gets no messages, in words; "" if they do."""

    def write(self, note: Note, text: Text) -> Any:
        """The letter that says this to the note's learner, as `send` takes it. Nothing has left if it raises."""

    def get_ready(self) -> None:
        """Raises OSError while nothing can be sent."""

    def send(self, letter: Any) -> None:
        """Hand over one letter; it has left if nothing is raised, and `meaning_of` tells what an error means for it."""

    def meaning_of(self, error: Exception) -> Meaning:
        """What an error of `send` says of the letter."""

    def close(self) -> None: ...


class Mail:
    """The site's mail, by Django."""

    def __init__(self) -> None:
        self._post = Post()

    def unreachable(self, learner: Any) -> str:
        return not_to_be_reached(learner)

    def write(self, note: Note, text: Text) -> Any:
        return mail_of(text, note.trigger, address_of(note.learner))

    def get_ready(self) -> None:
        self._post.get_ready()

    def send(self, letter: Any) -> None:
        self._post.send(letter)

    def meaning_of(self, error: Exception) -> Meaning:
        return meaning_of(error)

    def close(self) -> None:
        self._post.close()


@contextmanager
def open_channel() -> Iterator[Channel]:
    """The way on which this site's messages leave. Raises ImproperlyConfigured."""
    make = conf.channel() or Mail
    channel: Channel = make()
    try:
        yield channel
    finally:
        channel.close()
