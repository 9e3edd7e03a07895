"""Whether the learner is told of a row, and what became of the message; or why there is none (import-rules.md §7)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.telling.messages import fate_text


def message_texts(user: api.User, batch: api.Batch, account: api.Account) -> Iterator[str]:
    """Nothing for a row that writes nothing and wrote nothing."""
    decision = account.written or account.planned
    if decision is None or not decision.outcome.writes:
        return
    if not api.sends_messages(batch):
        yield _("Nobody is told: the import was to send no messages.")
        return
    found = api.messages_of_row(user, batch, account.story.line)
    for message in found:
        yield _("The learner's message about being assigned: %(fate)s") % {"fate": fate_text(message)}
    if not found:
        yield _why_none(decision, is_past=account.written is not None)
    if decision.basis is not None and decision.basis.announce:
        yield _("The LMS's own scheduled messages may tell the learner of this record.")


def _why_none(decision: api.Decision, *, is_past: bool) -> str:
    basis = decision.basis
    if decision.outcome is Outcome.EVIDENCE:
        return _("An evidence item causes no message.")
    if decision.outcome is Outcome.HISTORY:
        return _("A completion in the history causes no message.")
    if any(issue.code is Code.EXPIRES_IN_PAST for issue in decision.issues):
        return _("The record has expired already, so nobody is told of it.")
    if basis is not None and basis.assigned_before:
        return _("The learner was assigned before, so the import itself sends no message.")
    if basis is None or not basis.assign:
        return _("The learner does not get assigned by this row, so the import itself sends no message.")
    if is_past:
        return _("There is no message about this row.")
    return _("When it is written, the learner is told of being assigned.")
