"""Where learners are written to, and who is not."""

from typing import Any

from django.utils.translation import gettext


def address_of(learner: Any) -> str:
    """The e-mail address; "" if the site has none, or no such field."""
    field = getattr(learner, "get_email_field_name", None)
    return str(getattr(learner, field(), None) or "") if field else ""


def not_to_be_reached(learner: Any) -> str:
    """Why this learner gets no messages, in words; "" if they do."""
    if not learner.is_active:
        return gettext("The learner is suspended.")
    return "" if address_of(learner) else gettext("The learner has no e-mail address.")
