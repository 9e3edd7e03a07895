"""What was planned and written, when and by whom; or why nothing was."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.core.options import Assign, CommitPolicy
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.telling.story.words import day_text, expiry_text, moment_text, record_text


def writing_texts(batch: api.Batch, account: api.Account) -> Iterator[str]:
    decision = account.written or account.planned
    if decision is None:
        yield _nothing_yet(batch)
        return
    if account.written is None:
        yield from _planned(batch, account, decision)
        return
    yield from _written(batch, account, decision)


def _nothing_yet(batch: api.Batch) -> str:
    if batch.state is api.BatchState.NEEDS_ANSWER:
        return _("Nothing has been written: the import waits for an answer to its question about dates.")
    if batch.has_ended:
        return _("Nothing was written: the import ended before it came to this row.")
    return _("Nothing has been written yet: the import has not come to this row.")


def _planned(batch: api.Batch, account: api.Account, decision: api.Decision) -> Iterator[str]:
    when = moment_text(account.settled_at)
    if when:
        yield _("Nothing has been written for this row yet. On %(when)s it was planned.") % {"when": when}
    else:
        yield _("Nothing has been written for this row yet. It is only planned.")
    if batch.state is api.BatchState.AWAITING_APPROVAL:
        yield _("The import waits for somebody to approve its plan.")
    if decision.outcome.writes:
        yield _("When it is written: %(what)s") % {"what": _what(batch, decision)}
        yield from _beside(batch, decision, is_past=False)


def _written(batch: api.Batch, account: api.Account, decision: api.Decision) -> Iterator[str]:
    outcome = decision.outcome
    if not outcome.writes:
        yield from _unwritten(batch, account, outcome)
        return
    yield _by_whom(batch, moment_text(account.settled_at))
    yield _what(batch, decision)
    yield from _beside(batch, decision, is_past=True)


def _by_whom(batch: api.Batch, when: str) -> str:
    values = {
        "when": when,
        "name": batch.uploaded_by_name,
        "file": batch.file_name,
        "approved_by": batch.approved_by_name,
    }
    if not when:
        return _("The import of “%(file)s”, uploaded by %(name)s, wrote:") % values
    if values["approved_by"]:
        text = _("On %(when)s the import of “%(file)s”, uploaded by %(name)s and approved by %(approved_by)s, wrote:")
        return text % values
    return _("On %(when)s the import of “%(file)s”, uploaded by %(name)s, wrote:") % values


def _what(batch: api.Batch, decision: api.Decision) -> str:
    values = {"completed": day_text(decision.completed), "expiry": expiry_text(decision.expires)}
    match decision.outcome:
        case Outcome.EVIDENCE:
            name = decision.short_name or decision.id_number
            return _("An evidence item “%(name)s”, completed %(completed)s.") % {**values, "name": name}
        case Outcome.HISTORY:
            return _("A record in the learner's history: completed %(completed)s, %(expiry)s.") % values
        case _:
            return _("The learner's current record: completed %(completed)s, %(expiry)s.") % values


def _beside(batch: api.Batch, decision: api.Decision, *, is_past: bool) -> Iterator[str]:
    """What else was done for the learner and certification, or will be."""
    basis = decision.basis
    if basis is None:
        return
    if basis.former is not None:
        values: dict[str, Any] = {"record": record_text(basis.former)}
        text = _("The former current record (%(record)s) went to the history.")
        yield (text if is_past else _("The former current record (%(record)s) goes to the history.")) % values
    if basis.assign:
        text = _("The learner was assigned to the certification.")
        yield text if is_past else _("The learner gets assigned to the certification.")
    elif not basis.assigned_before and batch.options.assign is Assign.NEVER:
        yield _("The learner is not assigned to the certification, and the import was to assign nobody.")


def _unwritten(batch: api.Batch, account: api.Account, outcome: Outcome) -> Iterator[str]:
    match outcome:
        case Outcome.ALREADY_HELD:
            yield _("Nothing was written: it was there already.")
        case Outcome.DUPLICATE:
            yield _("Nothing was written for this line.")
        case Outcome.REJECTED:
            yield _(
                "Nothing was written. Correct the row and upload it again: only what is not there yet is written then."
            )
        case Outcome.DRIFTED:
            yield _drifted(account)
            yield _("Upload the row again: it is then decided on the records as they are.")
        case Outcome.FAILED:
            yield _("It could not be written, and nothing of it was. Upload the row again.")
        case _:
            yield _cancelled(batch)
    if when := moment_text(account.settled_at):
        yield _("On %(when)s this was settled.") % {"when": when}


def _drifted(account: api.Account) -> str:
    planned = account.planned.outcome if account.planned else None
    if planned is not None and not planned.writes:
        return _(
            "The learner's records changed between the plan and its writing, so the plan no longer held for any row of "
            "this learner and certification. Nothing was to be written for this one."
        )
    return _(
        "The learner's records, the certification or the right to write it changed between the plan and its writing, "
        "so the row was not written."
    )


def _cancelled(batch: api.Batch) -> str:
    if batch.cancelled_at is not None:
        return _("Nothing stays written: on %(when)s %(name)s cancelled the import.") % {
            "name": batch.cancelled_by_name,
            "when": moment_text(batch.cancelled_at),
        }
    reason = batch.held_back
    if batch.options.commit_policy is CommitPolicy.ALL_OR_NOTHING and reason is not None and "line" in reason:
        return _("Nothing stays written: “all or nothing” was chosen, and line %(line)s could not be imported.") % {
            "line": reason["line"]
        }
    return _("Nothing was written: the import was cancelled.")
