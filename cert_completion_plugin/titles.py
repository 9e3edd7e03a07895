"""Short names of problems, warnings and reasons, for lists of them; the whole text stands with each row."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cert_completion_plugin.core.issues import Code

TITLES: Mapping[str, Any] = {
    Code.TOO_FEW_CELLS: _("too few cells"),
    Code.TOO_MANY_CELLS: _("too many cells"),
    Code.VALUE_TOO_LONG: _("a name is too long"),
    Code.VALUE_UNPRINTABLE: _("a character that cannot be printed"),
    Code.USERNAME_BLANK: _("username missing"),
    Code.LEARNER_NOT_FOUND: _("no such learner"),
    Code.LEARNER_AMBIGUOUS: _("more than one learner has the username"),
    Code.COMPLETION_DATE_BLANK: _("completion date missing"),
    Code.COMPLETION_DATE_INVALID: _("completion date cannot be read"),
    Code.DUE_DATE_INVALID: _("due date cannot be read"),
    Code.CERTIFICATION_BLANK: _("certification missing"),
    Code.CERTIFICATION_AMBIGUOUS: _("more than one certification fits"),
    Code.CERTIFICATION_MISMATCH: _("short name and ID number do not belong together"),
    Code.CERTIFICATION_NOT_ALLOWED: _("certification that the uploader may not record"),
    Code.CERTIFICATION_CLOSE_MATCH: _("certification is probably misspelt"),
    Code.CERTIFICATION_NOT_FOUND: _("no such certification"),
    Code.EVIDENCE_FIELD_INVALID: _("a value for the evidence does not fit"),
    Code.LEARNER_SUSPENDED: _("learner's account is suspended"),
    Code.CERTIFICATION_INACTIVE: _("certification is no longer offered"),
    Code.COMPLETION_IN_FUTURE: _("completion date in the future"),
    Code.EXPIRES_IN_PAST: _("expired already"),
    Code.DUE_LONG_BEFORE_COMPLETION: _("due date long before the completion"),
    Code.LOOKS_LIKE_SPREADSHEET_DAMAGE: _("looks as if a spreadsheet program had changed it"),
    Code.SAME_COMPLETION_OTHER_EXPIRY: _("held already with another expiry date"),
    Code.HOST_REFUSED: _("the site would not record it"),
    Code.HOST_UNAVAILABLE: _("the site's records could not be reached"),
    Code.CERTIFICATION_MISCONFIGURED: _("the certification's rule gives no expiry date"),
    Code.INTERNAL_ERROR: _("something went wrong on the site"),
}


def title(code: str) -> str:
    """In the active language."""
    return str(TITLES[code])
