"""The words for messages to learners: what a plan foresees, how they stand, what became of each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from cert_completion_plugin import api, conf, texts
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.telling.numbers import grouped

STATES: Mapping[api.MessageState, Any] = {
    api.MessageState.SENT: gettext_lazy("Sent"),
    api.MessageState.WAITING: gettext_lazy("Waiting"),
    api.MessageState.SENDING: gettext_lazy("Being sent"),
    api.MessageState.NEVER: gettext_lazy("Not sent"),
    api.MessageState.INTERRUPTED: gettext_lazy("Interrupted"),
}
MEANINGS: Mapping[api.MessageState, Any] = {
    api.MessageState.SENT: gettext_lazy("the LMS has taken them"),
    api.MessageState.WAITING: gettext_lazy("will be sent, or tried again"),
    api.MessageState.SENDING: gettext_lazy("were handed to the LMS just now"),
    api.MessageState.NEVER: gettext_lazy("will not be sent; each says why"),
    api.MessageState.INTERRUPTED: gettext_lazy("may have been sent or not; they are not sent again"),
}

_IN_STATES: Mapping[api.MessageState, Any] = {
    api.MessageState.SENT: ngettext_lazy("%(count)s sent", "%(count)s sent", "number"),
    api.MessageState.WAITING: ngettext_lazy("%(count)s waiting", "%(count)s waiting", "number"),
    api.MessageState.SENDING: ngettext_lazy("%(count)s being sent", "%(count)s being sent", "number"),
    api.MessageState.NEVER: ngettext_lazy("%(count)s not sent", "%(count)s not sent", "number"),
    api.MessageState.INTERRUPTED: ngettext_lazy("%(count)s interrupted", "%(count)s interrupted", "number"),
}


def foreseen_texts(batch: api.Batch, plan: api.Plan) -> list[str]:
    """How many learners will get which messages if this plan is recorded."""
    if not api.sends_messages(batch):
        return [_("No messages are sent to learners.")]
    if plan.blocking:
        return [_("No messages are sent to learners, because nothing is recorded.")]
    return list(_foreseen(plan.messages)) or [
        _("Messages were chosen, but no learner gets one: nobody is newly assigned, certified or renewed.")
    ]


def _foreseen(messages: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    if learners := _learners(messages, "assigned"):
        text = ngettext(
            "%(learners)s learner is told at once of having been assigned (%(messages)s).",
            "%(learners)s learners are told at once of having been assigned (%(messages)s).",
            learners,
        )
        yield text % {"learners": grouped(learners), "messages": _messages(messages["assigned"]["messages"])}
    if learners := _learners(messages, Outcome.CERTIFIED):
        text = ngettext(
            "%(learners)s learner may be told of being certified, by the LMS's own scheduled messages.",
            "%(learners)s learners may be told of being certified, by the LMS's own scheduled messages.",
            learners,
        )
        yield text % {"learners": grouped(learners)}
    if learners := _learners(messages, Outcome.RENEWED):
        text = ngettext(
            "%(learners)s learner may be told of being renewed, by the LMS's own scheduled messages.",
            "%(learners)s learners may be told of being renewed, by the LMS's own scheduled messages.",
            learners,
        )
        yield text % {"learners": grouped(learners)}


def _learners(messages: Mapping[str, Mapping[str, int]], kind: str) -> int:
    return messages.get(kind, {}).get("learners", 0)


def _messages(number: int) -> str:
    return ngettext("%(count)s message", "%(count)s messages", number) % {"count": grouped(number)}


def counts_text(counts: Mapping[api.MessageState, int]) -> str:
    """How the messages of an import stand, in one sentence; "" if it has none."""
    found = {state: counts[state] for state in STATES if counts.get(state)}
    parts = [_IN_STATES[state] % {"number": number, "count": grouped(number)} for state, number in found.items()]
    if not parts:
        return ""
    return _("Messages to learners: %(parts)s.") % {"parts": get_text_list(parts, _("and"))}


def dropped_text(counts: Mapping[api.MessageState, int]) -> str:
    """What an undo of the import would do to its messages; "" if none of them waits."""
    waiting = counts.get(api.MessageState.WAITING, 0)
    if not waiting:
        return ""
    return ngettext(
        "%(count)s message to a learner has not left yet; it is dropped if its row is undone.",
        "%(count)s messages to learners have not left yet; those of rows that are undone are dropped.",
        waiting,
    ) % {"count": grouped(waiting)}


def trouble_text(delivery: api.Delivery | None, *, with_names: bool) -> str:
    """What keeps the messages of an import waiting, and when they are tried again; "" if nothing does.

    With `with_names` it says all that the site's operator may want to know.
    """
    if delivery is None or delivery.trouble is None:
        return ""
    told = delivery.trouble
    values = {"since": texts.moment_text(datetime.fromisoformat(told["since"]))}
    text = str(_TROUBLES.get(told["kind"], _TROUBLES["host_away"])) % values
    if delivery.due_at is not None:
        text = f"{text} " + _("On %(when)s they are tried again.") % {"when": texts.moment_text(delivery.due_at)}
    return f"{text}{_particulars(told)}" if with_names else text


_TROUBLES: Mapping[str, Any] = {
    "host_away": gettext_lazy(
        "The LMS cannot send messages just now (since %(since)s). Nothing else waits for that, and none is lost."
    ),
    "mail_refused": gettext_lazy(
        "The messages cannot be sent just now (since %(since)s). Nothing else waits for that, and none is lost."
    ),
    "not_offered": gettext_lazy(
        "No host of this site can send messages any more (since %(since)s). They wait until one can."
    ),
    "host_raised": gettext_lazy(
        "Something went wrong while messages were sent (since %(since)s). Those that were being sent are listed as "
        "interrupted; the others wait."
    ),
    "host_answers_nonsense": gettext_lazy(
        "The LMS gave an answer that cannot be right when messages were sent (since %(since)s). Those that were being "
        "sent are listed as interrupted; the others wait."
    ),
}


def _particulars(told: Mapping[str, Any]) -> str:
    said = []
    if told.get("reason"):
        said.append(_("The LMS said: %(reason)s") % {"reason": told["reason"]})
    if told.get("host"):
        said.append(_("(Host “%(host)s”, hook “%(hook)s”, reference %(reference)s.)") % dict(told))
    elif told.get("reference"):
        said.append(_("(Reference %(reference)s.)") % dict(told))
    return "".join(f" {each}" for each in said)


def fate_text(message: api.LearnerMessage) -> str:
    """What became of one message, or will, and why."""
    values = {"when": texts.moment_text(message.moved_at), "reason": message.reason, "reference": message.reference}
    match message.state:
        case api.MessageState.WAITING if message.attempts:
            values["when"] = texts.moment_text(message.due_at)
            text = _("It could not be sent yet; on %(when)s it is tried again.") % values
            return f"{text}{_said(message)}"
        case api.MessageState.WAITING:
            return _("It waits to be sent.")
        case api.MessageState.SENDING:
            return _("It is being sent (since %(when)s).") % values
        case api.MessageState.SENT:
            return _("On %(when)s it was sent.") % values
        case api.MessageState.INTERRUPTED:
            text = _("On %(when)s its sending was interrupted. It may have left or not; it is not sent again.") % values
            tell = _("The site's operator finds more under the reference %(reference)s.") % values
            return f"{text} {tell}" if message.reference else text
    return _silence_text(message)


def _silence_text(message: api.LearnerMessage) -> str:
    match message.silence:
        case api.Silence.UNDONE:
            return _("It was dropped before it left, because the row was undone.")
        case api.Silence.HELD_BACK:
            return _("It was dropped before it left, because “all or nothing” held the import back.")
        case api.Silence.ASKED_BEFORE:
            return _("An earlier import has asked for the same message already, and nobody gets one twice.")
        case api.Silence.GIVEN_UP:
            days = conf.settings().message_days
            text = ngettext(
                "It could not be sent for %(days)s day, and was given up.",
                "It could not be sent for %(days)s days, and was given up.",
                days,
            )
            return f"{text % {'days': days}}{_said(message)}"
    return _("The LMS does not send it.") + _said(message)


def _said(message: api.LearnerMessage) -> str:
    return " " + _("The LMS said: %(reason)s") % {"reason": message.reason} if message.reason else ""
