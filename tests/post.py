"""What becomes of messages that are handed to the in-memory host: a mail server that does badly when it is told to."""

from datetime import timedelta

from cert_completion_hooks import HostUnavailable, MessageResult, MessageStatus
from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.models import Message


class Post:
    """Stands between the host and its messages.

    `mood`: "up"; "later" (it takes none), "away", "broken" or "killed" (the host raises after it has sent the first).
    `asked` are the keys in the order in which they were handed over, `calls` how many there were at once.
    """

    def __init__(self, world, monkeypatch):
        self.mood, self.moods = "up", {}
        self.asked, self.calls = [], []
        self.before_each = lambda: None
        self._world, self._send = world, world._send
        monkeypatch.setattr(world, "_send", self.send)

    def send(self, message):
        self.before_each()
        self.asked.append(message.key)
        mood = self.moods.get(message.learner_key, self.mood)
        if mood == "later":
            return MessageResult(key=message.key, status=MessageStatus.LATER, reason="Connection refused")
        if mood == "away":
            raise HostUnavailable("the mail server is being upgraded")
        result = self._send(message)
        if mood == "broken":
            raise ValueError("a bug")
        return result

    @property
    def sent(self):
        """Learner keys with the certification, in the order in which they were sent."""
        return [(message.learner_key, message.certification_key) for message in self._world.sent]


class Clock:
    """The time as imports see it, which a test lets pass."""

    def __init__(self, monkeypatch):
        self.passed = timedelta()
        monkeypatch.setattr("cert_completion_plugin.batches.clock.now", lambda: timezone.now() + self.passed)

    def pass_(self, **time):
        self.passed += timedelta(**time)


def states(batch):
    """Line -> state of every message of an import."""
    return dict(Message.objects.filter(batch_id=batch.id).order_by("line").values_list("line", "state"))


def silences(batch):
    """Line -> why a message never leaves."""
    rows = Message.objects.filter(batch_id=batch.id).exclude(silence="").order_by("line")
    return dict(rows.values_list("line", "silence"))


def present(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found
