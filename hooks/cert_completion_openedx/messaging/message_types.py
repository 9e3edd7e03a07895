"""One message type of ACE for each trigger; the names of their templates follow from theirs."""

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from cert_completion_records.models import Trigger

APP_LABEL = "cert_completion_openedx"


@cache
def message_types() -> Mapping[Trigger, Any]:
    """The classes, from the trigger: `Certified` with the name `certified`, and so on."""
    from edx_ace.message import MessageType

    class OurMessageType(MessageType):  # type: ignore[misc]
        APP_LABEL = APP_LABEL

        def personalize(self, recipient: Any, language: str, user_context: Mapping[str, Any]) -> Any:
            return _message_class()(
                app_label=self.app_label,
                name=self.name,
                expiration_time=self.expiration_time,
                context={**self.context, **user_context},
                send_uuid=self.uuid,
                recipient=recipient,
                language=language,
                log_level=self.log_level,
                options=self.options,
            )

    return {trigger: type(_class_name(trigger), (OurMessageType,), {"NAME": trigger.value}) for trigger in Trigger}


def _class_name(trigger: Trigger) -> str:
    return "".join(word.capitalize() for word in trigger.value.split("_"))


@cache
def _message_class() -> Any:
    from edx_ace.message import Message

    class WatchedMessage(Message):  # type: ignore[misc]
        """A message that remembers what ACE reports of it: `ace.send` itself raises little, and returns nothing.

        `was_sent`: a channel has taken it as mail. `error`: what that channel raised. `may_be_mail`: whether policies
        allow it, None before they were asked. `has_expired`: the channel asked for more patience than there was.
        `lacks_template`: the site has no text for it.
        """

        was_sent = False
        error: BaseException | None = None
        may_be_mail: bool | None = None
        has_expired = False
        lacks_template = False

        def report(self, key: str, value: Any) -> None:
            super().report(key, value)
            if key == "policy_allowed_channels":
                self.may_be_mail = "email" in str(value).split(",")
            elif key == "email_delivery_succeeded":
                self.was_sent = True
            elif key == "email_delivery_expired":
                self.has_expired = True
            elif key == "email_error":
                self.error = sys.exc_info()[1]  # reported where it is caught
            elif key == "template_error":
                self.lacks_template = True

    return WatchedMessage
