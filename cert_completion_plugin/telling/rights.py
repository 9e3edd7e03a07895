"""The words for a right that was lost while an import waited or was worked on."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api, labels

_LOSSES: Mapping[str, Any] = {
    api.Loss.GONE: gettext_lazy("the account of %(name)s is not there any more"),
    api.Loss.INACTIVE: gettext_lazy("the account of %(name)s is not active any more"),
    api.Loss.PERMISSION: gettext_lazy("%(name)s does not have the permission “%(permission)s” any more"),
}


def stopped_text(told: Mapping[str, Any]) -> str:
    """Why nothing more is recorded."""
    return _("The site stopped this import: %(why)s. Nothing more is recorded.") % {"why": _why(told)}


def undo_stopped_text(told: Mapping[str, Any]) -> str:
    """Why nothing more is taken back."""
    return _(
        "The site ended this undo: %(why)s. What was taken back until then stays so; somebody who may undo imports can "
        "have the rest taken back."
    ) % {"why": _why(told)}


def _why(told: Mapping[str, Any]) -> str:
    permission = labels.permission_name(told["permission"])
    return str(_LOSSES[told["loss"]]) % {"name": told["name"], "permission": permission}
