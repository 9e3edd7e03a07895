"""Messages to learners."""

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.needs import needs_messages
from cert_completion_hooks.types import LearnerStatus, Message, MessageStatus, MessageTrigger

_HOOK = "send_messages"
_ONCE = "Keep the key of each message before it leaves; answer `sent` for one that was kept, and send nothing."
_NEVER = "Answer `never` for learners who are suspended or gone: `later` would have the plugin ask for ever."


class MessagesConformance:
    """The hook `send_messages`."""

    @needs_messages
    def test_each_learner_gets_a_message(self, kit: Kit) -> None:
        messages = [_message(kit, number, f"learner{number}") for number in range(3)]
        for key, result in kit.send(*messages).items():
            _is(kit, key, result.status, MessageStatus.SENT, "A learner was to be written to.", _ONCE)
        sent = kit.world.messages_sent()
        if sent != len(messages):
            what = f"{len(messages)} messages were answered with `sent`; {sent} have left."
            kit.wrong(_HOOK, what, "Send one for each, and answer `sent` only for those handed over.")

    @needs_messages
    def test_the_same_message_is_sent_once(self, kit: Kit) -> None:
        message = _message(kit, 1, "kim")
        kit.send(message)
        before = kit.world.messages_sent()
        result = kit.send(message)[message.key]
        _is(kit, message.key, result.status, MessageStatus.SENT, "A message was asked for again.", _ONCE)
        if kit.world.messages_sent() != before:
            kit.wrong(_HOOK, "A message was asked for again, and left a second time.", _ONCE, message.key)

    @needs_messages
    def test_suspended_learners_are_never_written_to(self, kit: Kit) -> None:
        kit.learner("kim", LearnerStatus.SUSPENDED)
        message = _message(kit, 1, "kim")
        _is_never_sent(kit, message, "The learner is suspended.")

    @needs_messages
    def test_learners_who_are_gone_are_never_written_to(self, kit: Kit) -> None:
        message = _message(kit, 1, "kim")
        kit.world.remove_learner("kim")
        _is_never_sent(kit, message, "The learner was removed.")


def _is_never_sent(kit: Kit, message: Message, when: str) -> None:
    result = kit.send(message)[message.key]
    _is(kit, message.key, result.status, MessageStatus.NEVER, when, _NEVER)


def _message(kit: Kit, number: int, username: str) -> Message:
    key = kit.pair(username)
    return Message(
        key=f"{kit.batch.batch_id}-{number}",
        learner_key=key.learner_key,
        certification_key=key.certification_key,
        trigger=MessageTrigger.ASSIGNED,
    )


def _is(kit: Kit, key: str, found: MessageStatus, expected: MessageStatus, when: str, mend: str) -> None:
    kit.expect_status(_HOOK, key, found, expected, when, mend)
