"""Hosts that send messages twice, or to the wrong learners."""

from dataclasses import replace

from cert_completion_hooks import LearnerStatus, MessageResult, MessageStatus
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

HOOK = "send_messages"
ONCE, NEVER = "Keep the key of each message", "Answer `never`"


@fails("test_each_learner_gets_a_message", HOOK, "3 messages were answered with `sent`; 0 have left", "handed over")
class SaysItSent(MemoryHost):
    def _send(self, message):
        return MessageResult(key=message.key, status=MessageStatus.SENT)


@fails("test_the_same_message_is_sent_once", HOOK, "left a second time", ONCE)
class SendsTwice(MemoryHost):
    def _send(self, message):
        result = super()._send(message)
        self._sent[f"{len(self._sent)}"] = self._sent.pop(message.key)
        return result


@fails("test_the_same_message_is_sent_once", HOOK, "'never' in place of 'sent'", ONCE)
class ForgetsThatItSent(MemoryHost):
    def _send(self, message):
        if message.key in self._sent:
            return MessageResult(key=message.key, status=MessageStatus.NEVER, reason="It was sent.")
        return super()._send(message)


@fails("test_suspended_learners_are_never_written_to", HOOK, "The learner is suspended. It answered 'sent'", NEVER)
class WritesToTheSuspended(MemoryHost):
    def _send(self, message):
        learner = self._learners[message.learner_key]
        self._learners[message.learner_key] = replace(learner, status=LearnerStatus.ACTIVE)
        return super()._send(message)


@fails("test_learners_who_are_gone_are_never_written_to", HOOK, "The learner was removed. It answered 'later'", NEVER)
class WaitsForTheGone(MemoryHost):
    def _send(self, message):
        if message.learner_key not in self._learners:
            return MessageResult(key=message.key, status=MessageStatus.LATER)
        return super()._send(message)
